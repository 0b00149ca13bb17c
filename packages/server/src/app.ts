/**
 * The composition root: the only file that knows every room. Opens the database, builds store, engine and HTTP edge,
 * starts the loops, and takes it all down again in order.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { newSecretKey, noteSigner } from '@belay/protocol/evidence';
import type { Pool } from 'pg';
import { channelDefinitions } from './channels/all.ts';
import { ChannelProblem, configured } from './channels/channel.ts';
import { ConfigProblem } from './config.ts';
import { createChanges } from './engine/changes.ts';
import type { Channel } from './engine/channel-ports.ts';
import { Committer, changeOf } from './engine/committer.ts';
import { createChannelWork } from './engine/delivery/channel-work.ts';
import { endDrills } from './engine/drills.ts';
import { pollMs } from './engine/due.ts';
import { createEntering } from './engine/entering.ts';
import { createHandle } from './engine/handle.ts';
import { createHouse } from './engine/house.ts';
import { createIntake, type IntakeSource } from './engine/intake/intake.ts';
import { createIntegrator } from './engine/integrate.ts';
import { askHttp } from './engine/lookups/http.ts';
import { createLookups, type Lookups, type Source } from './engine/lookups/lookups.ts';
import { createLoops, type StartLoop } from './engine/loop.ts';
import { type ModelEndpoint, modelAt } from './engine/model-http.ts';
import { createHouseOnce, createOnce, type Once } from './engine/once.ts';
import { deliverOwed } from './engine/outbox.ts';
import { resumeStops } from './engine/people.ts';
import { createPermitSigner, newSigningKey } from './engine/permit-signer.ts';
import type { Change, Clock, Log, Write } from './engine/ports.ts';
import { takeRandom } from './engine/random.ts';
import { createReword, type WordsModel } from './engine/rewording.ts';
import type { LoginLinks, Services } from './engine/services.ts';
import type { ProviderSettings } from './engine/sign-in/provider.ts';
import { createSignIn } from './engine/sign-in/sign-in.ts';
import { createTime, systemClock, type Time, type TimePorts } from './engine/time.ts';
import { createAuth } from './http/auth.ts';
import { createHttp } from './http/http.ts';
import { gateHttp } from './mcp/gate-server.ts';
import { createLinkStore } from './store/account-links.ts';
import { type Accounts, createAccounts, secretDigest } from './store/accounts.ts';
import { createQueries } from './store/asked.ts';
import { createAuditStore } from './store/audit.ts';
import { createCardStore } from './store/cards.ts';
import { clearOver } from './store/clearing.ts';
import { databaseNow } from './store/database-clock.ts';
import { createDirectConversations } from './store/direct-conversations.ts';
import { createDueStore } from './store/due.ts';
import { exportBundle } from './store/evidence.ts';
import { applyOrganisation, changeEntered, createHouseStore, signingKey } from './store/house.ts';
import { createRecorder, keepAnswer, type Recorder } from './store/house-entries.ts';
import { createInboundStore } from './store/inbound.ts';
import { createEvidenceLog } from './store/integrate.ts';
import { createSqlAsker } from './store/lookup-sql.ts';
import { createOutboxStore } from './store/outbox.ts';
import * as queries from './store/queries.ts';
import { createRunStore } from './store/runs.ts';
import { countTaken, listStops, putInForce, runsHeldByAgents, runsUnderWay } from './store/stops.ts';
import { version } from './version.ts';

export const migrationsDir: string = fileURLToPath(new URL('./store/migrations', import.meta.url));
const defaultInbox = fileURLToPath(new URL('../inbox', import.meta.url));

export type AppOptions = {
  pool: Pool;
  url: string;
  log: Log;
  clock?: Clock;
  sources?: Source[];
  /** tickets that open runs and cases */
  intake?: IntakeSource[];
  /** the channels that are set up */
  channels?: Channel[];
  inboxFolder?: string;
  /** a version is drafted by one designer and published by another */
  secondPerson?: boolean;
  /** the company's identity provider */
  oidc?: ProviderSettings | undefined;
  /** who may sign in with a one-time link. Default: everybody */
  loginLinks?: LoginLinks;
  /** rewords cases for whoever opens them: an endpoint, or a function of your own. Default: none */
  model?: ModelEndpoint | WordsModel | undefined;
  /** hints between nodes; without it nodes poll */
  listen?: (channel: string, onHint: (about: string) => void) => void;
};

