/**
 * A Belay for your tests: the server's own rules over a store in memory, people you speak for, a clock you move.
 * No database, no port, no process. It is gone when the test is; what it decides is what the server decides.
 */
import { type AnswerOf, type BodyOf, type QueryOf, type RouteName, routes } from '@belay/protocol';
import { type Belay, type BelayOptions, createBelay } from './belay.ts';
import { systemClock } from './clock.ts';
import type { AnyControls, ControlMap } from './controls.ts';
import { BelayError } from './errors.ts';
import type { Story } from './matchers.ts';
import { createMemoryBelay, type MemoryBelay, type Source } from './memory-belay.js';

export { type BelayMatchers, belayMatchers, type Story } from './matchers.ts';
export type { Source } from './memory-belay.js';

export type TestBelayOptions = {
  /** texts of control files */
  controls: string | string[];
  /** who there is, by role: `{ bruno: ['finance-approver'] }`. Each may do everything that its roles allow */
  people?: Record<string, string[]>;
  /** the text of an organisation file, instead of `people`; needed for on-call schedules */
  organisation?: string;
  /**
   * systems of record by name: what a lookup gets. Nothing given back is "no record of this"; what throws is a source
   * that is down
   */
  sources?: Record<string, Source>;
  /** when the clock begins; default Monday 7 December 2026, 09:00 UTC */
  now?: string;
};

type Asked<N extends RouteName> = { params?: Record<string, string>; query?: QueryOf<N>; body?: BodyOf<N> };
type ReturnBody = Omit<BodyOf<'returnCase'>, 'revision'>;

/** Somebody who decides. Each call answers what the HTTP API answers, or throws what it refuses with. */
export type TestPerson = {
  takeOver(runId: string, reason?: string): Promise<AnswerOf<'takeOver'>>;
  /** takes the case over when nobody has, and gives control back */
  giveBack(runId: string, directives?: ReturnBody): Promise<AnswerOf<'returnCase'>>;
  resolve(runId: string, resolution: string): Promise<AnswerOf<'resolveCase'>>;
  decline(runId: string, because: string): Promise<AnswerOf<'declineCase'>>;
  /** signs the sign-off that the run waits for; of several, the one for `step` */
  approve(runId: string, step?: string): Promise<AnswerOf<'approve'>>;
  reject(runId: string, because: string, step?: string): Promise<AnswerOf<'reject'>>;
  /** says what became of a step in doubt */
  settle(runId: string, step: string, said: BodyOf<'settlePermit'>): Promise<AnswerOf<'settlePermit'>>;
  /** any other route of the API */
  call<N extends RouteName>(name: N, asked?: Asked<N>): Promise<AnswerOf<N>>;
};

export type TestBelay<C extends ControlMap = AnyControls> = {
  /** give them to the code under test: `createBelay(test.options())` */
  options(agentId?: string): BelayOptions;
  belay(agentId?: string): Belay<C>;
  person(personId: string): TestPerson;
  /** moves the clock and lets everything that comes due on the way happen, each at its time: `15m`, `24h`, `7d` */
  fastForward(duration: string): Promise<void>;
  now(): Date;
  /** waits until the code under test waits for people, and says in which run */
  asked(): Promise<string>;
  story(runId: string): Promise<Story>;
};

const url = 'http://belay.test';
const firstInstant = '2026-12-07T09:00:00.000Z';
const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const msOf = (duration: string): number => {
  const [, count, unit = ''] = /^(\d+)\s*([smhd])$/.exec(duration) ?? [];
  if (count === undefined)
    throw new BelayError(`"${duration}" is no duration.`, {
      code: 'invalid_request',
      remedy: 'Write a number and s, m, h or d: 15m, 24h.',
    });
  return Number(count) * (units[unit] ?? 0);
};

const quoted = (text: string): string => JSON.stringify(text);

/** Everybody may operate; who may sign what is a matter of roles. */
const organisationOf = (people: Record<string, string[]>): string =>
  [
    'zone: UTC',
    'people:',
    // No organisation is without one; nothing in a test has to know them.
    '  administrator: { name: Administrator, email: administrator@example.com, access: [admin] }',
    ...Object.entries(people).flatMap(([personId, roles]) => [
      `  ${quoted(personId)}:`,
      `    name: ${quoted(personId)}`,
      `    email: ${quoted(`${personId}@example.com`)}`,
      `    roles: [${roles.map(quoted).join(', ')}]`,
      '    access: [operator]',
    ]),
    '',
  ].join('\n');

