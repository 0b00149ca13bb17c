/**
 * What PostgreSQL really does at READ COMMITTED, in raw SQL: each trap once as it bites and once as it is
 * avoided. The product's own statements are tested against the same traps beside them.
 */
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../database.ts';
import { startProxy } from './proxy.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase({ empty: true });
  await database.pool.query(`
    CREATE TABLE run (id int PRIMARY KEY, holder text NOT NULL, epoch int NOT NULL);
    CREATE TABLE permit (id int PRIMARY KEY, run int NOT NULL, epoch int NOT NULL, redeemed boolean, reported boolean);
    CREATE TABLE approval (id int PRIMARY KEY, status text NOT NULL);
    CREATE TABLE vote (approval int, person text, PRIMARY KEY (approval, person));
    CREATE TABLE entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text NOT NULL, state text NOT NULL DEFAULT 'new');
    CREATE TABLE payment (key text PRIMARY KEY);`);
});

afterAll(() => database.close());

beforeEach(async () => {
  await database.pool.query(`
    TRUNCATE run, permit, approval, vote, entry, payment;
    INSERT INTO run VALUES (1, 'agent', 1);
    INSERT INTO permit VALUES (7, 1, 1, false, false);
    INSERT INTO approval VALUES (1, 'waiting');`);
});

type Session = pg.Client & { readonly pid: number };

async function session(url = database.url): Promise<Session> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => client.end().catch(() => {}));
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return Object.assign(client, { pid: rows[0]?.pid ?? 0 });
}

/** How many sessions this one waits for. */
async function waitsFor({ pid }: Session): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>('SELECT cardinality(pg_blocking_pids($1)) AS n', [pid]);
  return rows[0]?.n ?? 0;
}

const expectBlocked = (waiting: Session) => expect.poll(() => waitsFor(waiting)).toBeGreaterThan(0);

async function readValue(sql: string): Promise<unknown> {
  const { rows } = await database.pool.query({ text: sql, rowMode: 'array' });
  return rows[0]?.[0];
}

const takeOver = "UPDATE run SET epoch = epoch + 1, holder = 'person' WHERE id = 1";

const redeemInOneStatement = `UPDATE permit SET redeemed = true FROM run
  WHERE permit.id = 7 AND NOT redeemed AND run.id = permit.run AND run.holder = 'agent' AND run.epoch = permit.epoch`;

const redeem = 'UPDATE permit SET redeemed = true WHERE id = 7 AND NOT redeemed AND epoch = 1';

test('one UPDATE that compares the epoch is no fence: it commits after the takeover was acknowledged', async () => {
  const [agent, person] = [await session(), await session()];
  await agent.query('BEGIN');
  expect((await agent.query(redeemInOneStatement)).rowCount).toBe(1);
  await person.query(takeOver);
  expect(await readValue('SELECT redeemed FROM permit')).toBe(false);
  await agent.query('COMMIT');
  expect(await readValue('SELECT redeemed FROM permit')).toBe(true);
  expect(await readValue('SELECT epoch FROM run')).toBe(2);
});

test('with the run locked first, the takeover waits for the redemption and then sees it in flight', async () => {
  const [agent, person] = [await session(), await session()];
  await agent.query('BEGIN; SELECT FROM run WHERE id = 1 FOR UPDATE');
  await agent.query(redeem);
  const takenOver = person.query(takeOver);
  await expectBlocked(person);
  await agent.query('COMMIT');
  await takenOver;
  const inFlight = await person.query('SELECT id FROM permit WHERE redeemed AND NOT reported');
  expect(inFlight.rows).toEqual([{ id: 7 }]);
});

test('with the run locked first, a redemption that comes after the takeover finds a stale epoch', async () => {
  const [agent, person] = [await session(), await session()];
  await person.query('BEGIN');
  await person.query(takeOver);
  await agent.query('BEGIN');
  const locked = agent.query('SELECT holder, epoch FROM run WHERE id = 1 FOR UPDATE');
  await expectBlocked(agent);
  await person.query('COMMIT');
  expect((await locked).rows).toEqual([{ holder: 'person', epoch: 2 }]);
  await agent.query('ROLLBACK');
});

test('a takeover cannot recall an effect under way; the redeemed permit stays and can only be listed', async () => {
  const person = await session();
  await database.pool.query(redeem);
  await person.query('BEGIN; SELECT FROM run WHERE id = 1 FOR UPDATE');
  await person.query(takeOver);
  const inFlight = await person.query('SELECT id FROM permit WHERE redeemed AND NOT reported');
  await person.query('COMMIT');
  expect(inFlight.rows).toEqual([{ id: 7 }]);
});

const countVotes = 'SELECT count(*)::int AS votes FROM vote WHERE approval = 1';
const grantAtTwo = `UPDATE approval SET status = 'granted' WHERE id = 1 AND (SELECT count(*) FROM vote WHERE approval = 1) >= 2`;

test('two approvers at once each count one vote, and two of two stay waiting for ever', async () => {
  const sessions = [await session(), await session()];
  for (const [index, approver] of sessions.entries()) {
    await approver.query('BEGIN');
    await approver.query('INSERT INTO vote VALUES (1, $1)', [`person ${index}`]);
  }
  for (const approver of sessions) expect((await approver.query(countVotes)).rows).toEqual([{ votes: 1 }]);
  for (const approver of sessions) expect((await approver.query(grantAtTwo)).rowCount).toBe(0);
  for (const approver of sessions) await approver.query('COMMIT');
  expect(await readValue(countVotes)).toBe(2);
  expect(await readValue('SELECT status FROM approval')).toBe('waiting');
});

