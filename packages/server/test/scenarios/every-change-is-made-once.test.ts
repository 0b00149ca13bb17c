/**
 * A person's request that is sent again with its Idempotency-Key changes nothing and has the same answer, at every route
 * that changes something. The table below is complete by its type: a new route does not compile without a line in it.
 */
import { readFileSync } from 'node:fs';
import { type BodyOf, type JsonObject, type RouteName, routes } from '@belay/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createWorld, invoice, monday, root, type World } from '../world.ts';

type Routes = typeof routes;
type ChangedByPeople = {
  [N in RouteName]: Routes[N]['method'] extends 'GET' ? never : Routes[N]['caller'] extends 'person' ? N : never;
}[RouteName];
/** Nothing is changed by these, or nothing that a second time could change: a link of an account works once by itself. */
type Exempt = 'previewOrganisation' | 'backtest' | 'logout' | 'lookAtAccountLink' | 'confirmAccountLink';

type Asked<N extends RouteName> = { by: string; params?: Record<string, string>; body?: BodyOf<N> };
type Table = { [N in Exclude<ChangedByPeople, Exempt>]: () => Asked<N> | Promise<Asked<N>> };

let world: World;
let agent: Client;
const people: Record<string, Client> = {};
const who = (name: string): Client => people[name] as Client;
const file = (name: string) => readFileSync(root(name), 'utf8');
const transfers = file('packages/server/test/transfers.control.yaml');

beforeAll(async () => {
  world = await createWorld({ controls: ['payment-approval'] });
  await world.publish(transfers, 'chidi');
  world.records.erp = { i: { open: true } };
  agent = await world.agent('payer', ['transfers', 'payment-approval']);
  for (const name of ['amelie', 'bruno', 'chidi', 'dana', 'emre']) people[name] = await world.person(name);
});
afterAll(() => world.close());

let runs = 0;
const start = async (control = 'transfers', subject: JsonObject = { id: `r-${++runs}` }) =>
  (await agent.call('startRun', { body: { control, subject } })).body.run.runId;
const ask = async (runId: string, step: string, args: JsonObject) =>
  (await agent.call('gate', { params: { runId }, body: { epoch: 1, step, arguments: args, key: 'k', redeem: true } }))
    .body;

