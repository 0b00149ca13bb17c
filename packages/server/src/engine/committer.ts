/**
 * Shares commits. Commands on one run are decided in order; commands of many runs that arrive while a commit is under
 * way share the next one. A decision on remembered state counts only when its commit moved the row; everything else
 * (a refusal, an answer without a change) is decided again on freshly read state before it is told.
 */

import type { Json } from '@belay/protocol';
import type { Refusal } from '../domain/decided.ts';
import { withoutEnded } from '../domain/run/evolve.ts';
import type { Run } from '../domain/run/run.ts';
import { type Command, type Decision, decideInOrder, type Known, writeOf } from './decide.ts';
import { createMemory, roughBytes } from './memory.ts';
import { type Change, KeyTaken, type RunStore, type StopInForce, type Stored, type Write } from './ports.ts';

export type Outcome = { ok: true; answer: Json; replayed: boolean } | { ok: false; refused: Refusal };
export class Unavailable extends Error {}

type Job = {
  command: Command;
  resolve: (outcome: Outcome) => void;
  reject: (error: unknown) => void;
  tries: number;
  /** its commit failed as a whole: it gets one of its own, to see whose fault that was */
  alone: boolean;
};
type Prepared = { jobs: Job[]; before: Stored; run: Run; decisions: Decision[]; write: Write };
export type CommitterPorts = Known & { store: RunStore; changed: (change: Change) => void };

/** Events that somebody other than the caller may be waiting for, perhaps at another node. */
const awaited: ReadonlySet<string> = new Set([
  'ControlTaken',
  'ControlReturned',
  'RunMoved',
  'CaseClaimed',
  'CaseReturned',
  'CaseResolved',
  'CaseCancelled',
  'ApprovalSigned',
  'ApprovalRejected',
  'ApprovalExpired',
  'ApprovalVoided',
  'VoteWithdrawn',
  'PermitSettled',
]);

/** An agent at work: none of it moves control, opens a case or decides a sign-off. */
const work: ReadonlySet<string> = new Set([
  'StepGated',
  'PermitGranted',
  'PermitRedeemed',
  'PermitReported',
  'StepSampled',
  'AgentReported',
]);

/** What others have to hear of a write that was committed. */
export const changeOf = ({ run, recorded, outbox }: Write): Change => ({
  runId: run.runId,
  news: recorded.some(({ event }) => awaited.has(event.type)),
  work: recorded.every(({ event }) => work.has(event.type)),
  owes: outbox.length > 0,
});

const batchMax = 64;
const commitsAtOnce = 2;
const triesMax = 12;
/** Runs as last seen here: most are small; some carry a packet and arguments of a megabyte. */
const remembered = { most: 20_000, bytes: 256 * 1024 * 1024, sizeOf: ({ run }: Stored) => roughBytes(run) };

const groupByRun = (jobs: Job[]): Map<string, Job[]> => {
  const groups = new Map<string, Job[]>();
  for (const job of jobs) {
    const group = groups.get(job.command.runId);
    if (group === undefined) groups.set(job.command.runId, [job]);
    else group.push(job);
  }
  return groups;
};

const tell = (jobs: Job[], decisions: Decision[]): void =>
  decisions.forEach((decision, index) => {
    const outcome: Outcome =
      decision.refused === undefined
        ? { ok: true, answer: decision.answer, replayed: false }
        : { ok: false, refused: decision.refused };
    jobs[index]?.resolve(outcome);
  });

const refuseStopped = (jobs: Job[], stop: StopInForce): void => {
  for (const job of jobs)
    job.resolve({ ok: false, refused: { code: 'run_stopped', detail: `Stopped by ${stop.by}: ${stop.because}` } });
};

export class Committer {
  readonly #ports: CommitterPorts;
  readonly #memory = createMemory<Stored>(remembered);
  readonly #busy = new Set<string>();
  #queue: Job[] = [];
  #committing = 0;

  constructor(ports: CommitterPorts) {
    this.#ports = ports;
  }

