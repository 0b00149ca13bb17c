/**
 * Jira: an issue for each case and approval, in the project that the control names. People work in it as they always
 * do: they take it, move it, comment. Belay reads back who did what, and writes what is true.
 */
import type { Json, JsonObject } from '@belay/protocol';
import type { Client } from 'jira.js/core';
import type { Answer, Ask, CardRef, Channel, Delivery, Place } from '../../engine/channel-ports.ts';
import { type CardState, type Subject, subjectKey } from '../../engine/delivery/cards.ts';
import type { Rate } from '../../engine/delivery/pace.ts';
import { defineChannel, type Setting, unreadable } from '../channel.ts';
import { actsOf, type DeskRef, refOf, type Statuses, signsFrom, signsSetting, statusesFrom } from '../desk.ts';
import { verifyHub } from '../hub.ts';
import { delivered } from '../outcome.ts';
import { textAt } from '../untrusted.ts';
import { guide } from './guide.ts';
import { parse } from './parse.ts';
import { choseTheirs, type Priorities, prioritiesFrom, priorityFor, unknownPriorities } from './priority.ts';
import { changedSince, deedsOn, statusOf } from './read.ts';
import { comment, renderFor } from './render.ts';
import { cloud, createJiraClient, isRefused, outcomeOf, reading } from './send.ts';

const defaults: Statuses = {
  open: 'To Do',
  claimed: 'In Progress',
  returned: 'Done',
  resolved: 'Done',
  cancelled: 'Done',
  waiting: 'To Do',
  approved: 'Done',
  used: 'Done',
  rejected: 'Done',
  expired: 'Done',
  void: 'Done',
};

const settings = {
  site: { env: 'BELAY_JIRA_SITE', about: 'https://YOURS.atlassian.net', isUrl: true },
  email: { env: 'BELAY_JIRA_EMAIL', about: 'of the account that Belay works as; nobody else uses it' },
  apiToken: { env: 'BELAY_JIRA_API_TOKEN', about: 'an API token of that account' },
  webhookSecret: { env: 'BELAY_JIRA_WEBHOOK_SECRET', about: 'the secret of the webhook in Jira' },
  oldWebhookSecret: { env: 'BELAY_JIRA_OLD_WEBHOOK_SECRET', about: 'still counts while you change it', fallback: '' },
  issueType: { env: 'BELAY_JIRA_ISSUE_TYPE', about: 'of the issues that are created', fallback: 'Task' },
  statuses: { env: 'BELAY_JIRA_STATUSES', about: 'names of statuses: "open=To Do, claimed=In Progress"', fallback: '' },
  priorities: {
    env: 'BELAY_JIRA_PRIORITIES',
    about: 'priorities by urgency: "0=Medium, 40=High, 100=Highest"',
    fallback: '',
  },
  serviceDesk: {
    env: 'BELAY_JIRA_SERVICE_DESK',
    about: '"yes": approvals of Jira Service Management count',
    fallback: '',
  },
  signs: signsSetting('JIRA'),
} satisfies Record<string, Setting>;
export type JiraValues = { [Name in keyof typeof settings]: string };

const pollEveryMs = 60_000;
/** Jira searches what it has indexed, a little late. */
const overlapMinutes = 3;
const longestMinutes = 14 * 24 * 60;

/** Jira limits the writes to one issue apart from the requests to each of its operations. Numbers of its own it names to nobody. */
const rates: readonly Rate[] = [
  { per: 'card', atOnce: 8, everyMs: 400, costs: { post: 3, update: 3, addLines: 1 } },
  { per: 'channel', atOnce: 20, everyMs: 50, costs: { post: 4, update: 6, addLines: 1 } },
];

type Payload = {
  written: JsonObject;
  url: string;
  title: string;
  assignee: string | null;
  fields: JsonObject;
  urgency: number | null;
};
type Jira = { client: Client; statuses: Statuses; priorities: Priorities; issueType: string };

const labelOf = (subject: Subject): string => `belay-${subject.kind}-${subject.id}`;

const attempt = async (on: 'project' | 'issue', work: () => Promise<Delivery>): Promise<Delivery> => {
  try {
    return await work();
  } catch (error) {
    return outcomeOf(error, on);
  }
};

