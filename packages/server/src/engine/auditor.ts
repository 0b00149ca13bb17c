/**
 * Nothing is stuck: proved every minute from what the database has, not from what the engine believes. A finding is an
 * alarm: it stands in the health of the server, in the log, and as an entry that administrators see.
 */
import { iso } from '@belay/protocol';
import type { Loop, StartLoop } from './loop.ts';
import type { Clock, Log } from './ports.ts';

export type AuditStore = {
  /** unfinished runs without a next instant; open cases without a next rung; what nobody takes since `before` */
  counts(
    lanes: readonly string[],
    before: number,
  ): Promise<{ unarmedRuns: number; unarmedCases: number; stuckDeliveries: number; stuckEntries: number }>;
  /** live ones whose run does not carry them, a page after `after`; `last` null: that was the last page */
  strayCases(after: string, limit: number): Promise<Page>;
  strayApprovals(after: string, limit: number): Promise<Page>;
};
type Page = { last: string | null; strays: string[] };

export type AuditPorts = {
  store: AuditStore;
  urgencies: (at: number) => Promise<{ dueAt: number }[]>;
  clock: Clock;
  log: Log;
  startLoop: StartLoop;
  /** lanes of owed deliveries that this house always serves */
  lanes: readonly string[];
  /** writes an entry of the house */
  record: (type: 'AuditFailed' | 'AuditPassed', findings: string[]) => Promise<void>;
};

export const auditEveryMs = 60_000;
/** Later than this is not the poll but a fault, or a backlog that somebody should know of. */
const lateMs = 15_000;
const stuckMs = 120_000;
/** Cases compared with their runs in one audit: a house of more is walked over several minutes. */
const pageSize = 20_000;

const count = (n: number, one: string, many: string): string => (n === 1 ? `1 ${one}` : `${n} ${many}`);

const sentences = (found: Awaited<ReturnType<AuditStore['counts']>>): string[] => [
  ...(found.unarmedRuns > 0
    ? [`${count(found.unarmedRuns, 'unfinished run has', 'unfinished runs have')} no armed next step.`]
    : []),
  ...(found.unarmedCases > 0
    ? [`${count(found.unarmedCases, 'open case has', 'open cases have')} no rung to come.`]
    : []),
  ...(found.stuckDeliveries > 0
    ? [`${count(found.stuckDeliveries, 'owed delivery was', 'owed deliveries were')} not taken up for 2 minutes.`]
    : []),
  ...(found.stuckEntries > 0
    ? [`${count(found.stuckEntries, 'entry waits', 'entries wait')} for a place in the evidence log for 2 minutes.`]
    : []),
];

const overdue = async ({ urgencies }: AuditPorts, now: number): Promise<string[]> => {
  const first = Math.min(...(await urgencies(now)).map(({ dueAt }) => dueAt));
  return first < now - lateMs ? [`What was due at ${iso(first)} has not happened: rungs fire late.`] : [];
};

const strays = ({ strays: ids }: Page, what: string): string[] =>
  ids.length === 0 ? [] : [`${ids.slice(0, 5).join(', ')}: ${what} that no unfinished run carries.`];

export type Auditor = {
  /** Looks now; answers what it found. */
  audit(): Promise<string[]>;
  findings(): readonly string[];
  start(): void;
  stop(): Promise<void>;
};

export const createAuditor = (ports: AuditPorts): Auditor => {
  const { store, clock, log, lanes, record, startLoop } = ports;
  let findings: string[] = [];
  let walked = { cases: '', approvals: '' };
  let loop: Loop | null = null;

  const look = async (): Promise<string[]> => {
    const now = clock.now();
    const cases = await store.strayCases(walked.cases, pageSize);
    const approvals = await store.strayApprovals(walked.approvals, pageSize);
    walked = { cases: cases.last ?? '', approvals: approvals.last ?? '' };
    return [
      ...sentences(await store.counts(lanes, now - stuckMs)),
      ...(await overdue(ports, now)),
      ...strays(cases, 'live cases'),
      ...strays(approvals, 'waiting sign-offs'),
    ];
  };

  const audit = async (): Promise<string[]> => {
    const before = findings;
    findings = await look();
    for (const finding of findings) log.error({ finding }, 'the audit found something that is stuck');
    if (findings.length > 0 && before.length === 0) await record('AuditFailed', findings);
    if (findings.length === 0 && before.length > 0) await record('AuditPassed', before);
    return findings;
  };

  return {
    audit,
    findings: () => findings,
    start: () => {
      loop ??= startLoop('auditing that nothing is stuck', auditEveryMs, audit);
    },
    stop: async () => {
      await loop?.stop();
      loop = null;
    },
  };
};
