import {
  append,
  type Checkpoint,
  consistencyProof,
  emptyRange,
  openCheckpoint,
  parsePublicKey,
  rootOf,
  verifyConsistency,
} from '@belay/protocol/evidence';
import type { Pool, PoolClient } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { silent } from '../../test/silent.ts';
import { createIntegrator } from '../engine/integrate.ts';
import { createLoops } from '../engine/loop.ts';
import { someEntries, testSigner, writeEntries } from './entries.testing.ts';
import { createEvidenceLog } from './integrate.ts';
import { withNodes } from './tiles.ts';

let db: TestDatabase;
beforeEach(async () => {
  db = await testDatabase();
});
afterEach(() => db.close());

const start = 1_790_000_000_000;
const key = parsePublicKey(testSigner.publicKey);
if (key === null) throw new Error('the key of the tests cannot be read');

const checkpoints = async (): Promise<Checkpoint[]> => {
  const { rows } = await db.pool.query<{ note: string }>('SELECT note FROM checkpoints ORDER BY size');
  return rows.map(({ note }) => {
    const opened = openCheckpoint(note, key);
    if (!opened.ok) throw new Error(opened.problem);
    return opened.checkpoint;
  });
};

const placed = async (): Promise<{ log_index: number | null; leaf: Buffer; entry_id: string }[]> => {
  const { rows } = await db.pool.query('SELECT log_index, leaf, entry_id FROM entries ORDER BY log_index, position');
  return rows;
};

/** What must hold after anything: no gap, no twin, and each signed root is the one of the entries in their places. */
const expectSoundLog = async (entries: number): Promise<void> => {
  const rows = await placed();
  expect(rows.map(({ log_index }) => log_index)).toEqual(Array.from({ length: entries }, (_, index) => index));
  const signed = await checkpoints();
  for (const { size, root } of signed) {
    const leaves = rows.slice(0, size).map(({ leaf }) => leaf);
    expect(Buffer.from(root)).toEqual(Buffer.from(rootOf(append(emptyRange, leaves).range)));
  }
  for (const [at, later] of signed.entries()) {
    for (const earlier of signed.slice(0, at)) {
      const proof = await withNodes(db.pool, (hashAt) => consistencyProof(earlier.size, later.size, hashAt));
      expect(verifyConsistency(earlier, later, proof)).toBe(true);
    }
  }
};

describe('integration', () => {
  test('gives every entry its place in the order of writing, and signs the root', async () => {
    await writeEntries(db.pool, [...someEntries('run_a', 3), ...someEntries('run_b', 2)]);
    const log = createEvidenceLog(db.pool, testSigner);
    expect(await log.integrate(start)).toBe(5);
    expect((await placed()).map(({ entry_id }) => entry_id)).toEqual([
      'run_a.1',
      'run_a.2',
      'run_a.3',
      'run_b.1',
      'run_b.2',
    ]);
    expect((await checkpoints()).map(({ size }) => size)).toEqual([5]);
    await expectSoundLog(5);
  });

  test('grows over tiles, in portions of any size, and each checkpoint continues all earlier ones', async () => {
    const log = createEvidenceLog(db.pool, testSigner);
    let size = 0;
    for (const [pass, portion] of [1, 1, 254, 1, 300, 0, 7, 700, 1000, 1003, 2].entries()) {
      await writeEntries(db.pool, someEntries('run_a', portion, size + 1));
      while ((await log.integrate(start + pass * 1_000)) === 1_000);
      size += portion;
    }
    await expectSoundLog(size);
    expect((await checkpoints()).length).toBeGreaterThan(8);
  });

  test('signs at most once a second, or when a thousand entries wait, and leaves none unsigned', async () => {
    const log = createEvidenceLog(db.pool, testSigner);
    const sizes = async () => (await checkpoints()).map(({ size }) => size);
    const write = (count: number, from: number) => writeEntries(db.pool, someEntries('run_a', count, from));
    await write(1, 1);
    await log.integrate(start);
    await write(1, 2);
    await log.integrate(start + 999);
    expect(await sizes()).toEqual([1]);
    expect(await log.integrate(start + 1_000)).toBe(0);
    expect(await sizes()).toEqual([1, 2]);
    await write(1_000, 3);
    await log.integrate(start + 1_001);
    expect(await sizes()).toEqual([1, 2, 1_002]);
    await write(1, 1_003);
    await log.integrate(start - 60_000);
    expect(await sizes()).toEqual([1, 2, 1_002, 1_003]);
  });

  test('does not write when there is nothing to do', async () => {
    const log = createEvidenceLog(db.pool, testSigner);
    await writeEntries(db.pool, someEntries('run_a', 1));
    await log.integrate(start);
    const version = async () => (await db.pool.query('SELECT xmin, xmax FROM log_head')).rows;
    const before = await version();
    expect(await log.integrate(start + 5_000)).toBe(0);
    expect(await version()).toEqual(before);
  });
});

