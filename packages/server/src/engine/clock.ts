/**
 * Time that does not jump. The wall clock is followed while it moves with the monotonic one. When it jumps, time goes on
 * by the monotonic clock until the new wall time has held for a minute or the database's clock agrees with it: a
 * deadline is decided once and cannot be taken back, so a minute of caution is cheap.
 */
import type { Clock } from './ports.ts';

/** What both clocks may differ by between two looks: slewing and a slow look are no jump. */
const jumpMs = 2_000;
const heldForMs = 60_000;
const agreesMs = 1_000;
/** Beyond this a node may not decide anything by time. */
const unusableMs = 30_000;

export type ClockState = {
  /** why nothing may expire now, as a sentence; null: time may be relied upon */
  doubt: string | null;
  /** what is wrong with a clock although time may be relied upon */
  warning: string | null;
};

export type SteadyClock = Clock & {
  state(): ClockState;
  /** What the database's clock said in the middle of a question that took `tookMs`. */
  witness(databaseNow: number, tookMs: number): void;
};

type Clocks = { wall: () => number; monotonic: () => number };
/** Offsets are to the monotonic clock: what has a constant one has not jumped. */
type Doubt = { since: number; offset: number; overruled: boolean };

const seconds = (ms: number): string => `${(Math.abs(ms) / 1_000).toFixed(1)} s`;
const way = (ms: number): string => (ms > 0 ? 'forward' : 'back');

const stateOf = (offset: number, doubt: Doubt | null, database: number | null): ClockState => {
  const skew = database === null ? 0 : database - offset;
  const ahead = `The database's clock is ${seconds(skew)} ${skew > 0 ? 'ahead of' : 'behind'} this machine's.`;
  if (doubt !== null) {
    const jumped = doubt.offset - offset;
    const said = `The clock of this machine was put ${way(jumped)} by ${seconds(jumped)}`;
    if (doubt.overruled) return { doubt: null, warning: `${said}; the database's was not, and time goes on by that.` };
    return { doubt: `${said}: nothing expires until that is confirmed.`, warning: null };
  }
  if (Math.abs(skew) > unusableMs) return { doubt: `${ahead} Nothing expires at this node.`, warning: null };
  return { doubt: null, warning: Math.abs(skew) > agreesMs ? ahead : null };
};

export const createSteadyClock = ({ wall, monotonic }: Clocks): SteadyClock => {
  let offset = wall() - monotonic();
  let doubt: Doubt | null = null;
  let database: number | null = null;

  const trust = (seen: number): void => {
    offset = seen;
    doubt = null;
  };

  const look = (): void => {
    const at = monotonic();
    const seen = wall() - at;
    if (Math.abs(seen - offset) <= jumpMs) trust(seen);
    else if (doubt === null || Math.abs(seen - doubt.offset) > jumpMs)
      doubt = { since: at, offset: seen, overruled: false };
    else if (!doubt.overruled && at - doubt.since >= heldForMs) trust(seen);
  };

  return {
    now: () => {
      look();
      return Math.round(monotonic() + offset);
    },
    state: () => {
      look();
      return stateOf(offset, doubt, database);
    },
    witness: (databaseNow, tookMs) => {
      look();
      const seen = databaseNow - (monotonic() - tookMs / 2);
      if (doubt === null) {
        database = seen;
        return;
      }
      // A database on this machine jumped with us: it is no witness.
      if (database === null || Math.abs(seen - database) > jumpMs) return;
      if (Math.abs(seen - doubt.offset) <= agreesMs) trust(doubt.offset);
      else if (Math.abs(seen - offset) <= agreesMs) doubt.overruled = true;
    },
  };
};
