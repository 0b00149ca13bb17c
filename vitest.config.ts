import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`./packages/${path}`, import.meta.url));

/** A comparison with another evaluator, whose package only the measurements install. */
const peersAreHere = existsSync(new URL('./bench/node_modules/.package-lock.json', import.meta.url));
const withoutPeers = peersAreHere ? [] : ['bench/policy/**'];
if (!peersAreHere)
  console.warn(
    'Skipped: the comparison with another evaluator, because its package is not installed (npm --prefix bench install).',
  );

/** Takes one guard out of one file, for `npm run test:mutants`: a test has to notice. */
const mutant = (): Plugin => {
  const { file, from, to } = JSON.parse(process.env.BELAY_MUTANT || '{}');
  return {
    name: 'mutant',
    enforce: 'pre',
    transform: (code, id) => (file !== undefined && id.endsWith(file) ? code.replace(from, () => to) : null),
  };
};

export default defineConfig({
  plugins: [mutant()],
  resolve: {
    alias: [
      { find: /^@belay\/protocol$/, replacement: source('protocol/src/index.ts') },
      { find: /^@belay\/protocol\/evidence$/, replacement: source('protocol/src/evidence/index.ts') },
      { find: /^@belay\/control$/, replacement: source('control/src/index.ts') },
      { find: /^@belay\/sdk$/, replacement: source('sdk/src/index.ts') },
      { find: /^@belay\/sdk\/testing$/, replacement: source('sdk/src/testing.ts') },
      // In the built package this is one file; here it is the server's own rooms.
      { find: /^\.\/memory-belay\.js$/, replacement: source('server/src/testing/memory-belay.ts') },
      { find: /^@belay\/sdk\/verify$/, replacement: source('sdk/src/verify.ts') },
    ],
  },
  test: {
    include: [
      'packages/**/*.test.ts',
      'packages/**/*.test.tsx',
      'scripts/**/*.test.ts',
      'bench/**/*.test.ts',
      'examples/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**', ...withoutPeers],
    globalSetup: ['packages/server/test/start-database.ts'],
    // Files share the modules that their worker has read: reading them anew for each took longer than many a test.
    isolate: false,
    // Most of a test's time is waiting for the disk: one worker alone would leave half of a small machine idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
