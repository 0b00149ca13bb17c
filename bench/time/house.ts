/** A house of the benchmark: the database Belay brings, synced to disk, the real engine, and a ladder of two rungs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { type App, createApp, migrationsDir } from '../../packages/server/src/app.ts';
import type { Organisation, Person } from '../../packages/server/src/domain/oncall/organisation.ts';
import { startEmbedded } from '../../packages/server/src/store/embedded/start.ts';
import { saveOrganisation } from '../../packages/server/src/store/house.ts';
import { migrate } from '../../packages/server/src/store/migrate.ts';
import { createPool } from '../../packages/server/src/store/pool.ts';

const control = `
control: desk-work
about: Work that goes to a desk.
owner: role:owners
subject: { id: string }
facts: { odd: { from: agent, type: bool }, amount: { from: args, type: money, currency: [EUR] } }
steps: { act: { risk: high, effect: reversible, arguments: { amount: money, payee: string } } }
rules:
  - { id: odd, at: act, when: odd, then: handoff, to: desk, because: "{amount} goes to somebody who was never paid before." }
ladders:
  desk: [{ tell: role:first, within: 15m }, { tell: role:second, within: 30m }, { tell: role:owners, repeat: 1h }]
packet: { title: "Look at {amount}", sections: { Payment: [args.amount, args.payee], Policy: rules } }
`;

const person = (personId: string, roles: string[], access: Person['access']): Person => ({
  personId,
  name: personId,
  email: null,
  roles,
  access,
  zone: 'UTC',
  addresses: {},
  absences: [],
  active: true,
});

const organisation: Organisation = {
  zone: 'UTC',
  schedules: [],
  people: [
    person('ann', ['first', 'team-7'], ['operator']),
    person('ben', ['second'], ['operator']),
    person('cleo', ['owners'], ['operator', 'admin']),
  ],
};

const log = { info: () => {}, warn: () => {}, error: (fields: object, text: string) => console.error(text, fields) };

export type House = {
  app: App;
  pool: Pool;
  /** the clock that the engine goes by; moving it makes cases due */
  clock: { now: () => number; set: (at: number) => void };
  /** process of the database, for its CPU time */
  postmaster: number;
  /** a run with an open case, made by the engine: the pattern for all others */
  pattern: string;
  close: () => Promise<void>;
};

const handOff = async (app: App, secret: string): Promise<string> => {
  const call = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
    const request = new Request(`http://bench.test${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const answer = (await (await app.fetch(request)).json()) as Record<string, unknown>;
    return answer;
  };
  const { run } = (await call('/v1/runs', { control: 'desk-work', subject: { id: 'pattern' } })) as {
    run: { runId: string };
  };
  const asked = {
    epoch: 1,
    step: 'act',
    arguments: { amount: 'EUR 1250.00', payee: 'Nordwind GmbH' },
    facts: { odd: true },
    key: 'act',
  };
  const gated = await call(`/v1/runs/${run.runId}/gate`, asked);
  if (gated.kind !== 'handoff') throw new Error(JSON.stringify(gated));
  return run.runId;
};

export const createHouse = async (start: number): Promise<House> => {
  const directory = mkdtempSync(join(tmpdir(), 'belay-bench-time-'));
  const database = await startEmbedded({ dataDir: join(directory, 'data'), log });
  const pool = createPool(database.url, { log });
  await migrate(pool, migrationsDir);
  await saveOrganisation(pool, organisation);
  let at = start;
  const clock = {
    now: () => at,
    set: (to: number) => {
      at = to;
    },
  };
  const app = await createApp({ pool, url: 'http://bench.test', log, clock });
  const published = await app.services.house.publish(control, 'desk-work.control.yaml', 'cleo');
  if (!published.ok) throw new Error(JSON.stringify(published.problems));
  const { secret } = await app.accounts.createKey('bot', ['desk-work'], null, at);
  return {
    app,
    pool,
    clock,
    postmaster: database.pid() ?? 0,
    pattern: await handOff(app, secret),
    close: async () => {
      await app.stop();
      await pool.end();
      await database.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