const approval = async (step = 'anything', args: JsonObject = { n: ++runs }) => {
  const answer = await ask(await start(), step, args);
  if (answer.kind !== 'pause') throw new Error(JSON.stringify(answer));
  const approvalId = answer.approvalIds[0] ?? '';
  const { revision, digest } = (await who('amelie').call('getApproval', { params: { approvalId } })).body;
  return { params: { approvalId }, bound: { revision, digest } };
};
const handedOff = async () => {
  const args = invoice(world.records, `I-${++runs}`, { vendor: { ageDays: 3 } });
  const runId = await start('payment-approval', { invoiceId: args.invoiceId });
  const answer = await ask(runId, 'release-payment', args);
  if (answer.kind !== 'handoff') throw new Error(JSON.stringify(answer));
  return { runId, params: { caseId: answer.caseId }, body: { revision: 1 } };
};
const looked = async (caseId: string) => (await who('bruno').call('getCase', { params: { caseId } })).body.revision;
const claimed = async () => {
  const { params } = await handedOff();
  const revision = await looked(params.caseId);
  const kase = await who('bruno').call('claimCase', { params, body: { revision } });
  return { params, revision: kase.body.revision };
};
const opened = async () => {
  const { params } = await handedOff();
  return { params, revision: await looked(params.caseId) };
};
const because = 'It is so.';
const later = (ms: number) => new Date(world.clock.now() + ms).toISOString();
const hour = 3_600_000;
/** A stretch of its own for each change of the schedules. */
let hours = 30 * 24;
const stretch = () => {
  hours += 2;
  return { from: later(hours * hour), to: later((hours + 1) * hour) };
};
const calendar = (attendee: string) => {
  const { from, to } = stretch();
  const at = (text: string) => text.replace(/[-:]|\.\d+/g, '');
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//test//EN',
    'BEGIN:VEVENT',
    `UID:${from}`,
    `DTSTAMP:${at(from)}`,
    `DTSTART:${at(from)}`,
    `DTEND:${at(to)}`,
    'SUMMARY:away',
    `ATTENDEE:mailto:${attendee}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
};
const payments = file('controls/payment-approval.control.yaml');
const submission = () => ({
  source: payments.replace('is on a sanctions list.', `is on a sanctions list (${++runs}).`),
  file: 'payment-approval.control.yaml',
});
const drafted = async () => (await who('dana').call('draftControl', { body: submission() })).body.digest;
const key = async () => {
  const body = { agentId: `agent-${++runs}`, controls: ['transfers'] };
  return { keyId: (await who('dana').call('createKey', { body })).body.keyId };
};

const table: Table = {
  takeOver: async () => ({ by: 'amelie', params: { runId: await start() }, body: { reason: because } }),
  reviewBreakGlass: async () => {
    const runId = await start();
    await who('emre').call('takeOver', { params: { runId }, body: { breakGlass: true, reason: because } });
    return { by: 'dana', params: { runId }, body: { comment: because } };
  },
  claimCase: async () => {
    const { params, revision } = await opened();
    return { by: 'bruno', params, body: { revision } };
  },
  declineCase: async () => {
    const { params, revision } = await opened();
    return { by: 'bruno', params, body: { revision, because } };
  },
  cancelCase: async () => {
    const { params, revision } = await opened();
    return { by: 'bruno', params, body: { revision, because } };
  },
  snoozeCase: async () => {
    const { params, revision } = await opened();
    return { by: 'bruno', params, body: { revision, until: later(hour), because } };
  },
  endSnooze: async () => {
    const { params, revision } = await opened();
    const body = { revision, until: later(hour), because };
    const asleep = (await who('bruno').call('snoozeCase', { params, body })).body;
    return { by: 'bruno', params, body: { revision: asleep.revision, because } };
  },
  releaseCase: async () => {
    const { params, revision } = await claimed();
    return { by: 'bruno', params, body: { revision, because } };
  },
  returnCase: async () => {
    const { params, revision } = await claimed();
    return { by: 'bruno', params, body: { revision, instructions: because } };
  },
  resolveCase: async () => {
    const { params, revision } = await claimed();
    return { by: 'bruno', params, body: { revision, resolution: because } };
  },
  settlePermit: async () => {
    const answer = await ask(await start(), 'refund', { to: `to-${++runs}`, amount: 'EUR 1.00' });
    if (answer.kind !== 'continue') throw new Error(JSON.stringify(answer));
    await world.fastForward('10m');
    return { by: 'dana', params: { permitId: answer.permit.permitId }, body: { happened: 'done', because } };
  },
  openApproval: async () => {
    const { params, bound } = await approval();
    return { by: 'bruno', params, body: { digest: bound.digest } };
  },
  approve: async () => {
    const { params, bound } = await approval();
    return { by: 'bruno', params, body: bound };
  },
  reject: async () => {
    const { params, bound } = await approval();
    return { by: 'bruno', params, body: { ...bound, because } };
  },
  withdrawVote: async () => {
    const { params, bound } = await approval();
    await who('bruno').call('approve', { params, body: bound });
    return { by: 'bruno', params, body: { because } };
  },
  editApproval: async () => {
    const { params, bound } = await approval('pay', { invoiceId: 'i', to: 'x', amount: 'EUR 1500.00' });
    const args = { invoiceId: 'i', to: 'x', amount: `EUR 1400.${10 + (++runs % 80)}` };
    return { by: 'bruno', params, body: { ...bound, arguments: args, because } };
  },
  decideBatch: async () => {
    const [one, other] = [await approval(), await approval()];
    return {
      by: 'bruno',
      body: {
        approve: [{ ...one.params, ...one.bound }],
        reject: [{ ...other.params, ...other.bound, because }],
      },
    };
  },
  reviewSample: async () => {
    const runId = await start();
    await ask(runId, 'refund', { to: `to-${++runs}`, amount: 'EUR 1.00' });
    await agent.call('report', { params: { runId }, body: { epoch: 1, key: 'k', result: { status: 'done' } } });
    const { items } = (await who('amelie').call('listSamples', { query: { mine: 'true' } })).body;
    const sampleId = items.find((sample) => sample.runId === runId)?.sampleId ?? '';
    return { by: 'amelie', params: { sampleId }, body: { verdict: 'right' } };
  },
  addDelegation: () => {
    const { from: since, to: until } = stretch();
    return { by: 'amelie', body: { from: 'amelie', to: 'emre', since, until, because } };
  },
  publishControl: () => ({ by: 'dana', body: submission() }),
  moveRuns: async () => {
    const params = { name: 'payment-approval' };
    const { digest } = (await who('dana').call('previewMove', { params })).body;
    return { by: 'dana', params, body: { digest, because } };
  },
  draftControl: () => ({ by: 'dana', body: submission() }),
  publishDraft: async () => ({
    by: 'amelie',
    params: { name: 'payment-approval' },
    body: { digest: await drafted() },
  }),
  withdrawDraft: async () => ({
    by: 'amelie',
    params: { name: 'payment-approval' },
    body: { digest: await drafted(), because },
  }),
  startDrill: () => ({ by: 'dana', body: { target: 'oncall:treasury', withinMinutes: 10 } }),
  stop: () => ({ by: 'dana', body: { scope: 'agent', name: `agent-${++runs}`, because } }),
  liftStop: async () => {
    const body = { scope: 'agent', name: `agent-${++runs}`, because } as const;
    const { stopId } = (await who('dana').call('stop', { body })).body;
    return { by: 'dana', params: { stopId }, body: { because } };
  },
  createLoginLink: () => ({ by: 'dana', body: { personId: 'bruno' } }),
  applyOrganisation: () => ({ by: 'dana', body: { source: file('controls/organisation.yaml'), file: 'o.yaml' } }),
  createKey: () => ({ by: 'dana', body: { agentId: `agent-${++runs}`, controls: ['transfers'] } }),
  rotateKey: async () => ({ by: 'dana', params: await key(), body: {} }),
  revokeKey: async () => ({ by: 'dana', params: await key() }),
  addOverride: () => ({
    by: 'dana',
    params: { schedule: 'treasury' },
    body: { personId: 'chidi', because, ...stretch() },
  }),
  swapShifts: () => ({
    by: 'dana',
    params: { schedule: 'treasury' },
    body: {
      between: ['amelie', 'bruno'],
      because,
      from: new Date(monday + 70 * 24 * hour).toISOString(),
      to: new Date(monday + 90 * 24 * hour).toISOString(),
    },
  }),
  addAbsence: () => ({ by: 'dana', params: { personId: 'bruno' }, body: stretch() }),
  importAbsences: () => ({
    by: 'dana',
    params: { personId: 'bruno' },
    body: { calendar: calendar('bruno.ferrari@example.com') },
  }),
  importOverrides: () => ({
    by: 'dana',
    params: { schedule: 'treasury' },
    body: { calendar: calendar('chidi.okafor@example.com') },
  }),
  linkAccount: () => ({
    by: 'dana',
    params: { personId: 'bruno' },
    body: { channel: 'notion', address: 'bruno.ferrari' },
  }),
  withdrawEntered: async () => {
    const made = await who('dana').call('addAbsence', { params: { personId: 'bruno' }, body: stretch() });
    return { by: 'dana', params: { id: made.body.id } };
  },
};

const secrets = new Set<RouteName>(['createLoginLink', 'createKey', 'rotateKey']);
const written = async () =>
  (await world.pool.query<{ n: number }>('SELECT count(*)::int AS n FROM entries')).rows[0]?.n ?? 0;
const send = async <N extends RouteName>(name: N, { by, params, body }: Asked<N>, idempotencyKey: string) =>
  who(by).call(name, { params, body, headers: { 'idempotency-key': idempotencyKey } } as never);

describe('sent again with its Idempotency-Key', () => {
  it.each(Object.keys(table) as (keyof Table)[])('%s is done once', async (name) => {
    const asked = (await table[name]()) as Asked<RouteName>;
    const first = await send(name, asked, `once-${name}`);
    expect(first, JSON.stringify(first.problem)).toMatchObject({ ok: true });
    const before = await written();
    const again = await send(name, asked, `once-${name}`);
    expect(await written()).toBe(before);
    if (secrets.has(name)) return expect(again.problem.code).toBe('answer_not_kept');
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    const changed = otherwise(name);
    if (changed === null) return;
    const other = { ...asked, body: { ...(asked.body as unknown as JsonObject), ...changed } };
    expect((await send(name, other as never, `once-${name}`)).problem.code).toBe('idempotency_mismatch');
    expect(await written()).toBe(before);
  });
});

/** The same request with another body; null: it has none to differ in, or answers for each of its items. */
const otherwise = (name: RouteName): JsonObject | null => {
  const { body } = routes[name] as { body?: { shape?: object } };
  const reasons = ['because', 'comment', 'reason', 'resolution'];
  const text = reasons.find((field) => Object.hasOwn(body?.shape ?? {}, field));
  return text === undefined || name === 'decideBatch' ? null : { [text]: 'Another reason.' };
};
