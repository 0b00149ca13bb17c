/** A version comes into force on the command line, and live runs are moved to it after how many was said. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MoveView } from '@belay/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { silent } from '../../test/silent.ts';
import type { RunningServer } from '../server.ts';
import { createApi } from './api.ts';
import { belay, type Captured } from './captured.testing.ts';
import { keepConnection, publishAll, readOrganisation, startHost } from './host.ts';

const organisationFile = fileURLToPath(new URL('../../../../controls/organisation.yaml', import.meta.url));

const control = `control: errands
about: Runs errands.
owner: role:finance-operations
facts:
  amount: { from: args, type: money, currency: [EUR], max: 1000.00 }
steps:
  pay: { risk: high, effect: irreversible, arguments: { amount: money } }
rules:
  - { id: small, at: pay, when: amount <= EUR 10.00, then: continue }
  - { id: large, at: pay, when: amount > EUR 10.00, then: handoff, because: "{amount} is large." }
accepts:
  - { finding: untiedArguments, of: small, because: An errand has no record. }
`;

let database: TestDatabase;
let server: RunningServer;
let connection: { end: () => void };
let dataDir: string;

const as = (...argv: string[]): Promise<Captured> => belay(...argv, '--data', dataDir);
const ok = async (...argv: string[]): Promise<Captured> => {
  const captured = await as(...argv);
  expect([argv.join(' '), captured.exit, captured.err]).toEqual([argv.join(' '), 0, '']);
  return captured;
};
/** The control with this limit, published. */
const limited = async (limit: string): Promise<Captured> => {
  const file = join(dataDir, 'errands.control.yaml');
  writeFileSync(file, control.replaceAll('EUR 10.00', limit));
  return ok('publish', file);
};

beforeAll(async () => {
  database = await testDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'belay-publish-'));
  server = await startHost({ databaseUrl: database.url, dataDir, host: '127.0.0.1', port: 0, log: silent });
  await server.app.services.applyOrganisation(readOrganisation(organisationFile), { kind: 'system', id: 'test' });
  writeFileSync(join(dataDir, 'errands.control.yaml'), control);
  await publishAll(server, [join(dataDir, 'errands.control.yaml')], 'dana');
  connection = await keepConnection(server, dataDir, (error) => {
    throw error;
  });
  const { secret } = await server.app.accounts.createKey('runner', ['errands'], null, Date.now());
  const agent = createApi({ url: server.url, token: secret });
  for (const key of ['a', 'b']) await agent.call('startRun', { body: { control: 'errands', subject: {}, key } });
});
afterAll(async () => {
  connection.end();
  await server.close();
  await database.close();
  rmSync(dataDir, { recursive: true });
});

describe('belay draft', () => {
  it('drafts; whoever drafted does not publish, and can withdraw', async () => {
    const looser = join(dataDir, 'drafted.control.yaml');
    writeFileSync(looser, control.replaceAll('EUR 10.00', 'EUR 12.00'));
    expect((await ok('publish', '--draft', looser)).out).toContain('errands is a draft now');
    expect((await ok('draft', 'errands')).out).toMatch(/drafted by dana[\s\S]*less oversight: Pay, when amount/);
    expect(await as('draft', 'errands', '--publish')).toMatchObject({
      exit: 1,
      err: expect.stringContaining('You drafted errands yourself'),
    });
    expect((await ok('draft', 'errands', '--withdraw', 'Too much.')).out).toContain('is withdrawn');
    expect((await ok('draft', 'errands')).out).toBe('No draft of errands waits.\n');
    expect((await as('draft', 'errands', '--publish')).err).toContain('No draft of errands waits.');
    expect(await as('draft', 'erands')).toMatchObject({
      exit: 1,
      err: expect.stringContaining('erands is not published, and no draft of it waits.'),
    });
  });
});

describe('belay publish and belay move', () => {
  it('say how many runs keep their version, and what would be decided otherwise', async () => {
    expect((await limited('EUR 5.00')).out).toContain('2 runs under way under an older version go on under it');
    const { out } = await ok('move', 'errands', '--dry-run');
    expect(out).toContain('Version 1, 2 runs: can be moved.\n  Pay, when amount is from EUR 5.01 to EUR 10.00');
    expect(out).toContain('2 runs would be moved: `belay move errands --because TEXT`.');
    const shown: MoveView = (await ok('move', 'errands', '--dry-run', '--json')).json();
    expect(shown).toMatchObject({ version: 2, movable: 2, moved: null });
  });

  it('move them with a reason', async () => {
    const without = await as('move', 'errands');
    expect(without).toMatchObject({ exit: 2, err: expect.stringContaining('Add --because TEXT') });
    expect((await ok('move', 'errands', '--because', 'Less is safer.')).out).toContain('2 runs moved.');
    expect((await ok('move', 'errands', '--dry-run')).out).toContain('No run is under way under an older version.');
  });

  it('refuse what is weaker, and say where', async () => {
    await limited('EUR 20.00');
    const { out } = await ok('move', 'errands', '--dry-run');
    expect(out).toContain('Version 2, 2 runs: stay: it would be weaker for them.\n  less oversight: Pay, when amount');
    const { exit, err } = await as('move', 'errands', '--because', 'Faster.');
    expect([exit, err]).toEqual([1, expect.stringContaining('Against version 2: Pay, when amount is from EUR 5.01')]);
  });
});