describe('no entry is ever lost', () => {
  test('an entry that becomes visible after a later one gets its place after it', async () => {
    const log = createEvidenceLog(db.pool, testSigner);
    const slow = await db.pool.connect();
    await slow.query('BEGIN');
    await writeEntries(slow, someEntries('slow', 2));
    await writeEntries(db.pool, someEntries('fast', 2));
    expect(await log.integrate(start)).toBe(2);
    await slow.query('COMMIT');
    slow.release();
    expect(await log.integrate(start + 1_000)).toBe(2);
    expect((await placed()).map(({ entry_id }) => entry_id)).toEqual(['fast.1', 'fast.2', 'slow.1', 'slow.2']);
    await expectSoundLog(4);
  });

  test('an entry whose transaction failed leaves no hole', async () => {
    const log = createEvidenceLog(db.pool, testSigner);
    const failing = await db.pool.connect();
    await failing.query('BEGIN');
    await writeEntries(failing, someEntries('failing', 2));
    await writeEntries(db.pool, someEntries('fast', 2));
    await failing.query('ROLLBACK');
    failing.release();
    await log.integrate(start);
    await expectSoundLog(2);
  });

  test('four integrators at once, while entries are written, make one log', async () => {
    const nodes = Array.from({ length: 4 }, () => createEvidenceLog(db.pool, testSigner));
    let at = start;
    let writing = true;
    const writers = Promise.all(
      Array.from({ length: 4 }, async (_, writer) => {
        for (let seq = 1; seq <= 30; seq += 3) await writeEntries(db.pool, someEntries(`run_${writer}`, 3, seq));
      }),
    ).finally(() => {
      writing = false;
    });
    const integrate = async (node: (typeof nodes)[number]) => {
      do at += 400;
      while ((await node.integrate(at)) > 0 || writing);
    };
    await Promise.all([writers, ...nodes.map(integrate)]);
    await nodes[0]?.integrate(at + 2_000);
    await expectSoundLog(120);
    expect((await checkpoints()).at(-1)?.size).toBe(120);
  });
});

describe('an integrator that dies in the middle', () => {
  /** A pool whose connection is killed by the server at the nth statement, or just after it. */
  const dying = (statement: number, after: boolean): Pool => {
    let count = 0;
    const connect = async () => {
      const client = await db.pool.connect();
      client.on('error', () => {});
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const kill = () => db.pool.query('SELECT pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
      const query = async (...args: unknown[]) => {
        const last = ++count === statement;
        if (last && !after) await kill();
        const result = await (client.query as (...args: unknown[]) => Promise<unknown>)(...args);
        if (last) {
          await kill();
          throw new Error('the reply was lost');
        }
        return result;
      };
      return { query, release: () => client.release(true) } as unknown as PoolClient;
    };
    return { query: db.pool.query.bind(db.pool), connect } as unknown as Pool;
  };

  test('at any statement, or with its reply lost, leaves a log that the next one continues', async () => {
    let size = 0;
    let died = 0;
    for (const after of [false, true]) {
      for (let statement = 1; statement <= 8; statement++) {
        size += 3;
        await writeEntries(db.pool, someEntries('run_a', 3, size - 2));
        const at = start + size * 1_000;
        await createEvidenceLog(dying(statement, after), testSigner)
          .integrate(at)
          .catch(() => {
            died++;
          });
        await createEvidenceLog(db.pool, testSigner).integrate(at + 1_000);
        await expectSoundLog(size);
      }
    }
    expect(died).toBe(16);
  });
});

describe('the integrator', () => {
  test('wakes at a hint, catches up over several batches, goes on after a failure, and stops', async () => {
    const failures: object[] = [];
    const evidence = createEvidenceLog(db.pool, testSigner);
    let fail = true;
    const integrator = createIntegrator({
      evidence: {
        integrate: async (at) => {
          if (fail) throw new Error('the database is away');
          return evidence.integrate(at);
        },
      },
      clock: { now: () => start },
      startLoop: createLoops({
        log: { ...silent, error: (fields: object) => failures.push(fields) },
        clock: { now: () => start },
      }),
    });
    await writeEntries(db.pool, someEntries('run_a', 2_500));
    integrator.start();
    integrator.start();
    await expect.poll(() => failures.length, { timeout: 10_000 }).toBeGreaterThan(0);
    fail = false;
    integrator.wake();
    const waiting = async () =>
      (await db.pool.query('SELECT count(*) AS n FROM entries WHERE log_index IS NULL')).rows[0].n as number;
    await expect.poll(waiting, { timeout: 10_000 }).toBe(0);
    await integrator.stop();
    await expectSoundLog(2_500);
    await writeEntries(db.pool, someEntries('run_b', 1));
    integrator.wake();
    expect(await waiting()).toBe(1);
  });
});

describe('the table of entries', () => {
  beforeEach(async () => {
    await writeEntries(db.pool, someEntries('run_a', 1));
    await createEvidenceLog(db.pool, testSigner).integrate(start);
  });

  test.each([
    'UPDATE entries SET log_index = NULL',
    'UPDATE entries SET log_index = 7',
    "UPDATE entries SET by_id = 'somebody'",
    'UPDATE entries SET seq = 2',
    "UPDATE entries SET at = at + interval '1 second'",
    "UPDATE entries SET leaf = decode(repeat('00', 32), 'hex')",
    `UPDATE entries SET event = '{"another": 1}'`,
    'UPDATE entries SET event = NULL, salt = NULL',
    'DELETE FROM entries',
    `INSERT INTO entries (entry_id, stream, seq, type, by_kind, by_id, at, event, salt)
     VALUES ('x', 'run_a', 2, 'T', 'agent', 'a', to_timestamp(0), '{}', 'salt')`,
  ])('refuses %s', async (statement) => {
    await expect(db.pool.query(statement)).rejects.toThrow(/Entries are evidence|violates/);
    await expectSoundLog(1);
  });
});
