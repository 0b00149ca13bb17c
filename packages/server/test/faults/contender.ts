/** Tries to take each lock that it is told of, at once, and says whether it got it. */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { acquireLock } from '../../src/store/embedded/lock.ts';
import { DatabaseProblem } from '../../src/store/problem.ts';

const say = (event: string, fields: object) => writeSync(1, `${JSON.stringify({ event, ...fields })}\n`);

createInterface({ input: process.stdin }).on('line', (path) => {
  acquireLock(path, '/nowhere').then(
    () => say('taken', { path }),
    (error: unknown) => {
      if (!(error instanceof DatabaseProblem)) throw error;
      say('refused', { path });
    },
  );
});
