/**
 * The Bot Connector of a local Teams: conversations, messages and rosters of one tenant, by the vendor's documented
 * requests and answers. What breaks its schema or its limits is refused as the vendor refuses, and kept as a violation.
 */
import { randomUUID } from 'node:crypto';
import type { WireCall as Call, Reply } from './faults.ts';
import { isTooLarge, type Value } from './teams-shapes.ts';
import { botAudience, claimsOf } from './teams-token.ts';

export type Member = { aadObjectId: string; name: string; email: string };
export type Posted = {
  conversation: string;
  id: string;
  serial: number;
  /** the message it answers: its thread in a channel */
  root: string | null;
  activity: Value;
  writes: number;
};
export type Conversation = { id: string; kind: 'channel' | 'personal'; member: string | null };

/** The vendor's schemas and limits: what is wrong with what it is given. */
export type TeamsJudge = Record<'activity' | 'conversation' | 'card', (given: unknown) => string[]>;

export type Tenant = {
  judge: TeamsJudge;
  appId: string;
  tenantId: string;
  teamId: string;
  members: Member[];
  conversations: Map<string, Conversation>;
  messages: Posted[];
  /** how often a roster was asked for, and whether it is told */
  rosters: { read: number; state: 'open' | 'shut' | 'limited' };
  /** conversations the bot was taken out of */
  closed: Set<string>;
  /** how often the bot asked for a conversation with each person */
  openings: Map<string, number>;
  violations: string[];
  origin: string;
  serial: number;
};

/** A person's id for one bot: `29:` and an opaque text, here made from the directory's id. */
export const memberId = (aadObjectId: string): string => `29:1${aadObjectId.replaceAll('-', '')}`;

const accountOf = ({ tenantId }: Tenant, { aadObjectId, name, email }: Member): Value => ({
  id: memberId(aadObjectId),
  name,
  objectId: aadObjectId,
  aadObjectId,
  givenName: name.split(' ')[0],
  surname: name.split(' ').slice(1).join(' '),
  email,
  userPrincipalName: email,
  tenantId,
  userRole: 'user',
});

export const refusal = (status: number, code: string, message: string, more: Value = {}): Reply => ({
  status,
  body: { error: { code, message }, ...more },
});
const notFound = (what: string): Reply => refusal(404, 'ConversationNotFound', `${what} not found.`);

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

const refused = (tenant: Tenant, problems: string[]): Reply => {
  tenant.violations.push(...problems);
  return refusal(400, 'BadSyntax', problems.join('; '));
};

const judged = (tenant: Tenant, text: string): Reply | Value => {
  if (isTooLarge(text)) {
    tenant.violations.push(`a message of ${text.length} characters`);
    return refusal(413, 'MessageSizeTooBig', 'Message size too large.');
  }
  const given = parsed(text);
  const problems = tenant.judge.activity(given);
  return problems.length > 0 ? refused(tenant, problems) : (given as Value);
};
const isReply = (judgement: Reply | Value): judgement is Reply => typeof judgement.status === 'number';

/** `19:…@thread.tacv2;messageid=ID` is a thread of a channel. */
const addressed = (tenant: Tenant, path: string): { conversation: Conversation; root: string | null } | null => {
  const [id = '', root = null] = path.split(';messageid=');
  const conversation = tenant.conversations.get(id);
  if (conversation === undefined || (root !== null && conversation.kind !== 'channel')) return null;
  if (root !== null && !tenant.messages.some((one) => one.id === root)) return null;
  return { conversation, root };
};

const shut = ({ closed }: Tenant, { id, kind }: Conversation): Reply | null => {
  if (!closed.has(id)) return null;
  return kind === 'personal'
    ? refusal(403, 'Forbidden', 'User blocked the conversation with the bot.', { subCode: 'MessageWritesBlocked' })
    : refusal(403, 'BotNotInConversationRoster', 'The bot is not part of the conversation roster.');
};

const newId = (tenant: Tenant): string => {
  tenant.serial += 1;
  return String(1_700_000_000_000 + tenant.serial);
};

const keep = (tenant: Tenant, conversation: Conversation, root: string | null, activity: Value): Posted => {
  const posted = { conversation: conversation.id, id: newId(tenant), serial: tenant.serial, root, activity, writes: 1 };
  tenant.messages.push(posted);
  return posted;
};

const post = (tenant: Tenant, path: string, answers: string | null, body: string): Reply => {
  const to = addressed(tenant, path);
  if (to === null) return notFound('Conversation');
  const closed = shut(tenant, to.conversation);
  if (closed !== null) return closed;
  const activity = judged(tenant, body);
  if (isReply(activity)) return activity;
  if (answers !== null && !tenant.messages.some((one) => one.id === answers)) return notFound('Activity');
  const replyTo = typeof activity.replyToId === 'string' ? activity.replyToId : null;
  const { id } = keep(tenant, to.conversation, to.root ?? answers ?? replyTo, activity);
  return { status: 201, body: { id } };
};

const update = (tenant: Tenant, path: string, activityId: string, body: string): Reply => {
  const to = addressed(tenant, path);
  if (to === null) return notFound('Conversation');
  const closed = shut(tenant, to.conversation);
  if (closed !== null) return closed;
  const activity = judged(tenant, body);
  if (isReply(activity)) return activity;
  const found = tenant.messages.find((one) => one.id === activityId && one.conversation === to.conversation.id);
  if (found === undefined) return refusal(404, 'ActivityNotFoundInConversation', 'Activity not found in conversation.');
  found.activity = activity;
  found.writes += 1;
  return { status: 200, body: { id: found.id } };
};