export type App = {
  fetch: (request: Request) => Response | Promise<Response>;
  services: Services;
  accounts: Accounts;
  /** lets everything that is due now happen; the loop does the same by itself */
  fireDue: () => Promise<number>;
  /** proves that nothing is stuck; the loop does the same every minute. Answers what it found */
  audit: () => Promise<string[]>;
  deliverOwed: () => Promise<void>;
  /** ends drills that are over; the loop does the same every second */
  endDrills: () => Promise<void>;
  /** processes what channels delivered */
  takeIn: () => Promise<void>;
  /** opens the connections of channels that connect themselves; starting does the same */
  connect: () => void;
  /** deliveries of channels that did not verify, by channel, since the start */
  refusals: ReadonlyMap<string, number>;
  start: () => void;
  stop: () => Promise<void>;
};

/** Time-ordered and random: 48 bits of clock, 80 of chance, in base 32 without vowels. */
const createIds =
  (clock: Clock) =>
  (prefix: string): string => {
    const time = clock.now().toString(32).padStart(10, '0');
    return `${prefix}_${time}${takeRandom(10).toString('hex')}`;
  };

/** Every channel there is, for the command that sets one up. */
export { channelDefinitions } from './channels/all.ts';
export {
  type ChannelDefinition,
  ChannelProblem,
  configured,
  isWebUrl,
  missingOf,
  valuesOf,
} from './channels/channel.ts';
export { testCard } from './channels/test-card.ts';
/** The shapes of a model that rewords cases. */
export type { ModelEndpoint, WordsModel };

/** The channels whose settings are there. Half a set-up is a mistake in the configuration. */
export const channelsFrom = (read: (env: string) => string | undefined): Channel[] => {
  try {
    return channelDefinitions.flatMap((definition) => configured(definition, read) ?? []);
  } catch (error) {
    throw error instanceof ChannelProblem ? new ConfigProblem(error.message) : error;
  }
};

const hintChannel = 'belay_changed';

/** What happens to time is written down under a stream of its own, beside the runs. */
const timeOf = (
  ports: Omit<TimePorts, 'due' | 'audit' | 'databaseNow' | 'record'>,
  pool: Pool,
  recorded: Recorder,
): Time =>
  createTime({
    ...ports,
    due: createDueStore(pool),
    audit: createAuditStore(pool),
    databaseNow: () => databaseNow(pool),
    record: ({ type, ...content }) =>
      recorded(
        async () => undefined,
        () => ({ stream: 'house', type, content, by: { kind: 'system', id: 'belay' }, at: ports.known.clock.now() }),
      ),
  });

type HouseKeys = Awaited<ReturnType<typeof signingKey>>;
type Integrated = { pool: Pool; startLoop: StartLoop; clock: Clock; keys: HouseKeys; feedGrew: () => void };
const integratorOf = ({ pool, keys, clock, startLoop, feedGrew }: Integrated) => {
  const evidenceLog = createEvidenceLog(pool, noteSigner(keys.logSecret));
  const integrate = async (at: number): Promise<number> => {
    const n = await evidenceLog.integrate(at);
    if (n > 0) feedGrew();
    return n;
  };
  return createIntegrator({ evidence: { integrate }, clock, startLoop });
};

type Parts = Pick<Services, 'committer' | 'store' | 'house' | 'clock' | 'newId' | 'url' | 'log' | 'changes'> & {
  accounts: Accounts;
  keys: HouseKeys;
  lookups: Lookups;
  pool: Pool;
  recorded: Recorder;
  houseStore: ReturnType<typeof createHouseStore>;
  once: Once;
};

const evidenceExports = (pool: Pool, { logSecret }: HouseKeys): Services['evidence'] => {
  const { publicKey } = noteSigner(logSecret);
  return {
    publicKey,
    export: (selection, since) =>
      exportBundle(pool, selection, { publicKey, ...(since === undefined ? {} : { since }) }),
  };
};

