/**
 * A Teams of one tenant on loopback: the login service, the Bot Framework's OpenID metadata and key set, the connector,
 * and people who press, fill in dialogs and install the bot, each delivered with a token signed as the vendor signs.
 * Written from the vendor's schemas and documents, by somebody who has not seen what talks to it.
 */
import { createPublicKey, createVerify } from 'node:crypto';
import { type WireCall as Call, type Fault, listen, type Reply, under } from './faults.ts';
import { type Counter, createCounter, type Limit } from './limits.ts';
import { activityOf, deliver, peopleOf } from './teams-people.ts';
import { actionsOf, activeIn, activeParts, cardsOf, plainText, textsIn, type Value, wordOf } from './teams-shapes.ts';
import {
  connector,
  type Member,
  type Posted,
  personalOf,
  refusal,
  type TeamsJudge,
  type Tenant,
} from './teams-store.ts';
import {
  botAudience,
  type Claims,
  issuer,
  keySet,
  loginMetadata,
  newSigner,
  openIdMetadata,
  type Signer,
  signToken,
} from './teams-token.ts';
import type { Signing, Twin, TwinCard } from './twin.ts';

export const teamsTenant = '99999999-2222-4333-8444-555555555555';
export const teamsAppId = '11111111-2222-4333-8444-555555555555';
export const teamsRoom = '19:treasury@thread.tacv2';
const appPassword = 'a-client-secret-of-the-twin';

const idOf = (last: string): string => `aad00000-2222-4333-8444-${last.padStart(12, '0')}`;
/** Directory ids of the people of the sample organisation. */
export const teamsAddresses: Record<string, string> = {
  amelie: idOf('1'),
  bruno: idOf('2'),
  chidi: idOf('3'),
  dana: idOf('4'),
  emre: idOf('5'),
};
export const teamsStranger: string = idOf('9');
/** Somebody else's id in the directory, made from how the organisation calls them. */
export const teamsIdOf = (personId: string): string =>
  teamsAddresses[personId] ?? idOf(Buffer.from(personId).toString('hex').slice(0, 12));
const names: Record<string, string> = {
  amelie: 'Amélie Laurent',
  bruno: 'Bruno Ferrari',
  chidi: 'Chidi Okafor',
  dana: 'Dana Novak',
  emre: 'Emre Yilmaz',
};

export type TeamsServer = Twin & {
  /** forgets the faults that were to come */
  forgive(): void;
  /** the conversation of the bot with one person */
  chatOf(aadObjectId: string): string;
  origin: string;
  tenant: string;
  appId: string;
  appPassword: string;
  teamId: string;
  loginEndpoint: string;
  openIdMetadataUrl: string;
  /** what the login service would give the bot */
  botToken(): string;
  /** the token of a delivery; anything in it can be made wrong */
  token(at: number, changes?: { claims?: Claims; header?: Claims; signer?: Signer }): string;
  /** a delivery of any activity */
  deliver(activity: Value, token: string | null): Request;
  /** a press in a client that does not know `Action.Execute` */
  pressInOlder(cardId: string, action: string, signing: Signing): Request;
  /** somebody looks at a card: the fresh one that their client asks for by itself, null when it asks for none */
  look(cardId: string, signing: Signing): Request | null;
  /** the bot is added to the team, or by one person */
  install(signing: Signing, where: 'team' | 'personal'): Request;
  /** somebody writes to the bot */
  write(text: string, signing: Signing): Request;
  members: Member[];
  /** whether a roster is told when it is asked for */
  rosterIs(state: 'open' | 'shut' | 'limited'): void;
  /** how often one was asked for */
  rostersRead(): number;
  /** how often the bot asked for its conversation with somebody */
  openingsOf(aadObjectId: string): number;
  messages(): readonly Posted[];
  /** a published key that may not sign for Teams */
  unendorsed: Signer;
};

export type TeamsOptions = {
  judge?: TeamsJudge;
  /** names by how the organisation calls them */
  people?: Record<string, string>;
  /** members of the team of whom the organisation knows nothing */
  others?: number;
};

const none = (): string[] => [];
const lenient: TeamsJudge = { activity: none, conversation: none, card: none };

const emailOf = (name: string): string => {
  const plain = name
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z ]/g, '');
  return `${plain.replace(' ', '.')}@example.com`;
};

const newTenant = ({ judge = lenient, people = names, others = 0 }: TeamsOptions): Tenant => ({
  judge,
  appId: teamsAppId,
  tenantId: teamsTenant,
  teamId: '19:team@thread.tacv2',
  members: [
    ...Array.from({ length: others }, (_, n) => ({
      aadObjectId: idOf(`a${n}`),
      name: `Member ${n}`,
      email: `member.${n}@example.com`,
    })),
    ...Object.entries(people).map(([id, name]) => ({ aadObjectId: teamsIdOf(id), name, email: emailOf(name) })),
    { aadObjectId: teamsStranger, name: 'Stranger Unknown', email: 'stranger@example.com' },
  ],
  conversations: new Map([[teamsRoom, { id: teamsRoom, kind: 'channel', member: null }]]),
  messages: [],
  rosters: { read: 0, state: 'open' },
  closed: new Set(),
  openings: new Map(),
  violations: [],
  origin: '',
  serial: 0,
});

