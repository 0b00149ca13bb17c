/** What a log of a house says while something it needs is away: not a line for each look. */
import { afterEach, expect, it } from 'vitest';
import { createLoops, type Loop } from './loop.ts';

type Line = { level: string; fields: Record<string, unknown>; message: string };

const never = 2_000_000_000;
let loops: Loop[] = [];
afterEach(async () => {
  await Promise.all(loops.map((loop) => loop.stop()));
  loops = [];
});

const house = () => {
  const lines: Line[] = [];
  let at = 0;
  const says = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields: fields as Line['fields'], message });
  };
  const startLoop = createLoops({
    log: { info: says('info'), warn: says('warn'), error: says('error') },
    clock: { now: () => at },
  });
  const start = (name: string, everyMs = never) => {
    let turns = 0;
    const state = { fails: null as unknown };
    const loop = startLoop(name, everyMs, async () => {
      turns++;
      if (state.fails !== null) throw state.fails;
    });
    loops.push(loop);
    const turn = async (): Promise<void> => {
      const before = turns;
      loop.wake();
      while (turns === before) await new Promise(setImmediate);
      await new Promise(setImmediate);
    };
    return { state, turn };
  };
  return { lines, start, wait: (ms: number) => (at += ms) };
};

const away = () => Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });

it('a database that is away for an hour is said once, then ever more rarely with the count, and once when it is back', async () => {
  const { lines, start, wait } = house();
  const all = ['firing what is due', 'waking agents', 'planning cards'].map((name) => start(name));
  for (const { turn } of all) await turn();
  expect(lines).toEqual([]);
  for (const { state } of all) state.fails = away();
  for (let seconds = 0; seconds < 3_600; seconds += 10) {
    for (const { turn } of all) await turn();
    wait(10_000);
  }
  expect(lines.map(({ level }) => level)).toEqual(Array(6).fill('error'));
  expect(lines.map(({ message }) => message)).toEqual([
    'firing what is due failed; it is tried again',
    ...Array(5).fill('firing what is due still fails; it is tried again'),
  ]);
  expect(lines.slice(1).map(({ fields }) => fields.forMs)).toEqual([60, 180, 420, 900, 1_860].map((s) => s * 1_000));
  expect(lines[1]?.fields).toMatchObject({
    times: 19,
    loops: ['firing what is due', 'waking agents', 'planning cards'],
  });

  for (const { state } of all) state.fails = null;
  await all[0]?.turn();
  expect(lines, 'two of three still fail').toHaveLength(6);
  await all[1]?.turn();
  await all[2]?.turn();
  expect(lines.slice(6)).toEqual([
    {
      level: 'warn',
      fields: { reason: 'ECONNREFUSED', times: 1_080, forMs: 3_600_000 },
      message: 'firing what is due works again',
    },
  ]);
  for (const { turn } of all) await turn();
  expect(lines).toHaveLength(7);
});

it('another reason is said at once, and what comes back after it was over is said anew', async () => {
  const { lines, start, wait } = house();
  const { state, turn } = start('waking agents');
  await turn();
  state.fails = away();
  await turn();
  state.fails = new Error('the disk is full');
  await turn();
  expect(lines.map(({ fields }) => (fields.error as Error).message)).toEqual([
    'connect ECONNREFUSED 127.0.0.1:5432',
    'the disk is full',
  ]);
  state.fails = null;
  await turn();
  wait(1_000);
  state.fails = new Error('the disk is full');
  await turn();
  expect(lines.map(({ level }) => level)).toEqual(['error', 'error', 'warn', 'error']);
});

it('whoever looks rarely does not hold up the news that it is over', async () => {
  const { lines, start } = house();
  const [often, rarely] = [start('waking agents', never - 1), start('clearing away what is over', never)];
  for (const { state, turn } of [often, rarely]) {
    await turn();
    state.fails = away();
    await turn();
  }
  often.state.fails = null;
  await often.turn();
  expect(lines.map(({ message }) => message)).toEqual([
    'waking agents failed; it is tried again',
    'waking agents works again',
  ]);
});