/** What edges may ask, but for what channels deliver. */
const createServices = ({
  keys,
  pool,
  recorded,
  houseStore,
  once,
  ...parts
}: Parts): Omit<
  Services,
  | 'receive'
  | 'accountLinks'
  | 'channelHealth'
  | 'examineChannels'
  | 'alarms'
  | 'intake'
  | 'secondPerson'
  | 'reword'
  | 'signIn'
  | 'loginLinks'
> => ({
  ...parts,
  handle: createHandle(parts.committer, once),
  once: createHouseOnce(once, (row) => keepAnswer(pool, row)),
  version,
  signer: createPermitSigner(keys),
  evidence: evidenceExports(pool, keys),
  runOf: queries.createRunOf(pool),
  queries: createQueries(pool, houseStore, recorded),
  putInForce: (stop) => putInForce(recorded, { ...stop, stopId: parts.newId('stop'), at: parts.clock.now() }),
  orderMove: ({ to, from, because, by }) =>
    recorded(
      async () => undefined,
      () => ({
        stream: `control:${to.name}`,
        type: 'MoveOrdered',
        content: { to, from, because },
        by: { kind: 'person', id: by },
        at: parts.clock.now(),
      }),
    ),
  runsHeldByAgents: (scope, name, limit) => runsHeldByAgents(pool, scope, name, limit),
  stopsInForce: async () =>
    (await listStops(pool, null, 200))
      .filter((row) => row.lifted_at === null)
      .map(({ scope, name, because, stopped_by: by }) => ({ scope, name, because, by })),
  counted: (stopId, taken) => countTaken(pool, stopId, taken),
  applyOrganisation: async (organisation, by, expected = null) => {
    const applied = await applyOrganisation(recorded, organisation, by, parts.clock.now(), expected);
    parts.house.forgetOrganisation();
    return applied;
  },
  ...createEntering({
    ...parts,
    change: (decide, by, at) => changeEntered(recorded, decide, by, at),
  }),
  feedToken: (schedule) =>
    createHmac('sha256', keys.logSecret).update(`calendar feed of ${schedule}`).digest('base64url'),
});

/** The HTTP edge, and beside it the gate as an MCP server. */
const withMcp = (http: ReturnType<typeof createHttp>, url: string): App['fetch'] => {
  const mcp = gateHttp(url, version, (request) => http.fetch(request));
  return (request) => (new URL(request.url).pathname === '/mcp' ? mcp(request) : http.fetch(request));
};

type ChannelStores = {
  pool: Pool;
  recorded: Recorder;
  outbox: ReturnType<typeof createOutboxStore>;
  keys: HouseKeys;
  startLoop: StartLoop;
};
const channelWorkOf = (
  given: ReturnType<typeof createServices>,
  channels: NonNullable<AppOptions['channels']>,
  { pool, recorded, outbox, keys, startLoop }: ChannelStores,
) =>
  createChannelWork({
    ...given,
    startLoop,
    channels: new Map(channels.map((channel) => [channel.name, channel])),
    known: channelDefinitions.map(({ name }) => name),
    cards: createCardStore(pool, recorded),
    conversations: createDirectConversations(pool),
    inbound: createInboundStore(pool, recorded),
    links: createLinkStore(pool),
    signLink: (linkId) => createHmac('sha256', keys.logSecret).update(`account link ${linkId}`).digest('base64url'),
    outbox,
  });

/** What whoever runs Belay has chosen: how people come in, whether a second person publishes, a model for words. */
const chosenBy = (
  { secondPerson = false, loginLinks = 'everybody', model, oidc, log }: AppOptions,
  given: ReturnType<typeof createServices>,
  { openSessionOf }: Accounts,
  { logSecret }: HouseKeys,
): Pick<Services, 'secondPerson' | 'loginLinks' | 'signIn' | 'reword'> => {
  const sign = (text: string) => createHmac('sha256', logSecret).update(`sign-in ${text}`).digest('base64url');
  return {
    secondPerson,
    loginLinks,
    signIn: oidc ? createSignIn({ ...given, settings: oidc, openSessionOf, digestOf: secretDigest, sign }) : null,
    reword: createReword(model === undefined || 'write' in model ? model : modelAt(model), log),
  };
};