/** To the configured status, by a transition that leads there now. Where none does, the texts say it alone. */
const moveTo = async ({ client, statuses }: Jira, id: string, state: CardState, from: string): Promise<void> => {
  const wanted = statuses[state].toLowerCase();
  if (from.toLowerCase() === wanted) return;
  const { getTransitions, doTransition } = await cloud();
  const { transitions = [] } = await getTransitions(client, { issueIdOrKey: id });
  const found = transitions.find((one) => [one.to?.name, one.name].some((name) => name?.toLowerCase() === wanted));
  if (found?.id !== undefined) await doTransition(client, { issueIdOrKey: id, transition: { id: found.id } });
};

const post = async (jira: Jira, { address }: Place, payload: JsonObject, subject: Subject): Promise<Delivery> => {
  const { fields, written, url, title, assignee, urgency } = payload as Payload;
  const { createIssue, createOrUpdateRemoteIssueLink } = await cloud();
  // A card without its priority is better than none; one that could not be looked up is owed to the next update.
  const known = await priorityFor(jira.client, jira.priorities, urgency).catch(() => undefined);
  const priority = known ?? null;
  const createWith = (more: JsonObject) =>
    createIssue(jira.client, {
      fields: {
        ...fields,
        ...more,
        ...(assignee === null ? {} : { assignee: { accountId: assignee } }),
        project: { key: address },
        issuetype: { name: jira.issueType },
        labels: ['belay', labelOf(subject)],
      },
    });
  // The site has it, and the project or its screen may not: refused like that, nothing was created.
  const created = await createWith(priority === null ? {} : { priority }).catch((error: unknown) =>
    priority !== null && isRefused(error) ? createWith({}) : Promise.reject(error),
  );
  const { id = '', key = '' } = created;
  const link = {
    globalId: subjectKey(subject),
    relationship: 'escalation',
    object: { url, title: `In Belay: ${title}` },
  };
  // The description has the link too: an issue without this one is a whole card.
  await createOrUpdateRemoteIssueLink(jira.client, { issueIdOrKey: id, ...link }).catch(() => undefined);
  const begins = jira.statuses.open;
  if (jira.statuses[written.state as CardState] !== begins)
    await moveTo(jira, id, written.state as CardState, '').catch(() => undefined);
  return delivered(refOf({ id, key, owesPriority: known === undefined }, written));
};

/** What an issue was made without, when Jira could not be asked; undefined: still not. Whatever people chose stays. */
const owedPriority = async (
  { client, priorities }: Jira,
  { id, owesPriority }: CardRef,
  urgency: number | null,
): Promise<{ id: string } | null | undefined> => {
  if (owesPriority !== true) return null;
  try {
    return (await choseTheirs(client, id)) ? null : await priorityFor(client, priorities, urgency);
  } catch {
    return undefined;
  }
};

/** One edit of the fields and one move, so that Jira's limit of writes to one issue is not in the way. */
const update = async (jira: Jira, ref: CardRef, payload: JsonObject): Promise<Delivery> => {
  const { fields, written, assignee, urgency } = payload as Payload;
  const { editIssue, getIssue } = await cloud();
  const issue = await getIssue(jira.client, { issueIdOrKey: ref.id, fields: ['status', 'assignee'] });
  const { name, assignee: has } = statusOf(issue as unknown as Json);
  const owner = has === assignee ? {} : { assignee: assignee === null ? null : { accountId: assignee } };
  const priority = await owedPriority(jira, ref, urgency);
  const editWith = (more: JsonObject) =>
    editIssue(jira.client, { issueIdOrKey: ref.id, fields: { ...fields, ...owner, ...more }, notifyUsers: false });
  // As when it is made: the project may lack what the site has.
  await editWith(priority == null ? {} : { priority }).catch((error: unknown) =>
    priority != null && isRefused(error) ? editWith({}) : Promise.reject(error),
  );
  await moveTo(jira, ref.id, written.state as CardState, name);
  const owesPriority = priority === undefined;
  return delivered(refOf({ id: ref.id, key: ref.key ?? '', owesPriority }, written));
};

const say = async ({ client }: Jira, id: string, lines: string[], mention: string | null = null): Promise<void> => {
  const { addComment } = await cloud();
  await addComment(client, { issueIdOrKey: id, body: comment(lines, mention) as never });
};

