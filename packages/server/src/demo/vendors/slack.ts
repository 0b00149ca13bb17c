/**
 * A Slack of one workspace on loopback: keeps messages, views and direct messages, refuses what breaks Slack's schema,
 * signs what it delivers as Slack signs, and can be told to misbehave. The real client talks to it.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Fault, under } from './faults.ts';
import { createCounter } from './limits.ts';
import { afterForm, fillIn, inputsIn, openForm, stateOf } from './slack-forms.ts';
import { slackLimits } from './slack-limits.ts';
import { activeIn, type Block, objectsIn, textsIn } from './slack-shapes.ts';
import type { OpenForm, Signing, Twin, TwinCard } from './twin.ts';

type Message = {
  channel: string;
  ts: string;
  thread: string | null;
  text: string;
  blocks: Block[];
  metadata: unknown;
  writes: number;
};
type View = { user: string; view: Block; errors: Record<string, string> };

export const slackTeam = 'T0BELAY';
const secret = 'a-signing-secret-of-the-twin';
const botToken = 'xoxb-twin';

/** Methods that write a card; scripted faults meet these. */
const writing = new Set(['chat.postMessage', 'chat.update', 'conversations.open']);

const urlVerified = (body: string, contentType: string, { at, signature }: Signing, key = secret): Request => {
  const timestamp = String(Math.floor(at / 1_000));
  const used = signature === 'wrong' ? 'another secret' : key;
  const mac = createHmac('sha256', used).update(`v0:${timestamp}:${body}`).digest('hex');
  const sent = signature === 'tampered' ? `${body}%20` : body;
  const headers: Record<string, string> = { 'content-type': contentType, 'x-slack-request-timestamp': timestamp };
  if (signature !== 'none') headers['x-slack-signature'] = `v0=${mac}`;
  return new Request('http://belay.test/channels/slack/interactions', { method: 'POST', headers, body: sent });
};

/** A delivery of any kind, signed. */
export const deliverForm = (fields: Record<string, string>, signing: Signing, key?: string): Request =>
  urlVerified(new URLSearchParams(fields).toString(), 'application/x-www-form-urlencoded', signing, key);
export const deliverJson = (text: string, signing: Signing): Request => urlVerified(text, 'application/json', signing);

const formFields = async (request: IncomingMessage): Promise<Record<string, string>> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
};

export type SlackServer = Twin & {
  values: {
    botToken: string;
    signingSecret: string;
    team: string;
    oldSigningSecret: string;
    appToken: string;
    apiUrl: string;
  };
  /** where Socket Mode connects to; without it nobody may */
  openSocketAt(url: string | null): void;
  origin: string;
  homeOf(user: string): Block | null;
  unfurls: Block[];
  messages(): Message[];
  emails: Map<string, string>;
};

/** Slack's schema and limits: what is wrong with a call. */
export type SlackJudge = (method: string, given: Record<string, string>) => string[];

const memory = (judge: SlackJudge) => ({
  counter: createCounter(slackLimits),
  judge,
  messages: [] as Message[],
  views: [] as View[],
  homes: new Map<string, Block>(),
  told: new Map<string, string[]>(),
  unfurls: [] as Block[],
  rooms: new Map<string, string>([['#treasury', 'C0TREASURY']]),
  closed: new Set<string>(),
  emails: new Map<string, string>(),
  faults: [] as Fault[],
  violations: [] as string[],
  state: 'up' as 'up' | 'down' | 'revoked',
  calls: 0,
  serial: 0,
  socketUrl: null as string | null,
});
type Memory = ReturnType<typeof memory>;
type Answer = Record<string, unknown>;
const no = (error: string): Answer => ({ ok: false, error });

const jsonOf = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text));

/** What is read, and where its buttons lead. */
const readIn = (blocks: unknown): string =>
  [...textsIn(blocks), ...objectsIn(blocks).flatMap(({ url }) => (typeof url === 'string' ? [url] : []))].join('\n');

const tell = (slack: Memory, user: string, blocks: unknown): void => {
  slack.told.set(user, [...(slack.told.get(user) ?? []), readIn(blocks)]);
};

