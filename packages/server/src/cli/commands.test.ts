/** The commands against a real server on a port, as the person whose session its data directory holds. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AnswerOf, CaseView, JsonObject } from '@belay/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { silent } from '../../test/silent.ts';
import type { RunningServer } from '../server.ts';
import { type Api, createApi } from './api.ts';
import { belay, type Captured } from './captured.testing.ts';
import { keepConnection, publishAll, readOrganisation, sessionOf, startHost } from './host.ts';

const root = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const organisationFile = root('controls/organisation.yaml');

/** Small enough to be decided without any system of record. */
const control = `control: errands
about: Runs errands.
owner: role:finance-operations
subject: { errandId: string }
facts:
  amount: { from: args, type: money, currency: [EUR], max: 1000.00 }
steps:
  pay: { risk: high, effect: irreversible, arguments: { amount: money, note: { type: string, optional: true } }, editable: [amount] }
rules:
  - { id: small, at: pay, when: amount <= EUR 10.00, then: continue, because: "{amount} is small." }
  - { id: large, at: pay, when: amount > EUR 10.00, then: handoff, to: desk, because: "{amount} is large.", cites: Errands 1 }
ladders:
  desk: [{ tell: role:finance-operations, repeat: 1h }]
accepts:
  - { finding: untiedArguments, of: small, because: An errand has no record. }
`;

let database: TestDatabase;
let server: RunningServer;
let connection: { end: () => void };
let dataDir: string;
let agent: Api;
let runs = 0;

const as = (...argv: string[]): Promise<Captured> => belay(...argv, '--data', dataDir);
const ok = async (...argv: string[]): Promise<Captured> => {
  const captured = await as(...argv);
  expect([argv.join(' '), captured.exit, captured.err]).toEqual([argv.join(' '), 0, '']);
  return captured;
};

beforeAll(async () => {
  database = await testDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'belay-cli-'));
  server = await startHost({ databaseUrl: database.url, dataDir, host: '127.0.0.1', port: 0, log: silent });
  await server.app.services.applyOrganisation(readOrganisation(organisationFile), { kind: 'system', id: 'test' });
  const file = join(dataDir, 'errands.control.yaml');
  writeFileSync(file, control);
  await publishAll(server, [file], 'dana');
  connection = await keepConnection(server, dataDir, (error) => {
    throw error;
  });
  const { secret } = await server.app.accounts.createKey('runner', ['errands'], null, Date.now());
  agent = createApi({ url: server.url, token: secret });
});
afterAll(async () => {
  connection.end();
  await server.close();
  await database.close();
  rmSync(dataDir, { recursive: true });
});

const ask = async (amount: string, more: JsonObject = {}) => {
  const { run, epoch } = await agent.call('startRun', {
    body: { control: 'errands', subject: { errandId: `e-${++runs}` } },
  });
  const answer = await agent.call('gate', {
    params: { runId: run.runId },
    body: { epoch, step: 'pay', arguments: { amount, ...more }, key: 'pay', words: '\u001b[31mtrust me\u001b[0m' },
  });
  return { runId: run.runId, epoch, answer };
};
const handedOff = async (amount = 'EUR 50.00', more: JsonObject = {}) => {
  const { runId, answer } = await ask(amount, more);
  if (answer.kind !== 'handoff') throw new Error(`expected a handoff, got ${answer.kind}`);
  return { runId, caseId: answer.caseId };
};
const caseOf = async (caseId: string): Promise<CaseView> => (await ok('case', 'show', caseId, '--json')).json();

describe('the channels', () => {
  it('are none as long as none is set up, and the command says how one is', async () => {
    expect((await ok('channel', 'doctor')).out).toContain('`belay channel add CHANNEL` says how');
    expect((await ok('channel', 'doctor', '--json')).json()).toEqual({ items: [] });
  });
});