const find = async ({ client }: Jira, subject: Subject): Promise<CardRef | null> => {
  const { searchAndReconsileIssuesUsingJqlPost: search } = await cloud();
  const { issues = [] } = await search(client, {
    jql: `labels = "${labelOf(subject)}"`,
    fields: ['labels'],
    maxResults: 1,
  });
  const found = issues[0] as unknown as Json | undefined;
  if (found === undefined) return null;
  // What stands on it is not known, so nothing done on it counts before it is written again.
  const written = { subject: subjectKey(subject), revision: -1, digest: null, state: 'open' };
  return refOf({ id: textAt(found, 'id'), key: textAt(found, 'key') }, written);
};

/** By mail of Jira to that person alone; where Jira sends none, a comment that mentions them, without what others may not read. */
const tellPresser = async (jira: Jira, { replyTo }: Ask, answer: Answer): Promise<null> => {
  if (answer.kind !== 'said') return null;
  const { notify } = await cloud();
  const [issue, accountId] = [textAt(replyTo, 'ref'), textAt(replyTo, 'by')];
  const to = { users: [{ accountId, active: true }] };
  const mail = {
    issueIdOrKey: issue,
    subject: answer.ok ? 'Belay: done' : 'Belay: nothing was changed',
    textBody: answer.link === undefined ? answer.text : `${answer.text}\n\n${answer.link.note}\n${answer.link.url}`,
    to,
  };
  await notify(jira.client, mail).catch(() => say(jira, issue, [answer.text], accountId));
  return null;
};

const isYes = (text: string): boolean => {
  if (text !== '' && text !== 'yes') throw unreadable(settings.serviceDesk, text, '"yes", or leave it out');
  return text === 'yes';
};

/** The client refuses what is no mail address, in words of its own. */
const clientFor = ({ site, email, apiToken }: JiraValues): Client => {
  try {
    return createJiraClient(site, email, apiToken);
  } catch {
    throw unreadable(settings.email, email, 'the mail address of an account');
  }
};

export const createJira = (values: JiraValues): Channel => {
  const { site, webhookSecret, oldWebhookSecret } = values;
  const client = clientFor(values);
  const workspace = new URL(site).host;
  const statuses = statusesFrom(settings.statuses, values.statuses, defaults);
  const accountSigns = signsFrom(settings.signs, values.signs);
  const serviceDesk = isYes(values.serviceDesk);
  let account: Promise<string> | null = null;
  const whoAmI = async (): Promise<string> => (await (await cloud()).getCurrentUser(client, {})).accountId ?? '';
  const self = (): Promise<string> => {
    account ??= whoAmI().catch((error: unknown) => {
      account = null;
      throw error;
    });
    return account;
  };
  const priorities = prioritiesFrom(values.priorities);
  const jira: Jira = { client, statuses, priorities, issueType: values.issueType };
  const secrets = [webhookSecret, oldWebhookSecret].filter((secret) => secret !== '');
  return {
    name: 'jira',
    title: 'Jira',
    rates,
    render: renderFor(accountSigns),
    post: (place, payload, subject) => attempt('project', () => post(jira, place, payload, subject)),
    update: (ref, payload) => attempt('issue', () => update(jira, ref, payload)),
    addLines: (ref, lines) =>
      attempt('issue', async () => {
        await say(jira, ref.id, lines);
        return delivered(ref);
      }),
    find: (_place, subject) => find(jira, subject),
    check: () =>
      attempt('project', async () => {
        account = null;
        return delivered({ id: await self() });
      }),
    amiss: () => reading(() => unknownPriorities(client, priorities)),
    emailOf: async (address) => (await (await cloud()).getUser(client, { accountId: address })).emailAddress ?? null,
    workspaces: [workspace],
    verify: (raw) => verifyHub(secrets, 'x-hub-signature', raw),
    parse,
    answer: (ask, answer) => tellPresser(jira, ask, answer),
    answersInline: false,
    accountSigns,
    readBack: (ref) =>
      reading(async () => {
        const options = { self: await self(), serviceDesk };
        return actsOf(ref as DeskRef, await deedsOn(client, ref as DeskRef, options), { workspace, statuses });
      }),
    pollEveryMs,
    poll: (cursor, now) =>
      reading(async () => {
        const since = typeof cursor === 'number' ? cursor : now;
        const minutes = Math.min(longestMinutes, Math.ceil((now - since) / 60_000) + overlapMinutes);
        return { changed: await changedSince(client, minutes), cursor: now };
      }),
  };
};

export const jira = defineChannel({ name: 'jira', title: 'Jira', settings, guide, create: createJira });
