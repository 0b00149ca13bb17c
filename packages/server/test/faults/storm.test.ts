/**
 * Promise 7 in a storm: server, agents and database are killed with -9 in turn, at random moments, with at least 32
 * requests in flight. Afterwards what was acknowledged, what happened outside and what is recorded must agree.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { noteSigner } from '@belay/protocol/evidence';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { createPool } from '../../src/store/pool.ts';
import { silent } from '../silent.ts';
import { nightly } from './machine.ts';
import { compareStories, evidenceProblems, gaps, signedCompletely, unarmed } from './storm-check.ts';
import { linesOf, Storm } from './storm-world.ts';

const kills = nightly ? 204 : 9;
const inFlightAtLeast = 32;
const workers = 36;
const patienceMs = 120_000;
const seed = Number(process.env.BELAY_STORM_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** mulberry32: the same seed, the same victims and moments. */
const randomFrom = (start: number) => {
  let state = start;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

const until = async (what: string, look: () => boolean | Promise<boolean>): Promise<void> => {
  const end = performance.now() + patienceMs;
  while (!(await look())) {
    if (performance.now() > end) throw new Error(`It never happened: ${what}.`);
    await delay(10);
  }
};

/** Looks into the database; when that was killed, a new connection does. */
const createObserver = (storm: Storm) => {
  let client: pg.Client | null = null;
  const connected = async (): Promise<pg.Client> => {
    const fresh = new pg.Client({ connectionString: storm.databaseUrl, application_name: 'observer' });
    fresh.on('error', () => {
      client = null;
    });
    await fresh.connect();
    return fresh;
  };
  return {
    look: async <T>(look: (open: pg.Client) => Promise<T>): Promise<T | null> => {
      try {
        client ??= await connected();
        return await look(client);
      } catch {
        client = null;
        return null;
      }
    },
    close: async () => {
      await client?.end();
    },
  };
};

/** Backends of Belay that are inside a transaction right now. */
const insideOf = async (client: pg.Client): Promise<number[]> => {
  const { rows } = await client.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity
     WHERE application_name = 'belay' AND backend_type = 'client backend' AND xact_start IS NOT NULL`,
  );
  return rows.map(({ pid }) => pid);
};

type Kill = { victim: string; flying: number; inside: boolean };

const postmasterOf = (storm: Storm): number =>
  Number(readFileSync(join(storm.dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);

/** Kills one process and brings it back, except PostgreSQL: that is the server's own work. */
const strike = async (storm: Storm, victim: string, inside: number[], random: () => number): Promise<void> => {
  if (victim === 'server') {
    storm.server?.child.kill('SIGKILL');
    await storm.server?.ended;
    await storm.startServer();
  } else if (victim === 'database') {
    const backend = inside[Math.floor(random() * inside.length)];
    process.kill(backend !== undefined && random() < 0.5 ? backend : postmasterOf(storm), 'SIGKILL');
  } else {
    storm.agents.get(victim)?.child.kill('SIGKILL');
    await storm.agents.get(victim)?.ended;
    storm.startAgent(victim);
  }
};

const victimOf = (index: number, random: () => number): string => {
  const victims = ['server', 'database', random() < 0.5 ? 'north' : 'south'];
  return victims[index % victims.length] ?? 'server';
};

const rage = async (storm: Storm, random: () => number): Promise<{ struck: Kill[]; stranded: string[] }> => {
  const observer = createObserver(storm);
  const struck: Kill[] = [];
  const stranded: string[] = [];
  for (let index = 0; index < kills; index++) {
    const victim = victimOf(index, random);
    const { finished } = storm.counts();
    await until(`work goes on before kill ${index}`, () => storm.counts().finished > finished);
    stranded.push(...((await observer.look(unarmed)) ?? []));
    await delay(random() * 800);
    await until('enough requests are in flight', () => storm.counts().flying >= inFlightAtLeast);
    const inside = (await observer.look(insideOf)) ?? [];
    struck.push({ victim, flying: storm.counts().flying, inside: inside.length > 0 });
    await strike(storm, victim, inside, random);
  }
  await observer.close();
  return { struck, stranded };
};

const said = (struck: Kill[]): string => {
  const flying = struck.map((kill) => kill.flying).sort((a, b) => a - b);
  const of = (victim: RegExp) => struck.filter((kill) => victim.test(kill.victim)).length;
  return (
    `${struck.length} kills with -9 (seed ${seed}): server ${of(/server/)}, database ${of(/database/)}, agents ${of(/north|south/)}; ` +
    `${struck.filter((kill) => kill.inside).length} while a transaction of Belay was open; ` +
    `requests in flight: least ${flying[0]}, median ${flying[flying.length >> 1]}`
  );
};

/** Lets the agents finish what they have begun, while the operator goes on answering. */
const calmDown = async (world: Storm, operator: { rest: () => Promise<void> }): Promise<void> => {
  for (const agent of world.agents.values()) await agent.next('count');
  for (const agent of world.agents.values()) agent.child.kill('SIGTERM');
  const calm = { code: 0, signal: null };
  expect(await Promise.all([...world.agents.values()].map(({ ended }) => ended))).toEqual([calm, calm]);
  await operator.rest();
};

const startOperator = (world: Storm) => {
  let working = true;
  const work = async (): Promise<void> => {
    while (working || (await world.answerCases()) > 0) {
      await world.answerCases();
      await delay(100);
    }
  };
  const worked = work();
  return {
    rest: (): Promise<void> => {
      working = false;
      return worked;
    },
  };
};

const examine = async (world: Storm, pool: pg.Pool): Promise<number> => {
  const { rows } = await pool.query<{ secret: string }>(`SELECT signing_key ->> 'logSecret' AS secret FROM house`);
  const { publicKey } = noteSigner(rows[0]?.secret ?? '');
  await until('every entry is under a signed checkpoint', () => signedCompletely(pool, publicKey));
  const story = await compareStories(world, pool);
  console.log(`${story.runs} runs, ${story.effects} effects, ${linesOf(world.words).length} answered by a person`);
  expect.soft(story).toMatchObject({ lostRuns: [], lostFinishes: [], unpermitted: [], twice: [], neverHappened: [] });
  expect.soft(story.runs).toBe(story.effects);
  expect.soft(await gaps(pool)).toEqual([]);
  expect.soft(await evidenceProblems(pool, publicKey)).toEqual([]);
  expect.soft(world.oddities()).toEqual([]);
  return story.effects;
};

const timeout = nightly ? 7_200_000 : 600_000;
let storm: Storm | null = null;
afterAll(() => storm?.close());

test(`kill -9 of server, agents and database, ${kills} times (seed ${seed})`, { timeout }, async () => {
  const world = await Storm.open(workers);
  storm = world;
  world.startAgent('north');
  world.startAgent('south');
  const operator = startOperator(world);
  const { struck, stranded } = await rage(world, randomFrom(seed));
  console.log(said(struck));
  await calmDown(world, operator);
  const pool = createPool(world.databaseUrl, { log: silent, max: 2 });
  const effects = await examine(world, pool);
  await pool.end();
  expect(stranded).toEqual([]);
  expect(effects).toBeGreaterThan(kills);
  expect(Math.min(...struck.map(({ flying }) => flying))).toBeGreaterThanOrEqual(inFlightAtLeast);
  expect(struck.some(({ inside }) => inside)).toBe(true);
});
