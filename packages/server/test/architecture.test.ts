/**
 * The one-way rule of the house (ARCHITECTURE.md), read from the import lines of every source file:
 * edges → engine → domain → control → protocol, edges never import one another, app.ts alone knows every room.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const packages = fileURLToPath(new URL('../..', import.meta.url));

/** What each room may import, itself apart. `npm:*` is any published package, `node:*` Node itself. */
const rooms: Record<string, readonly string[]> = {
  protocol: ['npm:*', 'node:*'],
  control: ['protocol', 'npm:*'],
  sdk: ['protocol', 'control', 'npm:*', 'node:*'],
  inbox: ['protocol', 'control', 'npm:*'],
  domain: ['control', 'protocol', 'npm:*'],
  engine: ['domain', 'control', 'protocol', 'npm:*', 'node:*'],
  store: ['engine', 'domain', 'control', 'protocol', 'npm:*', 'node:*'],
  channels: ['engine', 'domain', 'control', 'protocol', 'npm:*', 'node:*'],
  http: ['engine', 'domain', 'control', 'protocol', 'npm:*', 'node:*'],
  // the proxy is a client of the house, in front of somebody else's server
  mcp: ['sdk', 'engine', 'domain', 'control', 'protocol', 'npm:*', 'node:*'],
  // the Belay in memory for tests of users: another store under the same engine and the same HTTP edge
  testing: ['http', 'engine', 'domain', 'control', 'protocol', 'npm:*', 'node:*'],
  cli: [
    'app',
    'server',
    'config',
    'version',
    'demo',
    'mcp',
    'sdk',
    'engine',
    'domain',
    'control',
    'protocol',
    'npm:*',
    'node:*',
  ],
  // `belay demo`: part of the command line
  demo: ['cli', 'app', 'server', 'sdk', 'engine', 'domain', 'control', 'protocol', 'npm:*', 'node:*'],
  config: ['control', 'protocol', 'npm:*', 'node:*'],
  app: ['*'],
  version: [],
  // carries the app on a port: the other half of the composition root
  server: ['app', 'config', 'store', 'engine', 'npm:*', 'node:*'],
};

/** `packages/server/src/engine/due.ts` stands in the room `engine`; `server/src/app.ts` is a room of its own. */
const roomOf = (path: string): string => {
  const [name = '', folder, first = ''] = path.split('/');
  if (name !== 'server' || folder !== 'src') return name;
  return first.replace(/\.ts$/, '');
};

const published: Record<string, string> = {
  '@belay/protocol': 'protocol',
  '@belay/control': 'control',
  '@belay/sdk': 'sdk',
  '@belay/inbox': 'inbox',
  belay: 'app',
};

const targetOf = (path: string, specifier: string): string => {
  if (specifier.startsWith('.')) return roomOf(posix.normalize(posix.join(dirname(path), specifier)));
  if (specifier.startsWith('node:')) return 'node:*';
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  return published[name] ?? 'npm:*';
};

const specifiersOf = (source: string): string[] =>
  [
    ...source.matchAll(
      /^\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]/gm,
    ),
  ].map((found) => found[1] ?? found[2] ?? found[3] ?? '');

/** channels/slack may use channels/channel.ts, never channels/teams. */
const channelOf = (path: string): string | undefined => /^server\/src\/channels\/([^/]+)\//.exec(path)?.[1];

const broken = (path: string, source: string): string[] => {
  const room = roomOf(path);
  const allowed = rooms[room];
  if (allowed === undefined)
    return [`${path}: "${room}" is no room of the house. Put the file where its concept lives.`];
  return specifiersOf(source).flatMap((specifier) => {
    const target = targetOf(path, specifier);
    const resolved = posix.normalize(posix.join(dirname(path), specifier));
    const neighbours = [channelOf(path), channelOf(resolved)];
    if (specifier.startsWith('.') && neighbours[0] && neighbours[1] && neighbours[0] !== neighbours[1])
      return [`${path}: a channel may not import another channel (${specifier})`];
    if (target === room || allowed.includes(target) || allowed.includes('*')) return [];
    return [`${path}: ${room} may not import ${target} (${specifier})`];
  });
};

const isProduct = (path: string): boolean =>
  /^[^/]+\/src\/.*\.tsx?$/.test(path) && !/\.(test|testing)\.tsx?$/.test(path) && !path.includes('/node_modules/');

