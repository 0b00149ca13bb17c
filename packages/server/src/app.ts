/**
 * The composition root: the only file that knows every room. Opens the database, builds store, engine and HTTP edge,
 * starts the loops, and takes it all down again in order.
 */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { newSecretKey, noteSigner } from '@belay/protocol/evidence';
import type { Pool } from 'pg';
import { createChanges } from './engine/changes.ts';
import { Committer } from './engine/committer.ts';
import { fireDue, pollMs } from './engine/due.ts';
import { createHandle } from './engine/handle.ts';
import { createHouse } from './engine/house.ts';
import { createIntegrator } from './engine/integrate.ts';
import { createLookups, type Source } from './engine/lookups.ts';
import { startLoop } from './engine/loop.ts';
import { deliverOwed } from './engine/outbox.ts';
import { createPermitSigner, newSigningKey } from './engine/permit-signer.ts';
import type { Clock, Log } from './engine/ports.ts';
import type { Queries, Services } from './engine/services.ts';
import { createAuth } from './http/auth.ts';
import { createHttp } from './http/http.ts';
import { type Accounts, createAccounts } from './store/accounts.ts';
import { applyOrganisation, createHouseStore, listControls, signingKey } from './store/house.ts';
import { createRecorder, type Recorder } from './store/house-entries.ts';
import { createEvidenceLog } from './store/integrate.ts';
import { createOutboxStore } from './store/outbox.ts';
import * as queries from './store/queries.ts';
import { createRunStore } from './store/runs.ts';
import { countTaken, lift, listStops, putInForce, runsHeldByAgents, stopView } from './store/stops.ts';

export const version = '0.1.0';
export const migrationsDir: string = fileURLToPath(new URL('./store/migrations', import.meta.url));
const defaultInbox = fileURLToPath(new URL('../inbox', import.meta.url));

export type AppOptions = {
  pool: Pool;
  url: string;
  log: Log;
  clock?: Clock;
  sources?: Source[];
  inboxFolder?: string;
  /** hints between nodes; without it nodes poll */
  listen?: (channel: string, onHint: () => void) => void;
};

export type App = {
  fetch: (request: Request) => Response | Promise<Response>;
  services: Services;
  accounts: Accounts;
  /** lets everything that is due now happen; the loop does the same by itself */
  fireDue: () => Promise<number>;
  deliverOwed: () => Promise<void>;
  start: () => void;
  stop: () => Promise<void>;
};

/** Time-ordered and random: 48 bits of clock, 80 of chance, in base 32 without vowels. */
const createIds =
  (clock: Clock) =>
  (prefix: string): string => {
    const time = clock.now().toString(32).padStart(10, '0');
    return `${prefix}_${time}${randomBytes(10).toString('hex')}`;
  };

const createQueries = (pool: Pool, house: ReturnType<typeof createHouseStore>, recorded: Recorder): Queries => ({
  listCases: (query, personId, targets) => queries.listCases(pool, query, personId, targets),
  getCase: (caseId) => queries.getCase(pool, caseId),
  listRuns: (query) => queries.listRuns(pool, query),
  listApprovals: (query, targets) => queries.listApprovals(pool, query, targets),
  getApproval: (approvalId) => queries.getApproval(pool, approvalId),
  getPermit: (permitId) => queries.getPermit(pool, permitId),
  entriesOf: (stream, after, limit) => queries.entriesOf(pool, stream, after, limit),
  entriesAfter: (logIndex, limit) => queries.entriesAfter(pool, logIndex, limit),
  lastLogIndex: () => queries.lastLogIndex(pool),
  overdue: (at) => queries.overdue(pool, at),
  listControls: () => listControls(pool),
  getControl: (name, version) => house.control(name, version),
  listStops: async (stopId, limit, nameOf) =>
    (await listStops(pool, stopId, limit)).map((row) => stopView(row, nameOf)),
  liftStop: (stopId, because, by, at) => lift(recorded, stopId, because, by, at),
});

const hintChannel = 'belay_changed';
const systemClock: Clock = { now: () => Date.now() };

export const createApp = async ({
  pool,
  url,
  log,
  clock = systemClock,
  sources = [],
  inboxFolder = defaultInbox,
  listen,
}: AppOptions): Promise<App> => {
  const newId = createIds(clock);
  const recorded = createRecorder(pool, newId);
  const houseStore = createHouseStore(pool, recorded);
  const house = createHouse(houseStore, clock, newId);
  const store = createRunStore(pool);
  const accounts = createAccounts(pool, newId);
  const keys = await signingKey(pool, () => newSigningKey(newId('key'), newSecretKey('belay', randomBytes(32))));
  const { changes, runChanged, anyRunChanged, feedGrew } = createChanges();
  const evidenceLog = createEvidenceLog(pool, noteSigner(keys.logSecret));
  const evidence = {
    integrate: async (at: number) => {
      const n = await evidenceLog.integrate(at);
      if (n > 0) feedGrew();
      return n;
    },
  };
  const integrator = createIntegrator({ evidence, clock, log });
  const committer = new Committer({
    ...house.known,
    store,
    changed: ({ runId, news }) => {
      runChanged(runId);
      integrator.wake();
      // Outside the commit: a notification in it would make commits queue for one global lock. Lost hints are polled.
      if (news) void pool.query(`NOTIFY ${hintChannel}`).catch(() => undefined);
    },
  });
  const handle = createHandle(committer, store);
  const outbox = { store: createOutboxStore(pool), clock, log, fetch };
  const services: Services = {
    committer,
    handle,
    store,
    house,
    clock,
    newId,
    url,
    log,
    version,
    accounts,
    changes,
    lookups: createLookups(sources),
    signer: createPermitSigner(keys),
    runOf: queries.createRunOf(pool),
    queries: createQueries(pool, houseStore, recorded),
    putInForce: (stop) => putInForce(recorded, { ...stop, stopId: newId('stop'), at: clock.now() }),
    runsHeldByAgents: (scope, name, limit) => runsHeldByAgents(pool, scope, name, limit),
    counted: (stopId, taken) => countTaken(pool, stopId, taken),
    applyOrganisation: async (organisation, by) => {
      await applyOrganisation(recorded, organisation, by, clock.now());
      house.forgetOrganisation();
    },
  };
  const due = () => fireDue({ handle, store, clock, log });
  const deliver = () => deliverOwed(outbox);
  let loops: { stop: () => Promise<void> }[] = [];
  const http = createHttp(services, createAuth(accounts, house, clock), inboxFolder);
  return {
    fetch: (request) => http.fetch(request),
    services,
    accounts,
    fireDue: due,
    deliverOwed: deliver,
    start: () => {
      integrator.start();
      loops = [
        startLoop('firing what is due', pollMs, due, log),
        startLoop('delivering what is owed', pollMs, deliver, log),
        integrator,
      ];
      listen?.(hintChannel, () => {
        anyRunChanged();
        feedGrew();
      });
    },
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
};
