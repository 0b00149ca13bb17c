/** Approvals, the register of exceptions and sampled review on the command line, against a real server. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { silent } from '../../test/silent.ts';
import type { RunningServer } from '../server.ts';
import { type Api, createApi } from './api.ts';
import { belay, type Captured } from './captured.testing.ts';
import { publishAll, readOrganisation, sessionOf, startHost } from './host.ts';

const root = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

let database: TestDatabase;
let server: RunningServer;
let dataDir: string;
let agent: Api;
const sessions: Record<string, string> = {};
let runs = 0;

/** As this person, with the session that they signed in with. */
const as = async (personId: string, ...argv: string[]): Promise<Captured> => {
  process.env.BELAY_URL = server.url;
  process.env.BELAY_TOKEN = sessions[personId] ?? '';
  try {
    return await belay(...argv);
  } finally {
    delete process.env.BELAY_URL;
    delete process.env.BELAY_TOKEN;
  }
};
const ok = async (personId: string, ...argv: string[]): Promise<Captured> => {
  const captured = await as(personId, ...argv);
  expect([argv.join(' '), captured.exit, captured.err]).toEqual([argv.join(' '), 0, '']);
  return captured;
};

beforeAll(async () => {
  database = await testDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'belay-approvals-'));
  server = await startHost({ databaseUrl: database.url, dataDir, host: '127.0.0.1', port: 0, log: silent });
  const by = { kind: 'system' as const, id: 'test' };
  await server.app.services.applyOrganisation(readOrganisation(root('controls/organisation.yaml')), by);
  const file = join(dataDir, 'transfers.control.yaml');
  writeFileSync(file, readFileSync(root('packages/server/test/transfers.control.yaml'), 'utf8'));
  await publishAll(server, [file], 'dana');
  for (const personId of ['amelie', 'bruno', 'chidi', 'dana']) sessions[personId] = await sessionOf(server, personId);
  const { secret } = await server.app.accounts.createKey('payer', ['transfers'], null, Date.now());
  agent = createApi({ url: server.url, token: secret });
});
afterAll(async () => {
  await server.close();
  await database.close();
  rmSync(dataDir, { recursive: true });
});

const ask = async (step: string, args: Record<string, string>) => {
  const { run, epoch } = await agent.call('startRun', {
    body: { control: 'transfers', subject: { id: `c-${++runs}` } },
  });
  const params = { runId: run.runId };
  const answer = await agent.call('gate', { params, body: { epoch, step, arguments: args, key: 'k', redeem: true } });
  return { params, epoch, answer, approvalId: answer.kind === 'pause' ? (answer.approvalIds[0] ?? '') : '' };
};

describe('belay approval', () => {
  it('shows the packet, with values as the person who reads writes them', async () => {
    const { approvalId } = await ask('refund', { to: 'locale', amount: 'EUR 1234.50' });
    expect((await ok('chidi', 'approval', 'show', approvalId)).out).toMatch(/amount +EUR 1234\.50\n/);
    const { house, applyOrganisation } = server.app.services;
    const { applied } = await house.organisationParts();
    const people = applied.people.map((one) => (one.personId === 'chidi' ? { ...one, locale: 'de-DE' } : one));
    await applyOrganisation({ ...applied, people }, { kind: 'system', id: 'test' });
    expect((await ok('chidi', 'approval', 'show', approvalId)).out).toContain('EUR 1234.50 (1.234,50 EUR)');
    expect((await ok('bruno', 'approval', 'show', approvalId)).out).not.toContain('1.234,50');
    await applyOrganisation(applied, { kind: 'system', id: 'test' });
  });

  it('shows what is signed, asks for its digest, and signs', async () => {
    const { approvalId, answer } = await ask('anything', { note: '\u001b[31mpay me' });
    expect((await ok('amelie', 'approval', 'list', '--mine')).out).toContain(approvalId);
    const shown = (await ok('amelie', 'approval', 'show', approvalId)).out;
    expect(shown).toContain(answer.digest);
    expect(shown).toContain('\\u{1b}[31mpay me');
    expect(await as('amelie', 'approval', 'approve', approvalId)).toMatchObject({ exit: 2 });
    const other = await as('amelie', 'approval', 'approve', approvalId, '--digest', `sha256:${'0'.repeat(64)}`);
    expect(other).toMatchObject({ exit: 1, err: expect.stringContaining('decide on what is shown now') });
    expect((await ok('amelie', 'approval', 'approve', approvalId, '--digest', answer.digest)).out).toContain(
      'approved',
    );
    expect((await ok('amelie', 'approval', 'withdraw', approvalId, '--because', 'Too fast.')).out).toContain('waiting');
  });

  it('reads first where the control says so, by showing', async () => {
    const { approvalId } = await ask('careful', { note: 'x' });
    expect((await ok('chidi', 'approval', 'show', approvalId)).out).toContain('You may sign from');
  });

  it('says why a sign-off is asked for', async () => {
    const { approvalId } = await ask('anything', { note: 'why' });
    const { out } = await ok('chidi', 'why', approvalId);
    expect(out).toContain('A sign-off is needed because');
    expect(out).toMatch(/approval: .+ \(rule .+\)/);
    expect((await ok('chidi', 'why', approvalId, '--json')).json()).toMatchObject({ approvalId, nearest: [] });
    expect(await as('chidi', 'why', 'approval_nope')).toMatchObject({ exit: 1 });
  });

  it('refuses with a reason, and edits into a new version', async () => {
    const one = await ask('anything', { n: '1' });
    expect(await as('bruno', 'approval', 'reject', one.approvalId)).toMatchObject({ exit: 2 });
    expect((await ok('bruno', 'approval', 'reject', one.approvalId, '--because', 'No.')).out).toContain(
      'Bruno Ferrari refused',
    );
    const nothing = await as('bruno', 'approval', 'edit', one.approvalId, '--set', 'n', '--because', 'x');
    expect(nothing).toMatchObject({ exit: 2, err: expect.stringContaining('NAME=VALUE') });
  });

  it('signs many of one kind in one decision, from a file that was looked at', async () => {
    const some = await Promise.all([1, 2, 3].map((n) => ask('many', { note: `b-${n}` })));
    const file = join(dataDir, 'batch.json');
    writeFileSync(file, (await ok('amelie', 'approval', 'list', '--step', 'many', '--json')).out);
    const [left = '', refused = ''] = some.map(({ approvalId }) => approvalId);
    const argv = ['approval', 'batch', file, '--leave', left, '--reject', refused, '--because', 'A duplicate.'];
    expect((await ok('amelie', ...argv)).out).toContain('2 of 2 decided as one (batch_');
    expect(await as('amelie', 'approval', 'batch', join(dataDir, 'none.json'))).toMatchObject({ exit: 2 });
  });

  it('delegates, and lists who may sign for whom', async () => {
    expect(await as('amelie', 'approval', 'delegate', 'bruno')).toMatchObject({ exit: 2 });
    const argv = ['approval', 'delegate', 'bruno', '--until', '2099-01-01T00:00:00Z', '--because', 'On leave.'];
    expect(await as('amelie', ...argv)).toMatchObject({ exit: 1, err: expect.stringContaining('400 days') });
    const soon = new Date(Date.now() + 86_400_000).toISOString();
    const made = [...argv.slice(0, 4), soon, ...argv.slice(5)];
    expect((await ok('amelie', ...made)).out).toContain('bruno may sign for amelie until');
    expect((await ok('chidi', 'approval', 'delegations')).out).toContain('Bruno Ferrari for Amélie Laurent');
  });
});

