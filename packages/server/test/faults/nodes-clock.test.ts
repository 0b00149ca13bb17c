/** A node whose system clock is put while it runs (T1, T2): its monotonic clock and its database are not. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { directoryOfTheRun } from './machine.ts';
import { ask, createHouse, type House } from './nodes-world.ts';
import { bundle, type Program, run } from './program.ts';

const library = readdirSync('/usr/lib')
  .map((folder) => join('/usr/lib', folder, 'faketime/libfaketime.so.1'))
  .find((path) => existsSync(path));

describe.skipIf(needs('libfaketime'))('a node whose system clock is put', () => {
  let house: House;
  let node: Program;
  let url: string;
  const file = join(directoryOfTheRun(), 'faketime');
  const put = (seconds: number) => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}`);

  beforeAll(async () => {
    house = await createHouse(Date.now());
    put(0);
    const env = {
      ...process.env,
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    node = run(await bundle('node.ts'), { databaseUrl: house.url }, { env });
    url = String((await node.next('listening')).url);
  });
  afterAll(async () => {
    node.child.kill('SIGTERM');
    await node.ended;
    await house.close();
  });

  const alarms = async (): Promise<string> =>
    ((await ask(url, 'GET', '/v1/health', ''))?.alarms as string[] | undefined)?.join(' ') ?? 'no answer';
  const eventually = (sentence: string) => expect.poll(alarms, { timeout: 45_000 }).toContain(sentence);
  const calm = () => expect.poll(alarms, { timeout: 45_000 }).toBe('');

  const open = async (id: string): Promise<{ runId: string; startedAt: number }> => {
    const started = await ask(url, 'POST', '/v1/runs', house.agentKey, { control: 'desk-work', subject: { id } });
    const { runId, startedAt } = (started?.run ?? {}) as { runId: string; startedAt: string };
    const asked = { epoch: 1, step: 'act', arguments: {}, facts: { odd: true }, key: 'act' };
    expect((await ask(url, 'POST', `/v1/runs/${runId}/gate`, house.agentKey, asked))?.kind).toBe('handoff');
    return { runId, startedAt: Date.parse(startedAt) };
  };
  const rungs = async (runId: string): Promise<number> =>
    (await house.pool.query("SELECT FROM entries WHERE stream = $1 AND type = 'RungFired'", [runId])).rowCount ?? 0;

  it.each([
    [3_600, 'forward'],
    [-86_400, 'back'],
  ])(
    'put by %i s: no rung fires by it, time goes on, and the alarm says so',
    async (seconds, way) => {
      await calm();
      const { runId } = await open(`put ${way}`);
      put(seconds);
      await eventually(`was put ${way} by ${Math.abs(seconds)}`);
      await eventually("the database's was not, and time goes on by that");
      const { startedAt } = await open(`while put ${way}`);
      expect(Math.abs(startedAt - Date.now())).toBeLessThan(20_000);
      expect(await rungs(runId)).toBe(1);
      put(0);
      await calm();
    },
    180_000,
  );

  it('a doubt is written down when it begins and when it ends', async () => {
    const types = async () =>
      (
        await house.pool.query<{ type: string }>("SELECT type FROM entries WHERE stream = 'house' ORDER BY seq")
      ).rows.map(({ type }) => type);
    put(7_200);
    await eventually('was put forward');
    put(0);
    await calm();
    const seen = await types();
    expect(seen.filter((type) => type === 'ClockDoubted').length).toBe(
      seen.filter((type) => type === 'ClockTrusted').length,
    );
  });
});