const roomOf = (slack: Memory, channel: string): string | null => {
  const known =
    slack.rooms.get(channel) ??
    (channel.startsWith('D') || [...slack.rooms.values()].includes(channel) ? channel : null);
  return known;
};

const postMessage = (slack: Memory, given: Record<string, string>): Answer => {
  const channel = roomOf(slack, given.channel ?? '');
  if (channel === null) return no('channel_not_found');
  if (slack.closed.has(channel)) return no('is_archived');
  const thread = given.thread_ts ?? null;
  if (thread !== null && !slack.messages.some((one) => one.ts === thread)) return no('thread_not_found');
  slack.serial += 1;
  const ts = `1700000000.${String(slack.serial).padStart(6, '0')}`;
  const blocks = (jsonOf(given.blocks) ?? []) as Block[];
  const posted = { channel, ts, thread, text: given.text ?? '', blocks, metadata: jsonOf(given.metadata), writes: 1 };
  slack.messages.push(posted);
  return { ok: true, channel, ts, message: { text: posted.text } };
};

const update = (slack: Memory, given: Record<string, string>): Answer => {
  const found = slack.messages.find((one) => one.channel === given.channel && one.ts === given.ts);
  if (found === undefined) return no('message_not_found');
  found.text = given.text ?? found.text;
  found.blocks = (jsonOf(given.blocks) ?? found.blocks) as Block[];
  found.metadata = jsonOf(given.metadata) ?? found.metadata;
  found.writes += 1;
  return { ok: true, channel: found.channel, ts: found.ts };
};

const view = (given: Record<string, string>): Block => jsonOf(given.view) as Block;

const methods: Record<string, (slack: Memory, given: Record<string, string>) => Answer> = {
  'auth.test': () => ({ ok: true, team_id: slackTeam, user_id: 'U0BOT', bot_id: 'B0BOT' }),
  'chat.postMessage': postMessage,
  'chat.update': update,
  'chat.postEphemeral': (slack, given) => {
    if (roomOf(slack, given.channel ?? '') === null) return no('channel_not_found');
    tell(slack, given.user ?? '', jsonOf(given.blocks));
    return { ok: true, message_ts: '1700000000.000000' };
  },
  'chat.unfurl': (slack, given) => {
    slack.unfurls.push(jsonOf(given.unfurls) as Block);
    return { ok: true };
  },
  'conversations.open': (_slack, given) => ({ ok: true, channel: { id: `D${given.users}` } }),
  'conversations.history': (slack, given) => ({
    ok: true,
    messages: slack.messages
      .filter((one) => one.channel === given.channel && one.thread === null)
      .map(({ ts, text, metadata }) => ({ ts, text, metadata })),
  }),
  'views.open': (slack, given) => {
    const user = /^trigger\.(\w+)\./.exec(given.trigger_id ?? '')?.[1];
    if (user === undefined) return no('invalid_trigger_id');
    slack.views.push({ user, view: view(given), errors: {} });
    return { ok: true, view: { id: 'V1' } };
  },
  'views.publish': (slack, given) => {
    slack.homes.set(given.user_id ?? '', view(given));
    return { ok: true, view: { id: 'V1' } };
  },
  'users.info': (slack, given) =>
    slack.emails.has(given.user ?? '')
      ? { ok: true, user: { id: given.user, profile: { email: slack.emails.get(given.user ?? '') } } }
      : no('user_not_found'),
};

const call = (slack: Memory, method: string, given: Record<string, string>, token: string): Answer => {
  if (method === 'apps.connections.open')
    return token === 'Bearer xapp-twin' && slack.socketUrl !== null
      ? { ok: true, url: slack.socketUrl }
      : no('internal_error');
  if (token !== `Bearer ${botToken}`) return no('invalid_auth');
  if (slack.state === 'revoked') return no('token_revoked');
  const problems = slack.judge(method, given);
  slack.violations.push(...problems.map((problem) => `${method}: ${problem}`));
  if (problems.length > 0) return no('invalid_blocks');
  return methods[method]?.(slack, given) ?? no('unknown_method');
};

