/**
 * The kinds of guards: where their files are, which tests prove them and how these are run. What is chosen together runs
 * one after another in as many lanes as the kind bears.
 */
import { availableParallelism } from 'node:os';
import { agentSide } from './agent-side.mjs';
import { actingGuards, channelGuards } from './channels.mjs';
import { insight } from './insight.mjs';
import { running } from './running.mjs';
import { signInGuards } from './sign-in.mjs';
import { signing } from './signing.mjs';
import { timing } from './time.mjs';

const domain = 'packages/server/src/domain';

/** Where a guard outside the domain is proven; the domain proves its own. */
const elsewhere = {
  'packages/server/src/engine/delivery/cards.ts': ['packages/server/src/engine/delivery/cards.test.ts'],
  'packages/server/src/channels/card.ts': ['packages/server/src/channels/card.test.ts'],
  'packages/sdk/src/verify.ts': ['packages/sdk/src/verify.test.ts'],
  'packages/server/src/store/due.ts': ['packages/server/test/faults/nodes-time.test.ts'],
};

/** The calendar and the ladder have tests of their own; all else is proven by those of the deciders. */
const folders = { oncall: ['oncall', 'ladder'], ladder: ['ladder', 'case'], insight: ['insight'] };
const decidersOf = (file) =>
  (folders[file.split('/')[0]] ?? ['run', 'case', 'approval']).map((folder) => `${domain}/${folder}`);

const domainGuards = {
  guards: [...running, ...signing, ...timing, ...insight],
  pathOf: (file) => (file in elsewhere ? file : `${domain}/${file}`),
  testsOf: ([, file]) => elsewhere[file] ?? decidersOf(file),
  /** One process: the tests of the pure rooms share nothing, and starting them is most of the time. */
  options: ['--pool=threads', '--maxWorkers=1'],
  atOnce: Math.max(1, Math.min(4, availableParallelism())),
  longestMs: 120_000,
};

/** Each names its test file and words of its title; without any mutant, only that the tests start at all is looked at. */
const ofChannels = (guards) => ({
  ...domainGuards,
  guards,
  pathOf: (file) => `packages/server/src/${file}`,
  testsOf: ([, , , , tests, title]) => [tests, '-t', title],
  first: ['packages/server/src/engine/delivery/pace.test.ts'],
});

/** Each names its test files, which start servers. */
const withServers = (guards, longestMs) => ({
  guards,
  pathOf: (file) => file,
  testsOf: ([, , , , tests]) => tests,
  options: [],
  atOnce: 1,
  longestMs,
});

export const kinds = {
  /** what CI takes with each change */
  '': [domainGuards, ofChannels(actingGuards)],
  '--channels': [ofChannels(channelGuards)],
  '--agents': [withServers(agentSide, 600_000)],
  '--sign-in': [withServers(signInGuards, 300_000)],
};

/** Every guard with the file it stands in, once. */
const everyGuard = () =>
  Object.values(kinds)
    .flat()
    .flatMap(({ guards, pathOf }) => guards.map((guard) => ({ guard, path: pathOf(guard[1]) })))
    .filter(({ guard }, index, all) => all.findIndex((one) => one.guard === guard) === index);

/** Guards whose text is gone from their file: what they protect is proven by nothing. `textOf` of a path. */
export const staleGuards = (textOf, guards = everyGuard()) =>
  guards.flatMap(({ guard: [name, , from], path }) =>
    textOf(path)?.includes(from)
      ? []
      : [{ name, because: `The guard "${name}" is not found in ${path}: mend its text in scripts/mutants/.` }],
  );

/** For the gate: the same of a tree. */
export const lostGuards = (files, guards) => {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  return staleGuards((path) => texts.get(path), guards).map(({ because }) => because);
};