const ours = /^(http:\/\/belay\.test|https:\/\/belay\.example)\//;

const seen = (tenant: Tenant, { conversation, id, activity, writes }: Posted): TwinCard => {
  const cards = cardsOf(activity);
  const member = tenant.conversations.get(conversation)?.member;
  const spoken = [activity.text, activity.summary].filter((text) => typeof text === 'string');
  return {
    id: `${conversation} ${id}`,
    where: member ?? conversation,
    text: cards.flatMap(textsIn).join('\n'),
    actions: cards
      .flatMap(actionsOf)
      .filter(({ type }) => type !== 'Action.OpenUrl' && type !== 'Action.ToggleVisibility')
      .map(wordOf),
    lines: tenant.messages
      .filter((one) => one.root === id)
      .flatMap((one) => [plainText(String(one.activity.text ?? '')), ...cardsOf(one.activity).flatMap(textsIn)])
      .flatMap((text) => text.split('\n')),
    writes,
    active: [
      ...spoken.flatMap((text) => activeIn(String(text))),
      ...((activity.entities ?? []) as Value[])
        .filter((one) => one.type === 'mention')
        .map((one) => JSON.stringify(one)),
      ...cards.flatMap((card) => activeParts(card, (url) => ours.test(url))),
    ],
  };
};

const verifies = (token: string, { publicKey }: Signer): boolean => {
  const [head = '', claims = '', signature = ''] = token.split('.');
  const check = createVerify('RSA-SHA256').update(`${head}.${claims}`);
  return check.verify(createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })), signature, 'base64url');
};

