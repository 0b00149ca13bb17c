/** What the engine needs from the world. Edges implement it; nothing in here knows how. */
import type { Json } from '@belay/protocol';
import type { Recorded } from '../domain/run/events.ts';
import type { Approval, Case, Permit, Run, Sample } from '../domain/run/run.ts';

export type Clock = { now(): number };

export type Log = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

/** A run as the database has it. `revision` counts its commits; it is what a commit compares. */
export type Stored = { run: Run; revision: number };

/** `lane`: who delivers it. A `card` that is owed already is not owed twice (unique while it waits). */
export type OwedDelivery = {
  kind: 'wake' | 'card' | 'tell';
  lane: string;
  target: string;
  body: Json;
  urgency: number;
};
export type IdempotencyRow = { caller: string; key: string; bodyDigest: string; answer: Json };

/** One run's share of a commit. `expected` null: the run is new. */
export type Write = {
  run: Run;
  expected: number | null;
  nextDueAt: number | null;
  nextDue: string | null;
  recorded: (Recorded & { seq: number; entryId: string })[];
  cases: Case[];
  approvals: Approval[];
  permits: Permit[];
  outbox: OwedDelivery[];
  samples: Sample[];
  counts: CountRow[];
  idempotency: IdempotencyRow[];
  /** attach and start: refused while a stop is in force */
  guarded: boolean;
};

/**
 * What a commit adds to a counter, in the stretch of time it belongs to; less than nothing gives back. `most`: the commit
 * is refused, as if the row had moved, when the counter would come to more.
 */
export type CountRow = { counter: string; bucket: number; since: number; amount: number; most: number | null };
export type CounterRead = { counter: string; windowMs: number };

export type StopInForce = { stopId: string; scope: string; name: string | null; because: string; by: string };
/** `moved`: committed. `stopped`: refused by a stop. Neither: the row had moved on; decide again. */
export type Committed = { moved: Set<string>; stopped: Map<string, StopInForce> };

export type RunStore = {
  load(runIds: string[]): Promise<Map<string, Stored>>;
  loadByKey(agentId: string, controlName: string, key: string): Promise<Stored | null>;
  /** a step of this run with this key that is done */
  settledPermit(runId: string, key: string): Promise<Permit | null>;
  permit(permitId: string): Promise<Permit | null>;
  /** what the counters come to in their windows */
  counters(wanted: CounterRead[], at: number): Promise<Record<string, number>>;
  /** people who refused exactly these arguments in another run of the control and have not given in */
  refusedElsewhere(run: Run, step: string, digest: string): Promise<{ by: string; because: string }[]>;
  commit(writes: Write[], at: number): Promise<Committed>;
  idempotent(caller: string, key: string): Promise<IdempotencyRow | null>;
};

/** The commit ran into a unique key: the same step key, or the same idempotency key, was committed meanwhile. */
export class KeyTaken extends Error {
  readonly what: 'permit' | 'idempotency' | 'other';
  constructor(what: KeyTaken['what'], cause: unknown) {
    super(`another commit took the same ${what} key`, { cause });
    this.what = what;
  }
}

/**
 * `news`: somebody outside this node may be waiting for it (control, case, sign-off). `work`: the agent's own steps and
 * nothing else, so whoever watches who has control need not look. `owes`: something is to be delivered.
 */
export type Change = { runId: string; news: boolean; work: boolean; owes: boolean };
