// Documents that cannot drift: links lead somewhere, code compiles or is taken from an example that runs.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { isTest } from './tree.mjs';

const fence = /^(?:<!-- from (\S+?)(?:#(\S+))? -->\n+)?```(\w*)[^\n]*\n([\s\S]*?)^```$/gm;
const isPage = (file) => file.path.endsWith('.md');
const lineOf = (text, index) => text.slice(0, index).split('\n').length;

/** @returns {{path, line, language, code, from, region, index, match}[]} */
export const codeBlocks = (file) =>
  [...file.text.matchAll(fence)].map((found) => {
    const [match, from, region, language, code] = found;
    return { path: file.path, line: lineOf(file.text, found.index), language, code, from, region, match };
  });

/** GitHub's own rule for the anchor of a heading. */
const anchorOf = (heading) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (text) => new Set([...text.matchAll(/^#{1,6}\s+(.+)$/gm)].map((found) => anchorOf(found[1])));

export const brokenLinks = (files, exists) => {
  const pages = new Map(files.filter(isPage).map((file) => [file.path, file]));
  return [...pages.values()].flatMap((file) => {
    const prose = file.text
      .replace(/^```[\s\S]*?^```/gm, (block) => block.replace(/[^\n]/g, ' '))
      .replace(/`[^`\n]*`/g, (code) => ' '.repeat(code.length));
    return [...prose.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)].flatMap((found) => {
      const [target = '', anchor] = (found[1] ?? '').split('#');
      const where = `${file.path}:${lineOf(file.text, found.index)}`;
      if (/^[a-z]+:/.test(target)) return [];
      const path =
        target === '' ? file.path : posix.normalize(posix.join(dirname(file.path), target)).replace(/\/$/, '');
      if (!exists(path)) return [`${where}: the link leads nowhere: ${found[1]}`];
      if (anchor === undefined || !pages.has(path)) return [];
      return anchorsOf(pages.get(path).text).has(anchor) ? [] : [`${where}: ${path} has no heading #${anchor}`];
    });
  });
};

/** Where a document may begin a path: at the root, or inside the package it speaks of. */
const beginnings = ['', 'packages/', 'packages/server/', 'packages/server/src/', 'packages/sdk/', 'packages/control/'];

/** A file named in a document, like `domain/run/fence.ts`, has to be there. Only names with a folder and an ending count. */
export const missingFiles = (files, exists) =>
  files
    .filter((file) => isPage(file) && !isTest(file.path))
    .flatMap((file) =>
      [...file.text.matchAll(/`([\w@.-]+(?:\/[\w@.-]+)+\.(?:ts|tsx|mjs|sql|pml|ya?ml|md|json))`/g)].flatMap((found) => {
        const places = [`${posix.dirname(file.path)}/`, ...beginnings].map((begin) =>
          posix.normalize(`${begin}${found[1]}`),
        );
        return places.some(exists) ? [] : [`${file.path}:${lineOf(file.text, found.index)}: there is no ${found[1]}`];
      }),
    );

const region = (text, name) => {
  if (name === undefined) return text;
  const begin = new RegExp(`^[ \\t]*(?://|#) #?region ${name}\\n`, 'm').exec(text);
  if (begin === null) return null;
  const rest = text.slice(begin.index + begin[0].length);
  const end = /^[ \t]*(?:\/\/|#) #?endregion/m.exec(rest);
  const lines = (end === null ? rest : rest.slice(0, end.index)).trimEnd().split('\n');
  const indent = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return `${lines.map((line) => line.slice(indent)).join('\n')}\n`;
};

const withCode = ({ match, code }, wanted) => `${match.slice(0, match.length - code.length - 3)}${wanted}\`\`\``;

/** Blocks under a `<!-- from FILE#REGION -->` marker must equal the file's region. Gives back the pages as they should be. */
export const quotedBlocks = (files) => {
  const sources = new Map(files.map((file) => [file.path, file.text]));
  const problems = [];
  const mended = new Map();
  for (const file of files.filter(isPage)) {
    for (const block of codeBlocks(file).filter((block) => block.from)) {
      const source = sources.get(block.from);
      const wanted = source === undefined ? null : region(source, block.region);
      const name = block.region ? `${block.from}#${block.region}` : block.from;
      if (wanted === null) problems.push(`${file.path}:${block.line}: there is no ${name}`);
      else if (wanted !== block.code) {
        problems.push(`${file.path}:${block.line}: differs from ${name}. \`npm run check -- --fix\` copies it.`);
        const text = mended.get(file.path) ?? file.text;
        mended.set(
          file.path,
          text.replace(block.match, () => withCode(block, wanted)),
        );
      }
    }
  }
  return { problems, mended: [...mended].map(([path, text]) => ({ path, text })) };
};

/** Every TypeScript block that is quoted from nowhere has to compile against the built packages. */
export const compiledBlocks = (root, files) => {
  const blocks = files
    .filter(isPage)
    .flatMap(codeBlocks)
    .filter((block) => /^(ts|tsx|typescript)$/.test(block.language) && !block.from);
  if (blocks.length === 0) return [];
  const folder = join(root, '.artifacts/docs');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const named = new Map();
  for (const block of blocks) {
    const name = `${block.path.replaceAll(/[^\w]/g, '-')}-${block.line}.ts`;
    named.set(name, block);
    writeFileSync(join(folder, name), `${block.code}\nexport {};\n`);
  }
  const options = {
    noEmit: true,
    composite: false,
    allowImportingTsExtensions: true,
    rewriteRelativeImportExtensions: false,
  };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.base.json', compilerOptions: options, include: ['*.ts'] }),
  );
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const done = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], { cwd: folder, encoding: 'utf8' });
  return done.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [, name, row, rest] = /^([\w-]+\.ts)\((\d+),\d+\): (.*)$/.exec(line) ?? [];
      const block = named.get(name);
      return block === undefined ? line : `${block.path}:${block.line + Number(row)}: ${rest}`;
    });
};
