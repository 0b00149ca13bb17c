/**
 * A small Belay for tests: speaks the routes of the protocol over real HTTP, checks every request and every answer
 * against the routes table, keeps one run, and answers by a script where a test wants something else.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type AnswerOf,
  type Attached,
  type ControlNews,
  digestOf,
  type ErrorCode,
  type InstructionsView,
  type JsonObject,
  type Problem,
  problem,
  type RouteName,
  type RunView,
  routes,
} from '@belay/protocol';

export type Call = {
  route: RouteName;
  path: string;
  body: JsonObject;
  query: Record<string, unknown>;
  headers: IncomingMessage['headers'];
};
/** What a script answers with, instead of JSON as documented. */
export type Odd =
  | { raw: { status?: number; headers?: Record<string, string>; body?: string } }
  | { refuse: ErrorCode; detail?: string; control?: Problem['control']; retryAfter?: number }
  | { cut: true }
  | { hang: true };
type Answer<N extends RouteName> = AnswerOf<N> | Odd;
type Script = { [N in RouteName]?: (call: Call) => Answer<N> | Promise<Answer<N>> };

const at = '2026-11-23T10:00:00.000Z';
const agent: RunView['holder'] = { kind: 'agent', id: 'payer', name: 'payer', since: at };
export const ann: RunView['holder'] = { kind: 'person', id: 'ann', name: 'Ann', since: at };

export const refuse = (
  code: ErrorCode,
  more: { detail?: string; control?: Problem['control']; retryAfter?: number } = {},
): Odd => ({
  refuse: code,
  ...more,
});
export const byAnn: Problem['control'] = { by: 'person', name: 'Ann', since: at };

export const instructed = (text: string, returnedAt = at): InstructionsView => ({
  text,
  digest: digestOf([text, returnedAt]),
  by: 'ann',
  byName: 'Ann',
  at: returnedAt,
  prohibit: [],
  requireApproval: [],
  allowOnce: [],
  doneByMe: [],
  unchanged: false,
});

const newRun = (): RunView => ({
  runId: 'run-1',
  control: { name: 'payment-approval', version: 3, digest: digestOf('control') },
  agentId: 'payer',
  subject: { invoiceId: 'i-1' },
  onBehalfOf: null,
  status: 'running',
  holder: agent,
  revision: 1,
  caseId: null,
  instructions: null,
  inFlight: [],
  approvals: [],
  stepsDecided: 0,
  review: null,
  nextDueAt: at,
  nextDue: 'silence of the agent',
  startedAt: at,
  lastHeardAt: at,
  finishedAt: null,
  outcome: null,
});

const said = ({ body }: Call, because = 'Permitted.') => ({
  step: body.step as string,
  key: body.key as string,
  digest: digestOf(body.arguments as JsonObject),
  because,
  requirements: [],
});

export const continued = (call: Call, more: { arguments?: JsonObject; token?: string } = {}): AnswerOf<'gate'> => {
  const args = more.arguments ?? (call.body.arguments as JsonObject);
  return {
    kind: 'continue',
    ...said(call),
    digest: digestOf(args),
    permit: { permitId: 'permit-1', token: more.token ?? null, expiresAt: at, redeemed: true },
    arguments: args,
    edited: more.arguments !== undefined,
    decidedBy: 'rule',
  };
};
export const paused = (call: Call, approvalIds = ['approval-1']): AnswerOf<'gate'> => ({
  kind: 'pause',
  ...said(call, 'Above the limit.'),
  approvalIds,
  waitsFor: 'role:finance',
  url: 'https://belay.test/approvals/approval-1',
  expiresAt: null,
});
export const handedOff = (call: Call): AnswerOf<'gate'> => ({
  kind: 'handoff',
  ...said(call, 'A person checks new beneficiaries.'),
  caseId: 'case-1',
  to: 'oncall:treasury',
  url: 'https://belay.test/cases/case-1',
});
export const forbidden = (call: Call): AnswerOf<'gate'> => ({
  kind: 'forbid',
  ...said(call, 'Own accounts are treasury’s work.'),
  instead: 'Ask treasury.',
  toModel: 'release-payment was refused and must not be retried.',
});
export const done = (call: Call, result: JsonObject): AnswerOf<'gate'> => ({
  kind: 'done',
  ...said(call, 'It was carried out already.'),
  result,
  by: { kind: 'agent', id: 'payer' },
  reference: null,
});
export const doubted = (call: Call): AnswerOf<'gate'> => ({
  kind: 'inDoubt',
  ...said(call, 'Nobody knows whether it happened.'),
  permitId: 'permit-1',
  caseId: 'case-1',
  url: 'https://belay.test/cases/case-1',
});

