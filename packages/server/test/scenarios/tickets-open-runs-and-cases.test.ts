/** Intake through the front door: what a helpdesk signs opens a run or a case, once, and nothing else does. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IntakeSource } from '../../src/engine/intake/intake.ts';
import { pointersOf } from '../../src/engine/intake/map.ts';
import { type Client, createWorld, root, type World } from '../world.ts';

const secret = `whsec_${Buffer.from('a secret of the helpdesk').toString('base64')}`;
const vendorSecret = 'jira-and-zendesk';
const pointers = (from: IntakeSource['from'], more: Parameters<typeof pointersOf>[1] = {}) => {
  const found = pointersOf(from, more);
  if (found === null) throw new Error('no pointers');
  return found;
};
const forPeople = { case: { to: 'support' } };
const intake: IntakeSource[] = [
  {
    name: 'desk',
    from: 'generic',
    secret,
    control: 'support-escalation',
    pointers: pointers('generic', { key: '/id', title: '/subject', text: '/text', only: { '/type': 'created' } }),
    opens: forPeople,
  },
  {
    name: 'jira',
    from: 'jira',
    secret: vendorSecret,
    control: 'support-escalation',
    pointers: pointers('jira'),
    opens: forPeople,
  },
  {
    name: 'zendesk',
    from: 'zendesk',
    secret: vendorSecret,
    control: 'support-escalation',
    pointers: pointers('zendesk'),
    opens: { run: 'desk-agent' },
  },
  {
    name: 'snow',
    from: 'servicenow',
    secret,
    control: 'support-escalation',
    pointers: pointers('servicenow'),
    opens: forPeople,
  },
];

let world: World;
let farah: Client;
beforeAll(async () => {
  world = await createWorld({ controls: ['support-escalation'], intake });
  farah = await world.person('farah');
});
afterAll(() => world.close());

const post = async (name: string, body: string, headers: Record<string, string>) => {
  const request = new Request(`http://belay.test/intake/${name}`, { method: 'POST', body, headers });
  const response = await world.app.fetch(request);
  return { status: response.status, body: (await response.json()) as Record<string, string & boolean> };
};

const standard = (body: string, { id = 'msg_1', at = world.clock.now(), key = secret } = {}) => {
  const timestamp = String(Math.floor(at / 1_000));
  const raw = Buffer.from(key.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', raw).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
};
const ticket = (id: string, more: object = {}) =>
  JSON.stringify({ type: 'created', id, subject: 'The checkout fails', text: 'Since noon. <!channel>', ...more });

const zendeskTicket = (id: string) => {
  const type = 'zen:event-type:ticket.created';
  const body = JSON.stringify({ type, detail: { id, subject: 'Help', description: 'x' } });
  const timestamp = new Date(world.clock.now()).toISOString();
  const signature = createHmac('sha256', vendorSecret)
    .update(timestamp + body)
    .digest('base64');
  const headers = { 'x-zendesk-webhook-signature': signature, 'x-zendesk-webhook-signature-timestamp': timestamp };
  return { body, headers };
};

const cases = async () => (await farah.call('listCases', { query: { limit: 100 } })).body.items;

describe('a signed delivery', () => {
  it('opens a case with an owner, a reason and an armed next step, without any agent', async () => {
    const body = ticket('T-1');
    const taken = await post('desk', body, standard(body));
    expect(taken).toMatchObject({ status: 201, body: { opened: true } });
    const { body: kase } = await farah.call('getCase', { params: { caseId: taken.body.caseId ?? '' } });
    expect(kase).toMatchObject({
      title: 'T-1: The checkout fails',
      because: 'desk asks for a person: The checkout fails',
      subject: { ticketId: 'T-1' },
      agentWords: 'Since noon. <!channel>',
      ladder: 'support',
      status: 'open',
    });
    expect(kase.nextRungAt).not.toBeNull();
    const claimed = await farah.call('claimCase', {
      params: { caseId: kase.caseId },
      body: { revision: kase.revision },
    });
    expect(claimed.ok).toBe(true);
  });

  it('whose title and text are longer than is kept is cut between two characters, and opens its case', async () => {
    const body = ticket('T-long', { subject: `${'x'.repeat(499)}😀`, text: `${'y'.repeat(19_998)}👩‍👧` });
    expect(await post('desk', body, standard(body, { id: 'msg_long' }))).toMatchObject({ status: 201 });
    const [kase] = (await cases()).filter(({ subject }) => subject.ticketId === 'T-long');
    expect(kase?.title).toBe(`T-long: ${'x'.repeat(499)}…`);
    const { body: whole } = await farah.call('getCase', { params: { caseId: kase?.caseId ?? '' } });
    expect(whole.agentWords).toBe(`${'y'.repeat(19_998)}…`);
  });

  it('opens nothing a second time: repeated, replayed, or many at once', async () => {
    const body = ticket('T-2');
    const headers = standard(body);
    const all = await Promise.all(Array.from({ length: 8 }, () => post('desk', body, headers)));
    expect(all.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
    expect(new Set(all.map((one) => one.body.caseId)).size).toBe(1);
    expect((await cases()).filter(({ subject }) => subject.ticketId === 'T-2')).toHaveLength(1);
  });
});

describe('a signed delivery, by what it is and who sends it,', () => {
  it('opens a run for an agent, which is woken, and a person is told when it does not come', async () => {
    const agent = await world.agent('desk-agent', ['support-escalation']);
    const { body, headers } = zendeskTicket('35436');
    const taken = await post('zendesk', body, headers);
    expect(taken).toMatchObject({ status: 201, body: { caseId: null } });
    const owed = await world.pool.query("SELECT body FROM outbox WHERE kind = 'wake' AND target = 'desk-agent'");
    expect(owed.rows).toMatchObject([{ body: { runId: taken.body.runId, because: 'a ticket opened this run' } }]);
    const params = { runId: taken.body.runId ?? '' };
    expect((await agent.call('getRun', { params })).body).toMatchObject({ agentId: 'desk-agent', status: 'running' });
    await world.fastForward('1h');
    expect((await agent.call('getRun', { params })).body.status).toBe('held');
    expect((await agent.call('attachRun', { params, body: {} })).ok).toBe(true);
  });

  it('of Jira and of ServiceNow is read as they write it', async () => {
    const adf = {
      type: 'doc',
      version: 1,
      content: [{ type: 'paragraph', content: [{ type: 'text', text: 'Cannot log in.' }] }],
    };
    const issue = JSON.stringify({
      webhookEvent: 'jira:issue_created',
      issue: { key: 'SUP-7', fields: { summary: 'Login', description: adf } },
    });
    const hub = `sha256=${createHmac('sha256', vendorSecret).update(issue).digest('hex')}`;
    const fromJira = await post('jira', issue, { 'x-hub-signature': hub });
    const incident = JSON.stringify({
      number: 'INC0010',
      short_description: 'Mail is slow',
      description: 'All of it.',
      sys_id: 'x',
    });
    const fromSnow = await post('snow', incident, standard(incident));
    expect([fromJira.status, fromSnow.status]).toEqual([201, 201]);
    expect((await cases()).map(({ title, agentWords }) => [title, agentWords])).toEqual(
      expect.arrayContaining([
        ['SUP-7: Login', 'Cannot log in.'],
        ['INC0010: Mail is slow', 'All of it.'],
      ]),
    );
  });

  it('of another kind is answered and opens nothing', async () => {
    const body = ticket('T-3', { type: 'updated' });
    expect(await post('desk', body, standard(body))).toEqual({
      status: 200,
      body: { opened: false, because: '/type is "updated", not "created".' },
    });
  });
});

describe('what is refused, and says why', () => {
  const body = ticket('T-9');
  it.each([
    ['without a signature', {}, 'carries no webhook-id'],
    [
      'signed with another secret',
      () => standard(body, { key: `whsec_${Buffer.from('other').toString('base64')}` }),
      'is not made with the secret',
    ],
    [
      'of six minutes ago',
      () => standard(body, { at: world.clock.now() - 360_000 }),
      'webhook-timestamp is not of now',
    ],
    ['of the future', () => standard(body, { at: world.clock.now() + 360_000 }), 'webhook-timestamp is not of now'],
    ['signed for another body', () => standard(ticket('T-8')), 'is not made with the secret'],
  ])('a delivery %s', async (_, headers, because) => {
    const answer = await post('desk', body, typeof headers === 'function' ? headers() : headers);
    expect(answer).toMatchObject({ status: 401, body: { detail: expect.stringContaining(because) } });
    expect((await cases()).filter(({ subject }) => subject.ticketId === 'T-9')).toEqual([]);
  });

  it('a delivery that is no JSON, or names no ticket, or comes to no intake', async () => {
    for (const [name, text, status, because] of [
      ['desk', 'hello', 400, 'is not JSON'],
      ['desk', JSON.stringify({ type: 'created', subject: 'x' }), 422, 'There is no identity of the ticket at /id.'],
      ['desk', JSON.stringify({ type: 'created', id: { a: 1 }, subject: 'x' }), 422, 'at /id'],
      ['nowhere', ticket('T-9'), 404, 'There is no intake "nowhere".'],
    ] as const)
      expect(await post(name, text, standard(text))).toMatchObject({
        status,
        body: { detail: expect.stringContaining(because) },
      });
    expect((await world.app.fetch(new Request('http://belay.test/intake/desk'))).status).toBe(404);
  });

  it('everything, while a stop is in force', async () => {
    const admin = await world.person('dana');
    const stop = await admin.call('stop', { body: { scope: 'everything', because: 'drill' } });
    const text = ticket('T-10');
    expect(await post('desk', text, standard(text))).toMatchObject({ status: 409, body: { code: 'run_stopped' } });
    await admin.call('liftStop', { params: { stopId: stop.body.stopId }, body: { because: 'over' } });
    expect((await post('desk', text, standard(text))).status).toBe(201);
  });
});

it('a run that a ticket opened keeps who published its rules: they do not sign what those ask for', async () => {
  const source = readFileSync(root('controls/support-escalation.control.yaml'), 'utf8');
  const excluding = source.replace('exclude: [requester]', 'exclude: [requester, publisher]');
  const published = await world.app.services.house.publish(excluding, 'support-escalation.control.yaml', 'farah');
  expect(published.ok).toBe(true);
  world.moveClock('2s');
  const text = zendeskTicket('777');
  const { runId = '' } = (await post('zendesk', text.body, text.headers)).body;
  const agent = await world.agent('desk-agent', ['support-escalation']);
  const customer = { tier: 'standard', name: 'Ada', openEscalations: 0, refunds30d: 0 };
  world.records.crm = { 777: { ...customer, total: 'EUR 90.00', customerId: 'c' } };
  world.records['product-signals'] = { 777: { errorRate: '0.001', incidentOpen: false } };
  const params = { runId };
  const { epoch } = (await agent.call('attachRun', { params, body: {} })).body;
  const refund = { ticketId: '777', orderId: 'o', customerId: 'c', refund: 'EUR 60.00' };
  const gate = await agent.call('gate', {
    params,
    body: { epoch, step: 'issue-refund', arguments: refund, key: 'refund' },
  });
  expect(gate.body).toMatchObject({ kind: 'pause' });
  const [approval] = (await farah.call('listApprovals', { query: { runId } })).body.items;
  const { approvalId = '', revision = 0, digest = '' } = approval ?? {};
  const signed = await farah.call('approve', { params: { approvalId }, body: { revision, digest } });
  expect(signed.problem).toMatchObject({
    code: 'separation_of_duties',
    detail: expect.stringContaining('published the rules'),
  });
});
