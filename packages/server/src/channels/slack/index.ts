/** Slack: cards with buttons in channels and direct messages, forms, an App Home, `/belay`, previews of links. */
import type { JsonObject } from '@belay/protocol';
import type { WebClient } from '@slack/web-api';
import type { CardRef, Channel, Delivery, Place, TakesIn } from '../../engine/channel-ports.ts';
import { type Subject, subjectKey } from '../../engine/delivery/cards.ts';
import type { Rate } from '../../engine/delivery/pace.ts';
import { defineChannel, type Setting, type SettingValues } from '../channel.ts';
import { delivered } from '../outcome.ts';
import { answerAsk, type ResponseHosts } from './answer.ts';
import { guide } from './guide.ts';
import { parse } from './parse.ts';
import { render, said } from './render.ts';
import { createClient, outcomeOf } from './send.ts';
import { connectSocket } from './socket.ts';
import { verify } from './verify.ts';

const settings = {
  botToken: { env: 'BELAY_SLACK_BOT_TOKEN', about: 'xoxb-…, from "OAuth & Permissions"' },
  signingSecret: { env: 'BELAY_SLACK_SIGNING_SECRET', about: 'from "Basic Information"' },
  team: { env: 'BELAY_SLACK_TEAM', about: 'the workspace, T…; nobody else is listened to' },
  oldSigningSecret: {
    env: 'BELAY_SLACK_OLD_SIGNING_SECRET',
    about: 'still counts while you change the secret',
    fallback: '',
  },
  appToken: {
    env: 'BELAY_SLACK_APP_TOKEN',
    about: 'xapp-…: Belay connects to Slack instead of being called (Socket Mode)',
    fallback: '',
  },
  apiUrl: {
    env: 'BELAY_SLACK_API_URL',
    about: 'another address of the Web API',
    fallback: 'https://slack.com/api/',
    isUrl: true,
  },
} satisfies Record<string, Setting>;
type Values = SettingValues<typeof settings>;
type Ports = { fetch: typeof fetch; responseHosts: ResponseHosts };

const asSlackPorts: Ports = { fetch: globalThis.fetch, responseHosts: ['https://hooks.slack.com'] };

/**
 * Slack takes one message a second in a conversation, "several hundred" a minute in a workspace, and 50 edits a minute
 * (tier 3). Answers to pressers come on top.
 */
const rates: readonly Rate[] = [
  { per: 'place', atOnce: 1, everyMs: 1_000, costs: { post: 1, addLines: 1, tell: 1 } },
  { per: 'channel', atOnce: 20, everyMs: 300, costs: { post: 1, addLines: 1, tell: 1 } },
  { per: 'channel', atOnce: 4, everyMs: 1_400, costs: { update: 1 } },
];

type Posted = { channel?: string | undefined; ts?: string | undefined };

const refOf = ({ channel = '', ts = '' }: Posted): CardRef => ({ id: `${channel}:${ts}`, channel, ts });

const attempt = async (work: () => Promise<Delivery>): Promise<Delivery> => {
  try {
    return await work();
  } catch (error) {
    return outcomeOf(error);
  }
};

/** A room by name or id; a person by the direct messages that Slack opens for them, the same whenever it is asked. */
const conversations = (client: WebClient) => {
  const opened = new Map<string, string>();
  return async ({ kind, address }: Place): Promise<string> => {
    const known = kind === 'room' ? address : opened.get(address);
    if (known !== undefined) return known;
    const id = (await client.conversations.open({ users: address })).channel?.id ?? '';
    opened.set(address, id);
    return id;
  };
};

const outgoing = (client: WebClient, team: string) => {
  const conversation = conversations(client);
  const post = (place: Place, message: JsonObject): Promise<Delivery> =>
    attempt(async () => {
      const channel = await conversation(place);
      const quiet = { unfurl_links: false, unfurl_media: false, link_names: false };
      const posted = await client.chat.postMessage({ channel, ...quiet, ...(message as { text: string }) });
      return delivered(refOf(posted));
    });

  return {
    render,
    post: (place: Place, payload: JsonObject) => post(place, payload),
    tell: (place: Place, text: string) => post(place, said(text) as unknown as JsonObject),
    update: (ref: CardRef, payload: JsonObject) =>
      attempt(async () => {
        const { channel, ts } = ref as CardRef & { channel: string; ts: string };
        await client.chat.update({ channel, ts, ...(payload as { text: string }) });
        return delivered(ref);
      }),
    addLines: (ref: CardRef, lines: string[]) =>
      attempt(async () => {
        const { channel, ts } = ref as CardRef & { channel: string; ts: string };
        await client.chat.postMessage({ channel, thread_ts: ts, ...said(lines.join('\n')), unfurl_links: false });
        return delivered(ref);
      }),
    /** By the metadata of our own messages; only where the room is known by its id. */
    find: async (place: Place, subject: Subject): Promise<CardRef | null> => {
      const channel = await conversation(place);
      if (channel.startsWith('#')) return null;
      const { messages = [] } = await client.conversations.history({ channel, limit: 100, include_all_metadata: true });
      const mine = messages.find(
        ({ metadata }) => (metadata?.event_payload as JsonObject | undefined)?.subject === subjectKey(subject),
      );
      return mine?.ts === undefined ? null : refOf({ channel, ts: mine.ts });
    },
    check: () =>
      attempt(async () => {
        const { team_id: seen } = await client.auth.test();
        if (seen === team) return delivered({ id: team });
        return { kind: 'rejected', because: `the token is of workspace ${seen}, not ${team}`, of: 'channel' };
      }),
    emailOf: async (address: string): Promise<string | null> =>
      (await client.users.info({ user: address })).user?.profile?.email ?? null,
  };
};

export const createSlack = (values: Values, ports: Ports = asSlackPorts): Channel => {
  const { botToken, signingSecret, team, oldSigningSecret, appToken, apiUrl } = values;
  const client = createClient(botToken, apiUrl);
  const secrets = [signingSecret, oldSigningSecret].filter((secret) => secret !== '');
  return {
    name: 'slack',
    title: 'Slack',
    rates,
    ...outgoing(client, team),
    workspaces: [team],
    verify: (raw, now) => verify(secrets, raw, now),
    parse,
    answer: (ask, answer) => answerAsk({ client, fetch: ports.fetch, hosts: ports.responseHosts }, ask, answer),
    answersInline: false,
    ...(appToken === '' ? {} : { connect: (takesIn: TakesIn) => connectSocket(appToken, apiUrl, takesIn) }),
  };
};

export const slack = defineChannel({
  name: 'slack',
  title: 'Slack',
  settings,
  guide,
  create: (values) => createSlack(values),
});
