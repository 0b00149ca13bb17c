// Calls that would break a promise if they stood in the wrong room: time, chance and the environment come from outside,
// so that a test can bend them and the same input always gives the same decision.
import { isTest } from './tree.mjs';

const pureRooms = /^packages\/(control\/src|server\/src\/domain)\//;
const insidePure = [
  [/\bfrom\s+'node:|\bimport\(\s*'node:|^import\s+'node:/m, 'a node: import', 'pure code has no input or output'],
  [/\bawait\b/m, '`await`', 'pure code is synchronous'],
  [/\bDate\.now\b/m, '`Date.now`', 'the instant travels in the command'],
  [/\bnew Date\(\s*\)/m, '`new Date()`', 'the instant travels in the command'],
  [/\bMath\.random\b/m, '`Math.random`', 'ids and chance come from outside'],
  [/\bprocess\./m, '`process`', 'pure code knows no process'],
];

/** SQL where the time of the database is the decision. Every other instant is a parameter. */
const databaseTimeAllowed = new Set([
  'packages/server/src/store/database-clock.ts', // a second opinion for a clock that jumped
  'packages/server/src/store/diagnose.ts', // compares the two clocks
  'packages/server/src/store/migrate.ts', // notes when a migration ran; no decision reads it
]);
const databaseTime =
  /(?<![.\w])(now|clock_timestamp|statement_timestamp|transaction_timestamp)\s*\(\s*\)|\bcurrent_timestamp\b/im;

/** Comments become blanks; strings too unless they are wanted. Lines keep their numbers. */
const withoutComments = (text, keepStrings) =>
  text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g, (match) =>
    keepStrings && !match.startsWith('/') ? match : match.replace(/[^\n]/g, ' '),
  );

const hit = (file, text, pattern, what, why) => {
  const found = pattern.exec(text);
  if (found === null) return [];
  const line = text.slice(0, found.index + found[0].search(/\S/)).split('\n').length;
  return [`${file.path}:${line}: ${what}: ${why}.`];
};

const inPureCode = (file) =>
  insidePure.flatMap(([pattern, what, why]) =>
    hit(file, withoutComments(file.text, what === 'a node: import'), pattern, what, why),
  );

const inSql = (file) => {
  const sql = file.path.endsWith('.sql') ? file.text.replace(/--[^\n]*/g, '') : withoutComments(file.text, true);
  return hit(file, sql, databaseTime, 'the time of the database', 'pass the instant as a parameter');
};

export const forbiddenCalls = (files) =>
  files
    .filter((file) => /\.(tsx?|sql)$/.test(file.path) && file.path.startsWith('packages/') && !isTest(file.path))
    .flatMap((file) => [
      ...(pureRooms.test(file.path) ? inPureCode(file) : []),
      ...(/^packages\/server\/src\/store\//.test(file.path) && !databaseTimeAllowed.has(file.path) ? inSql(file) : []),
      ...(file.path.includes('/src/') && file.path !== 'packages/server/src/config.ts' && file.path.endsWith('.ts')
        ? hit(
            file,
            withoutComments(file.text, false),
            /\bprocess\.env\b/m,
            '`process.env`',
            'only config.ts reads the environment',
          )
        : []),
    ]);

const hook = /^(before|after)(All|Each)\(/m;

/** Test files of one worker share their modules: what a module registers while it is read holds for the first of them alone. */
export const sharedHooks = (files) =>
  files
    .filter((file) => isTest(file.path) && !/\.test\.tsx?$/.test(file.path))
    .flatMap((file) =>
      hit(file, file.text, hook, 'a hook of a shared module', 'it holds for the first file only; use onTestFinished'),
    );

const private_ = ['work', 'tmp', 'root'].map((name) => `(?<![\\w.~$}-])/${name}/`);
const machine = new RegExp([...private_, 'registry' + '\\.(npmjs|yarnpkg)'].join('|'));

/** Paths of one machine and hosts of one registry: they work for nobody else. */
export const machinePaths = (files) =>
  files.flatMap((file) =>
    file.text
      .split('\n')
      .flatMap((line, index) =>
        machine.test(line) && !/mkdtemp|tmpdir/.test(line)
          ? [`${file.path}:${index + 1}: names a path or host of one machine.`]
          : [],
      ),
  );
