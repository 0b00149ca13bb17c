// The files that the checks read: everything in the checkout that .gitignore does not name.
// Read from the disk and not from git, so that a file counts before it is committed and an archive without .git works.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const binary = /\.(png|jpe?g|gif|ico|woff2?|gz|zip|pdf|ots|bin)$/;

/** The few forms our .gitignore uses: `name/`, `*.ending`, `path/from/the/top/`. */
const ignores = (root) => {
  const lines = readFileSync(join(root, '.gitignore'), 'utf8').split('\n').filter(Boolean);
  const rules = lines.map((line) => line.replace(/^\/|\/$/g, ''));
  return (path, name) =>
    name === '.git' ||
    rules.some((rule) => (rule.startsWith('*') ? name.endsWith(rule.slice(1)) : rule === name || rule === path));
};

/** @returns {{path: string, text: string}[]} text files, paths with `/` from the root, sorted */
export const readTree = (root) => {
  const ignored = ignores(root);
  const found = [];
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (ignored(path, entry.name)) continue;
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile() && !binary.test(path)) found.push({ path, text: readFileSync(join(root, path), 'utf8') });
    }
  };
  walk('');
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
};

export const isTest = (path) => /\.(test|testing)\.tsx?$/.test(path) || /^packages\/[^/]+\/(test|e2e)\//.test(path);
