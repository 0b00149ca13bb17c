/**
 * Time at one node: firing what is due, comparing clocks, auditing that nothing is stuck, and the alarms that come of it.
 * A clock of a test is taken at its word; the system's is watched.
 */
import { type AuditStore, createAuditor } from './auditor.ts';
import { type ClockState, createSteadyClock, type SteadyClock } from './clock.ts';
import type { Known } from './decide.ts';
import { type DuePorts, type DueStore, fireDue, pollMs } from './due.ts';
import type { Loop, StartLoop } from './loop.ts';
import type { Clock, Log } from './ports.ts';

/** What happened to time, as an entry of the house tells it. */
export type TimeEvent =
  | { type: 'AuditFailed' | 'AuditPassed'; findings: string[] }
  | { type: 'ClockDoubted' | 'ClockTrusted'; because: string };

export type TimePorts = {
  known: Known;
  due: DueStore;
  audit: AuditStore;
  databaseNow: () => Promise<number>;
  log: Log;
  startLoop: StartLoop;
  lanes: readonly string[];
  fired: DuePorts['fired'];
  record: (event: TimeEvent) => Promise<void>;
};

export type Time = {
  fireDue(): Promise<number>;
  /** Looks now; answers what it found. */
  audit(): Promise<string[]>;
  /** what administrators have to know, as sentences */
  alarms(): string[];
  start(): void;
  stop(): Promise<void>;
};

export const systemClock = (): SteadyClock =>
  createSteadyClock({ wall: () => Date.now(), monotonic: () => performance.now() });

const isWatched = (clock: Clock): clock is SteadyClock => 'witness' in clock;
const believed: ClockState = { doubt: null, warning: null };
/** An answer that took longer says too little about when the database looked at its clock. */
const slowMs = 500;

/** Asks the database for the time, and writes down when a doubt begins and ends. */
const createClockWatch = (clock: SteadyClock, { databaseNow, record, log }: TimePorts) => {
  let doubted: string | null = null;
  return async (): Promise<void> => {
    const askedAt = performance.now();
    const now = await databaseNow().catch(() => Number.NaN);
    const tookMs = performance.now() - askedAt;
    if (Number.isFinite(now) && tookMs < slowMs) clock.witness(now, tookMs);
    const { doubt, warning } = clock.state();
    if (warning !== null) log.warn({ warning }, 'the clocks differ');
    if ((doubt === null) === (doubted === null)) return;
    const because = doubt ?? doubted ?? '';
    log[doubt === null ? 'info' : 'error'](
      { because },
      doubt === null ? 'the clock is trusted again' : 'the clock is doubted',
    );
    await record({ type: doubt === null ? 'ClockTrusted' : 'ClockDoubted', because });
    doubted = doubt;
  };
};

export const createTime = (ports: TimePorts): Time => {
  const { known, due, log, lanes, fired, record, startLoop } = ports;
  const { clock } = known;
  const watched = isWatched(clock) ? clock : null;
  const state = (): ClockState => watched?.state() ?? believed;
  const fire = () => fireDue({ known, due, log, fired, doubt: () => state().doubt });
  const auditor = createAuditor({
    store: ports.audit,
    urgencies: due.urgencies,
    clock,
    log,
    startLoop,
    lanes,
    record: (type, findings) => record({ type, findings }),
  });
  let loops: Loop[] = [];
  return {
    fireDue: fire,
    audit: auditor.audit,
    alarms: () => [...auditor.findings(), ...Object.values(state()).filter((sentence) => sentence !== null)],
    start: () => {
      auditor.start();
      loops = [startLoop('firing what is due', pollMs, fire)];
      if (watched !== null) loops.push(startLoop('comparing clocks', pollMs, createClockWatch(watched, ports)));
    },
    stop: async () => {
      await Promise.all([auditor.stop(), ...loops.map((loop) => loop.stop())]);
    },
  };
};
