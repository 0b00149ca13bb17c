import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

it('types of a control reach steps, arguments, facts and results, and wrong ones do not compile', () => {
  const tsc = at('../../../node_modules/typescript/bin/tsc');
  const done = spawnSync(process.execPath, [tsc, '-p', at('../test/inference'), '--pretty', 'false'], {
    encoding: 'utf8',
  });
  expect(done.stdout).toBe('');
  expect(done.status).toBe(0);
});
