/**
 * The catalogue of channel faults, C1 to C31, against the names of the tests: each has a test of that name, and the
 * contract carries most of them to every channel. The counts are printed, here and at the end of CI.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const filesIn = (path: string): string[] =>
  readdirSync(folder(path), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') || /channel(-\w+)?\.ts$/.test(name))
    .map((name) => folder(`${path}/${name}`));

/** Ids at the beginning of a title: "C9 C10 what the mail server …". */
const idsIn = (text: string): string[] =>
  [...text.matchAll(/['"`]((?:C\d{1,2} )+)\S/g)].flatMap(([, ids = '']) => ids.trim().split(' '));

const all = ['.', '../faults', '../demo', '../scenarios', '../../src/channels', '../../src/cli'].flatMap(filesIn);
const byFault = new Map<string, number>();
for (const id of all.flatMap((file) => idsIn(readFileSync(file, 'utf8')))) byFault.set(id, (byFault.get(id) ?? 0) + 1);

it('C1 to C31: each fault of the catalogue has a test of its name', () => {
  const catalogue = Array.from({ length: 31 }, (_, n) => `C${n + 1}`);
  const shared = ['channel.ts', 'channel-vendor.ts', 'channel-linking.ts'].flatMap((name) =>
    idsIn(readFileSync(folder(`./${name}`), 'utf8')),
  );
  console.log(
    `faults of the catalogue with a test of their name: ${catalogue.filter((id) => byFault.has(id)).length} of 31, ` +
      `${new Set(shared).size} of them on every channel by the contract (${shared.length} promises)`,
  );
  expect(catalogue.filter((id) => !byFault.has(id))).toEqual([]);
  expect([...byFault.keys()].filter((id) => !catalogue.includes(id))).toEqual([]);
});
