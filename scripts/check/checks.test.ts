/** A gate that cannot shut is no gate: every check is shown a tree that it has to refuse and one that it has to pass. */
import { describe, expect, it, test } from 'vitest';
import { lostGuards } from '../mutants/kinds.mjs';
import { emptyNames, leftUndone, longFiles, testRatio } from './budgets.mjs';
import { brokenLinks, codeBlocks, missingFiles, quotedBlocks } from './docs.mjs';
import { forbiddenCalls, machinePaths, sharedHooks } from './forbidden.mjs';

const file = (path: string, text: string) => ({ path, text });
const pure = (text: string) => forbiddenCalls([file('packages/server/src/domain/run/decide.ts', text)]);

describe('budgets', () => {
  it('refuse a file of 401 lines and pass one of 400', () => {
    expect(longFiles([file('packages/a/src/x.ts', 'a\n'.repeat(401))])).toHaveLength(1);
    expect(longFiles([file('packages/a/src/x.ts', 'a\n'.repeat(400))])).toEqual([]);
  });

  it('refuse a mark of undone work, wherever it stands', () => {
    const mark = ['TO', 'DO'].join('');
    expect(leftUndone([file('docs/a.md', `fine\n${mark}: later`)])).toEqual([expect.stringContaining('docs/a.md:2')]);
    expect(leftUndone([file('docs/a.md', 'Todos are fine as a word')])).toEqual([]);
  });

  it('refuse a name that says nothing', () => {
    expect(emptyNames([file('packages/a/src/utils/x.ts', ''), file('packages/a/src/helpers.ts', '')])).toHaveLength(2);
    expect(emptyNames([file('packages/a/src/typescript.ts', '')])).toEqual([]);
  });

  it('count lines of test for each line of product code', () => {
    const files = [file('packages/a/src/x.ts', 'a\n\nb\n'), file('packages/a/src/x.test.ts', 'a\nb\nc\n')];
    expect(testRatio(files)).toEqual({ tests: 3, code: 2, ratio: 1.5 });
  });
});

test('a guard whose text is gone is proven by nothing', () => {
  const path = 'packages/server/src/domain/run/fence.ts';
  const guards = [{ guard: ['the epoch', 'run/fence.ts', 'if (epoch !== run.epoch)', ''], path }];
  expect(lostGuards([file(path, 'if (epoch !== run.epoch) return fenced;')], guards)).toEqual([]);
  const lost = expect.stringContaining('"the epoch" is not found in packages/server/src/domain/run/fence.ts');
  expect(lostGuards([file(path, 'if (epoch < run.epoch) return fenced;')], guards)).toEqual([lost]);
  expect(lostGuards([], guards)).toEqual([lost]);
});

test('a hook stands in the file whose tests it is for', () => {
  const hooked = 'export const world = 1;\nafterEach(close);';
  expect(sharedHooks([file('packages/sdk/src/world.testing.ts', hooked)])).toEqual([
    expect.stringContaining('world.testing.ts:2: a hook of a shared module'),
  ]);
  expect(sharedHooks([file('packages/sdk/src/run.test.ts', hooked)])).toEqual([]);
  expect(
    sharedHooks([file('packages/sdk/src/world.testing.ts', 'const f = () => {\n  afterEach(close);\n};')]),
  ).toEqual([]);
});

describe('forbidden calls', () => {
  it.each([
    "import { readFileSync } from 'node:fs';",
    'const a = await b();',
    'const a = Date.now();',
    'const a = new Date();',
    'const a = Math.random();',
    'const a = process.pid;',
  ])('are refused in pure code: %s', (text) => {
    expect(pure(`const first = 1;\n${text}`)).toEqual([expect.stringContaining('decide.ts:2')]);
  });

  it('are not seen in comments and strings, nor where they are allowed', () => {
    expect(pure("// await Date.now()\nconst a = 'process.env'; /* new Date() */ const b = new Date(0);")).toEqual([]);
    expect(forbiddenCalls([file('packages/server/src/engine/due.ts', 'await f(); Date.now();')])).toEqual([]);
  });

  it('leave the environment to config.ts', () => {
    expect(forbiddenCalls([file('packages/server/src/http/auth.ts', 'process.env.KEY')])).toHaveLength(1);
    expect(forbiddenCalls([file('packages/server/src/config.ts', 'process.env.KEY')])).toEqual([]);
  });

  it('leave the clock of the database alone', () => {
    const store = (name: string, text: string) => forbiddenCalls([file(`packages/server/src/store/${name}`, text)]);
    expect(store('migrations/0001.sql', 'created timestamptz default now()')).toHaveLength(1);
    expect(store('runs.ts', 'const sql = `select CURRENT_TIMESTAMP`;')).toHaveLength(1);
    expect(store('runs.ts', 'const at = clock.now();\n// now()')).toEqual([]);
    expect(store('migrations/0001.sql', '-- never now()\nselect 1')).toEqual([]);
  });
});

describe('machine paths', () => {
  it('are refused, and a web path is none', () => {
    const path = ['', 'work', 'main'].join('/');
    expect(machinePaths([file('README.md', `see ${path}`)])).toHaveLength(1);
    const [route, folder] = [['', 'v1', 'work', ''].join('/'), ['packages', 'root', 'src'].join('/')];
    expect(machinePaths([file('README.md', `GET ${route} and ${folder}`)])).toEqual([]);
  });
});

describe('documents', () => {
  const exists = (path: string) => ['docs/a.md', 'docs/b.md'].includes(path);

  it('refuse a link to no file and to no heading', () => {
    const files = [
      file('docs/a.md', '[x](c.md) [y](b.md#none) [z](b.md#the-one) `[no](link)`'),
      file('docs/b.md', '# The one'),
    ];
    expect(brokenLinks(files, exists)).toEqual([expect.stringContaining('c.md'), expect.stringContaining('#none')]);
  });

  it('refuse a named file that is not there', () => {
    const files = [file('docs/a.md', 'see `docs/b.md`, `b.md`, `domain/run/gone.ts` and `/v1/runs`')];
    expect(missingFiles(files, exists)).toEqual([expect.stringContaining('domain/run/gone.ts')]);
  });

  it('refuse quoted code that differs from its example, and know how to mend it', () => {
    const example = file('examples/a.ts', 'before();\n  // #region gate\n  const a = 1;\n  // #endregion\nafter();\n');
    const page = (code: string) => file('docs/a.md', `<!-- from examples/a.ts#gate -->\n\`\`\`ts\n${code}\`\`\`\n`);
    const stale = quotedBlocks([example, page('const a = 2;\n')]);
    expect(stale.problems).toHaveLength(1);
    expect(stale.mended).toEqual([page('const a = 1;\n')]);
    expect(quotedBlocks([example, page('')]).mended).toEqual([page('const a = 1;\n')]);
    expect(quotedBlocks([example, page('const a = 1;\n')]).problems).toEqual([]);
    expect(quotedBlocks([page('const a = 1;\n')]).problems).toEqual([
      expect.stringContaining('there is no examples/a.ts'),
    ]);
  });

  it('find every code block with its language and line', () => {
    const blocks = codeBlocks(file('a.md', 'text\n\n```ts\na\n```\n\n```sh\nb\n```\n'));
    expect(blocks.map(({ language, line, code }) => [language, line, code])).toEqual([
      ['ts', 3, 'a\n'],
      ['sh', 7, 'b\n'],
    ]);
  });
});