export const waitingApproval = (approvalId = 'approval-1'): RunView['approvals'][number] => ({
  approvalId,
  runId: 'run-1',
  control: newRun().control,
  name: 'finance-sign-off',
  status: 'waiting',
  revision: 0,
  because: ['Above the limit.'],
  step: 'release-payment',
  key: 'k',
  digest: digestOf({}),
  arguments: {},
  facts: [],
  packet: null,
  agentWords: null,
  effect: 'irreversible',
  editable: [],
  requestedBy: 'payer',
  onBehalfOf: null,
  from: 'role:finance',
  quorum: 1,
  groups: [{ from: 'role:finance', quorum: 1, signed: 0, left: [] }],
  excluded: [],
  excludedBecause: [],
  signatures: [],
  refusals: [],
  veto: 'any',
  mustOpen: false,
  dwellMs: 0,
  freshSignInMs: null,
  replaces: null,
  before: null,
  editedBy: null,
  editedByName: null,
  rejectedBecause: null,
  onExpiry: null,
  you: { allowed: [], instead: [], because: null, readyAt: null },
  requestedAt: at,
  expiresAt: null,
  decidedAt: null,
});

export const inFlight = (key: string, status: 'redeemed' | 'inDoubt' = 'redeemed'): RunView['inFlight'][number] => ({
  permitId: 'permit-1',
  step: 'release-payment',
  key,
  digest: digestOf({}),
  arguments: {},
  status,
  grantedAt: at,
  expiresAt: at,
  redeemedAt: at,
  settledAt: null,
  settledBy: null,
  result: null,
  lateReport: null,
});

export class ScriptedBelay {
  run = newRun();
  epoch = 0;
  readonly calls: Call[] = [];
  /** requests and answers that are not as documented; looked at after each test */
  readonly mistakes: unknown[] = [];
  /** connections on which events are sent */
  streams = 0;
  readonly script: Script = {};
  url = '';
  #changed = new Set<() => void>();
  #server = this.#create();