const clearEveryMs = 3_600_000;

type Work = () => Promise<unknown>;
type Loops = { startLoop: StartLoop; services: Services; pool: Pool; wakeAgents: Work; endOwnDrills: Work };
const startLoops = ({ startLoop, services, pool, wakeAgents, endOwnDrills }: Loops) => [
  startLoop('sweeping stops in force', 5 * pollMs, () => resumeStops(services)),
  startLoop('waking agents', pollMs, wakeAgents),
  startLoop('ending drills', pollMs, endOwnDrills),
  startLoop('clearing away what is over', clearEveryMs, () => clearOver(pool, services.clock.now())),
];

export const createApp = async (options: AppOptions): Promise<App> => {
  const { pool, url, log, clock = systemClock(), listen } = options;
  const newId = createIds(clock);
  const recorded = createRecorder(pool, newId);
  const houseStore = createHouseStore(pool, recorded);
  const house = createHouse(houseStore, clock, newId);
  const store = createRunStore(pool);
  const accounts = createAccounts(pool, newId);
  const keys = await signingKey(pool, () => newSigningKey(newId('key'), newSecretKey('belay', randomBytes(32))));
  const sql = createSqlAsker();
  const { changes, runChanged, anyRunChanged, feedGrew } = createChanges();
  const startLoop = createLoops({ log, clock });
  const integrator = integratorOf({ pool, keys, clock, startLoop, feedGrew });
  const changed = (change: Change): void => {
    runChanged(change);
    integrator.wake();
    if (change.owes) work.wake();
    // Outside the commit: a notification in it would make commits queue for one global lock. Lost hints are polled.
    if (change.news) void pool.query('SELECT pg_notify($1, $2)', [hintChannel, change.runId]).catch(() => undefined);
  };
  const committer = new Committer({ ...house.known, store, changed });
  const fired = (write: Write): void => {
    committer.forget(write.run.runId);
    changed(changeOf(write));
  };
  const time = timeOf({ known: house.known, log, startLoop, lanes: ['agents', 'cards'], fired }, pool, recorded);
  const outbox = { store: createOutboxStore(pool), clock, log, fetch };
  const given = createServices({
    committer,
    store,
    house,
    clock,
    newId,
    url,
    log,
    accounts,
    changes,
    keys,
    lookups: createLookups(options.sources ?? [], { http: askHttp, sql: sql.ask }, clock),
    pool,
    recorded,
    houseStore,
    once: createOnce(store),
  });
  const work = channelWorkOf(given, options.channels ?? [], { pool, recorded, outbox: outbox.store, keys, startLoop });
  const intake = createIntake(options.intake ?? [], { ...given, changed });
  const chosen = chosenBy(options, given, accounts, keys);
  const services: Services = { ...given, ...chosen, ...work.asked, alarms: time.alarms, intake };
  const wakeAgents = () => deliverOwed(outbox);
  const endOwnDrills = () => endDrills(services, { runsUnderWay: (agentId) => runsUnderWay(pool, agentId) });
  let loops: { stop: () => Promise<void> }[] = [];
  const http = createHttp(services, createAuth(accounts, house, clock), options.inboxFolder ?? defaultInbox);
  return {
    fetch: withMcp(http, url),
    services,
    accounts,
    fireDue: time.fireDue,
    audit: time.audit,
    deliverOwed: () => wakeAgents().then(work.deliver),
    endDrills: endOwnDrills,
    takeIn: work.takeIn,
    connect: work.connect,
    refusals: work.refusals,
    start: () => {
      integrator.start();
      work.start();
      time.start();
      loops = [...startLoops({ startLoop, services, pool, wakeAgents, endOwnDrills }), time, integrator];
      listen?.(hintChannel, (runId) => {
        if (runId === '') anyRunChanged();
        else runChanged({ runId, work: false });
        feedGrew();
      });
    },
    stop: async () => {
      await Promise.all([work, ...loops].map((loop) => loop.stop())).then(sql.close);
    },
  };
};