describe('the way in', () => {
  it('is a file that only its owner may read', async () => {
    expect(statSync(join(dataDir, 'cli.json')).mode & 0o777).toBe(0o600);
  });

  it('is the session of another person with BELAY_URL and BELAY_TOKEN', async () => {
    process.env.BELAY_URL = server.url;
    process.env.BELAY_TOKEN = await sessionOf(server, 'chidi');
    try {
      const { exit, err } = await belay('key', 'list');
      expect(exit).toBe(1);
      expect(err).toContain('Chidi Okafor has operator');
    } finally {
      delete process.env.BELAY_URL;
      delete process.env.BELAY_TOKEN;
    }
  });

  it('is a link for everybody else', async () => {
    expect((await ok('login', 'chidi')).out).toMatch(/Chidi Okafor .*\nhttp:\/\/127\.0\.0\.1:\d+\/login\?token=login_/);
    expect(await as('login', 'chidii')).toMatchObject({
      exit: 1,
      err: expect.stringContaining('Did you mean "chidi"?'),
    });
  });
});

describe('belay case', () => {
  let caseId: string;
  let runId: string;
  beforeEach(async () => {
    ({ caseId, runId } = await handedOff());
  });

  it('lists and shows what a person decides on, the agent’s words made harmless', async () => {
    expect((await ok('case', 'list')).out).toContain(caseId);
    const { out } = await ok('case', 'show', caseId);
    expect(out).toContain('EUR 50.00 is large.');
    expect(out).toContain('amount (editable)');
    expect(out).toContain('\\u{1b}[31mtrust me');
    expect(out).not.toContain('\u001b');
    const page: AnswerOf<'listCases'> = (await ok('case', 'list', '--json')).json();
    expect(page.items.map((kase) => kase.caseId)).toContain(caseId);
  });

  it('takes over, gives back with an edited amount, once', async () => {
    expect((await ok('case', 'claim', caseId)).out).toContain(`You have control of ${runId}.`);
    await ok('case', 'return', caseId, '--edit', 'amount=EUR 40.00', '--instructions', 'Forty.', '--prohibit', 'pay');
    const { run } = await agent.call('attachRun', { params: { runId }, body: {} });
    expect(run.instructions).toMatchObject({ text: 'Forty.', prohibit: ['pay'] });
    expect(run.instructions?.allowOnce[0]).toMatchObject({ edited: true, arguments: { amount: 'EUR 40.00' } });
  });

  it('gives back with what the person did', async () => {
    await ok('case', 'claim', caseId);
    await ok('case', 'return', caseId, '--done-by-me', 'REF-1', '--require-approval', 'pay');
    const { run } = await agent.call('attachRun', { params: { runId }, body: {} });
    expect(run.instructions?.doneByMe[0]).toMatchObject({ step: 'pay', reference: 'REF-1' });
  });

  it('declines, releases, cancels, resolves', async () => {
    expect((await ok('case', 'decline', caseId, '--because', 'Mine.')).out).toContain('Amélie Laurent');
    await ok('case', 'claim', caseId);
    await ok('case', 'release', caseId);
    expect((await caseOf(caseId)).status).toBe('open');
    await ok('case', 'cancel', caseId, '--because', 'Not needed.');
    const other = await handedOff();
    await ok('case', 'claim', other.caseId);
    expect((await ok('case', 'resolve', other.caseId, '--because', 'Paid by hand.')).out).toContain('is finished');
  });

  it('changes nothing when the case is not as it was looked at', async () => {
    const { revision } = await caseOf(caseId);
    await ok('case', 'claim', caseId);
    const { exit, err } = await as('case', 'release', caseId, '--revision', String(revision));
    expect([exit, err.split('\n')[1]]).toEqual([1, 'Look at the current state and decide again.']);
  });

  it('answers a mistake with what it should be', async () => {
    await ok('case', 'claim', caseId);
    const wrong = async (...argv: string[]) => (await as('case', ...argv)).err;
    expect(await wrong('return', caseId, '--edit', 'note=x')).toContain('note: only amount may be changed');
    expect(await wrong('return', caseId, '--edit', 'amount')).toContain('is no NAME=VALUE');
    expect(await wrong('resolve', caseId)).toContain('A reason is needed');
    expect(await wrong('show', 'case_nope')).toContain('There is no case case_nope.');
    expect(await wrong('list', '--status', 'opn')).toContain('status');
    expect((await as('case', 'show', 'case_nope', '--json')).json()).toMatchObject({ error: { code: 'not_found' } });
  });

  it('says why: rules with citations, facts with their origin', async () => {
    const { out } = await ok('why', caseId);
    expect(out).toContain('EUR 50.00 is large. (rule large, Errands 1)');
    expect(out).toMatch(/Amount\s+EUR 50\.00\s+argument/);
    const nearest = ['It would have continued if amount were EUR 10.00 (it is EUR 50.00).'];
    expect(out).toContain(`What would have decided otherwise\n  ${nearest}`);
    expect((await ok('why', caseId, '--json')).json()).toMatchObject({ caseId, facts: [{ name: 'amount' }], nearest });
  });
});

