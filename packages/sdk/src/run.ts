/**
 * A run as the agent's process holds it: the calls of one epoch. When control is gone, `signal` aborts with Fenced and
 * every further call throws it; when control comes back, a new process, or `drive`, attaches and gets a new one.
 */
import type { Attached, GateAnswer, InstructionsView, Json, JsonObject, ReportResult } from '@belay/protocol';
import type { ArgumentsOf, ControlShape, FactsOf, StepName } from './controls.ts';
import { restated } from './effect.ts';
import { type ControlState, Paused, type Ticket } from './errors.ts';
import { type Asked, createGate, digestOfPlain } from './gate.ts';
import { createKeys } from './keys.ts';
import type { Line } from './line.ts';
import { createOffline } from './offline.ts';
import { createPulse, type Spending } from './pulse.ts';
import { createReports } from './reports.ts';
import type { Spool } from './spool.ts';
import { createPerform, type StepControl, type StepOptions } from './step.ts';
import { type WaitOptions, waitForDecision } from './waiting.ts';
import { startWatcher, type Watcher } from './watcher.ts';

/** The gate's answer, with the arguments typed as the control has them. */
export type Outcome<A> =
  | Exclude<GateAnswer, { kind: 'continue' }>
  | (Omit<Extract<GateAnswer, { kind: 'continue' }>, 'arguments'> & { arguments: A });

export type GateOptions<F = JsonObject> = Pick<StepOptions<F>, 'key' | 'facts' | 'words' | 'signal'> & {
  /** redeem the permit in the same commit: from then on the step counts as under way and has to be settled */
  redeem?: boolean;
};

export type EscalateOptions = {
  /** answers you would accept */
  options?: string[];
  facts?: JsonObject;
  key?: string;
  /** `wait` until a person has decided (default), `pause`: throw Paused, `continue`: go on with low-risk steps */
  on?: 'wait' | 'pause' | 'continue';
} & WaitOptions;

export interface Run<C extends ControlShape> {
  readonly id: string;
  /** aborts with Fenced when a person takes over or another process attaches */
  readonly signal: AbortSignal;
  /** what the person said who gave control back; null when nobody did */
  readonly instructions: InstructionsView | null;
  /** who has control, as far as this process was told */
  control(): ControlState;
  /** says that the instructions were read; needed before the first step after a return */
  acknowledge(): Promise<void>;
  /** gate, carry out at most once, report */
  step<S extends StepName<C>, T>(
    name: S,
    args: ArgumentsOf<C, S>,
    fn: (control: StepControl<ArgumentsOf<C, S>>) => T | Promise<T>,
    options?: StepOptions<FactsOf<C, S>>,
  ): Promise<T>;
  /** only asks: the first half of `step`, for adapters */
  gate<S extends StepName<C>>(
    name: S,
    args: ArgumentsOf<C, S>,
    options?: GateOptions<FactsOf<C, S>>,
  ): Promise<Outcome<ArgumentsOf<C, S>>>;
  /**
   * says what became of a redeemed step: the second half of `step`. `carriedOut`: the arguments as the effect got them;
   * others than were let through put the step in doubt, and this throws `reported_otherwise`
   */
  settle(key: string, result: ReportResult, carriedOut?: object): Promise<void>;
  /** asks for a person */
  escalate(question: string, options?: EscalateOptions): Promise<Ticket>;
  /** what was spent since the last report, and how far it is; gathered and sent together */
  report(spending: Spending): void;
  /** waits until people have decided; a takeover ends it with Fenced */
  wait(ticket: Ticket | Paused, options?: WaitOptions): Promise<void>;
  finish(outcome?: Json): Promise<void>;
  /** lets go without finishing: the run stays, another process may attach */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export type Holding = {
  line: Line;
  attached: Attached;
  /** null: refuse whatever cannot be asked */
  offline: { spool: Spool; steps: Set<string> } | null;
  watch: boolean;
  heartbeatMs: number;
};

class HeldRun implements Run<ControlShape> {
  readonly id: string;
  readonly signal: AbortSignal;
  readonly instructions: InstructionsView | null;
  readonly step: Run<ControlShape>['step'];
  readonly #line: Line;
  readonly #watcher: Watcher | null;
  readonly #gate;
  readonly #keys;
  readonly #reports;
  readonly #pulse;
  readonly #offline;
  #finished = false;

