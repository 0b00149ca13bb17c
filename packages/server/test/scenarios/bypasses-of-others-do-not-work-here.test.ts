/**
 * How approvals were got round elsewhere, each under the name of the report. Those of channels (unsigned and replayed
 * deliveries, tokens of other tenants, buttons of strangers) are C1 to C18 of the contract that every channel keeps.
 */
import { readFileSync } from 'node:fs';
import type { JsonObject } from '@belay/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { saveOrganisation } from '../../src/store/house.ts';
import { type Client, createWorld, root, sampleOrganisation, type World } from '../world.ts';

let world: World;
let agent: Client & { secret: string };
const people: Record<string, Client> = {};
const who = (name: string): Client => people[name] as Client;
beforeAll(async () => {
  world = await createWorld({ controls: [] });
  const source = readFileSync(root('packages/server/test/transfers.control.yaml'), 'utf8');
  await world.publish(source, 'chidi');
  agent = await world.agent('payer', ['transfers']);
  for (const name of ['amelie', 'bruno', 'chidi', 'dana', 'emre']) people[name] = await world.person(name);
});
afterAll(() => world.close());

let runs = 0;
const waiting = async (step = 'anything', args: JsonObject = { n: ++runs }, onBehalfOf?: string) => {
  const body = { control: 'transfers', subject: { id: `b-${++runs}` }, ...(onBehalfOf ? { onBehalfOf } : {}) };
  const params = { runId: (await agent.call('startRun', { body })).body.run.runId };
  const ask = async (given: JsonObject, key = 'k') =>
    (await agent.call('gate', { params, body: { epoch: 1, step, arguments: given, key, redeem: true } })).body;
  const answer = await ask(args);
  if (answer.kind !== 'pause') throw new Error(JSON.stringify(answer));
  return { params, ask, args, digest: answer.digest, approvalId: answer.approvalIds[0] ?? '' };
};
const vote = async (name: string, approvalId: string, digest?: string) => {
  const seen = (await who(name).call('getApproval', { params: { approvalId } })).body;
  const body = { revision: seen.revision, digest: digest ?? seen.digest };
  return who(name).call('approve', { params: { approvalId }, body });
};

it('OpenClaw 124738: a script that is rewritten while its approval waits does not run', async () => {
  const { ask, approvalId } = await waiting('anything', { run: 'deploy.sh', script: { digest: 'sha256:1' } });
  await vote('amelie', approvalId);
  expect((await ask({ run: 'deploy.sh', script: { digest: 'sha256:2' } }, 'later')).kind).toBe('pause');
});

it('OpenClaw 78415: "approval required" means that nothing is permitted until somebody approved', async () => {
  const { params, ask, args } = await waiting();
  for (let n = 0; n < 3; n++) expect((await ask(args)).kind).toBe('pause');
  const reported = { epoch: 1, key: 'k', result: { status: 'done', value: null } } as const;
  expect((await agent.call('report', { params, body: reported })).problem.code).toBe('permit_unknown');
  const redeemed = await agent.call('redeem', { params, body: { epoch: 1, permitId: 'permit_made_up' } });
  expect(redeemed.problem.code).toBe('permit_unknown');
});

it('OpenClaw 128470: the whole of the arguments counts, and a step that no rule knows is not let through', async () => {
  const { ask, approvalId } = await waiting('anything', { command: 'ls | wc' });
  await vote('amelie', approvalId);
  expect((await ask({ command: 'ls | wc; rm -rf /' }, 'later')).kind).toBe('pause');
  const body = { control: 'transfers', subject: { id: `b-${++runs}` } };
  const params = { runId: (await agent.call('startRun', { body })).body.run.runId };
  const unknown = { epoch: 1, step: 'shell', arguments: {}, key: 'k', redeem: true };
  expect((await agent.call('gate', { params, body: unknown })).body.kind).toBe('handoff');
});

it('hermes-agent 38069, 33280, 29627: an empty list of approvers is nobody, not everybody', async () => {
  const { approvalId } = await waiting();
  const org = sampleOrganisation();
  await saveOrganisation(world.pool, { ...org, people: org.people.map((one) => ({ ...one, roles: [] })) });
  world.moveClock('2s');
  for (const name of ['amelie', 'bruno', 'dana'])
    expect((await vote(name, approvalId)).problem.code).toBe('not_entitled');
  await saveOrganisation(world.pool, org);
  world.moveClock('2s');
});

it('agent-os 391: nobody approves without signing in, and not everybody who signs in', async () => {
  const { approvalId, digest } = await waiting();
  const body = { revision: 0, digest };
  expect((await world.anybody.call('approve', { params: { approvalId }, body })).status).toBe(401);
  expect((await agent.call('approve', { params: { approvalId }, body })).status).toBe(401);
  expect((await vote('emre', approvalId)).problem.code).toBe('not_entitled');
});

it('GitHub pull requests: the approval of one request counts for no other, nor after anything was merged into it', async () => {
  const [one, other] = [await waiting(), await waiting()];
  expect((await vote('amelie', other.approvalId, one.digest)).problem.code).toBe('digest_mismatch');
  await vote('amelie', one.approvalId);
  expect((await one.ask({ ...one.args, merged: true }, 'later')).kind).toBe('pause');
  expect((await other.ask(other.args)).kind).toBe('pause');
});