describe('belay run and belay stop', () => {
  it('takes a run over that nobody asked about', async () => {
    const { runId, answer } = await ask('EUR 5.00');
    expect(answer.kind).toBe('continue');
    expect((await ok('run', 'list', '--agent', 'runner')).out).toContain(runId);
    const kase: CaseView = (await ok('run', 'take-over', runId, '--json')).json();
    expect(kase).toMatchObject({ runId, status: 'claimed', claimedBy: 'dana' });
    expect((await ok('run', 'show', runId)).out).toContain('Dana Whitfield took over');
    const shown: { run: JsonObject; entries: unknown[] } = (await ok('run', 'show', runId, '--json')).json();
    expect(shown.run).toMatchObject({ status: 'taken' });
    expect(shown.entries.length).toBeGreaterThan(2);
  });

  it('stops an agent, says so, and lifts it', async () => {
    const { runId } = await ask('EUR 6.00');
    const stop: AnswerOf<'stop'> = (await ok('run', 'stop', '--agent', 'runner', '--because', 'Odd.', '--json')).json();
    expect(stop.runsTaken).toBeGreaterThan(0);
    expect((await ok('stop', 'list')).out).toContain('agent runner');
    await expect(ask('EUR 7.00')).rejects.toMatchObject({ code: 'run_stopped' });
    await ok('stop', 'lift', stop.stopId, '--because', 'Looked at.');
    expect((await ask('EUR 8.00')).answer.kind).toBe('continue');
    expect((await ok('run', 'list', '--status', 'taken')).out).toContain(runId);
  });
});

describe('belay key and publish', () => {
  it('makes, renews and ends a key', async () => {
    const key: AnswerOf<'createKey'> = (await ok('key', 'create', 'clerk', '--control', 'errands', '--json')).json();
    expect((await ok('key', 'list')).out).toContain(key.keyId);
    const rotated: AnswerOf<'rotateKey'> = (await ok('key', 'rotate', key.keyId, '--json')).json();
    expect(rotated.secret).not.toBe(key.secret);
    expect((await ok('key', 'revoke', key.keyId)).out).toContain('is revoked');
    expect((await as('key', 'create', 'clerk', '--control', 'erands')).err).toContain('erands is not published.');
  });

  it('publishes, and says each problem with its place', async () => {
    const good = join(dataDir, 'errands.control.yaml');
    expect((await ok('publish', good)).out).toContain('errands version 1 is in force.');
    const bad = join(dataDir, 'bad.control.yaml');
    writeFileSync(bad, control.replace('then: continue', 'then: continu'));
    const { exit, err } = await as('publish', bad);
    expect(exit).toBe(1);
    expect(err).toMatch(/bad\.control\.yaml:\d+:\d+ /);
    expect((await as('publish', bad, '--json')).json()).toMatchObject({
      error: { code: 'control_invalid', errors: [{ path: expect.stringContaining('bad.control.yaml:') }] },
    });
  });
});