test('with the approval locked before the vote, the second approver counts both', async () => {
  const [first, second] = [await session(), await session()];
  await first.query("BEGIN; SELECT FROM approval WHERE id = 1 FOR UPDATE; INSERT INTO vote VALUES (1, 'first')");
  expect((await first.query(grantAtTwo)).rowCount).toBe(0);
  await second.query('BEGIN');
  const locked = second.query('SELECT FROM approval WHERE id = 1 FOR UPDATE');
  await expectBlocked(second);
  await first.query('COMMIT');
  await locked;
  await second.query("INSERT INTO vote VALUES (1, 'second')");
  expect((await second.query(grantAtTwo)).rowCount).toBe(1);
  await second.query('COMMIT');
  expect(await readValue('SELECT status FROM approval')).toBe('granted');
});

test('a reader that remembers the highest id never sees a row that was committed late', async () => {
  const slow = await session();
  let last = 0;
  const readOn = async () => {
    const { rows } = await database.pool.query<{ id: number; text: string }>(
      'SELECT id, text FROM entry WHERE id > $1 ORDER BY id',
      [last],
    );
    last = rows.at(-1)?.id ?? last;
    return rows.map(({ text }) => text);
  };
  await slow.query("BEGIN; INSERT INTO entry (text) VALUES ('slow')");
  await database.pool.query("INSERT INTO entry (text) VALUES ('fast')");
  expect(await readOn()).toEqual(['fast']);
  await slow.query('COMMIT');
  expect(await readOn()).toEqual([]);
  expect(await readValue('SELECT count(*)::int FROM entry')).toBe(2);
});

test('a reader that goes by a state sees the late row too', async () => {
  const slow = await session();
  const take = async () => {
    const { rows } = await database.pool.query<{ text: string }>(
      "UPDATE entry SET state = 'read' WHERE state = 'new' RETURNING text",
    );
    return rows.map(({ text }) => text);
  };
  await slow.query("BEGIN; INSERT INTO entry (text) VALUES ('slow')");
  await database.pool.query("INSERT INTO entry (text) VALUES ('fast')");
  expect(await take()).toEqual(['fast']);
  await slow.query('COMMIT');
  expect(await take()).toEqual(['slow']);
});

test('a commit whose reply is cut has happened although the client sees an error', async () => {
  const proxy = await startProxy(database.url);
  onTestFinished(() => proxy.close());
  const rounds = 20;
  for (let round = 0; round < rounds; round++) {
    proxy.passReplies();
    const client = await session(proxy.url);
    await client.query('BEGIN');
    await client.query('INSERT INTO payment VALUES ($1)', [`key ${round}`]);
    proxy.cutReplies();
    await expect(client.query('COMMIT')).rejects.toThrow(/terminated|ECONNRESET/);
  }
  await expect.poll(() => readValue('SELECT count(*)::int FROM payment')).toBe(rounds);
});

test('a key stored with the work tells the repeated command that it was already done', async () => {
  const proxy = await startProxy(database.url);
  onTestFinished(() => proxy.close());
  const pay = (client: pg.Client) =>
    client.query("INSERT INTO payment VALUES ('key') ON CONFLICT DO NOTHING").then(({ rowCount }) => rowCount);
  const first = await session(proxy.url);
  proxy.cutReplies();
  await expect(pay(first)).rejects.toThrow(/terminated|ECONNRESET/);
  proxy.passReplies();
  expect(await pay(await session(proxy.url))).toBe(0);
  expect(await readValue('SELECT count(*)::int FROM payment')).toBe(1);
});

test('two that share a lock on the run and then both change it deadlock: one of them is thrown out', async () => {
  const sessions = [await session(), await session()];
  for (const one of sessions) {
    await one.query("SET deadlock_timeout = '50ms'");
    await one.query('BEGIN; SELECT FROM run WHERE id = 1 FOR SHARE');
  }
  const changes = sessions.map((one) =>
    one.query('UPDATE run SET epoch = epoch + 1 WHERE id = 1').then(
      () => 'changed',
      async (error: pg.DatabaseError) => {
        await one.query('ROLLBACK');
        return error.code;
      },
    ),
  );
  expect((await Promise.all(changes)).sort()).toEqual(['40P01', 'changed']);
});

test('two that lock the run for update from the start take turns', async () => {
  const [first, second] = [await session(), await session()];
  await first.query('BEGIN; SELECT FROM run WHERE id = 1 FOR UPDATE');
  await second.query('BEGIN');
  const locked = second.query('SELECT FROM run WHERE id = 1 FOR UPDATE');
  await expectBlocked(second);
  await first.query('UPDATE run SET epoch = epoch + 1 WHERE id = 1; COMMIT');
  await locked;
  await second.query('UPDATE run SET epoch = epoch + 1 WHERE id = 1; COMMIT');
  expect(await readValue('SELECT epoch FROM run')).toBe(3);
});

test('a hint sent while its listener is away is lost', async () => {
  const heard: (string | undefined)[] = [];
  const listen = async () => {
    const listener = await session();
    listener.on('notification', ({ payload }) => heard.push(payload));
    await listener.query('LISTEN work');
    return listener;
  };
  const first = await listen();
  await database.pool.query("NOTIFY work, 'one'");
  await expect.poll(() => heard).toEqual(['one']);
  await database.pool.query('SELECT pg_terminate_backend($1)', [first.pid]);
  await database.pool.query("NOTIFY work, 'two'");
  await listen();
  await database.pool.query("NOTIFY work, 'three'");
  await expect.poll(() => heard).toEqual(['one', 'three']);
});
