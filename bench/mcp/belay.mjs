// A real Belay for the measurements: the built server with the PostgreSQL it brings, one published control, one key.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const inProject = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const built = (path) => import(pathToFileURL(inProject(`packages/server/dist/${path}`)).href);

/** Starts it with the text of a control; `close` takes it down and away. */
export const openBelay = async (control) => {
  const { startServer } = await built('server.js');
  const { saveOrganisation } = await built('store/house.js');
  const { parseOrganisation } = await built('domain/oncall/parse.js');
  const folder = mkdtempSync(join(tmpdir(), 'belay-mcp-'));
  const quiet = { info: () => {}, warn: () => {}, error: console.error };
  const server = await startServer({ dataDir: join(folder, 'data'), host: '127.0.0.1', port: 0, log: quiet });
  const { app, database, url } = server;
  const parsed = parseOrganisation(readFileSync(inProject('controls/organisation.yaml'), 'utf8'), 'organisation.yaml');
  await saveOrganisation(database.pool, parsed.organisation);
  const published = await app.services.house.publish(control, 'measured.control.yaml', 'dana');
  if (!published.ok) throw new Error(JSON.stringify(published.problems));
  const { name } = published.published;
  const { secret } = await app.accounts.createKey('bench', [name], null, Date.now());
  return {
    url,
    control: name,
    key: secret,
    folder,
    database,
    environment: { ...process.env, BELAY_URL: url, BELAY_KEY: secret },
    command: inProject('packages/server/dist/cli/main.js'),
    /** how many steps were let through */
    permitted: async () => Number((await database.pool.query('SELECT count(*) FROM permits')).rows[0].count),
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
