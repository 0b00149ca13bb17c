/**
 * A whole Belay in the memory of one test: the engine, the domain and the HTTP edge as they are in the server, over a
 * store that is gone when the test is. What `@belay/sdk/testing` carries; the build puts it there as one file.
 */

import { problem, type RouteName } from '@belay/protocol';
import { newSecretKey } from '@belay/protocol/evidence';
import { parseOrganisation } from '../domain/oncall/parse.ts';
import { createChanges } from '../engine/changes.ts';
import { Committer, changeOf } from '../engine/committer.ts';
import { fireDue } from '../engine/due.ts';
import { createHandle } from '../engine/handle.ts';
import { createHouse } from '../engine/house.ts';
import type { Lookups } from '../engine/lookups/lookups.ts';
import { createOnce } from '../engine/once.ts';
import { createPermitSigner, newSigningKey } from '../engine/permit-signer.ts';
import type { Clock, Stored, Write } from '../engine/ports.ts';
import { runView } from '../engine/present.ts';
import { takeRandom } from '../engine/random.ts';
import type { Services } from '../engine/services.ts';
import { approvalRoutes } from '../http/approvals.ts';
import { createAuth } from '../http/auth.ts';
import type { Handlers } from '../http/call.ts';
import { caseRoutes } from '../http/cases.ts';
import { controlRoutes } from '../http/controls.ts';
import { stopRoutes } from '../http/house.ts';
import { problemResponse, Refused } from '../http/problem.ts';
import { createRouter } from '../http/router.ts';
import { runRoutes } from '../http/runs.ts';
import { createQueries } from './memory-queries.ts';
import * as memory from './memory-store.ts';

type Given = { args: Record<string, unknown>; subject: Record<string, unknown> };
export type MemoryOptions = {
  /** texts of controls, as they stand in their files */
  controls: string[];
  /** the text of an organisation file */
  organisation: string;
  /** systems of record: what a lookup gets; undefined is "no record of this", an error thrown is a source that is down */
  sources: Record<string, (given: Given) => unknown>;
  /** epoch milliseconds at which the clock stands until somebody moves it */
  now: number;
  url: string;
};

/** What goes wrong inside is told to whoever waits for an answer; a test should see the whole of it. */
const loud = {
  info: () => {},
  warn: () => {},
  error: (fields: object, message: string) => console.error(message, fields),
};

const createMemoryLookups =
  (sources: MemoryOptions['sources']): Lookups =>
  async (control, step, given) => {
    const wanted = control.lookupsFor(step).map(({ source }) => source);
    const answers = await Promise.all(
      wanted.map(async (name) => {
        const source = sources[name];
        if (source === undefined) return [name, { ok: false as const, problem: `${name} is not configured.` }] as const;
        try {
          const value = await source(given);
          if (value === undefined) return [name, { ok: false, problem: `${name} has no record of this.` }] as const;
          return [name, { ok: true, value: JSON.parse(JSON.stringify(value)) }] as const;
        } catch {
          return [name, { ok: false, problem: `${name} could not be read.` }] as const;
        }
      }),
    );
    return Object.fromEntries(answers);
  };

/** Who may knock. A test is trusted with the name of whoever it is. */
const createDoor = (controls: () => string[], clock: Clock) => ({
  agentByKey: async (secret: string) => {
    const [, agentId] = /^key_(.+)$/.exec(secret) ?? [];
    return agentId === undefined ? null : { keyId: secret, agentId, controls: controls(), revoked: false };
  },
  session: async (session: string) => {
    const [, personId] = /^session_(.+)$/.exec(session) ?? [];
    const signIn = { method: 'link' as const, at: clock.now(), issuer: null, amr: [], acr: null };
    return personId === undefined ? null : { personId, csrf: 'test', signIn };
  },
});

const withOthersRefused = (handlers: object): Handlers<RouteName> =>
  new Proxy(handlers, {
    get: (known, name) =>
      Reflect.get(known, name) ??
      (async () => {
        throw new Refused(problem('route_not_found', `${String(name)} is not part of the Belay for tests.`));
      }),
  }) as Handlers<RouteName>;