describe('afterwards', () => {
  it('the register holds what was tried and refused', async () => {
    const { approvalId, answer, params } = await ask('anything', { n: '2' });
    await as('dana', 'approval', 'approve', approvalId, '--digest', answer.digest);
    const out = (await ok('dana', 'exceptions', '--run', params.runId)).out;
    expect(out).toContain('refusedVote');
    expect(out).toContain('Dana Whitfield tried to sign');
    expect((await ok('dana', 'exceptions', '--open')).out).toBe('No exceptions.\n');
    expect(await as('dana', 'exceptions', '--kind', 'odd')).toMatchObject({ exit: 1 });
  });

  it('what continued is looked at: right or wrong', async () => {
    const { params, epoch } = await ask('refund', { to: 'cli', amount: 'EUR 1.00' });
    await agent.call('report', { params, body: { epoch, key: 'k', result: { status: 'done' } } });
    const listed = (await ok('amelie', 'sample', 'list', '--mine')).out;
    const sampleId = listed.split(/\s/)[0] ?? '';
    expect((await ok('amelie', 'sample', 'wrong', sampleId, '--comment', 'Not his.')).out).toContain('wrong');
    expect((await ok('amelie', 'sample', 'list')).out).toBe('Nothing waits for a look.\n');
    expect((await ok('amelie', 'exceptions', '--kind', 'reviewedWrong')).out).toContain('Not his.');
  });
});

describe('belay evidence', () => {
  it('overwrites no file unless it is told to, and leaves nothing half written', async () => {
    const { approvalId } = await ask('refund', { to: 'kept', amount: 'EUR 1234.50' });
    const folder = mkdtempSync(join(dataDir, 'evidence-'));
    const file = join(folder, 'kept.ndjson');
    const exporting = ['evidence', 'approval', approvalId, '--out', file];
    // Entries are exported once a checkpoint covers them.
    await expect.poll(async () => (await as('dana', ...exporting)).exit, { timeout: 20_000 }).toBe(0);
    const first = readFileSync(file, 'utf8');
    expect(first).toContain(approvalId);
    writeFileSync(file, 'mine');
    expect(await as('dana', ...exporting)).toMatchObject({
      exit: 2,
      err: expect.stringMatching(/kept\.ndjson exists, and is left as it is\.[\s\S]*--out[\s\S]*--force/),
    });
    expect((await as('dana', 'evidence', 'approval', 'approval_none', '--out', file, '--force')).exit).toBe(1);
    expect([readdirSync(folder), readFileSync(file, 'utf8')]).toEqual([['kept.ndjson'], 'mine']);
    await ok('dana', ...exporting, '--force');
    expect(readFileSync(file, 'utf8')).toContain(approvalId);
  });
});
