/**
 * Puts the Belay for tests into one file beside this package's own: the server's engine, domain and HTTP edge over its
 * store in memory, with what they need, so that a test installs no server. `npm run build` runs it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The package that a module belongs to, when it is somebody else's. */
const packageOf = (id: string): string | null => /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? null;

/** The texts of the licences of what went into the file go with it. */
const licences = {
  name: 'licences',
  generateBundle(
    this: { emitFile(file: object): void },
    _options: object,
    bundle: Record<string, { modules?: object }>,
  ) {
    const modules = Object.values(bundle).flatMap(({ modules = {} }) => Object.keys(modules));
    const packages = [...new Set(modules.map(packageOf).filter((folder) => folder !== null))].sort();
    const source = packages.map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license'].map((one) => join(folder, one)).find(existsSync);
      return `${name} ${version} (${license})\n\n${file === undefined ? '' : readFileSync(file, 'utf8').trim()}\n`;
    });
    this.emitFile({ type: 'asset', fileName: 'memory-belay.licences.txt', source: source.join('\n----\n\n') });
  },
};

export default {
  root: dirname(at('.')),
  logLevel: 'warn',
  plugins: [licences],
  ssr: { noExternal: true, external: ['@belay/protocol', '@belay/protocol/evidence'] },
  build: {
    ssr: at('../server/dist/testing/memory-belay.js'),
    outDir: at('dist'),
    emptyOutDir: false,
    minify: false,
    target: 'node20',
    rollupOptions: { output: { entryFileNames: 'memory-belay.js' } },
  },
};