const caller =
  (memory: MemoryBelay, personId: string): TestPerson['call'] =>
  async (name, asked = {}) => {
    const { params = {}, query, body } = asked as { params?: Record<string, string>; query?: object; body?: unknown };
    const { method, path } = routes[name];
    const filled = path.replace(/:(\w+)/g, (_, param: string) => encodeURIComponent(params[param] ?? ''));
    const search = new URLSearchParams(
      Object.entries(query ?? {}).map(([key, value]): [string, string] => [key, String(value)]),
    );
    const response = await memory.fetch(
      new Request(`${url}${filled}${search.size > 0 ? `?${search}` : ''}`, {
        method,
        headers: { authorization: `Bearer ${memory.session(personId)}`, 'content-type': 'application/json' },
        ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
      }),
    );
    const answer = await response.json();
    if (response.ok) return answer as never;
    const { detail, code, remedy } = answer as { detail: string; code: string; remedy: string };
    if (code === 'unauthenticated')
      throw new BelayError(`There is nobody called ${personId} in this test.`, {
        code: 'not_found',
        remedy: 'Name them under `people`, or in the organisation that the test is given.',
      });
    throw new BelayError(`${personId}: ${detail}`, { code: code as 'invalid_request', remedy });
  };

const missing = (what: string): never => {
  throw new BelayError(what, { code: 'not_found', remedy: 'Look at the story of the run: `await test.story(runId)`.' });
};

const personOf = (memory: MemoryBelay, personId: string): TestPerson => {
  const call = caller(memory, personId);
  const liveCase = async (runId: string) => {
    const { items } = await call('listCases', { query: { runId } });
    return items[0] ?? missing(`Run ${runId} has no open case.`);
  };
  const claimed = async (runId: string) => {
    const kase = await liveCase(runId);
    if (kase.status === 'claimed') return kase;
    return call('claimCase', { params: { caseId: kase.caseId }, body: { revision: kase.revision } });
  };
  const waiting = async (runId: string, step: string | undefined) => {
    const { approvals } = await call('getRun', { params: { runId } });
    const found = approvals.find((one) => one.status === 'waiting' && (step === undefined || one.step === step));
    return found ?? missing(`Run ${runId} waits for no sign-off${step === undefined ? '' : ` on ${step}`}.`);
  };
  return {
    call,
    takeOver: (runId, reason = '') => call('takeOver', { params: { runId }, body: { reason } }),
    giveBack: async (runId, directives = {}) => {
      const { caseId, revision } = await claimed(runId);
      return call('returnCase', { params: { caseId }, body: { ...directives, revision } });
    },
    resolve: async (runId, resolution) => {
      const { caseId, revision } = await claimed(runId);
      return call('resolveCase', { params: { caseId }, body: { revision, resolution } });
    },
    decline: async (runId, because) => {
      const { caseId, revision } = await liveCase(runId);
      return call('declineCase', { params: { caseId }, body: { revision, because } });
    },
    approve: async (runId, step) => {
      const { approvalId, revision, digest } = await waiting(runId, step);
      return call('approve', { params: { approvalId }, body: { revision, digest } });
    },
    reject: async (runId, because, step) => {
      const { approvalId, revision, digest } = await waiting(runId, step);
      return call('reject', { params: { approvalId }, body: { revision, digest, because } });
    },
    settle: async (runId, step, said) => {
      const { inFlight } = await call('getRun', { params: { runId } });
      const permit = inFlight.find((one) => one.step === step) ?? missing(`${step} is not under way in ${runId}.`);
      return call('settlePermit', { params: { permitId: permit.permitId }, body: said });
    },
  };
};

const betweenLooksMs = 5;
const mostLooks = 1_000;

const untilAsked = async (memory: MemoryBelay): Promise<string> => {
  for (let looked = 0; looked < mostLooks; looked++) {
    const waits = (await memory.runs()).find(
      ({ status, approvals }) => status === 'held' || approvals.some((one) => one.status === 'waiting'),
    );
    if (waits !== undefined) return waits.runId;
    await systemClock.sleep(betweenLooksMs);
  }
  return missing('No run waits for people.');
};

/** Throws, naming line and remedy, when a control or the organisation cannot be read: at the first call, not here. */
export const createTestBelay = <C extends ControlMap = AnyControls>(options: TestBelayOptions): TestBelay<C> => {
  const { controls, people = {}, organisation = organisationOf(people), sources = {}, now = firstInstant } = options;
  const memory = createMemoryBelay({
    controls: [controls].flat(),
    organisation,
    sources,
    now: Date.parse(now),
    url,
  });
  const optionsOf = (agentId = 'agent'): BelayOptions => ({
    url,
    key: memory.agentKey(agentId),
    fetch: (input, init) => memory.fetch(new Request(input, init)),
  });
  return {
    options: optionsOf,
    belay: (agentId) => createBelay<C>(optionsOf(agentId)),
    person: (personId) => personOf(memory, personId),
    fastForward: (duration) => memory.advance(msOf(duration)),
    now: () => new Date(memory.now()),
    asked: () => untilAsked(memory),
    story: async (runId) => ({
      run: (await memory.runs()).find((run) => run.runId === runId) ?? missing(`There is no run ${runId}.`),
      entries: memory.entries(runId),
    }),
  };
};
