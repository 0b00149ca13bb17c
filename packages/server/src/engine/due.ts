/**
 * Everything that becomes due. The instants are columns; this asks for what has come, urgent first, and lets the domain
 * decide at that moment, in batches that share a commit. Any number of nodes may do it at once: each takes what no
 * other is deciding, and the commit decides as always.
 */
import type { Actor } from '@belay/protocol';
import { tick } from '../domain/run/due.ts';
import { type Command, decideInOrder, type Known, writeOf } from './decide.ts';
import type { Log, Stored, Write } from './ports.ts';

export type DueStore = {
  /** each urgency with something due, the highest first, and the earliest instant in it */
  urgencies(at: number): Promise<{ urgency: number; dueAt: number }[]>;
  /** Locks what is due and free, commits what `decide` makes of it, or nothing when anything throws. */
  take(
    batch: { urgency: number; at: number; except: string[]; limit: number },
    decide: (due: Stored[]) => Promise<Write[]>,
  ): Promise<void>;
};

export type DuePorts = {
  known: Known;
  due: DueStore;
  log: Log;
  /** why nothing may expire now; null: it may */
  doubt: () => string | null;
  fired: (write: Write) => void;
};

/** The longest a due thing waits; a hint wakes the loop earlier. */
export const pollMs = 1_000;
const batchSize = 250;
/** One batch is decided here while the database commits another. */
const batchesAtOnce = 2;

const belay: Actor = { kind: 'system', id: 'belay' };
const ticking = (runId: string): Command => ({ runId, by: belay, decide: tick, present: () => null });

/** One sweep: runs whose tick failed are passed over for the rest of it. */
type Sweep = DuePorts & { passed: Set<string> };

const passOver = ({ passed, log }: Sweep, runId: string, error: unknown): void => {
  passed.add(runId);
  log.error({ runId, error }, 'what is due could not be decided');
};

const decide = async (sweep: Sweep, due: Stored[]): Promise<Write[]> => {
  const writes: Write[] = [];
  for (const before of due) {
    const { runId } = before.run;
    try {
      const { run, decisions } = await decideInOrder(before.run, [ticking(runId)], sweep.known);
      const write = writeOf(before, run, decisions, sweep.known);
      writes.push(write);
      if (write.recorded.length === 0 && write.nextDueAt !== null && write.nextDueAt <= sweep.known.clock.now())
        passOver(sweep, runId, new Error('it is due and nothing happens'));
    } catch (error) {
      passOver(sweep, runId, error);
    }
  }
  return writes;
};

/** Fires one batch of an urgency; says how many runs it took. */
const fireBatch = async (sweep: Sweep, urgency: number, limit: number): Promise<number> => {
  const { due, known, passed, fired } = sweep;
  let taken: Stored[] = [];
  let writes: Write[] = [];
  try {
    await due.take({ urgency, at: known.clock.now(), except: [...passed], limit }, async (stored) => {
      taken = stored;
      writes = await decide(sweep, stored);
      return writes;
    });
  } catch (error) {
    const [first, ...others] = taken;
    if (first === undefined) throw error;
    if (others.length === 0) passOver(sweep, first.run.runId, error);
    // One bad row must not keep the others of its batch back.
    else for (const _ of taken) await fireBatch(sweep, urgency, 1);
    return taken.length;
  }
  for (const write of writes) fired(write);
  return taken.length;
};

/** The most urgent batch that nobody else is deciding; 0 when there is none. */
const fireNext = async (sweep: Sweep): Promise<number> => {
  for (const { urgency } of await sweep.due.urgencies(sweep.known.clock.now())) {
    const fired = await fireBatch(sweep, urgency, batchSize);
    if (fired > 0) return fired;
  }
  return 0;
};

/** Lets everything that is due now happen. Returns how many runs it looked at. */
export const fireDue = async (ports: DuePorts): Promise<number> => {
  if (ports.doubt() !== null) return 0;
  const sweep: Sweep = { ...ports, passed: new Set() };
  const drain = async (): Promise<number> => {
    let looked = 0;
    for (let n = await fireNext(sweep); n > 0; n = await fireNext(sweep)) looked += n;
    return looked;
  };
  const looked = await Promise.all(Array.from({ length: batchesAtOnce }, drain));
  return looked.reduce((sum, n) => sum + n, 0);
};