/** The conversation of the bot with one person. */
export const personalOf = (tenant: Tenant, aadObjectId: string): Conversation => {
  const id = `a:1${aadObjectId.replaceAll('-', '')}`;
  const conversation = tenant.conversations.get(id) ?? { id, kind: 'personal' as const, member: aadObjectId };
  tenant.conversations.set(id, conversation);
  return conversation;
};

const opened = (tenant: Tenant, aadObjectId: string): Conversation => {
  tenant.openings.set(aadObjectId, (tenant.openings.get(aadObjectId) ?? 0) + 1);
  return personalOf(tenant, aadObjectId);
};

const knownMember = (tenant: Tenant, id: string): Member | undefined =>
  tenant.members.find(({ aadObjectId }) => aadObjectId === id || memberId(aadObjectId) === id);

/** A conversation with one person, or a new thread in a channel. */
const create = (tenant: Tenant, body: string): Reply => {
  const given = parsed(body);
  const problems = tenant.judge.conversation(given);
  if (problems.length > 0) return refused(tenant, problems);
  const { members = [], channelData, activity, tenantId } = given as Value;
  const data = (channelData ?? {}) as { tenant?: { id?: string }; channel?: { id?: string } };
  const first = (members as Value[])[0];
  if ((tenantId ?? data.tenant?.id) !== tenant.tenantId && data.channel === undefined)
    return refusal(403, 'Forbidden', 'Bot is not authorized for the tenant.');
  const member = first === undefined ? undefined : knownMember(tenant, String(first.id));
  const conversation =
    data.channel?.id === undefined
      ? member && opened(tenant, member.aadObjectId)
      : tenant.conversations.get(data.channel.id);
  if (conversation === undefined) return refusal(400, 'BadArgument', 'Failed to decrypt conversation id.');
  const closed = shut(tenant, conversation);
  if (closed !== null && activity !== undefined) return closed;
  const opening = activity === undefined ? null : judged(tenant, JSON.stringify(activity));
  if (opening !== null && isReply(opening)) return opening;
  const posted = opening === null ? null : keep(tenant, conversation, null, opening);
  const id =
    posted !== null && conversation.kind === 'channel' ? `${conversation.id};messageid=${posted.id}` : conversation.id;
  return { status: 201, body: { id, activityId: posted?.id, serviceUrl: tenant.origin } };
};

const roster = (tenant: Tenant, { conversation }: NonNullable<ReturnType<typeof addressed>>): Value[] =>
  tenant.members
    .filter(({ aadObjectId }) => conversation.member === null || conversation.member === aadObjectId)
    .map((member) => accountOf(tenant, member));

const people = (tenant: Tenant, path: string, rest: string[], query: URLSearchParams): Reply => {
  tenant.rosters.read += 1;
  if (tenant.rosters.state === 'limited')
    return { ...refusal(429, 'TooManyRequests', 'API calls quota exceeded!'), headers: { 'retry-after': '60' } };
  if (tenant.rosters.state === 'shut') return refusal(503, 'ServiceUnavailable', 'The roster cannot be read now.');
  const to = addressed(tenant, path);
  if (to === null) return notFound('Conversation');
  const all = roster(tenant, to);
  if (rest[0] === 'pagedmembers') {
    const size = Math.min(500, Math.max(1, Number(query.get('pageSize') ?? 200)));
    const from = Number(query.get('continuationToken') ?? 0);
    const more = from + size < all.length ? { continuationToken: String(from + size) } : {};
    return { status: 200, body: { members: all.slice(from, from + size), ...more } };
  }
  if (rest[1] === undefined) return { status: 200, body: all };
  const one = all.find(({ id, aadObjectId }) => id === rest[1] || aadObjectId === rest[1]);
  return one === undefined
    ? refusal(404, 'MemberNotFoundInConversation', 'Unknown user id')
    : { status: 200, body: one };
};

const activities = (tenant: Tenant, method: string, [path, id]: [string, string | undefined], body: string): Reply => {
  if (method === 'POST') return post(tenant, path, id ?? null, body);
  if (method === 'PUT' && id) return update(tenant, path, id, body);
  if (method === 'DELETE' && id) {
    tenant.messages = tenant.messages.filter((one) => one.id !== id);
    return { status: 200 };
  }
  return refusal(405, 'MethodNotAllowed', method);
};

const team = ({ teamId, tenantId, conversations }: Tenant, [id, rest]: string[]): Reply => {
  if (id !== teamId) return notFound('Team');
  if (rest === 'conversations')
    return {
      status: 200,
      body: {
        conversations: [...conversations.values()].filter((c) => c.kind === 'channel').map((c) => ({ id: c.id })),
      },
    };
  return { status: 200, body: { id: teamId, name: 'Treasury', aadGroupId: randomUUID(), tenantId, memberCount: 5 } };
};

/** A call to the connector, with its token looked at. */
export const connector = (
  tenant: Tenant,
  { method, path, query, body, request }: Call,
  isSigned: (t: string) => boolean,
): Reply => {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const { aud, appid } = claimsOf(token);
  if (!isSigned(token) || aud !== botAudience || appid !== tenant.appId)
    return refusal(401, 'Unauthorized', 'Authorization has been denied for this request.');
  const [, , area, conversation = '', kind, ...rest] = path.split('/');
  if (area === 'teams') return team(tenant, [conversation, kind ?? '']);
  if (area !== 'conversations') return refusal(404, 'ServiceError', `there is no ${path}`);
  if (conversation === '' && method === 'POST') return create(tenant, body);
  if (kind === 'activities') return activities(tenant, method, [conversation, rest[0]], body);
  const list = kind?.toLowerCase();
  if (method === 'GET' && (list === 'members' || list === 'pagedmembers'))
    return people(tenant, conversation, [list, ...rest], query);
  return refusal(404, 'ServiceError', `there is no ${method} ${path}`);
};
