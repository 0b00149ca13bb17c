import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { silent } from '../../test/silent.ts';
import { root } from '../../test/world.ts';
import type { RunningServer } from '../server.ts';
import { createApi } from './api.ts';
import { belay } from './captured.testing.ts';
import { keepConnection, publishAll, readOrganisation, startHost } from './host.ts';

const control = `control: errands
about: Runs errands.
owner: role:finance-operations
subject: { errandId: string }
steps:
  look: { risk: low, effect: none }
`;

let database: TestDatabase;
let server: RunningServer;
let dataDir: string;

beforeAll(async () => {
  database = await testDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'belay-host-'));
  server = await startHost({ databaseUrl: database.url, dataDir, host: '127.0.0.1', port: 0, log: silent });
  const organisation = readOrganisation(root('controls/organisation.yaml'));
  await server.app.services.applyOrganisation(organisation, { kind: 'system', id: 'test' });
  const file = join(dataDir, 'errands.control.yaml');
  writeFileSync(file, control);
  await publishAll(server, [file], 'dana');
});
afterAll(async () => {
  await server.close();
  await database.close();
  rmSync(dataDir, { recursive: true });
});

const as = (...argv: string[]) => belay(...argv, '--data', dataDir);
const thrown = (error: unknown): void => {
  throw error;
};

describe('the way in', () => {
  it('stays when a server ends that another one on this machine has taken over from', async () => {
    const before = await keepConnection(server, dataDir, thrown);
    const after = await keepConnection(server, dataDir, thrown);
    before.end();
    expect((await as('key', 'list')).exit).toBe(0);
    after.end();
    expect((await as('key', 'list')).exit).toBe(3);
  });
});

describe('a list', () => {
  it('that has more than it shows says so', async () => {
    const connection = await keepConnection(server, dataDir, thrown);
    const { secret } = await server.app.accounts.createKey('many', ['errands'], null, Date.now());
    const agent = createApi({ url: server.url, token: secret });
    const start = (n: number) =>
      agent.call('startRun', { body: { control: 'errands', subject: { errandId: `m-${n}` } } });
    for (let n = 0; n < 200; n++) await start(n);
    expect((await as('run', 'list')).out).not.toContain('There are more');
    await start(200);
    expect((await as('run', 'list')).out).toContain(
      '\nThere are more than these 200. Narrow the list down, or ask the HTTP API for the next page.\n',
    );
    connection.end();
  });
});
