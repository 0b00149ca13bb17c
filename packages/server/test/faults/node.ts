/**
 * One node of Belay as a process of its own, for tests that kill and stop nodes. With `speed` its clock runs faster, so
 * that ladders of minutes are walked in seconds; without it the clock is the system's, watched as in a real house.
 */
import { writeSync } from 'node:fs';
import { serve } from '@hono/node-server';
import { createApp } from '../../src/app.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { Log } from '../../src/store/log.ts';

export type NodeParameters = {
  readonly databaseUrl: string;
  /** at real time `since` every node's clock says `start`, and from then on runs `speed` times as fast */
  readonly fast?: { readonly start: number; readonly since: number; readonly speed: number };
};

const say = (event: string, fields: object = {}) => writeSync(1, `${JSON.stringify({ event, ...fields })}\n`);

const told = (level: string) => (fields: object, text: string) => say('log', { level, text, fields });
const log: Log = { info: () => {}, warn: told('warn'), error: told('error') };

const main = async ({ databaseUrl, fast }: NodeParameters): Promise<void> => {
  const stopped = new Promise<void>((resolve) => process.once('SIGTERM', resolve));
  const database = await openDatabase({ url: databaseUrl, dataDir: '', log });
  const clock = fast && { now: () => Math.round(fast.start + (Date.now() - fast.since) * fast.speed) };
  const { pool, listen } = database;
  const app = await createApp({ pool, url: 'http://belay.test', log, listen, ...(clock && { clock }) });
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
    app.start();
    say('listening', { url: `http://127.0.0.1:${port}` });
  });
  await stopped;
  server.close();
  await app.stop();
  await database.close();
  process.exit(0);
};

main(JSON.parse(process.argv[2] ?? '{}') as NodeParameters).catch((error: unknown) => {
  say('problem', { message: String((error as Error).stack) });
  process.exit(2);
});
