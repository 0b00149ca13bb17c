// The budgets that keep the house small enough to hold in the head. Functions are Biome's to count; the rest is here.
import { isTest } from './tree.mjs';

export const maxFileLines = 400;
const sized = /\.(ts|tsx|sql|mjs)$/;
const undone = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`);
const read = /\.(ts|tsx|sql|mjs|md|ya?ml|pml|css|html)$/;

const lineCount = (text) => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

export const longFiles = (files) =>
  files
    .filter((file) => sized.test(file.path) && lineCount(file.text) > maxFileLines)
    .map((file) => `${file.path}: ${lineCount(file.text)} lines, at most ${maxFileLines}. Split it by concept.`);

export const leftUndone = (files) =>
  files
    .filter((file) => read.test(file.path))
    .flatMap((file) =>
      file.text
        .split('\n')
        .flatMap((line, index) =>
          undone.test(line) ? [`${file.path}:${index + 1}: "${undone.exec(line)?.[0]}". Do it, or open an issue.`] : [],
        ),
    );

const shoutedNames = /(^|\/)(utils?|lib|common|helpers?|types)(\/|\.tsx?$|\.mjs$)/;

/** A folder or file whose name says nothing about what is in it. */
export const emptyNames = (files) =>
  files
    .filter((file) => file.path.startsWith('packages/') && sized.test(file.path) && shoutedNames.test(file.path))
    .map((file) => `${file.path}: the name says nothing. Name it after the concept that is in it.`);

/** Lines of test code per line of product code, blank lines apart. */
export const testRatio = (files) => {
  const lines = (keep) =>
    files
      .filter((file) => /^packages\/.*\.(ts|tsx|sql)$/.test(file.path) && keep(file.path))
      .reduce((sum, file) => sum + file.text.split('\n').filter((line) => line.trim() !== '').length, 0);
  const tests = lines(isTest);
  const code = lines((path) => path.includes('/src/') && !isTest(path));
  return { tests, code, ratio: code === 0 ? 1 : tests / code };
};
