/**
 * Given events, when a command, then events: the deciders' tests read as sentences. The story has its own small control,
 * organisation, clock and ids; nothing in it touches the world.
 */
import { type CompiledControl, compileControl, parseControl } from '@belay/control';
import { type Actor, digestOf, type JsonObject } from '@belay/protocol';
import { type ApprovalCommand, decideApproval } from './approval/decide.ts';
import { reviewBreakGlass } from './case/break-glass.ts';
import { type CaseCommand, decideCase } from './case/decide.ts';
import { apply, type Context, type Decided } from './decided.ts';
import type { Organisation, Person } from './oncall/organisation.ts';
import { type AgentCommand, decideAgent } from './run/agent.ts';
import { tick } from './run/due.ts';
import type { RunEvent } from './run/events.ts';
import { newRun, withoutEnded } from './run/evolve.ts';
import { gate } from './run/gate.ts';
import type { GateCommand, GateDecision } from './run/gate-command.ts';
import type { Permit, Run } from './run/run.ts';

export const source = `
control: transfers
about: Moves money, in a story.
owner: role:owners
subject: { id: string }
facts:
  amount: { from: args, type: money, currency: [EUR], max: 100000.00 }
  fresh: { from: agent, type: bool }
steps:
  read: { risk: low, effect: none }
  note: { risk: low, effect: reversible, idempotent: true }
  pay: { risk: high, effect: irreversible, arguments: { amount: money, to: string }, editable: [amount] }
  wipe: { risk: high, effect: irreversible }
rules:
  - { id: small, at: pay, when: amount <= EUR 100.00, then: continue, because: "{amount} is small." }
  - { id: large, at: pay, when: amount > EUR 100.00, then: approval, by: sign-off, because: "{amount} needs a signature." }
  - { id: huge, at: pay, when: amount > EUR 5000.00, then: approval, by: two-of-us, because: "{amount} needs two signatures." }
  - { id: new-payee, at: pay, when: fresh, then: handoff, to: desk, because: "The payee is new." }
  - { id: never, at: wipe, when: "true", then: forbid, because: "Nothing is wiped.", instead: "Archive it." }
approvals:
  sign-off: { from: role:signers, exclude: [requester], within: 1h, on-expiry: handoff to desk }
  two-of-us: { quorum: 2, from: role:signers, exclude: [requester], within: 1h, on-expiry: handoff to desk }
ladders:
  desk: [{ tell: role:desk, within: 10m }, { tell: role:owners, repeat: 1h }]
  after-claim: { idle: 2h, then: remind }
stuck: { idle: 10m, same-step: 3, attempts: 3, steps: 20, cost: USD 5.00 }
`;

