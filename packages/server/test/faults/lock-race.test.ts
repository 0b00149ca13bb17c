import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { currentScope } from '../../src/store/embedded/process.ts';
import { nightly, scratch } from './machine.ts';
import { bundle, run } from './program.ts';

const rounds = nightly ? 5_000 : 300;

test(`of several processes that find the same dead lock, exactly one takes it, ${rounds} times`, {
  timeout: 600_000,
}, async () => {
  const bundled = await bundle('contender.ts');
  const directory = scratch();
  const contenders = Array.from({ length: 4 }, () => run(bundled, {}));
  onTestFinished(() => {
    for (const { child } of contenders) child.kill('SIGKILL');
  });
  const answersTo = (round: number) => contenders.flatMap(({ messages }) => messages[round] ?? []);
  for (let round = 0; round < rounds; round++) {
    const path = join(directory, `lock-${round}`);
    const dead = { ...currentScope(), pid: 1, startMark: 'long gone', nonce: 'dead' };
    writeFileSync(path, JSON.stringify(dead));
    for (const { child } of contenders) child.stdin?.write(`${path}\n`);
    await expect.poll(() => answersTo(round).length, { interval: 1, timeout: 15_000 }).toBe(contenders.length);
    expect(answersTo(round).filter(({ event }) => event === 'taken')).toHaveLength(1);
  }
});