const down: Fault = { kind: 'error', status: 503 };
const misbehaviour = {
  limited: (seconds: number) => ({
    status: 429,
    headers: { 'retry-after': String(seconds) },
    body: { ok: false, error: 'ratelimited' },
  }),
  failed: (status: number) => ({ status }),
};

const serveApi = async (slack: Memory, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const method = (request.url ?? '').replace('/api/', '');
  const given = await formFields(request);
  slack.calls += 1;
  const wire = { request, response };
  const over = slack.counter.over({ method, given });
  const fault = slack.state === 'down' ? down : (over ?? (writing.has(method) ? slack.faults.shift() : undefined));
  await under(fault, misbehaviour, wire, () => ({
    status: 200,
    body: call(slack, method, given, request.headers.authorization ?? ''),
  }));
};

/** `response_url`: the person is in its path. */
const serveResponse = async (slack: Memory, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const said = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { blocks?: Block[]; response_type?: string };
  const problems = slack.judge('response_url', { blocks: JSON.stringify(said.blocks) });
  slack.violations.push(...problems.map((problem) => `response_url: ${problem}`));
  tell(slack, (request.url ?? '').split('/')[2] ?? '', said.blocks);
  response.writeHead(200).end('ok');
};

const ours = /^http:\/\/belay\.test\//;

const seen = (slack: Memory, message: Message): TwinCard => {
  const buttons = objectsIn(message.blocks).filter((one) => one.type === 'button');
  const mrkdwn = [
    message.text,
    ...objectsIn(message.blocks)
      .filter((one) => one.type === 'mrkdwn')
      .map((one) => String(one.text)),
  ];
  const parts = objectsIn(message.blocks).filter((one) =>
    ['link', 'user', 'channel', 'broadcast', 'image', 'emoji', 'date'].includes(String(one.type)),
  );
  const urls = buttons.flatMap((one) => (typeof one.url === 'string' && !ours.test(one.url) ? [one.url] : []));
  const room = [...slack.rooms].find(([, id]) => id === message.channel)?.[0];
  return {
    id: `${message.channel}:${message.ts}`,
    where: room ?? message.channel.replace(/^D/, ''),
    text: textsIn(message.blocks).join('\n'),
    actions: buttons.map((one) => String(one.action_id).replace(/^belay:/, '')).filter((word) => word !== 'open'),
    lines: slack.messages
      .filter((one) => one.thread === message.ts)
      .flatMap((one) => textsIn(one.blocks).join('\n').split('\n')),
    writes: message.writes,
    active: [...mrkdwn.flatMap(activeIn), ...parts.map((one) => JSON.stringify(one)), ...urls],
  };
};

const common = (origin: string, { by, workspace = slackTeam }: Signing) => ({
  user: { id: by, username: 'somebody', name: 'somebody', team_id: workspace },
  team: { id: workspace, domain: 'belay' },
  api_app_id: 'A0BELAY',
  token: 'unused',
  enterprise: null,
  is_enterprise_install: false,
  trigger_id: `trigger.${by}.${randomBytes(6).toString('hex')}`,
  response_url: `${origin}/response/${by}/${randomBytes(4).toString('hex')}`,
});

const pressPayload = (
  slack: Memory,
  origin: string,
  cardId: string,
  action: string,
  signing: Signing,
  subject?: string,
) => {
  const message = slack.messages.find((one) => `${one.channel}:${one.ts}` === cardId);
  const button = objectsIn(message?.blocks).find((one) => one.action_id === `belay:${action}`);
  if (message === undefined || button === undefined) throw new Error(`there is no button ${action} on ${cardId}`);
  const value =
    subject === undefined ? button.value : JSON.stringify({ ...(JSON.parse(String(button.value)) as object), subject });
  return {
    type: 'block_actions',
    ...common(origin, signing),
    container: { type: 'message', message_ts: message.ts, channel_id: message.channel, is_ephemeral: false },
    channel: { id: message.channel, name: 'somewhere' },
    message: { type: 'message', ts: message.ts, text: message.text, blocks: message.blocks },
    actions: [{ ...button, value, type: 'button', block_id: 'b1', action_ts: '1.1' }],
  };
};