const organisationOf = (text: string) => {
  const parsed = parseOrganisation(text, 'organisation');
  if (parsed.ok) return parsed.organisation;
  throw new Error(parsed.problems.map(({ line, message }) => `organisation:${line} ${message}`).join('\n'));
};

/** The parts of the server that this takes as they are, over the store in memory. */
const createServices = (options: MemoryOptions, rows: memory.Rows, clock: Clock) => {
  let ids = 0;
  const newId = (prefix: string): string =>
    `${prefix}_${String(++ids).padStart(6, '0')}${takeRandom(6).toString('hex')}`;
  const houseStore = memory.createHouseStore(rows, organisationOf(options.organisation));
  const house = createHouse(houseStore, clock, newId);
  const store = memory.createRunStore(rows);
  const { changes, runChanged } = createChanges();
  const committer = new Committer({ ...house.known, store, changed: runChanged });
  const fired = (write: Write): void => {
    committer.forget(write.run.runId);
    runChanged(changeOf(write));
  };
  // The routes below ask for nothing else; the contract suite would notice.
  const services = {
    committer,
    handle: createHandle(committer, createOnce(store)),
    store,
    house,
    clock,
    newId,
    url: options.url,
    log: loud,
    changes,
    lookups: createMemoryLookups(options.sources),
    signer: createPermitSigner(newSigningKey('test', newSecretKey('test', new Uint8Array(32)))),
    runOf: memory.createRunOf(rows),
    queries: createQueries(rows, houseStore),
    orderMove: async () => undefined,
    reword: async () => null,
    ...memory.createStopping(rows, clock.now, newId),
  } as unknown as Services;
  return { services, fired };
};

const createEdge = (services: Services, controls: () => string[]) => {
  const { listExceptions: _, ...approvals } = approvalRoutes(services);
  return createRouter(
    withOthersRefused({
      ...runRoutes(services),
      ...caseRoutes(services),
      ...approvals,
      ...stopRoutes(services),
      ...controlRoutes(services),
      permitKeys: async () => ({ answer: { keys: services.signer.publicKeys } }),
    }),
    createAuth(createDoor(controls, services.clock), services.house, services.clock),
    loud,
  );
};

const publish = async ({ house }: Services, controls: string[]): Promise<void> => {
  for (const [index, source] of controls.entries()) {
    const file = `control ${index + 1}`;
    const published = await house.publish(source, file, 'test');
    if (published.ok) continue;
    throw new Error(published.problems.map(({ line, message }) => `${file}:${line} ${message}`).join('\n'));
  }
};

const viewOf = async ({ house, clock }: Services, { run, revision }: Stored) => {
  const control = await house.known.control(run.control.name, run.control.version);
  return runView(run, revision, { control, org: await house.organisation(), now: clock.now() });
};

export const createMemoryBelay = (options: MemoryOptions) => {
  let now = options.now;
  const rows = memory.emptyRows();
  const { services, fired } = createServices(options, rows, { now: () => now });
  const { house } = services;
  const http = createEdge(services, () => rows.controls.map(({ name }) => name));
  const ready = publish(services, options.controls);
  // Told to whoever makes the first call.
  ready.catch(() => {});
  const due = memory.createDueStore(rows);
  return {
    fetch: async (request: Request): Promise<Response> => {
      const unreadable = await ready.then(
        () => null,
        (error: Error) => error.message,
      );
      // A thrown error would be taken for a Belay that is down.
      return unreadable === null ? http.fetch(request) : problemResponse(problem('control_invalid', unreadable));
    },
    now: () => now,
    /** Moves the clock and lets everything that comes due on the way happen, each at its time. */
    advance: async (ms: number): Promise<void> => {
      await ready;
      const end = now + ms;
      do {
        now = memory.nextDueAt(rows, now, end);
        await fireDue({ known: house.known, due, log: loud, doubt: () => null, fired });
      } while (now < end);
    },
    agentKey: (agentId: string): string => `key_${agentId}`,
    session: (personId: string): string => `session_${personId}`,
    runs: () => Promise.all([...rows.runs.values()].map((kept) => viewOf(services, kept))),
    entries: (runId: string) => memory.entriesOf(rows, runId),
  };
};