const login = (tenant: Tenant, botToken: () => string, { path, method, body }: Call): Reply | null => {
  if (path.endsWith('/.well-known/openid-configuration'))
    return { status: 200, body: loginMetadata(tenant.origin, path.split('/')[1] ?? teamsTenant) };
  if (path === '/common/discovery/instance')
    return {
      status: 200,
      body: {
        tenant_discovery_endpoint: `${tenant.origin}/${teamsTenant}/v2.0/.well-known/openid-configuration`,
        metadata: [],
      },
    };
  if (method !== 'POST' || !path.endsWith('/oauth2/v2.0/token')) return null;
  const form = new URLSearchParams(body);
  if (form.get('client_id') !== teamsAppId || form.get('client_secret') !== appPassword)
    return {
      status: 401,
      body: { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret.' },
    };
  if (form.get('scope') !== `${botAudience}/.default` || form.get('grant_type') !== 'client_credentials')
    return { status: 400, body: { error: 'invalid_scope', error_description: 'AADSTS70011: The scope is not valid.' } };
  return {
    status: 200,
    body: { token_type: 'Bearer', expires_in: 3_599, ext_expires_in: 3_599, access_token: botToken() },
  };
};

const misbehaviour = {
  limited: (seconds: number): Reply => ({
    ...refusal(429, 'TooManyRequests', 'API calls quota exceeded! maximum admitted 7 per 1s.'),
    headers: { 'retry-after': String(seconds) },
  }),
  failed: (status: number): Reply => refusal(status, 'ServiceError', 'Unknown'),
};

type Running = {
  state: 'up' | 'down' | 'revoked';
  faults: Fault[];
  calls: number;
  counter: Counter<Call>;
};

const conversationOf = ({ path }: Call): string | null => /^\/v3\/conversations\/([^/;]+)/.exec(path)?.[1] ?? null;
const inConversation = (most: number, seconds: number): Limit<Call> => ({
  about: `${most} messages in ${seconds} s of`,
  most,
  inMs: seconds * 1_000,
  keyOf: (call) => (writes(call) ? conversationOf(call) : null),
});
/** As documented: of a bot in each conversation, and of an app in the tenant. */
const limits: Limit<Call>[] = [
  inConversation(7, 1),
  inConversation(8, 2),
  inConversation(60, 30),
  inConversation(1_800, 3_600),
  { about: '50 requests a second of', most: 50, inMs: 1_000, keyOf: () => 'the app' },
];

/** Somebody adds the bot, or writes to it. */
const arrivals = (tenant: Tenant, people: ReturnType<typeof peopleOf>) => ({
  install: (signing: Signing, where: 'team' | 'personal'): Request => {
    const conversation = where === 'team' ? teamsRoom : personalOf(tenant, signing.by).id;
    const activity = activityOf(tenant, signing, conversation);
    return people.signed({ type: 'installationUpdate', action: 'add', ...activity }, signing);
  },
  write: (text: string, signing: Signing): Request => {
    const activity = activityOf(tenant, signing, personalOf(tenant, signing.by).id);
    return people.signed({ type: 'message', text, textFormat: 'plain', ...activity }, signing);
  },
});

const vendorOf = (tenant: Tenant, running: Running, people: ReturnType<typeof peopleOf>) => ({
  ...arrivals(tenant, people),
  cards: () => tenant.messages.filter(({ activity }) => cardsOf(activity).length > 0).map((one) => seen(tenant, one)),
  press: (cardId: string, word: string, signing: Signing) => people.press(cardId, word, signing),
  pressOn: (cardId: string, word: string, subject: string, signing: Signing) =>
    people.press(cardId, word, signing, { subject }),
  pressInOlder: (cardId: string, word: string, signing: Signing) =>
    people.press(cardId, word, signing, { isOlder: true }),
  look: people.look,
  form: people.form,
  forgetForm: people.forgetForm,
  chatOf: (aadObjectId: string) => personalOf(tenant, aadObjectId).id,
  submit: people.submit,
  heard: people.heard,
  told: (address: string) => {
    const written = tenant.messages
      .filter((one) => tenant.conversations.get(one.conversation)?.member === address && one.root === null)
      .filter(({ activity }) => cardsOf(activity).length === 0)
      .map(({ activity, serial }) => ({ text: plainText(String(activity.text ?? '')), after: serial }));
    return [...written, ...people.told(address)].sort((a, b) => a.after - b.after).map(({ text }) => text);
  },
  next: (...faults: Fault[]) => void running.faults.push(...faults),
  forgive: () => void running.faults.splice(0),
  state: (state: Running['state']) => {
    running.state = state;
  },
  closeRoom: (room: string) => void tenant.closed.add(room),
  remove: (cardId: string) => {
    tenant.messages = tenant.messages.filter((one) => `${one.conversation} ${one.id}` !== cardId);
  },
  calls: () => running.calls,
  countBy: running.counter.countBy,
  exceeded: running.counter.exceeded,
  violations: tenant.violations,
  tenant: tenant.tenantId,
  appId: tenant.appId,
  appPassword,
  teamId: tenant.teamId,
  loginEndpoint: tenant.origin,
  openIdMetadataUrl: `${tenant.origin}/v1/.well-known/openidconfiguration`,
  deliver,
  members: tenant.members,
  rosterIs: (state: 'open' | 'shut' | 'limited') => {
    tenant.rosters.state = state;
  },
  rostersRead: () => tenant.rosters.read,
  openingsOf: (aadObjectId: string) => tenant.openings.get(aadObjectId) ?? 0,
  messages: () => tenant.messages,
});

/** Writing a message or opening a conversation meets the scripted faults; looking something up does not. */
const writes = ({ method, path }: Call): boolean => method !== 'GET' && path.startsWith('/v3/conversations');

const wellKnown = ({ path }: Call, origin: string, signer: Signer, unendorsed: Signer): Reply | null => {
  if (path === '/v1/.well-known/openidconfiguration') return { status: 200, body: openIdMetadata(origin) };
  if (path !== '/v1/.well-known/keys') return null;
  const keys = [
    { signer, endorsements: ['msteams', 'webchat'] },
    { signer: unendorsed, endorsements: ['directline'] },
  ];
  return { status: 200, body: keySet(keys) };
};

export const startTeams = async (options: TeamsOptions = {}): Promise<TeamsServer> => {
  const tenant = newTenant(options);
  const [signer, unendorsed] = [newSigner('teams-1'), newSigner('directline-1')];
  const running: Running = { state: 'up', faults: [], calls: 0, counter: createCounter(limits) };
  const botToken = (): string =>
    signToken(
      {
        aud: botAudience,
        iss: `https://sts.windows.net/${teamsTenant}/`,
        appid: teamsAppId,
        tid: teamsTenant,
        exp: Math.floor(Date.now() / 1_000) + 3_599,
      },
      signer,
    );
  const { origin, close } = await listen(async (call, response) => {
    const wire = { request: call.request, response };
    const known = login(tenant, botToken, call) ?? wellKnown(call, tenant.origin, signer, unendorsed);
    if (known !== null) return under(undefined, misbehaviour, wire, () => known);
    running.calls += 1;
    if (running.state === 'down')
      return under({ kind: 'error', status: 503 }, misbehaviour, wire, () => ({ status: 503 }));
    const isSigned = (token: string) => running.state !== 'revoked' && verifies(token, signer);
    const fault = running.counter.over(call) ?? (writes(call) ? running.faults.shift() : undefined);
    return under(fault, misbehaviour, wire, () => connector(tenant, call, isSigned));
  });
  tenant.origin = origin;
  const token: TeamsServer['token'] = (at, { claims = {}, header = {}, signer: by = signer } = {}) => {
    const now = Math.floor(at / 1_000);
    return signToken(
      { serviceurl: origin, nbf: now, exp: now + 3_600, iss: issuer, aud: teamsAppId, ...claims },
      by,
      header,
    );
  };
  return { ...vendorOf(tenant, running, peopleOf(tenant, token)), origin, botToken, token, unendorsed, close };
};
