// The built server as a process of its own that the storm kills: embedded PostgreSQL, one control, one key, one session.
import { writeSync } from 'node:fs';
import { startServer } from '../../dist/server.js';
import { saveOrganisation } from '../../dist/store/house.js';

const { dataDir, port, first } = JSON.parse(process.argv[2]);
const say = (event, fields = {}) => writeSync(1, `${JSON.stringify({ event, ...fields })}\n`);
const log = {
  info: () => {},
  warn: () => {},
  error: (fields, text) => say('trouble', { text, fields: String(fields.error?.stack ?? JSON.stringify(fields)) }),
};

const prepare = async ({ app, database }) => {
  await saveOrganisation(database.pool, first.organisation);
  const published = await app.services.house.publish(first.control, 'storm.control.yaml', 'dana');
  if (!published.ok) throw new Error(JSON.stringify(published.problems));
  const { secret } = await app.accounts.createKey('storm', ['storm'], null, Date.now());
  const token = await app.accounts.createLoginLink('dana', Date.now());
  const { session, csrf } = await app.accounts.openSession(token, Date.now());
  return { key: secret, session, csrf };
};

const server = await startServer({ dataDir, host: '127.0.0.1', port, log, channels: [] });
const prepared = first === undefined ? {} : await prepare(server);
say('ready', { databaseUrl: server.database.url, ...prepared });
process.once('SIGTERM', () => server.close().then(() => process.exit()));
