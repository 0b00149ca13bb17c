/** Promise 5, for agents that work for months: a step costs the same however many came before it. Counted, not timed. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, createWorld, type World } from '../world.ts';

const control = `control: long-work
about: One step, again and again.
owner: role:finance-operations
subject: { desk: string }
steps:
  note: { risk: high, effect: reversible, arguments: { text: string } }
rules:
  - { id: short, at: note, when: size(args.text) < 100, then: continue }
review: { sample: 100%, of: continued, by: role:finance-operations }
stuck: { idle: 30d, same-step: 1000, steps: 100000 }
`;

let world: World;
let agent: Client & { secret: string };
/** What went to the database since it was last asked: statements, and the bytes of their parameters. */
let sent = { statements: 0, bytes: 0, loads: 0 };
/** The same statements, by name; those that wait for no earlier one stand in one line. */
let asked: string[][] = [];
let underWay = 0;

const count = ({ pool }: World): void => {
  const query = pool.query.bind(pool) as (...all: unknown[]) => Promise<unknown>;
  pool.query = ((...all: [{ name?: string; values?: unknown[] } | string, unknown[]?]) => {
    const [one, values] = all;
    const given = (typeof one === 'string' ? values : one.values) ?? [];
    const name = typeof one === 'string' ? one : (one.name ?? 'nameless');
    sent.statements += 1;
    if (name === 'load-runs') sent.loads += 1;
    sent.bytes += given.reduce<number>((sum, value) => sum + String(value).length, 0);
    if (underWay === 0) asked.push([]);
    asked.at(-1)?.push(name);
    underWay += 1;
    return query(...all).finally(() => {
      underWay -= 1;
    });
  }) as never;
};

beforeAll(async () => {
  world = await createWorld({ controls: [] });
  await world.publish(control);
  agent = await world.agent('clerk', ['long-work']);
  count(world);
});
afterAll(() => world.close());

const started = async () => {
  const { body } = await agent.call('startRun', { body: { control: 'long-work', subject: { desk: 'east' } } });
  const params = { runId: body.run.runId };
  const { epoch } = body;
  const gate = async (key: string) => {
    world.moveClock('1s');
    const asked = { epoch, step: 'note', arguments: { text: key }, key, redeem: true };
    expect((await agent.call('gate', { params, body: asked })).body.kind).toBe('continue');
  };
  const report = (key: string) =>
    agent.call('report', { params, body: { epoch, key, result: { status: 'done', value: null } } });
  return { ...params, epoch, gate, report };
};

type Cost = { statements: number; sentBytes: number; rowBytes: number };

/** What a stream has said so far. */
const readText = (body: ReadableStream<Uint8Array> | null): { text: string } => {
  const heard = { text: '' };
  const decoder = new TextDecoder();
  const write = (chunk: Uint8Array): void => {
    heard.text += decoder.decode(chunk);
  };
  void body?.pipeTo(new WritableStream({ write })).catch(() => {});
  return heard;
};

/** What one more step costs, as the mean of five. */
const costOf = async (runId: string, step: (nth: number) => Promise<void>): Promise<Cost> => {
  sent = { statements: 0, bytes: 0, loads: 0 };
  for (let nth = 0; nth < 5; nth++) await step(nth);
  const { statements, bytes } = sent;
  const { rows } = await world.pool.query<{ size: number }>(
    'SELECT octet_length(state::text) AS size FROM runs WHERE run_id = $1',
    [runId],
  );
  return { statements: statements / 5, sentBytes: bytes / 5, rowBytes: rows[0]?.size ?? 0 };
};

const expectNoMore = (later: Cost, first: Cost): void => {
  expect(later.statements).toBeLessThanOrEqual(first.statements);
  expect(later.sentBytes).toBeLessThan(first.sentBytes * 1.1);
  expect(later.rowBytes).toBeLessThan(first.rowBytes * 1.1);
};

it('a run whose steps are reported, all of them drawn for a look afterwards', async () => {
  const { runId, gate, report } = await started();
  const step = async (key: string) => {
    await gate(key);
    expect((await report(key)).body.accepted).toBe(true);
  };
  // More than the run remembers of what is over.
  for (let nth = 0; nth < 40; nth++) await step(`early ${nth}`);
  const first = await costOf(runId, (nth) => step(`first ${nth}`));
  for (let nth = 0; nth < 40; nth++) await step(`middle ${nth}`);
  expectNoMore(await costOf(runId, (nth) => step(`later ${nth}`)), first);
});

it('a step of an agent that takes its time waits for one look at who asks and for its commit, however long the run', async () => {
  const { gate, report } = await started();
  for (let nth = 0; nth < 40; nth++) {
    await gate(`early ${nth}`);
    await report(`early ${nth}`);
  }
  asked = [];
  await gate('one more');
  await report('one more');
  // The report draws the step for a look afterwards, which most do not.
  expect(asked).toEqual([['agent-by-key', 'organisation'], ['commit-runs-steps'], ['commit-runs']]);
});

it('a run whose steps are under way: as many as it started, all of them known to whoever takes over', async () => {
  const { runId, gate, report } = await started();
  for (let nth = 0; nth < 10; nth++) await gate(`early ${nth}`);
  const first = await costOf(runId, (nth) => gate(`first ${nth}`));
  for (let nth = 0; nth < 40; nth++) await gate(`middle ${nth}`);
  expectNoMore(await costOf(runId, (nth) => gate(`later ${nth}`)), first);

  // Also where nothing is remembered.
  await world.restart();
  expect((await report('first 0')).body).toMatchObject({ accepted: true });
  const person = await world.person('bruno');
  const { body } = await person.call('getRun', { params: { runId } });
  expect(body.inFlight).toHaveLength(59);
  expect(body.inFlight.slice(0, 2).map(({ key }) => key)).toEqual(['early 0', 'early 1']);
});

it('an agent that watches who has control pays nothing for it at its own steps, and hears of a takeover', async () => {
  const { runId, epoch, gate, report } = await started();
  const address = `http://belay.test/v1/runs/${runId}/watch?epoch=${epoch}`;
  const leave = new AbortController();
  const headers = { authorization: `Bearer ${agent.secret}` };
  const { body } = await world.app.fetch(new Request(address, { headers, signal: leave.signal }));
  const heard = readText(body);
  await expect.poll(() => heard.text).toContain('"fenced":false');
  sent = { statements: 0, bytes: 0, loads: 0 };
  for (let nth = 0; nth < 20; nth++) {
    await gate(`watched ${nth}`);
    await report(`watched ${nth}`);
  }
  // It looks by itself every two seconds, in case a hint was lost.
  expect(sent.loads).toBeLessThan(20);
  const person = await world.person('dana');
  expect((await person.call('takeOver', { params: { runId }, body: {} })).ok).toBe(true);
  await expect.poll(() => heard.text).toContain('"fenced":true');
  leave.abort();
});