const sources = (): { path: string; source: string }[] =>
  readdirSync(packages, { withFileTypes: true })
    .flatMap((entry) =>
      readdirSync(join(packages, entry.name), { withFileTypes: true }).map((inner) => join(entry.name, inner.name)),
    )
    .filter((folder) => folder.endsWith('/src'))
    .flatMap((folder) => readdirSync(join(packages, folder), { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(packages, join(entry.parentPath, entry.name)))
    .filter(isProduct)
    .map((path) => ({ path, source: readFileSync(join(packages, path), 'utf8') }));

describe('the one-way rule', () => {
  it('holds for every source file', () => {
    const files = sources();
    expect(files.length).toBeGreaterThan(5);
    expect(files.flatMap(({ path, source }) => broken(path, source))).toEqual([]);
  });

  it.each([
    ['server/src/domain/run/decide.ts', "import { commit } from '../../engine/commit.ts';"],
    ['server/src/domain/run/decide.ts', "import { readFileSync } from 'node:fs';"],
    ['server/src/engine/due.ts', "import type { Pool } from '../store/pool.ts';"],
    ['server/src/http/gate.ts', "import { rows } from '../store/runs.ts';"],
    ['server/src/http/gate.ts', "export { config } from '../config.ts';"],
    ['server/src/channels/slack/index.ts', "import '../teams/index.ts';"],
    ['server/src/store/runs.ts', "const app = await import('../app.ts');"],
    ['server/src/cli/commands/serve.ts', "import { openDatabase } from '../../store/database.ts';"],
    ['server/src/demo/house.ts', "import { openDatabase } from '../store/database.ts';"],
    ['sdk/src/index.ts', "import { start } from 'belay';"],
    ['inbox/src/main.tsx', "import { createBelay } from '@belay/sdk';"],
    ['control/src/parse.ts', "import { readFile } from 'node:fs/promises';"],
    ['protocol/src/words.ts', "import type {\n  Control,\n} from '@belay/control';"],
    ['server/src/misc/thing.ts', ''],
  ])('is broken by %s with %j', (path, source) => {
    expect(broken(path, source)).toHaveLength(1);
  });

  it.each([
    ['server/src/app.ts', "import { routes } from './http/routes.ts';\nimport { open } from './store/open.ts';"],
    ['server/src/cli/main.ts', "import { start } from '../app.ts';\nimport { createBelay } from '@belay/sdk';"],
    [
      'server/src/demo/house.ts',
      "import { startServer } from '../server.ts';\nimport { columns } from '../cli/paint.ts';",
    ],
    ['server/src/channels/slack/index.ts', "import type { Channel } from '../channel.ts';"],
    ['server/src/domain/run/decide.ts', "import { digestOf } from '@belay/protocol/evidence';"],
  ])('is kept by %s with %j', (path, source) => {
    expect(broken(path, source)).toEqual([]);
  });
});

/** Everything that is read before the first line of `from` runs: what it imports by a statement that is not of types alone. */
const readWith = (from: string): Set<string> => {
  const statement = /^import\s+(?!type\b)(?:[^'"`;]*?from\s*)?['"]([^'"]+)['"]/gm;
  const seen = new Set([from]);
  for (const path of seen) {
    if (!path.endsWith('.ts')) continue;
    for (const [, specifier = ''] of readFileSync(join(packages, path), 'utf8').matchAll(statement))
      seen.add(specifier.startsWith('.') ? posix.normalize(posix.join(dirname(path), specifier)) : specifier);
  }
  return seen;
};

describe('the command line', () => {
  it('reads neither server nor database nor a vendor’s library before a command wants them', () => {
    const read = readWith('server/src/cli/main.ts');
    expect(read).toContain('server/src/cli/commands/case.ts');
    const house = [...read].filter((path) =>
      /^server\/src\/(app\.ts|server\.ts|store|http|demo|mcp\/.*proxy)/.test(path),
    );
    expect(house).toEqual([]);
    const libraries = [...read].filter((path) => !path.endsWith('.ts') && !/^(node:|@belay\/)/.test(path));
    expect(libraries.sort()).toEqual(['ical.js', 'temporal-polyfill', 'yaml']);
  });
});