  /** Decides and commits one command. Rejects when the database did; resolves only after the commit. */
  run(command: Command): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ command, resolve, reject, tries: 0, alone: false });
      // One turn of the event loop lets the other requests of this moment join the same commit.
      setImmediate(() => void this.#pump());
    });
  }

  /** The run as last seen here, read when it is not remembered. A hint: what it says is decided only in `run`. */
  async peek(runId: string): Promise<Stored | null> {
    return this.#memory.get(runId) ?? (await this.#ports.store.load([runId])).get(runId) ?? null;
  }

  forget(runId: string): void {
    this.#memory.forget(runId);
  }

  remember(runId: string, stored: Stored): void {
    this.#memory.set(runId, stored);
  }

  async #pump(): Promise<void> {
    if (this.#committing >= commitsAtOnce) return;
    this.#committing += 1;
    try {
      for (let batch = this.#takeBatch(); batch.length > 0; batch = this.#takeBatch()) await this.#work(batch);
    } finally {
      this.#committing -= 1;
    }
  }

  /** What waits and whose run is free: a run is in one commit at a time. */
  #takeBatch(): Job[] {
    const batch: Job[] = [];
    const left: Job[] = [];
    for (const job of this.#queue) {
      const waits = this.#busy.has(job.command.runId) || batch.length >= batchMax;
      (waits ? left : batch).push(job);
    }
    this.#queue = left;
    return batch;
  }

  async #work(batch: Job[]): Promise<void> {
    const groups = groupByRun(batch);
    for (const runId of groups.keys()) this.#busy.add(runId);
    try {
      const unknown = [...groups.keys()].filter((runId) => this.#memory.get(runId) === undefined);
      const fresh = unknown.length === 0 ? new Map<string, Stored>() : await this.#ports.store.load(unknown);
      const prepared: Prepared[] = [];
      for (const [runId, jobs] of groups) {
        const one = await this.#prepare(runId, jobs, fresh).catch((error: unknown) => {
          for (const job of jobs) job.reject(error);
          return null;
        });
        if (one !== null) prepared.push(one);
      }
      if (prepared.length > 0) await this.#commit(prepared);
    } catch (error) {
      for (const job of batch) job.reject(error);
    } finally {
      for (const runId of groups.keys()) this.#busy.delete(runId);
    }
  }

  /** Decides one run's jobs; null when all of them were answered, or have to be decided again. */
  async #prepare(runId: string, waiting: Job[], fresh: Map<string, Stored>): Promise<Prepared | null> {
    const known = this.#memory.get(runId);
    const before = known ?? fresh.get(runId);
    if (before === undefined) {
      for (const job of waiting)
        job.resolve({ ok: false, refused: { code: 'not_found', detail: `There is no run ${runId}.` } });
      return null;
    }
    await Promise.all(waiting.filter(({ tries }) => tries > 0).map((job) => job.command.again?.()));
    const together = waiting.some(({ alone }) => alone) ? waiting.slice(0, 1) : waiting;
    const commands = together.map((job) => job.command);
    const { run, decisions } = await decideInOrder(before.run, commands, this.#ports);
    const jobs = waiting.slice(0, decisions.length);
    this.#queue.push(...waiting.slice(decisions.length));
    const moves = decisions.some(({ events }) => events.length > 0);
    if (known !== undefined && (!moves || decisions.some(({ refused }) => refused !== undefined))) {
      this.#again(jobs, 'it was decided on remembered state');
      return null;
    }
    const write = writeOf(before, run, decisions, this.#ports);
    if (moves || write.idempotency.length > 0) return { jobs, before, run, decisions, write };
    this.#memory.set(runId, before);
    tell(jobs, decisions);
    return null;
  }

  async #commit(prepared: Prepared[]): Promise<void> {
    try {
      const writes = prepared.map(({ write }) => write);
      const { moved, stopped } = await this.#ports.store.commit(writes, this.#ports.clock.now());
      for (const one of prepared) this.#settle(one, moved.has(one.run.runId), stopped.get(one.run.runId));
    } catch (error) {
      // One bad row must not fail the others that shared its commit.
      if (prepared.length > 1) for (const one of prepared) await this.#commit([one]);
      else this.#fail(prepared, error);
    }
  }

  #fail(prepared: Prepared[], error: unknown): void {
    for (const { jobs, run } of prepared) {
      this.#memory.forget(run.runId);
      const shared = jobs.length > 1 && error instanceof KeyTaken;
      for (const job of jobs) {
        job.alone = shared;
        if (shared) this.#queue.push(job);
        else job.reject(error);
      }
    }
  }

  #settle({ jobs, before, run, decisions, write }: Prepared, moved: boolean, stop: StopInForce | undefined): void {
    if (stop !== undefined) {
      // Only what a stop guards against is refused; what shared its commit is decided again without it.
      refuseStopped(
        jobs.filter((job) => job.command.guarded === true),
        stop,
      );
      this.#again(
        jobs.filter((job) => job.command.guarded !== true),
        'a stop refused what shared its commit',
      );
      return;
    }
    if (!moved) {
      this.#again(jobs, 'another commit came first');
      return;
    }
    const revision = before.revision + 1;
    this.#memory.set(run.runId, { run: withoutEnded(run), revision });
    tell(jobs, decisions);
    if (write.recorded.length > 0) this.#ports.changed(changeOf(write));
  }

  #again(jobs: Job[], cause: string): void {
    for (const job of jobs) {
      this.#memory.forget(job.command.runId);
      job.tries += 1;
      if (job.tries > triesMax) job.reject(new Unavailable(`Run ${job.command.runId} kept moving: ${cause}.`));
      else this.#queue.push(job);
    }
  }
}