  constructor({ line, attached, offline, watch, heartbeatMs }: Holding) {
    this.id = line.fence.runId;
    this.signal = line.fence.signal;
    this.instructions = attached.run.instructions;
    this.#line = line;
    this.#gate = createGate(line);
    this.#keys = createKeys(line.control.name);
    this.#reports = createReports(line);
    this.#pulse = createPulse(line, heartbeatMs);
    this.#offline = offline && createOffline(line, this.#gate, this.#reports, offline.spool, offline.steps);
    this.step = createPerform({
      line,
      gate: this.#gate,
      keys: this.#keys,
      reports: this.#reports,
      pulse: this.#pulse,
      offline: this.#offline,
    }) as Run<ControlShape>['step'];
    this.#pulse.start();
    this.#watcher = watch ? startWatcher(line) : null;
  }

  control(): ControlState {
    return this.#line.fence.control;
  }

  async acknowledge(): Promise<void> {
    if (this.instructions === null) return;
    const run = await this.#line.call('acknowledge', { digest: this.instructions.digest });
    this.#line.fence.revision = Math.max(this.#line.fence.revision, run.revision);
  }

  async gate(step: string, args: object, options: GateOptions<object> = {}): Promise<Outcome<never>> {
    this.#line.fence.check();
    const digest = digestOfPlain(`Arguments of ${step}`, args);
    const asked: Asked = {
      step,
      key: options.key ?? this.#keys.next(step, digest),
      digest,
      arguments: args as JsonObject,
      facts: (options.facts ?? {}) as JsonObject,
      words: options.words,
    };
    const answer = await this.#gate(asked, { redeem: options.redeem ?? false, signal: options.signal });
    return answer as Outcome<never>;
  }

  async settle(key: string, result: ReportResult, carriedOut?: object): Promise<void> {
    const digest = carriedOut && restated(carriedOut as JsonObject);
    const { delivery } = await this.#reports.deliver(key, result, digest);
    if (delivery === 'late') this.#line.fence.check();
  }

  async escalate(question: string, { on = 'wait', ...options }: EscalateOptions = {}): Promise<Ticket> {
    const { fence } = this.#line;
    fence.check();
    const digest = digestOfPlain('The question', question);
    const key = options.key ?? this.#keys.next('escalate', digest);
    const since = fence.revision;
    const { caseId, url } = await this.#line.call(
      'escalate',
      { question, key, options: options.options ?? [], facts: options.facts ?? {} },
      { signal: options.signal, callId: crypto.randomUUID() },
    );
    if (options.key === undefined) this.#keys.used('escalate', digest, key);
    const ticket: Ticket = { kind: 'handoff', key, caseId, approvalIds: [], url, since };
    if (on === 'pause') throw new Paused(question, this.id, ticket);
    if (on === 'wait') await waitForDecision(this.#line, ticket, options);
    return ticket;
  }

  report(spending: Spending): void {
    this.#pulse.add(spending);
  }

  async wait(ticket: Ticket | Paused, options: WaitOptions = {}): Promise<void> {
    await waitForDecision(this.#line, ticket instanceof Paused ? ticket.ticket : ticket, options);
  }

  async finish(outcome: Json = null): Promise<void> {
    const { fence } = this.#line;
    fence.check();
    await this.#offline?.catchUp();
    await this.#reports.flush();
    await this.#pulse.stop();
    fence.finishing = true;
    try {
      await this.#line.call('finish', { outcome });
    } finally {
      fence.finishing = false;
    }
    this.#finished = true;
    await this.close();
  }

  get finished(): boolean {
    return this.#finished;
  }

  /** One long poll; goes on looking when control is gone, to see it come back. */
  async changedSince(revision: number, signal: AbortSignal | undefined): Promise<void> {
    await this.#line.poll(revision, { signal });
  }

  async close(): Promise<void> {
    this.#watcher?.stop();
    if (!this.#finished) await this.#pulse.stop();
    await this.#reports.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

export const holdRun = (holding: Holding): HeldRun => new HeldRun(holding);
export type { HeldRun };
