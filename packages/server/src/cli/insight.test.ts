/** What keeps coming back, and backtests, on the command line, against a real server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { silent } from '../../test/silent.ts';
import type { RunningServer } from '../server.ts';
import { createApi } from './api.ts';
import { belay, type Captured } from './captured.testing.ts';
import { keepConnection, publishAll, readOrganisation, startHost } from './host.ts';

const control = `control: errands
about: Runs errands.
owner: role:finance-operations
subject: { errandId: string }
facts:
  amount: { from: args, type: money, currency: [EUR], max: 1000.00 }
steps:
  pay: { risk: high, effect: irreversible, arguments: { amount: money } }
rules:
  - { id: small, at: pay, when: amount <= EUR 10.00, then: continue, because: "{amount} is small." }
  - { id: large, at: pay, when: amount > EUR 10.00, then: handoff, because: "{amount} is large." }
accepts:
  - { finding: untiedArguments, of: small, because: An errand has no record. }
`;

let database: TestDatabase;
let server: RunningServer;
let connection: { end: () => void };
let dataDir: string;
/** when the second errand began */
let second = '';
const as = (...argv: string[]): Promise<Captured> => belay(...argv, '--data', dataDir);
const written = (name: string, text: string): string => {
  const file = join(dataDir, name);
  writeFileSync(file, text);
  return file;
};

beforeAll(async () => {
  database = await testDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'belay-insight-'));
  server = await startHost({ databaseUrl: database.url, dataDir, host: '127.0.0.1', port: 0, log: silent });
  const organisation = readOrganisation(
    fileURLToPath(new URL('../../../../controls/organisation.yaml', import.meta.url)),
  );
  await server.app.services.applyOrganisation(organisation, { kind: 'system', id: 'test' });
  await publishAll(server, [written('errands.control.yaml', control)], 'dana');
  connection = await keepConnection(server, dataDir, (error) => {
    throw error;
  });
  const { secret } = await server.app.accounts.createKey('runner', ['errands'], null, Date.now());
  const agent = createApi({ url: server.url, token: secret });
  for (const [id, amount] of ['EUR 5.00', 'EUR 40.00', 'EUR 60.00'].entries()) {
    const { run, epoch } = await agent.call('startRun', {
      body: { control: 'errands', subject: { errandId: `e-${id}` } },
    });
    if (id === 1) second = run.startedAt;
    const body = { epoch, step: 'pay', arguments: { amount }, key: 'pay' };
    const answer = await agent.call('gate', { params: { runId: run.runId }, body });
    if (answer.kind !== 'handoff') continue;
    for (const words of [['claim'], ['resolve', '--because', 'I paid it.']])
      expect((await as('case', ...words, answer.caseId)).err).toBe('');
  }
});
afterAll(async () => {
  connection.end();
  await server.close();
  await database.close();
  rmSync(dataDir, { recursive: true });
});

describe('belay insight', () => {
  it('says in sentences what came back, of how many, and names cases', async () => {
    const { out, exit } = await as('insight');
    expect(exit).toBe(0);
    expect(out).toContain('3 steps in 3 runs');
    expect(out).toContain('Pay was handed to a person because of "large" 2 times of 3: both resolved by the person');
    expect(out).toMatch(/case_\w+: EUR [46]0\.00 is large\./);
    const json = (await as('insight', '--control', 'errands', '--since', '12h', '--json')).json();
    expect(json).toMatchObject({ items: [{ control: 'errands', steps: 3, least: 10 }] });
  });

  it('says when nothing came back, and what is wrong with a period', async () => {
    const one = await as('insight', '--until', second);
    expect(one.out).toContain('1 step in 1 run from');
    expect((await as('insight', '--until', '2020-01-01T00:00:00Z')).out).toContain('Nothing came back');
    const wrong = await as('insight', '--since', 'yesterday');
    expect([wrong.exit, wrong.err]).toEqual([2, expect.stringContaining('neither an instant nor a stretch of time')]);
  });
});

describe('belay backtest', () => {
  const looser = () => written('looser.control.yaml', control.replaceAll('EUR 10.00', 'EUR 50.00'));

  it('names what would go through although a person resolved it; --fail-on-danger is an exit code', async () => {
    const { out, exit } = await as('backtest', looser());
    expect([exit, out]).toEqual([
      0,
      expect.stringContaining('Of 3 steps, 2 would be decided as they were, 1 with less oversight.'),
    ]);
    expect(out).toMatch(/case_\w+ pay {"amount":"EUR 40\.00"}: a person resolved it/);
    expect(out).toContain('1 × pay: handoff → continue');
    expect(out).toMatch(/Dana Whitfield +2 \(at most 2 a day, \d at once\) +→ +1 /);
    expect(out).toContain('it is weaker');
    expect((await as('backtest', '--fail-on-danger', looser())).exit).toBe(1);
    expect((await as('backtest', '--fail-on-danger', join(dataDir, 'errands.control.yaml'))).exit).toBe(0);
  });

  it('prints JSON of a stable shape, and what is wrong with a file by its place', async () => {
    expect((await as('backtest', looser(), '--json')).json()).toMatchObject({ steps: 3, dangerCount: 1 });
    const bad = await as('backtest', written('bad.control.yaml', control.replace('amount <=', 'amuont <=')));
    expect([bad.exit, bad.err]).toEqual([1, expect.stringContaining('bad.control.yaml:10:')]);
  });

  it('says of a mistyped file that there is none, whatever else it may have been meant as', async () => {
    for (const argv of [
      ['backtest', 'looser'],
      ['compare', 'errands', 'looser'],
      ['page', 'looser'],
    ])
      expect([argv, (await as(...argv)).err]).toEqual([
        argv,
        expect.stringContaining('There is no file looser here. looser is not published.'),
      ]);
    const alone = await belay('backtest', 'looser', '--data', join(dataDir, 'nowhere'));
    expect([alone.exit, alone.err]).toEqual([3, expect.stringContaining('There is no file looser here. No Belay')]);
  });
});

describe('belay proposals', () => {
  it('says when a period speaks for nothing, and what it would take', async () => {
    expect((await as('proposals', 'errands')).out).toContain('Nothing is proposed: it takes 10 askings');
    const none = await as('proposals', 'errands', '--take', '1');
    expect([none.exit, none.err]).toEqual([2, expect.stringContaining('There is no proposal 1.')]);
    expect((await as('proposals', 'errants')).err).toContain('errants is not published');
  });
});
