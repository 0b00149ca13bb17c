/**
 * A simulated house: runs arrive, the agent works, people are told, take over, decline, sign, forget; the engine ticks
 * and has outages. Nothing in it is real: the domain decides, chance comes from a seed, time is a number.
 */
import { type Actor, digestOf, type JsonObject } from '@belay/protocol';
import { decideApproval } from '../../src/domain/approval/decide.ts';
import { type CaseCommand, decideCase } from '../../src/domain/case/decide.ts';
import { apply, type Context, type Decided } from '../../src/domain/decided.ts';
import type { Organisation } from '../../src/domain/oncall/organisation.ts';
import { hour, minute } from '../../src/domain/oncall/wallclock.ts';
import { type AgentCommand, decideAgent } from '../../src/domain/run/agent.ts';
import { limitsOf, nextDue, tick } from '../../src/domain/run/due.ts';
import type { RunEvent } from '../../src/domain/run/events.ts';
import { newRun, withoutEnded } from '../../src/domain/run/evolve.ts';
import { gate } from '../../src/domain/run/gate.ts';
import type { GateCommand } from '../../src/domain/run/gate-command.ts';
import type { Run } from '../../src/domain/run/run.ts';
import type { Chance } from '../chance.ts';
import { Agenda } from './agenda.ts';
import { broken, type Memory, newMemory, pollMs } from './invariants.ts';
import { Log } from './log.ts';
import { control, customer } from './team.ts';

/** What somebody is about to do. `seen`: the revision they looked at, which may be stale by then. */
type Plan =
  | { kind: 'arrive' }
  | { kind: 'tick'; run: Live; at: number }
  | { kind: 'agent'; run: Live }
  | { kind: 'zombie'; run: Live; epoch: number }
  | { kind: 'person'; run: Live; personId: string; caseId: string; seen: number | null }
  | { kind: 'holder'; run: Live; personId: string }
  | { kind: 'sign'; run: Live; personId: string; approvalId: string };

type Happened = { events: RunEvent[]; by: Actor; now: number };
/** A run with what has to be remembered to check it. */
export type Live = { run: Run; memory: Memory; steps: Happened[]; work: number; key: number; dueAt: number | null };
export type Counts = Record<
  'runs' | 'cases' | 'steps' | 'rungs' | 'rests' | 'ticks' | 'refused' | 'finished' | 'outages' | 'checkpoints',
  number
>;
export type Setting = { chance: Chance; org: Organisation; from: number; to: number; runs: number };

const agentActor: Actor = { kind: 'agent', id: 'bot' };
const personActor = (id: string): Actor => ({ kind: 'person', id });
const limits = limitsOf({ control });
/** Entries after which whoever has the run finishes it. */
const tiredAfter = 60;
const nothing = {
  instructions: '',
  prohibit: [],
  requireApproval: [],
  allowOnce: [],
  doneByMe: [],
  unchanged: true,
  reason: 'it is urgent',
  because: 'so',
  resolution: 'done by hand',
};