describe('belay types, org, oncall', () => {
  it('writes types from a file and from the server', async () => {
    expect((await ok('types', 'errands')).out).toBe((await ok('types', join(dataDir, 'errands.control.yaml'))).out);
  });

  it('shows what an organisation changes before it counts', async () => {
    const file = join(dataDir, 'organisation.yaml');
    const text = readFileSync(organisationFile, 'utf8');
    writeFileSync(file, text.replace('roles: [finance-approver]', 'roles: [finance-approver, auditor]'));
    const planned = await ok('org', 'apply', file, '--dry-run');
    expect(planned.out).toContain('chidi gets the role auditor.');
    expect((await ok('org', 'show')).out).not.toContain('auditor,');
    expect((await ok('org', 'apply', file, '--json')).json()).toEqual({
      changes: ['chidi gets the role auditor.'],
      duty: [],
      applied: true,
    });
    expect((await ok('org', 'apply', file)).out).toBe('Nothing changes.\n');
    writeFileSync(file, text.replace('roles: [finance-approver]', 'role: [finance-approver]'));
    expect((await as('org', 'apply', file)).err).toContain('Did you mean "roles"?');
  });

  it('says who is on call, the calendar and the gaps', async () => {
    expect((await ok('oncall')).out).toContain('treasury');
    expect((await ok('oncall', '--json')).json()).toMatchObject({
      items: [{ schedule: 'treasury' }, { schedule: 'support' }],
    });
    expect((await ok('oncall', 'who')).out).toContain('treasury');
    expect((await ok('oncall', 'next')).out).toContain('->');
    expect((await ok('oncall', 'calendar', 'treasury', '--ical')).out).toContain('BEGIN:VCALENDAR');
    expect((await ok('oncall', 'gaps')).out).toContain('No gaps');
    expect((await as('oncall', 'calendar', 'tresury')).err).toContain('Did you mean "treasury"?');
    expect((await as('oncall', 'calender', 'treasury')).err).toContain('Did you mean "calendar"?');
  });

  it('enters the absences of a calendar, once, and says what it left out', async () => {
    const file = join(dataDir, 'away.ics');
    const event = (day: string, more = '') =>
      `BEGIN:VEVENT\r\nUID:${day}\r\nDTSTART;VALUE=DATE:${day}\r\n${more}SUMMARY:away\r\nEND:VEVENT\r\n`;
    const soon = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
    const strange = event(soon, 'RRULE:FREQ=SECONDLY\r\n').replace(`UID:${soon}`, 'UID:strange');
    writeFileSync(file, `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${event(soon)}END:VCALENDAR\r\n`);
    expect((await ok('oncall', 'import', file, '--absences-of', 'bruno')).out).toMatch(
      /^Bruno Ferrari .+\n1 added, 0 known already or over, 0 left out\.\n$/,
    );
    expect((await ok('oncall', 'import', file, '--absences-of', 'bruno', '--json')).json()).toMatchObject({
      added: 0,
      known: 1,
    });
    writeFileSync(file, `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${strange}END:VCALENDAR\r\n`);
    expect((await as('oncall', 'import', file, '--overrides-of', 'treasury')).exit).toBe(1);
    expect((await as('oncall', 'import', file)).err).toContain('Say what the events are.');
  });
});

describe('belay check', () => {
  it('passes the sample controls with the sample people', async () => {
    const files = ['payment-approval', 'support-escalation'].map((name) => root(`controls/${name}.control.yaml`));
    const { exit, out } = await belay('check', ...files, '--org', organisationFile);
    expect([exit, out.match(/0 errors/g)?.length]).toEqual([0, 2]);
  });

  it('finds what is wrong, with exit code 1', async () => {
    const bad = join(dataDir, 'dead.control.yaml');
    writeFileSync(bad, control.replace('amount <= EUR 10.00', 'amount < EUR 1.00 && amount > EUR 5.00'));
    const { exit, out } = await belay('check', bad);
    expect([exit, out]).toEqual([1, expect.stringContaining('error')]);
    expect((await belay('check', bad, '--json')).json()).toMatchObject({ items: [{ file: bad }] });
  });

  it('says where a finding is mended, and makes the safe edits with --fix, comments kept', async () => {
    const file = join(dataDir, 'stops.control.yaml');
    const ladder = '\nladders:\n  desk:\n    # the only one\n    - { tell: role:desk } # by day\n';
    writeFileSync(file, `${control.replace(/\nladders:[\s\S]*$/, '')}${ladder}`);
    const line =
      readFileSync(file, 'utf8')
        .split('\n')
        .findIndex((text) => text.includes('tell: role:desk')) + 1;
    expect((await belay('check', file)).out).toContain(`${file}:${line}:7 ladderStops`);
    const { out } = await belay('check', file, '--fix');
    expect(out).toContain('mended  The ladder "desk" stops');
    expect(out).not.toContain('ladderStops');
    expect(readFileSync(file, 'utf8')).toContain(
      '    # the only one\n    - { tell: role:desk, repeat: 1h } # by day\n',
    );
  });
});

