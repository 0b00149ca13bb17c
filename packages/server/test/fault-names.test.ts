/** Each fault of approvals in the catalogue has a test of its name, so that whoever looks for one finds what is promised. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { root } from './world.ts';

const humans = Array.from({ length: 19 }, (_, index) => `H${index + 1}`);
const faults = ['A6', 'A7', 'A10', 'A18', ...humans, 'X5', 'X6', 'X9', 'X12'];

const folders = ['packages/server/src', 'packages/server/test', 'packages/inbox/e2e', 'packages/sdk/src'];
const files = folders.flatMap((folder) =>
  (readdirSync(root(folder), { recursive: true }) as string[])
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => root(`${folder}/${name}`)),
);
const titles = files.flatMap(
  (file) => readFileSync(file, 'utf8').match(/\b(?:it|test|describe)(?:\.\w+\([^)]*\))?\(\s*['"`][^'"`]+/g) ?? [],
);

it.each(faults)('%s has a test of its name', (fault) => {
  expect(titles.filter((title) => new RegExp(`['"\`, ]${fault}[:, ]`).test(title))).not.toEqual([]);
});