it('GitHub environments: of two that are needed one does not suffice, nobody approves their own, no administrator skips it', async () => {
  const { ask, args, approvalId } = await waiting('many', { note: 'environments' }, 'bruno');
  expect((await vote('bruno', approvalId)).problem.code).toBe('separation_of_duties');
  expect((await vote('dana', approvalId)).problem.code).toBe('not_entitled');
  await vote('amelie', approvalId);
  expect((await ask(args)).kind).toBe('pause');
  await vote('chidi', approvalId);
  expect((await ask(args)).kind).toBe('continue');
});

it('GitLab CVE-2026-6063: who changes the rules does not loosen what is under way, nor sign what they loosened', async () => {
  const { ask, args, approvalId } = await waiting('careful', { note: 'rules' });
  const source = readFileSync(root('packages/server/test/transfers.control.yaml'), 'utf8');
  const looser = source.replace(
    '{ id: read, at: careful, then: approval, by: read-first,',
    '{ id: read, at: careful, then: continue,',
  );
  expect(looser).not.toBe(source);
  expect((await world.app.services.house.publish(looser, 'transfers.control.yaml', 'chidi')).ok).toBe(true);
  expect((await ask(args)).kind).toBe('pause');
  expect((await vote('chidi', approvalId)).problem.detail).toContain('they published the rules');
  expect((await world.app.services.house.publish(source, 'transfers.control.yaml', 'chidi')).ok).toBe(true);
});

it('GitLab and Teleport: the key of a service or a bot never counts as a person, at whichever entrance', async () => {
  const { approvalId, digest } = await waiting();
  const bound = { approvalId, revision: 0, digest };
  const bearer = { authorization: `Bearer ${agent.secret}` };
  const { revision } = bound;
  for (const [path, body] of [
    [`/v1/approvals/${approvalId}/approve`, { revision, digest }],
    ['/v1/approvals/batch', { approve: [bound] }],
    [`/v1/approvals/${approvalId}/edit`, { revision, digest, arguments: {}, because: 'x' }],
    [`/v1/approvals/${approvalId}/open`, { digest }],
  ] as const) {
    const request = new Request(`http://belay.test${path}`, {
      method: 'POST',
      headers: { ...bearer, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect((await world.app.fetch(request)).status, path).toBe(401);
  }
  expect((await who('dana').call('getApproval', { params: { approvalId } })).body.signatures).toEqual([]);
});

it('Teleport 13416: a batch is no side door for one’s own request', async () => {
  const { approvalId, digest } = await waiting('anything', { n: ++runs }, 'bruno');
  const body = { approve: [{ approvalId, revision: 0, digest }] };
  const decided = await who('bruno').call('decideBatch', { body });
  expect(decided.body.items).toMatchObject([{ decided: null, code: 'separation_of_duties' }]);
});

it('Vault control groups: what is answered is what was committed, read back by anybody', async () => {
  const { approvalId } = await waiting('many', { note: 'vault' });
  const answered = (await vote('amelie', approvalId)).body;
  const elsewhere = await world.anotherNode();
  const row = await elsewhere.services.queries.getApproval(approvalId);
  expect(row?.approval).toMatchObject({ status: answered.status, revision: answered.revision });
  expect(answered.status).toBe('waiting');
});

it('AWS Change Manager: no request asks for its own approval, and silence is not one', async () => {
  const { params, approvalId } = await waiting();
  const sneaky = { epoch: 1, step: 'anything', arguments: {}, key: 's', autoApprove: true };
  expect((await agent.call('gate', { params, body: sneaky as never })).problem.code).toBe('invalid_request');
  await world.fastForward('2h');
  const after = (await who('dana').call('getApproval', { params: { approvalId } })).body;
  expect(after.status).toBe('expired');
  expect(after.signatures).toEqual([]);
});

it('PSD2 RTS Art. 5: amount and payee are shown, and changing either makes the signature worthless', async () => {
  const args = { to: 'DE89370400440532013000', amount: 'EUR 1200.00' };
  const { ask, approvalId } = await waiting('refund', args);
  const shown = (await who('amelie').call('getApproval', { params: { approvalId } })).body;
  expect(shown.arguments).toEqual(args);
  await vote('amelie', approvalId);
  expect((await ask({ ...args, amount: 'EUR 1200.01' }, 'more')).kind).toBe('pause');
  expect((await ask({ ...args, to: 'DE02120300000000202051' }, 'else')).kind).toBe('pause');
  expect((await ask(args)).kind).toBe('continue');
});

it('OpenClaw inbox, February 2026: a stop needs no word of the model', async () => {
  const { params, args, approvalId } = await waiting();
  await vote('amelie', approvalId);
  await who('dana').call('stop', { body: { scope: 'agent', name: 'payer', because: 'It does not listen.' } });
  const refused = await agent.call('gate', {
    params,
    body: { epoch: 1, step: 'anything', arguments: args, key: 'k', redeem: true },
  });
  expect(refused.problem.code).toBe('fenced');
});