  #create(): Server {
    return createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        this.mistakes.push(error);
        response.destroy();
      });
    });
  }

  async open(port = 0): Promise<this> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close').catch(() => {});
  }

  /** gone from the network; `back` brings it back on the same port */
  async away(): Promise<void> {
    await this.close();
    this.#server = this.#create();
  }

  back(): Promise<this> {
    return this.open(Number(new URL(this.url).port));
  }

  change(change: Partial<RunView>): void {
    this.run = { ...this.run, ...change, revision: this.run.revision + 1 };
    for (const wake of [...this.#changed]) wake();
  }

  takeOver(): void {
    this.epoch++;
    this.change({ status: 'taken', holder: ann, approvals: [], caseId: 'case-1' });
  }

  giveBack(text: string, returnedAt = at): void {
    this.epoch++;
    this.change({ status: 'running', holder: agent, caseId: null, instructions: instructed(text, returnedAt) });
  }

  callsOf(route: RouteName): Call[] {
    return this.calls.filter((call) => call.route === route);
  }

  news(epoch: number): ControlNews {
    const { runId, revision, status, holder } = this.run;
    const fenced = status === 'finished' || holder.kind === 'person' || epoch !== this.epoch;
    return { runId, revision, status, holder: holder.kind, holderName: holder.name, fenced, settledKeys: [] };
  }

  #attached(): Attached {
    this.epoch++;
    return { run: this.run, epoch: this.epoch, instructionsToAcknowledge: this.run.instructions };
  }

  #nextChange(response: ServerResponse): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#changed.delete(wake);
        resolve();
      };
      this.#changed.add(wake);
      response.on('close', wake);
    });
  }

  async #wait({ query }: Call, response: ServerResponse): Promise<ControlNews> {
    while (this.run.revision <= Number(query.after) && !response.destroyed) await this.#nextChange(response);
    return this.news(Number(query.epoch));
  }

  async #stream({ query }: Call, response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': hello\n\n');
    this.streams++;
    response.on('close', () => this.streams--);
    while (!response.destroyed) {
      await this.#nextChange(response);
      response.write(`id: ${this.run.revision}\ndata: ${JSON.stringify(this.news(Number(query.epoch)))}\n\n`);
    }
  }

  /** The fence, as the server has it. */
  #fenced(call: Call): Odd | null {
    if (this.run.status === 'finished') return refuse('run_finished');
    const { holder } = this.run;
    if (holder.kind === 'agent' && (call.body.epoch === undefined || call.body.epoch === this.epoch)) return null;
    return refuse('fenced', { control: { by: holder.kind, name: holder.name, since: holder.since } });
  }

  #default(call: Call): unknown {
    const fenced = this.#fenced(call);
    switch (call.route) {
      case 'startRun':
      case 'attachRun':
        return fenced ?? this.#attached();
      case 'getRun':
        return this.run;
      case 'gate':
        return fenced ?? continued(call);
      case 'report':
        return { accepted: fenced === null, late: fenced !== null, permit: inFlight(call.body.key as string) };
      case 'heartbeat':
        return fenced ?? this.news(call.body.epoch as number);
      case 'acknowledge':
        return fenced ?? this.run;
      case 'escalate':
        if (fenced === null) this.change({ status: 'held', caseId: 'case-1' });
        return fenced ?? { caseId: 'case-1', url: 'https://belay.test/cases/case-1' };
      case 'finish':
        if (fenced === null) this.change({ status: 'finished', outcome: call.body.outcome ?? null, finishedAt: at });
        return fenced ?? this.run;
      default:
        return refuse('route_not_found');
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await readCall(request);
    this.calls.push(call);
    if (request.headers.authorization !== 'Bearer test-key')
      return send(call.route, refuse('unauthenticated'), response);
    const scripted = this.script[call.route];
    if (scripted !== undefined) return send(call.route, await scripted(call), response);
    if (call.route === 'watchRun') return this.#stream(call, response);
    if (call.route === 'waitForRun') return send(call.route, await this.#wait(call, response), response);
    return send(call.route, this.#default(call), response);
  }
}

const routeOf = (method: string, path: string): RouteName => {
  const found = Object.entries(routes).find(
    ([, route]) => route.method === method && new RegExp(`^${route.path.replace(/:\w+/g, '[^/]+')}$`).test(path),
  );
  if (found === undefined) throw new Error(`no route for ${method} ${path}`);
  return found[0] as RouteName;
};

/** A request that is not as documented is a bug of the SDK: it throws, and the test fails. */
const readCall = async (request: IncomingMessage): Promise<Call> => {
  const url = new URL(request.url ?? '', 'http://localhost');
  const route = routeOf(request.method ?? '', url.pathname);
  let text = '';
  for await (const chunk of request) text += chunk;
  const spec = routes[route];
  const body = 'body' in spec ? (spec.body.parse(JSON.parse(text)) as JsonObject) : {};
  const query = 'query' in spec ? spec.query.parse(Object.fromEntries(url.searchParams)) : {};
  return { route, path: url.pathname, body, query, headers: request.headers };
};

const isOdd = (answer: unknown): answer is Odd =>
  typeof answer === 'object' && answer !== null && ['raw', 'refuse', 'cut', 'hang'].some((word) => word in answer);

const send = (route: RouteName, answer: unknown, response: ServerResponse): void => {
  if (!isOdd(answer)) {
    const spec = routes[route];
    if ('answer' in spec) spec.answer.parse(answer);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  } else if ('raw' in answer) {
    const { status = 200, headers = { 'content-type': 'application/json' }, body = '' } = answer.raw;
    response.writeHead(status, headers).end(body);
  } else if ('refuse' in answer) {
    const { retryAfter, control, detail = 'Refused in a test.' } = answer;
    const body = problem(answer.refuse, detail, control === undefined ? {} : { control });
    response
      .writeHead(body.status, {
        'content-type': 'application/problem+json',
        ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
      })
      .end(JSON.stringify(body));
  } else if ('cut' in answer) response.destroy();
};