const compiled = (text: string): CompiledControl => {
  const parsed = parseControl(text, 'story.control.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return compileControl(parsed.control);
};
export const control: CompiledControl = compiled(source);
/** The control of the story with other words somewhere. */
export const controlWith = (words: string, others: string): CompiledControl => {
  if (!source.includes(words)) throw new Error(`The control of the story does not say: ${words}`);
  return compiled(source.replace(words, others));
};

const person = (personId: string, roles: string[], access: Person['access'] = ['operator']): Person => ({
  personId,
  name: personId[0]?.toUpperCase() + personId.slice(1),
  email: null,
  roles,
  access,
  zone: 'UTC',
  addresses: {},
  absences: [],
  active: true,
});
export const org: Organisation = {
  zone: 'UTC',
  schedules: [],
  people: [
    person('ann', ['desk']),
    person('ben', ['desk', 'signers']),
    person('cleo', ['owners', 'signers'], ['operator', 'admin']),
    person('dirk', [], ['operator', 'break-glass']),
    person('eve', ['signers'], []),
  ],
};

export const minutes = (n: number): number => n * 60_000;
export const pay = (amount: string, to = 'x'): JsonObject => ({ amount: `EUR ${amount}`, to });

type Agents = Omit<AgentCommand, 'epoch'> & { epoch?: number };
type Asked = {
  step?: string;
  args?: JsonObject;
  key?: string;
  attempt?: string;
  facts?: JsonObject;
  redeem?: boolean;
  epoch?: number;
  settled?: Permit | null;
  counters?: GateCommand['counters'];
  refusedElsewhere?: GateCommand['refusedElsewhere'];
  looked?: GateCommand['looked'];
  words?: string | null;
};

/** A run told as a story. Each step keeps what happened; `run` is the state, `last` what the last command answered. */
export class Story {
  run: Run;
  now = 0;
  organisation: Organisation = org;
  control: CompiledControl = control;
  events: RunEvent[] = [];
  last: Decided<unknown> = { events: [], answer: null };
  ended: { cases: NonNullable<Run['case']>[]; permits: Permit[] } = { cases: [], permits: [] };
  #ids = 0;

  constructor(onBehalfOf: string | null = null) {
    const ref = { name: 'transfers', version: 1, digest: 'sha256:0' };
    const started = {
      type: 'RunStarted' as const,
      runId: 'run_1',
      control: ref,
      agentId: 'bot',
      key: null,
      subject: { id: '1' },
      onBehalfOf,
    };
    this.run = apply(newRun(started, 0), [started], this.context({ kind: 'agent', id: 'bot' }));
  }

  context(by: Actor): Context {
    return {
      now: this.now,
      by,
      control: this.control,
      org: this.organisation,
      newId: (prefix) => `${prefix}_${++this.#ids}`,
    };
  }

  #decide(by: Actor, decide: (run: Run, context: Context) => Decided<unknown>): this {
    const context = this.context(by);
    this.last = decide(this.run, context);
    this.events = this.last.events;
    const after = apply(this.run, this.events, context);
    const kept = withoutEnded(after);
    if (after.case !== null && kept.case === null) this.ended.cases.push(after.case);
    this.ended.permits.push(...after.permits.filter((permit) => !kept.permits.includes(permit)));
    this.run = kept;
    return this;
  }

  ask({
    step = 'pay',
    args = pay('10.00'),
    key = 'k',
    attempt = key,
    facts = {},
    redeem = true,
    epoch = this.run.epoch,
    settled = null,
    counters = {},
    refusedElsewhere = [],
    looked = {},
    words = null,
  }: Asked = {}): this {
    const command: GateCommand = {
      type: 'gate',
      epoch,
      step,
      key,
      attempt,
      arguments: args,
      digest: digestOf(args),
      facts: { fresh: false, ...facts },
      words,
      redeem,
      looked,
      counters,
      refusedElsewhere,
      settled,
    };
    return this.#decide({ kind: 'agent', id: 'bot' }, (run, context) => gate(run, command, context));
  }

  /** Any other decision on the run. */
  decided(by: Actor, decide: (run: Run, context: Context) => Decided<unknown>): this {
    return this.#decide(by, decide);
  }

  agent(command: Agents): this {
    return this.#decide({ kind: 'agent', id: 'bot' }, (run, context) =>
      decideAgent(run, { epoch: run.epoch, ...command } as AgentCommand, context),
    );
  }

  /** Attaches and reads the instructions. */
  attach(): this {
    this.agent({ type: 'attach' } as Agents);
    if (this.run.acknowledged) return this;
    return this.agent({ type: 'acknowledge', digest: this.run.instructions?.digest ?? '' } as Agents);
  }

  person(personId: string, command: Partial<CaseCommand> & { type: CaseCommand['type'] }): this {
    const onCase = {
      caseId: this.run.case?.caseId ?? '',
      revision: this.run.case?.revision ?? 0,
      reason: '',
      because: 'so',
      resolution: 'done',
    };
    const defaults = {
      ...onCase,
      breakGlass: false,
      kind: 'takenOver',
      instructions: '',
      prohibit: [],
      requireApproval: [],
      allowOnce: [],
      doneByMe: [],
      unchanged: false,
      reference: null,
    };
    return this.#decide({ kind: 'person', id: personId }, (run, context) =>
      decideCase(run, { ...defaults, ...command } as CaseCommand, context),
    );
  }

  sign(personId: string, over: Partial<ApprovalCommand> = {}): this {
    const [approval] = this.run.approvals;
    const command = {
      type: 'approve',
      approvalId: approval?.approvalId ?? '',
      revision: approval?.revision ?? 0,
      digest: approval?.digest ?? '',
      comment: null,
      signIn: null,
      because: 'no',
      ...over,
    };
    return this.#decide({ kind: 'person', id: personId }, (run, context) =>
      decideApproval(run, command as ApprovalCommand, context),
    );
  }

  review(personId: string): this {
    return this.#decide({ kind: 'person', id: personId }, (run, context) =>
      reviewBreakGlass(run, { type: 'review', comment: 'seen' }, context),
    );
  }

  wait(ms: number): this {
    this.now += ms;
    return this.#decide({ kind: 'system', id: 'belay' }, tick);
  }

  get types(): string[] {
    return this.events.map((event) => event.type);
  }

  get answer(): GateDecision {
    if (this.last.refused !== undefined)
      throw new Error(`refused: ${this.last.refused.code} ${this.last.refused.detail}`);
    return this.last.answer as GateDecision;
  }

  get refused(): string | undefined {
    return this.last.refused?.code;
  }
}