type Submission = { payload: object; sent: View };

const submission = (
  slack: Memory,
  origin: string,
  fields: Record<string, string | boolean>,
  signing: Signing,
): Submission => {
  const sent = slack.views.findLast((one) => one.user === signing.by);
  if (sent === undefined) throw new Error(`nothing is open for ${signing.by}`);
  fillIn(sent.view, fields);
  const view = { ...sent.view, id: 'V1', team_id: slackTeam, hash: '1', state: { values: stateOf(sent.view) } };
  return { sent, payload: { type: 'view_submission', ...common(origin, signing), response_urls: [], view } };
};

/** The answer to a form that was sent: empty, and it closes; what Slack does not understand is trouble. */
const heardForm = async (slack: Memory, sent: View, response: Response): Promise<void> => {
  const body = await response.text();
  if (response.status !== 200) return;
  const { close, ...after } = afterForm(sent.view, body, (view) =>
    slack.judge('response_action', { view: JSON.stringify(view) }),
  );
  slack.violations.push(...after.problems.map((problem) => `view_submission: ${problem}`));
  slack.views = slack.views.filter((one) => one !== sent);
  if (close) return;
  slack.views.push({ user: sent.user, view: after.view, errors: after.errors });
  if (inputsIn(after.view).length === 0) tell(slack, sent.user, after.view.blocks);
};

export const startSlack = async (judge: SlackJudge = () => []): Promise<SlackServer> => {
  const slack = memory(judge);
  const server = createServer((request, response) => {
    const serve = (request.url ?? '').startsWith('/response/') ? serveResponse : serveApi;
    serve(slack, request, response).catch((error: unknown) => {
      slack.violations.push(String(error));
      response.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const submitted = new WeakMap<Request, View>();
  const form = (payload: object, signing: Signing) => deliverForm({ payload: JSON.stringify(payload) }, signing);
  return {
    values: {
      botToken,
      signingSecret: secret,
      team: slackTeam,
      oldSigningSecret: '',
      appToken: '',
      apiUrl: `${origin}/api/`,
    },
    origin,
    cards: () =>
      slack.messages.filter((one) => one.thread === null && one.metadata !== undefined).map((one) => seen(slack, one)),
    press: (cardId, action, signing) => form(pressPayload(slack, origin, cardId, action, signing), signing),
    pressOn: (cardId, action, subject, signing) =>
      form(pressPayload(slack, origin, cardId, action, signing, subject), signing),
    form: (by): OpenForm | null => {
      const open = slack.views.findLast((one) => one.user === by);
      return open === undefined ? null : openForm(open.view, open.errors);
    },
    submit: (fields, signing) => {
      const { payload, sent } = submission(slack, origin, fields, signing);
      const request = form(payload, signing);
      submitted.set(request, sent);
      return request;
    },
    heard: async (request, response) => {
      const sent = submitted.get(request);
      if (sent !== undefined) await heardForm(slack, sent, response);
    },
    forgetForm: (by) => {
      slack.views = slack.views.filter((one) => one.user !== by);
    },
    told: (address) => [
      ...(slack.told.get(address) ?? []),
      ...slack.messages
        .filter((one) => one.channel === `D${address}` && one.metadata === undefined && one.thread === null)
        .map((one) => textsIn(one.blocks).join('\n')),
    ],
    next: (...faults) => void slack.faults.push(...faults),
    state: (state) => {
      slack.state = state;
    },
    closeRoom: (room) => void slack.closed.add(roomOf(slack, room) ?? room),
    remove: (cardId) => {
      slack.messages = slack.messages.filter((one) => `${one.channel}:${one.ts}` !== cardId);
    },
    openSocketAt: (url) => {
      slack.socketUrl = url;
    },
    calls: () => slack.calls,
    countBy: slack.counter.countBy,
    exceeded: slack.counter.exceeded,
    violations: slack.violations,
    homeOf: (user) => slack.homes.get(user) ?? null,
    unfurls: slack.unfurls,
    messages: () => slack.messages,
    emails: slack.emails,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
