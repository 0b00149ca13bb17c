// A whole Belay for the adapters: the built server with the database it brings, the sample company, systems of record that
// tests fill, and a wire between agents and server that can be cut.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { routes } from '@belay/protocol';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const built = (path) => import(join(root, 'packages/server/dist', path));

const listen = (server, port = 0) =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server.address().port));
  });

const openRecords = async (records) => {
  const server = createHttpServer((request, response) => {
    const [, source, id] = request.url.split('/').map(decodeURIComponent);
    const record = records[source]?.[id];
    response.writeHead(record === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(record ?? {}));
  });
  const base = `http://127.0.0.1:${await listen(server)}`;
  const sources = [
    { name: 'vendor-master', url: `${base}/vendor-master/{args.beneficiaryId}`, timeoutMs: 2_000, private: true },
    { name: 'erp', url: `${base}/erp/{args.invoiceId}`, timeoutMs: 2_000, private: true },
  ];
  return { sources, close: () => server.close() };
};

/** A port in front of the server. `cut` is what an outage looks like to an agent. */
const openWire = async (target) => {
  const { port: targetPort } = new URL(target);
  const sockets = new Set();
  const server = createServer((socket) => {
    const beyond = connect(Number(targetPort), '127.0.0.1');
    for (const end of [socket, beyond]) {
      sockets.add(end);
      end.on('error', () => {});
      end.on('close', () => {
        sockets.delete(end);
        (end === socket ? beyond : socket).destroy();
      });
    }
    socket.pipe(beyond).pipe(socket);
  });
  const port = await listen(server);
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { url: `http://127.0.0.1:${port}`, cut };
};

const caller = (url, headers) => async (name, params, body) => {
  const { method, path } = routes[name];
  const response = await fetch(
    `${url}${path.replace(/:(\w+)/g, (_match, param) => encodeURIComponent(params[param]))}`,
    {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    },
  );
  return { ok: response.ok, body: await response.json().catch(() => null) };
};

export const openWorld = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'belay-adapters-'));
  const records = { erp: {}, 'vendor-master': {} };
  const recordsServer = await openRecords(records);
  const [{ startServer }, { parseOrganisation }, { saveOrganisation }] = await Promise.all([
    built('server.js'),
    built('domain/oncall/parse.js'),
    built('store/house.js'),
  ]);
  const silent = { info() {}, warn() {}, error() {} };
  const server = await startServer({
    dataDir: join(folder, 'data'),
    host: '127.0.0.1',
    port: 0,
    sources: recordsServer.sources,
    channels: [],
    log: silent,
  });
  const { pool } = server.database;
  const organisation = parseOrganisation(
    readFileSync(join(root, 'controls/organisation.yaml'), 'utf8'),
    'organisation',
  );
  await saveOrganisation(pool, organisation.organisation);
  const file = 'payment-approval.control.yaml';
  const published = await server.app.services.house.publish(
    readFileSync(join(root, 'controls', file), 'utf8'),
    file,
    'dana',
  );
  if (!published.ok) throw new Error(JSON.stringify(published.problems));
  const { accounts } = server.app;
  await pool.query('CREATE DATABASE checkpoints');
  const checkpoints = server.database.url.replace('/postgres?', '/checkpoints?');

  return {
    folder,
    url: server.url,
    records,
    checkpoints,
    wire: () => openWire(server.url),
    async agent(agentId) {
      const { secret } = await accounts.createKey(agentId, ['payment-approval'], null, Date.now());
      return { secret, call: caller(server.url, { authorization: `Bearer ${secret}` }) };
    },
    async person(personId) {
      const token = await accounts.createLoginLink(personId, Date.now());
      const { session, csrf } = await accounts.openSession(token, Date.now());
      return { call: caller(server.url, { cookie: `belay_session=${session}`, 'x-belay-csrf': csrf }) };
    },
    /** An invoice and its supplier that the control lets through, unless told otherwise. */
    invoice(id, { erp = {}, vendor = {} } = {}) {
      const beneficiaryId = `ben-${id}`;
      const amount = erp.amount ?? 'EUR 120.00';
      records.erp[id] = { beneficiaryId, amount, matched: true, paid: false, ...erp };
      records['vendor-master'][beneficiaryId] = {
        name: 'Nordwind GmbH',
        ageDays: 900,
        ibanChangedDays: 400,
        sanctionsHit: false,
        ...vendor,
      };
      return { invoiceId: id, beneficiaryId, amount };
    },
    async close() {
      recordsServer.close();
      await server.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
};