export class Simulation {
  readonly counts: Counts = {
    runs: 0,
    cases: 0,
    steps: 0,
    rungs: 0,
    rests: 0,
    ticks: 0,
    refused: 0,
    finished: 0,
    outages: 0,
    checkpoints: 0,
  };
  readonly wrong: string[] = [];
  /** digest over everything that happened: equal for equal seeds */
  trace = 0;
  readonly #setting: Setting;
  readonly #agenda = new Agenda<Plan>();
  readonly #log: Log;
  readonly #outages: { from: number; to: number }[] = [];
  #now: number;
  #ids = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#now = setting.from;
    this.#log = new Log(setting.chance);
    this.#agenda.put(setting.from, { kind: 'arrive' });
    for (
      let at = setting.from + setting.chance.wait(30 * 24 * hour);
      at < setting.to;
      at += setting.chance.wait(30 * 24 * hour)
    ) {
      const to = at + setting.chance.wait(2 * hour);
      this.#outages.push({ from: at, to });
      at = to;
    }
    this.counts.outages = this.#outages.length;
  }

  /** Everything until nothing is left to happen; stops at the first thing that is wrong. */
  run(): void {
    for (let next = this.#agenda.take(); next !== null && this.wrong.length === 0; next = this.#agenda.take()) {
      this.#now = Math.max(this.#now, Math.ceil(next.at));
      this.#carryOut(next.what);
    }
    this.counts.checkpoints = this.#log.checkpoints;
  }

  #carryOut(plan: Plan): void {
    if (plan.kind === 'arrive') this.#arrive();
    else if (plan.kind === 'tick') this.#tick(plan.run, plan.at);
    else if (plan.kind === 'agent') this.#agent(plan.run);
    else if (plan.kind === 'zombie') this.#zombie(plan.run, plan.epoch);
    else if (plan.kind === 'person') this.#person(plan);
    else if (plan.kind === 'holder') this.#holder(plan.run, plan.personId);
    else this.#sign(plan);
  }

  #context(by: Actor): Context {
    const newId = (prefix: string): string => `${prefix}_${++this.#ids}`;
    return { now: this.#now, by, control, org: this.#setting.org, newId };
  }

  #in(mean: number, plan: Plan): void {
    this.#agenda.put(this.#now + this.#setting.chance.wait(mean), plan);
  }

  #outageMs = (from: number, to: number): number =>
    this.#outages.reduce((sum, one) => sum + Math.max(0, Math.min(to, one.to) - Math.max(from, one.from)), 0);

  #arrive(): void {
    const { chance, to, from, runs } = this.#setting;
    if (this.counts.runs >= runs || this.#now >= to) return;
    const started = {
      type: 'RunStarted' as const,
      runId: `run_${++this.counts.runs}`,
      control: { name: 'refunds', version: 1, digest: 'sha256:0' },
      agentId: 'bot',
      key: null,
      subject: { id: `${this.counts.runs}` },
      onBehalfOf: chance.happens(0.3) ? 'elena' : null,
    };
    const live: Live = {
      run: newRun(started, this.#now),
      memory: newMemory(),
      steps: [],
      work: 1 + chance.whole(2),
      key: 0,
      dueAt: null,
    };
    this.#happen(live, { events: [started], answer: null }, this.#context(agentActor));
    this.#in(minute, { kind: 'agent', run: live });
    this.#in((to - from) / runs, { kind: 'arrive' });
  }

  /** Folds a decision into its run, checks what must hold, and lets the world react. */
  #happen(live: Live, decided: Decided<unknown>, context: Context, ticked = false): boolean {
    const { events } = decided;
    const before = live.run;
    const after = apply(before, events, context);
    this.counts.steps++;
    if (decided.refused !== undefined) this.counts.refused++;
    if (events.length > 0) live.steps.push({ events, by: context.by, now: context.now });
    const kept = withoutEnded(after);
    const due = nextDue(kept, limits);
    const wrong = broken({ before, events, after, kept, due, context, ticked }, live.memory, this.#outageMs);
    wrong.push(
      ...this.#log.add(events.map(({ type }, index) => `${before.runId} ${before.entries + index + 1} ${type}`)),
    );
    for (const sentence of wrong)
      this.wrong.push(`${before.runId} at ${new Date(context.now).toISOString()}: ${sentence}`);
    live.run = kept;
    this.trace = (Math.imul(this.trace, 31) + events.length * 7 + (context.now % 1_000_003)) | 0;
    for (const event of events) this.#react(live, event);
    this.#schedule(live, due?.at ?? null);
    if (after.finishedAt !== null && before.finishedAt === null) this.#finish(live);
    return decided.refused === undefined;
  }

  #schedule(live: Live, at: number | null): void {
    if (at === live.dueAt) return;
    live.dueAt = at;
    if (at === null) return;
    const poll = this.#setting.chance.next() * pollMs;
    this.#agenda.put(Math.max(at, this.#now) + poll, { kind: 'tick', run: live, at });
  }

  /** I7: what was recorded makes the same state again. */
  #finish(live: Live): void {
    this.counts.finished++;
    const [first] = live.steps;
    if (first?.events[0]?.type !== 'RunStarted') throw new Error('a run without a start');
    const start = newRun(first.events[0], first.now);
    const replayed = live.steps.reduce((run, step) => withoutEnded(apply(run, step.events, step)), start);
    if (JSON.stringify(replayed) !== JSON.stringify(live.run))
      this.wrong.push(`I7: ${live.run.runId} replayed is another`);
    live.steps = [];
  }

  #tick(live: Live, at: number): void {
    if (live.dueAt !== at) return;
    const outage = this.#outages.find(({ from, to }) => from <= this.#now && this.#now < to);
    if (outage !== undefined) {
      this.#agenda.put(outage.to, { kind: 'tick', run: live, at });
      return;
    }
    const context = this.#context({ kind: 'system', id: 'belay' });
    this.counts.ticks++;
    this.#happen(live, tick(live.run, context), context, true);
  }

  /** What the world does about an event: people that were told, the agent that is woken. */
  #react(live: Live, event: RunEvent): void {
    const { chance } = this.#setting;
    if (event.type === 'CaseOpened') this.counts.cases++;
    if (event.type === 'CaseSnoozed' || event.type === 'RungDelayed') this.counts.rests++;
    if (event.type === 'RungFired') {
      this.counts.rungs++;
      for (const personId of event.people) {
        const seen = chance.happens(0.5) ? (live.run.case?.revision ?? null) : null;
        if (chance.happens(0.6))
          this.#in(12 * minute, { kind: 'person', run: live, personId, caseId: event.caseId, seen });
      }
    }
    if (event.type === 'ApprovalRequested')
      for (const personId of chance.happens(0.8) ? ['arun', 'emil', 'alvaro', 'elena', 'andre'] : ['emil'])
        if (chance.happens(0.7))
          this.#in(2 * hour, { kind: 'sign', run: live, personId, approvalId: event.approval.approvalId });
    if (event.type === 'ControlTaken') this.#in(40 * minute, { kind: 'holder', run: live, personId: event.to.id });
    if (event.type === 'ClaimIdled' && chance.happens(0.5))
      this.#in(hour, { kind: 'holder', run: live, personId: chance.happens(0.7) ? event.claimedBy : 'eva' });
    const woken = ['ApprovalRejected', 'CaseReturned', 'CaseCancelled', 'CaseReleased'].includes(event.type);
    const signed = event.type === 'ApprovalSigned' && event.complete;
    if ((woken || signed) && chance.happens(0.85)) this.#in(minute, { kind: 'agent', run: live });
  }

  #decideAgent(live: Live, command: AgentCommand): boolean {
    const context = this.#context(agentActor);
    return this.#happen(live, decideAgent(live.run, command, context), context);
  }

  #agent(live: Live): void {
    const { chance } = this.#setting;
    const { run } = live;
    if (run.finishedAt !== null || run.holder.kind === 'person') return;
    if (!run.acknowledged) {
      if (!this.#decideAgent(live, { type: 'attach' })) return;
      this.#decideAgent(live, { type: 'acknowledge', epoch: live.run.epoch, digest: run.instructions?.digest ?? '' });
    }
    const { epoch } = live.run;
    const redeemed = live.run.permits.find((permit) => permit.status === 'redeemed');
    if (redeemed !== undefined) {
      const value = chance.happens(0.9)
        ? ({ status: 'done', value: null } as const)
        : ({ status: 'failed', error: 'no', outside: chance.happens(0.5) } as const);
      this.#decideAgent(live, { type: 'report', epoch, key: redeemed.key, result: value });
      live.work -= value.status === 'done' ? 1 : 0;
      live.key++;
    } else if (live.work <= 0) this.#decideAgent(live, { type: 'finish', epoch, outcome: null });
    else this.#gate(live);
    const waits = live.run.approvals.some(({ status }) => status === 'waiting');
    if (live.run.finishedAt === null && live.run.case === null && chance.happens(0.95))
      this.#in(waits ? hour : 2 * minute, { kind: 'agent', run: live });
    if (chance.happens(0.05)) this.#in(3 * hour, { kind: 'zombie', run: live, epoch });
  }

  #gate(live: Live): void {
    const { chance } = this.#setting;
    // The same call is asked with the same arguments: key by key.
    const amount =
      ['EUR 10.00', 'EUR 99.00', 'EUR 250.00', 'EUR 80.00'][(live.key * 7 + live.run.startedAt) % 4] ?? 'EUR 1.00';
    const args: JsonObject = { amount, to: 'customer' };
    const broken = chance.happens(0.03);
    const command: GateCommand = {
      type: 'gate',
      epoch: live.run.epoch,
      step: 'refund',
      key: `k${live.key}`,
      attempt: `k${live.key}`,
      arguments: args,
      digest: digestOf(args),
      facts: broken ? { odd: 'perhaps' } : { odd: (live.run.startedAt + live.key) % 3 === 0 },
      words: null,
      redeem: true,
      looked: customer,
      counters: {},
      refusedElsewhere: [],
      settled: null,
    };
    const context = this.#context(agentActor);
    const decided = gate(live.run, command, context);
    const allowed = live.run.allowances.length > 0 || live.run.permits.length > 0;
    const continued = decided.refused === undefined && decided.answer.kind === 'continue';
    if (broken && continued && !allowed) this.wrong.push('I9: a step with a fact that is not one was let through');
    this.#happen(live, decided, context);
  }

  /** A process that was fenced goes on as if nothing had happened. */
  #zombie(live: Live, epoch: number): void {
    if (live.run.epoch === epoch) return;
    const accepted = this.#decideAgent(live, { type: 'finish', epoch, outcome: 'zombie' });
    if (accepted) this.wrong.push('I1: a fenced process was obeyed');
  }

  #decideCase(live: Live, personId: string, command: Partial<CaseCommand> & { type: CaseCommand['type'] }): boolean {
    const context = this.#context(personActor(personId));
    const kase = live.run.case;
    const whole = { ...nothing, caseId: kase?.caseId ?? '', revision: kase?.revision ?? 0, ...command } as CaseCommand;
    const before = live.run;
    const accepted = this.#happen(live, decideCase(before, whole, context), context);
    // I11: the same click once more changes nothing, or is refused.
    const again = decideCase(live.run, whole, context);
    if (accepted && live.run !== before && again.refused === undefined && again.events.length > 0)
      this.wrong.push(`I11: ${command.type} twice happened twice`);
    return accepted;
  }

  #person({ run: live, personId, caseId, seen }: Extract<Plan, { kind: 'person' }>): void {
    const { chance } = this.#setting;
    const kase = live.run.case;
    if (kase === null || kase.caseId !== caseId || kase.status !== 'open') return;
    const revision = seen ?? kase.revision;
    const what = chance.next();
    if (what < 0.62) this.#decideCase(live, personId, { type: 'claim', revision });
    else if (what < 0.7)
      this.#decideCase(live, personId, { type: 'snooze', revision, until: this.#now + chance.wait(6 * hour) });
    else if (what < 0.9) this.#decideCase(live, personId, { type: 'decline', revision });
    else this.#decideCase(live, personId, { type: 'cancel', revision });
  }

  /** Whoever has control finishes, gives back, puts the case back, or forgets about it. */
  #holder(live: Live, personId: string): void {
    const { chance } = this.#setting;
    const kase = live.run.case;
    if (kase === null || kase.status !== 'claimed') return;
    if (kase.claimedBy !== personId && !this.#decideCase(live, personId, { type: 'claim' })) return;
    for (const { permitId, status } of live.run.permits)
      if (status === 'inDoubt')
        this.#decideCase(live, personId, { type: 'settle', permitId, happened: 'notDone', reference: null });
    if (live.run.permits.some(({ status }) => status === 'redeemed')) {
      this.#in(20 * minute, { kind: 'holder', run: live, personId });
      return;
    }
    const step = live.run.case?.step ?? null;
    const allowOnce = step === null ? [] : [{ step: step.step, digest: step.digest }];
    const what = live.run.entries > tiredAfter ? 0 : chance.next();
    if (what < 0.3) this.#decideCase(live, personId, { type: 'resolve' });
    else if (what < 0.6) this.#decideCase(live, personId, { type: 'return' });
    else if (what < 0.8)
      this.#decideCase(live, personId, { type: 'return', unchanged: false, instructions: 'go on', allowOnce });
    else if (what < 0.88) this.#decideCase(live, personId, { type: 'release' });
  }

  #sign({ run: live, personId, approvalId }: Extract<Plan, { kind: 'sign' }>): void {
    const approval = live.run.approvals.find((one) => one.approvalId === approvalId);
    if (approval === undefined) return;
    const { revision, digest } = approval;
    const context = this.#context(personActor(personId));
    const sign = this.#setting.chance.happens(0.9);
    const on = { approvalId, revision, digest };
    const decided = sign
      ? decideApproval(live.run, { type: 'approve', ...on, comment: null, signIn: null }, context)
      : decideApproval(live.run, { type: 'reject', ...on, because: 'no' }, context);
    this.#happen(live, decided, context);
  }
}
