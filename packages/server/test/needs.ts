/**
 * Some tests drive a real browser, a bent clock or a model checker. `needs('chromium')` answers whether to skip
 * because the Debian package is not here, and says so in one line. With BELAY_CI_NO_SKIP=1 it throws instead:
 * where the packages are promised, a skipped test is a failed one.
 */
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const needed = {
  chromium: { find: ['chromium'], for: 'tests of the inbox in a browser' },
  'postgresql-15': { find: ['postgres', 'pg_ctl', 'initdb'], for: 'tests against a PostgreSQL of the distribution' },
  libfaketime: { find: ['libfaketime.so.1'], for: 'tests with a clock that jumps' },
  spin: { find: ['spin'], for: 'the protocol model' },
  gcc: { find: ['gcc'], for: 'the protocol model' },
  python3: { find: ['python3'], for: 'the agent in Python' },
  curl: { find: ['curl'], for: 'the agent in curl' },
  jq: { find: ['jq'], for: 'the agent in curl' },
  z3: { find: ['z3'], for: 'the comparison of `belay check` with a solver' },
} as const;

export type DebianPackage = keyof typeof needed;

const childrenOf = (folder: string): string[] => {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
};

const folders = (): string[] => [
  ...(process.env.PATH ?? '').split(delimiter),
  '/usr/lib/postgresql/15/bin',
  ...childrenOf('/usr/lib').map((folder) => join(folder, 'faketime')),
];

const readable = (file: string): boolean => {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
};

const isHere = (name: string): boolean => folders().some((folder) => readable(join(folder, name)));

const told = new Set<DebianPackage>();

/** True when the tests have to be skipped: `describe.skipIf(needs('spin'))(…)`. */
export const needs = (name: DebianPackage): boolean => {
  if (needed[name].find.every(isHere)) return false;
  const sentence = `Skipped: ${needed[name].for}, because the Debian package ${name} is not installed (scripts/setup-test-machine installs it).`;
  if (process.env.BELAY_CI_NO_SKIP === '1') throw new Error(sentence);
  if (!told.has(name)) console.warn(sentence);
  told.add(name);
  return true;
};
