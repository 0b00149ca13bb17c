/** A house for several nodes: its database, its organisation, a control with a short ladder, agents and people. */
import type { JsonObject } from '@belay/protocol';
import type { Pool } from 'pg';
import { createApp, migrationsDir } from '../../src/app.ts';
import type { Organisation, Person } from '../../src/domain/oncall/organisation.ts';
import { startEmbedded } from '../../src/store/embedded/start.ts';
import { saveOrganisation } from '../../src/store/house.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createPool } from '../../src/store/pool.ts';
import { silent } from '../silent.ts';
import { directoryOfTheRun } from './machine.ts';

const control = `
control: desk-work
about: Work that goes to a desk.
owner: role:owners
subject: { id: string }
facts: { odd: { from: agent, type: bool } }
steps: { act: { risk: high, effect: reversible } }
rules:
  - { id: usual, at: act, when: "!odd", then: continue, because: "This is usual." }
  - { id: odd, at: act, when: odd, then: handoff, to: desk, because: "This is odd." }
ladders:
  desk: [{ tell: role:first, within: 1m }, { tell: role:second, within: 2m }, { tell: role:owners, repeat: 1m }]
stuck: { idle: 20m }
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
    person('ann', ['first'], ['operator']),
    person('ben', ['second'], ['operator']),
    person('cleo', ['owners'], ['operator', 'admin']),
  ],
};

export type House = {
  readonly url: string;
  readonly pool: Pool;
  readonly agentKey: string;
  readonly session: string;
  /** kill -9 of the database; its supervisor starts it again */
  killDatabase(): void;
  close(): Promise<void>;
};

/** Durable: what was committed has to survive. */
export const createHouse = async (now: number): Promise<House> => {
  const database = await startEmbedded({ dataDir: `${directoryOfTheRun()}/data`, log: silent });
  const pool = createPool(database.url, { log: silent, max: 8 });
  await migrate(pool, migrationsDir);
  await saveOrganisation(pool, organisation);
  const app = await createApp({ pool, url: 'http://belay.test', log: silent, clock: { now: () => now } });
  const published = await app.services.house.publish(control, 'desk-work.control.yaml', 'cleo');
  if (!published.ok) throw new Error(JSON.stringify(published.problems));
  const { secret } = await app.accounts.createKey('bot', ['desk-work'], null, now);
  const opened = await app.accounts.openSession(await app.accounts.createLoginLink('cleo', now), now);
  return {
    url: database.url,
    pool,
    agentKey: secret,
    session: opened?.session ?? '',
    killDatabase: () => {
      const pid = database.pid();
      if (pid !== null) process.kill(pid, 'SIGKILL');
    },
    close: async () => {
      await pool.end();
      await database.close();
    },
  };
};

/** What an agent or a person asks of a node; null when the node, or its database, is away. */
export const ask = async (
  base: string,
  method: string,
  path: string,
  token: string,
  body: JsonObject = {},
): Promise<JsonObject | null> => {
  try {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(5_000),
    });
    return response.ok ? ((await response.json()) as JsonObject) : null;
  } catch {
    return null;
  }
};
