/** Everything that is asked of the database without deciding anything, as the one port that the engine knows. */
import type { Pool } from 'pg';
import type { HouseStore } from '../engine/house.ts';
import type { Queries } from '../engine/queries.ts';
import * as approvals from './approvals.ts';
import { listControls, listVersions, runsUnder } from './controls.ts';
import { overdue } from './due.ts';
import type { Recorder } from './house-entries.ts';
import { createInsightQueries } from './insight.ts';
import * as queries from './queries.ts';
import { lift, listStops, stopView } from './stops.ts';

export const createQueries = (pool: Pool, house: HouseStore, recorded: Recorder): Queries => ({
  listCases: (query, personId, targets) => queries.listCases(pool, query, personId, targets),
  getCase: (caseId) => queries.getCase(pool, caseId),
  listRuns: (query) => queries.listRuns(pool, query),
  listApprovals: (query, wanted) => approvals.listApprovals(pool, query, wanted),
  getApproval: (approvalId) => approvals.getApproval(pool, approvalId),
  listSamples: (query, targets) => approvals.listSamples(pool, query, targets),
  listExceptions: (query) => approvals.listExceptions(pool, query),
  getPermit: (permitId) => queries.getPermit(pool, permitId),
  entriesOf: (stream, after, limit) => queries.entriesOf(pool, stream, after, limit),
  entriesAfter: (logIndex, limit) => queries.entriesAfter(pool, logIndex, limit),
  lastLogIndex: () => queries.lastLogIndex(pool),
  overdue: (at) => overdue(pool, at),
  listControls: () => listControls(pool),
  listVersions: (name) => listVersions(pool, name),
  runsUnder: (name, version, limit) => runsUnder(pool, name, version, limit),
  getControl: (name, version) => house.control(name, version),
  listStops: async (stopId, limit, nameOf) =>
    (await listStops(pool, stopId, limit)).map((row) => stopView(row, nameOf)),
  liftStop: (stopId, because, by, at) => lift(recorded, stopId, because, by, at),
  ...createInsightQueries(pool),
});
