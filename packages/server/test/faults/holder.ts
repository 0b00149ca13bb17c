/**
 * A stand-in for Belay in the fault tests: opens the database in a data directory, commits rows from
 * several callers at once, and says on stdout which ones it was told are committed.
 */
import { writeSync } from 'node:fs';
import { openDatabase } from '../../src/store/database.ts';
import { binariesIn } from '../../src/store/embedded/binaries.ts';
import type { Log } from '../../src/store/log.ts';
import { DatabaseProblem } from '../../src/store/problem.ts';

type Parameters = {
  readonly dataDir: string;
  readonly binaries: string;
  readonly copies?: string;
  readonly writers: number;
  /** Ends without closing anything, as after an uncaught error. */
  readonly exitWhenOpen?: boolean;
};

const say = (event: string, fields: object = {}) => writeSync(1, `${JSON.stringify({ event, ...fields })}\n`);

const log: Log = {
  info: (fields: object, text: string) => say('log', { fields, text }),
  warn: (fields: object, text: string) => say('log', { fields, text }),
  error: (fields: object, text: string) => say('log', { fields, text }),
};

async function main({ dataDir, binaries, copies, writers, exitWhenOpen }: Parameters): Promise<void> {
  const told = new Promise<void>((resolve) => process.once('SIGTERM', resolve));
  const started = performance.now();
  const options = { dataDir, log, binaries: binariesIn(binaries), ...(copies ? { copies } : {}) };
  const database = await openDatabase(options);
  await database.pool.query('CREATE TABLE IF NOT EXISTS kept (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)');
  const kept = await database.pool.query<{ id: number }>('SELECT id FROM kept ORDER BY id');
  const ms = Math.round(performance.now() - started);
  say('open', { ms, url: database.url, pid: database.info.pid, kept: kept.rows.map(({ id }) => id) });
  if (exitWhenOpen) process.exit(7);
  let stopping = false;
  const write = async () => {
    while (!stopping) {
      const { rows } = await database.pool.query<{ id: number }>('INSERT INTO kept DEFAULT VALUES RETURNING id');
      say('kept', { id: rows[0]?.id });
    }
  };
  const all = Array.from({ length: writers }, write);
  await told;
  stopping = true;
  await Promise.all(all);
  await database.close();
  say('closed');
}

main(JSON.parse(process.argv[2] ?? '{}') as Parameters).catch((error: unknown) => {
  const plain = error instanceof DatabaseProblem;
  say('problem', { plain, message: plain ? error.message : String((error as Error).stack) });
  process.exitCode = 2;
});
