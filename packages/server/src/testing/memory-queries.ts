/** Reading, as the routes ask for it, from the rows in memory. A list of a test is short: it is filtered, not indexed. */
import { iso, isoOrNull } from '@belay/protocol';
import { type Approval, type Case, type Run, runStatus } from '../domain/run/run.ts';
import type { HouseStore } from '../engine/house.ts';
import type { Page, Queries } from '../engine/queries.ts';
import { type Kept, type Of, type Rows, storedOf } from './memory-store.ts';

/** A cursor is how many were given already. */
const pageOf = <T>(items: T[], { cursor, limit }: { cursor?: string | undefined; limit: number }): Page<T> => {
  const from = Number(cursor ?? 0);
  return { items: items.slice(from, from + limit), next: items.length > from + limit ? String(from + limit) : null };
};

const caseStatuses: Record<string, readonly string[]> = {
  open: ['open'],
  claimed: ['claimed'],
  live: ['open', 'claimed'],
  closed: ['returned', 'resolved', 'cancelled'],
};

const urgentFirst = (a: Of<Case>, b: Of<Case>): number =>
  b.item.priority - a.item.priority || a.item.openedAt - b.item.openedAt;

const runIn = (rows: Rows, runId: string): Run => (rows.runs.get(runId) as Kept).run;
const withRun = <T, N extends string>(rows: Rows, name: N, { runId, item }: Of<T>) =>
  ({ [name]: item, run: runIn(rows, runId) }) as { [K in N]: T } & { run: Run };

type Work = 'listCases' | 'getCase' | 'listRuns';
const workQueries = (rows: Rows): Pick<Queries, Work> => ({
  listCases: async (query, personId, targets) => {
    const mine = ({ item }: Of<Case>): boolean =>
      item.status === 'open' ? targets.includes(item.owner) : item.claimedBy === personId;
    const found = [...rows.cases.values()].filter(
      (one) =>
        (caseStatuses[query.status]?.includes(one.item.status) ?? true) &&
        (query.runId === undefined || one.runId === query.runId) &&
        (query.control === undefined || runIn(rows, one.runId).control.name === query.control) &&
        (query.mine !== true || mine(one)),
    );
    const { items, next } = pageOf(found.sort(urgentFirst), query);
    return { items: items.map((one) => withRun(rows, 'kase', one)), next };
  },
  getCase: async (caseId) => {
    const found = rows.cases.get(caseId);
    return found === undefined ? null : withRun(rows, 'kase', found);
  },
  listRuns: async (query) => {
    const found = [...rows.runs.values()].filter(
      ({ run }) =>
        (query.status === undefined || runStatus(run) === query.status) &&
        (query.control === undefined || run.control.name === query.control) &&
        (query.agentId === undefined || run.agentId === query.agentId) &&
        (query.unfinished !== true || run.finishedAt === null),
    );
    const { items, next } = pageOf(found.reverse(), query);
    return { items: items.map(storedOf), next };
  },
});

type Signing = 'listApprovals' | 'getApproval' | 'listSamples' | 'listExceptions' | 'getPermit';
const signingQueries = (rows: Rows): Pick<Queries, Signing> => ({
  listApprovals: async (query, wanted) => {
    const mine = ({ name, groups }: Approval): boolean =>
      wanted.some(
        ({ target, approval }) =>
          groups.some(({ from }) => from === target) && (approval === null || approval === name),
      );
    const found = [...rows.approvals.values()].filter(
      ({ runId, item }) =>
        (query.status === 'all' || (item.status === 'waiting') === (query.status === 'waiting')) &&
        (query.mine !== true || mine(item)) &&
        (query.control === undefined || runIn(rows, runId).control.name === query.control) &&
        (query.step === undefined || item.step === query.step) &&
        (query.name === undefined || item.name === query.name) &&
        (query.runId === undefined || runId === query.runId),
    );
    const { items, next } = pageOf(found, query);
    return { items: items.map((one) => withRun(rows, 'approval', one)), next };
  },
  getApproval: async (approvalId) => {
    const found = rows.approvals.get(approvalId);
    return found === undefined ? null : withRun(rows, 'approval', found);
  },
  listSamples: async (query, targets) => {
    const found = [...rows.samples.values()].filter(
      ({ runId, item }) =>
        (query.status === 'all' || (item.verdict ?? 'open') === query.status) &&
        (query.mine !== true || targets.includes(item.asked)) &&
        (query.control === undefined || runIn(rows, runId).control.name === query.control),
    );
    const { items, next } = pageOf(found, query);
    return { items: items.map((one) => withRun(rows, 'sample', one)), next };
  },
  listExceptions: async () => {
    throw new Error('The register of exceptions is not part of the Belay for tests.');
  },
  getPermit: async (permitId) => rows.permits.get(permitId)?.item ?? null,
});

export const createQueries = (rows: Rows, house: HouseStore): Queries => ({
  ...workQueries(rows),
  ...signingQueries(rows),
  entriesOf: async (stream, after, limit) =>
    rows.entries.filter((entry) => entry.stream === stream && entry.seq > after).slice(0, limit),
  entriesAfter: async (logIndex, limit) => rows.entries.slice(logIndex + 1, logIndex + 1 + limit),
  lastLogIndex: async () => rows.entries.length - 1,
  overdue: async () => ({ stranded: 0, lateMs: 0 }),
  listControls: async () => rows.controls.map((control) => ({ ...control, openRuns: 0 })),
  listVersions: async (name) =>
    rows.controls
      .filter((control) => control.name === name)
      .reverse()
      .map((control) => ({ ...control, openRuns: 0 })),
  runsUnder: async (name, version, limit) =>
    [...rows.runs.values()]
      .filter(({ run }) => run.control.name === name && run.control.version === version && run.finishedAt === null)
      .slice(0, limit)
      .map(({ run }) => run.runId),
  getControl: (name, version) => house.control(name, version),
  runsOfPeriod: async () => {
    throw new Error('Insight is not part of the Belay for tests.');
  },
  entriesOfRuns: async () => [],
  listStops: async (stopId, limit, nameOf) =>
    [...rows.stops.values()]
      .filter((stop) => stopId === null || stop.stopId === stopId)
      .sort((a, b) => Number(a.liftedAt !== null) - Number(b.liftedAt !== null) || b.at - a.at)
      .slice(0, limit)
      .map(({ by, at, liftedAt, ...stop }) => ({
        ...stop,
        scope: stop.scope as 'everything',
        by,
        byName: nameOf(by),
        at: iso(at),
        liftedAt: isoOrNull(liftedAt),
      })),
  liftStop: async (stopId, _because, _by, at) => {
    const stop = rows.stops.get(stopId);
    if (stop !== undefined) stop.liftedAt ??= at;
    return stop !== undefined;
  },
});
