/**
 * A Belay for the live run: the real server on a loopback port with its own database, the airline's systems of record
 * behind HTTP, one agent's key, and one person at the desk who takes cases over and gives them back.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Looked } from '@belay/control';
import type { AnswerOf, JsonObject } from '@belay/protocol';
import { parseOrganisation } from '../../packages/server/src/domain/oncall/parse.ts';
import { startServer } from '../../packages/server/src/server.ts';
import { saveOrganisation } from '../../packages/server/src/store/house.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };
const inProject = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const desk = 'hana';

/** Records as they stand now, by source and conversation: the bench moves them on before each step. */
const serveRecords = async (records: Map<string, Looked>) => {
  const server = createServer((request, response) => {
    const [, source = '', run = ''] = (request.url ?? '').split('/').map(decodeURIComponent);
    const found = records.get(run)?.[source];
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found?.ok ? found.value : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sources = ['reservations', 'profiles', 'fares'].map((name) => ({
    name,
    url: `${base}/${name}/{subject.conversationId}`,
    timeoutMs: 5_000,
    private: true,
  }));
  return { sources, close: () => server.close() };
};

type CaseView = AnswerOf<'getCase'>;

const clerk = (url: string, session: string, csrf: string) => {
  const call = async (path: string, body?: JsonObject): Promise<CaseView> => {
    const response = await fetch(`${url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', cookie: `belay_session=${session}`, 'x-belay-csrf': csrf },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as CaseView;
  };
  return {
    /** Takes the case over, gives control back, and says why the case was there. */
    takeOverAndReturn: async (caseId: string): Promise<CaseView> => {
      const open = await call(`/v1/cases/${caseId}`);
      const claimed = await call(`/v1/cases/${caseId}/claim`, { revision: open.revision });
      await call(`/v1/cases/${caseId}/return`, {
        revision: claimed.revision,
        instructions: 'The desk has looked at it. Go on with the conversation.',
      });
      return open;
    },
  };
};

export type LiveServer = Awaited<ReturnType<typeof startLive>>;

export const startLive = async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'belay-airline-'));
  const records = new Map<string, Looked>();
  const recordServer = await serveRecords(records);
  const server = await startServer({
    dataDir: join(dataDir, 'data'),
    host: '127.0.0.1',
    port: 0,
    sources: recordServer.sources,
    log: quiet,
  });
  const close = async () => {
    await server.close();
    recordServer.close();
    rmSync(dataDir, { recursive: true, force: true });
  };
  const organisation = parseOrganisation(inProject('controls/organisation.yaml'), 'organisation.yaml');
  if (!organisation.ok) throw new Error(JSON.stringify(organisation.problems));
  await saveOrganisation(server.database.pool, organisation.organisation);
  const { house } = server.app.services;
  const file = 'airline-desk.control.yaml';
  const published = await house.publish(inProject(`controls/${file}`), file, desk);
  if (!published.ok) throw new Error(JSON.stringify(published.problems));
  const now = Date.now();
  const { secret } = await server.app.accounts.createKey('desk-agent', ['airline-desk'], null, now);
  const opened = await server.app.accounts.openSession(await server.app.accounts.createLoginLink(desk, now), now);
  if (opened === null) throw new Error('The login link of the desk did not open a session.');
  const person = clerk(server.url, opened.session, opened.csrf);
  return { url: server.url, key: secret, records, person, close };
};