describe('a control in several files', () => {
  const split = control.replace(/rules:[\s\S]*/, '').replace('facts:', 'parts: [rules.part.yaml]\nfacts:');
  const rest = control.slice(control.indexOf('rules:')).split('\naccepts:')[0] ?? '';

  it('is checked with its parts, says in which of them something is wrong, and is published as one', async () => {
    const [main, part] = [join(dataDir, 'split.control.yaml'), join(dataDir, 'rules.part.yaml')];
    writeFileSync(main, split.replace('control: errands', 'control: split'));
    writeFileSync(part, `${rest}\n`);
    const before = await belay('check', main);
    expect(before.out).toContain(`${part}:2:5 untiedArguments`);
    writeFileSync(part, `${rest}\n`.replace('amount <=', 'amuont <='));
    expect((await belay('check', main)).err).toContain(`${part}:2:33 There is no fact "amuont"`);
    expect((await belay('check', main, '--fix')).err).toContain('written in several files');
    rmSync(part);
    expect((await as('publish', main)).err).toContain(`The part of the control ${part} does not exist.`);
  });
});

describe('belay compare', () => {
  it('says what gets less oversight; --fail-on-weaker makes it an exit code', async () => {
    const before = join(dataDir, 'errands.control.yaml');
    const after = join(dataDir, 'looser.control.yaml');
    writeFileSync(after, control.replaceAll('EUR 10.00', 'EUR 20.00'));
    const looser = await as('compare', 'errands', after);
    expect([looser.exit, looser.out]).toEqual([
      0,
      expect.stringMatching(/^Less human oversight than before\n {2}Pay, when amount is from EUR 10\.01 to EUR 20\.00/),
    ]);
    expect((await as('compare', '--fail-on-weaker', 'errands', after)).exit).toBe(1);
    expect((await as('compare', '--fail-on-weaker', after, 'errands')).exit).toBe(0);
    expect((await belay('compare', after, before, '--json')).json()).toMatchObject({ weaker: false });
    expect(await belay('compare', before, before)).toMatchObject({
      exit: 0,
      out: 'Every case is decided as before.\n',
    });
  });
});

describe('an administrator who leaves', () => {
  it('does not lock the machine out: the next command waits for the new one’s way in', async () => {
    const file = join(dataDir, 'small.yaml');
    writeFileSync(file, 'people:\n  zoe: { name: Zoe, access: [operator, designer, admin] }\n');
    await ok('org', 'apply', file);
    expect((await ok('org', 'show')).out).toContain('zoe');
  });
});

describe('belay channel link', () => {
  it('links an account to one person, and to no second one', async () => {
    await server.app.services.applyOrganisation(readOrganisation(organisationFile), { kind: 'system', id: 'test' });
    // The way in was somebody's who is not there any more: it is made anew within seconds.
    await expect.poll(async () => (await as('org', 'show')).exit, { timeout: 10_000 }).toBe(0);
    const address = 'U02LINKED';
    await ok('channel', 'link', 'bruno', 'slack', address);
    const org = await server.app.services.house.organisation(true);
    expect(org.people.find(({ personId }) => personId === 'bruno')?.addresses.slack).toBe(address);
    const second = await as('channel', 'link', 'dana', 'slack', address.toLowerCase());
    expect([second.exit, second.err]).toEqual([1, expect.stringContaining('is linked to Bruno Ferrari')]);
    expect((await as('channel', 'link', 'brunno', 'slack', 'U1')).err).toContain('bruno');
    expect((await as('channel', 'link', 'bruno', 'slac', 'U1')).err).toContain('slack');
  });
});
