import { expect, test } from 'vitest';
import { DatabaseProblem } from '../problem.ts';
import { explainFailure, explainFileError } from './failure.ts';

test.each([
  ['2026-01-01 00:00:00.000 UTC [17] FATAL:  could not write lock file: No space left on device', /disk .* full/],
  ['initdb: error: could not look up effective user ID 1234: user does not exist', /no line in \/etc\/passwd/],
  [
    'postgres: error while loading shared libraries: libicui18n.so.60: cannot open shared object file',
    /shared library/,
  ],
  ['FATAL:  database files are incompatible with server', /another major version/],
  ['FATAL:  could not create shared memory segment: Cannot allocate memory', /too little shared memory/],
  ['PANIC:  could not locate a valid checkpoint record at 0/1', /damaged/],
  ['LOG:  could not bind IPv4 address "127.0.0.1": Address already in use', /Another program listens/],
  ['initdb: error: could not create directory "x": Read-only file system', /read-only/],
  ['FATAL:  could not open file "global/pg_filenode.map": Permission denied', /may not read or write/],
])('%s is told in words, with a remedy', (output, words) => {
  const problem = explainFailure('Starting PostgreSQL', output);
  expect(problem.problem).toMatch(words);
  expect(problem.remedy.length).toBeGreaterThan(10);
});

test('an unknown failure keeps the last words of PostgreSQL, without its time stamps', () => {
  const output = 'LOG:  starting\n2026-01-01 00:00:00.000 UTC [17] FATAL:  the moon is full\n';
  expect(explainFailure('Starting PostgreSQL', output).problem).toBe(
    'Starting PostgreSQL failed: FATAL:  the moon is full',
  );
  expect(explainFailure('Starting PostgreSQL', '').problem).toBe('Starting PostgreSQL failed: it said nothing');
});

test('what the file system refuses is told with the directory, and a bug stays a bug', () => {
  const refused = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  expect(explainFileError(refused, '/data').message).toMatch(/may not write its data directory \/data: EACCES.*--data/);
  const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
  expect(explainFileError(full, '/data')).toBeInstanceOf(DatabaseProblem);
  const bug = new TypeError('x is not a function');
  expect(explainFileError(bug, '/data')).toBe(bug);
});
