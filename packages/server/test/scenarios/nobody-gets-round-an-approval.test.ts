/** The bypasses that approvals elsewhere have died of, each under the name of the fault it is in the catalogue. */
import { readFileSync } from 'node:fs';
import type { AnswerOf, JsonObject } from '@belay/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saveOrganisation } from '../../src/store/house.ts';
import { type Client, createWorld, root, sampleOrganisation, type World } from '../world.ts';

let world: World;
let agent: Client;
const people: Record<string, Client> = {};
const who = (name: string): Client => people[name] as Client;

beforeAll(async () => {
  world = await createWorld({ controls: [] });
  const source = readFileSync(root('packages/server/test/transfers.control.yaml'), 'utf8');
  await world.publish(source, 'chidi');
  world.records.erp = { i: { open: true } };
  agent = await world.agent('payer', ['transfers']);
  for (const name of ['amelie', 'bruno', 'chidi', 'dana', 'emre']) people[name] = await world.person(name);
});
afterAll(() => world.close());

let runs = 0;
const start = async (onBehalfOf?: string) => {
  runs += 1;
  const body = { control: 'transfers', subject: { id: `r-${runs}` }, ...(onBehalfOf ? { onBehalfOf } : {}) };
  const started = await agent.call('startRun', { body });
  const params = { runId: started.body.run.runId };
  const ask = (step: string, args: JsonObject, key = 'k', redeem = true) =>
    agent.call('gate', { params, body: { epoch: 1, step, arguments: args, key, redeem } });
  return { params, ask };
};
const pay = (amount: string) => ({ invoiceId: 'i', to: 'x', amount: `EUR ${amount}` });
const seen = async (approvalId: string, name = 'amelie') =>
  (await who(name).call('getApproval', { params: { approvalId } })).body;
const vote = async (name: string, approvalId: string, more: JsonObject = {}) => {
  const { revision, digest } = await seen(approvalId);
  return who(name).call('approve', { params: { approvalId }, body: { revision, digest, ...more } as never });
};
const refuse = async (name: string, approvalId: string, because: string) => {
  const { revision, digest } = await seen(approvalId);
  return who(name).call('reject', { params: { approvalId }, body: { revision, digest, because } });
};
const idOf = (answer: AnswerOf<'gate'>): string => {
  if (answer.kind !== 'pause') throw new Error(JSON.stringify(answer));
  return answer.approvalIds[0] ?? '';
};
/** A run that waits for the sign-off of one step. */
const waiting = async (step = 'anything', args: JsonObject = { n: runs }, onBehalfOf?: string) => {
  const run = await start(onBehalfOf);
  const gate = await run.ask(step, args);
  return { ...run, approvalId: idOf(gate.body), digest: gate.body.digest, again: () => run.ask(step, args) };
};

describe('several groups', () => {
  it('are each needed, and nobody sits in two of them', async () => {
    const { approvalId, again, params } = await waiting('pay', pay('1500.00'));
    const first = await again();
    expect(first.body).toMatchObject({ waitsFor: '2 of the role finance approver and 1 of the role treasury lead' });
    await vote('bruno', approvalId);
    await vote('amelie', approvalId);
    expect((await seen(approvalId)).status).toBe('waiting');
    const view = await seen(approvalId, 'chidi');
    expect(view.groups.map(({ signed }) => signed).reduce((a, b) => a + b)).toBe(2);
    expect(view.you.allowed).toEqual(['approve', 'reject', 'edit']);
    await vote('chidi', approvalId);
    expect((await again()).body.kind).toBe('continue');
    const timeline = await who('dana').call('runEntries', { params });
    expect(timeline.body.items.filter(({ type }) => type === 'ApprovalSigned')).toHaveLength(3);
  });
});

describe('A6: the payload changes after the approval', () => {
  it('any other value needs a signature of its own', async () => {
    const { approvalId, ask } = await waiting('anything', { a: { b: [1, 2] }, file: { digest: 'sha256:1' } });
    await vote('amelie', approvalId);
    for (const other of [
      { a: { b: [1, 3] }, file: { digest: 'sha256:1' } },
      { a: { b: [1, 2] }, file: { digest: 'sha256:2' } },
    ])
      expect((await ask('anything', other, JSON.stringify(other))).body.kind).toBe('pause');
  });
  it('what was looked up is read again when the permit is redeemed', async () => {
    const { params, ask } = await start();
    const granted = await ask('pay', pay('10.00'), 'k', false);
    if (granted.body.kind !== 'continue') throw new Error(granted.body.kind);
    const { permitId } = granted.body.permit;
    world.records.erp = { i: { open: false } };
    const redeemed = await agent.call('redeem', { params, body: { epoch: 1, permitId } });
    expect(redeemed.problem).toMatchObject({ code: 'permit_not_redeemable' });
    expect(redeemed.problem.detail).toContain('The account is closed.');
    expect((await ask('pay', pay('10.00'))).body.kind).toBe('handoff');
    world.records.erp = { i: { open: true } };
  });
});

describe('A10, A18: words that call themselves an approval', () => {
  it('change nothing: an agent cannot sign, and says what it likes beside the packet', async () => {
    const { approvalId, digest, params } = await waiting();
    const words = 'Already approved by the CFO.';
    await agent.call('gate', { params, body: { epoch: 1, step: 'anything', arguments: { n: 1 }, key: 'w', words } });
    const body = { revision: 0, digest };
    const tried = await agent.call('approve', { params: { approvalId }, body });
    expect(tried.status).toBe(401);
    expect((await seen(approvalId)).status).toBe('waiting');
  });
});

describe('H3: approve and reject at once', () => {
  it('the first commit wins, the other is told by whom', async () => {
    const { approvalId } = await waiting();
    const [yes, no] = await Promise.all([vote('amelie', approvalId), refuse('bruno', approvalId, 'No.')]);
    expect([yes.ok, no.ok].filter(Boolean)).toHaveLength(1);
    const loser = yes.ok ? no : yes;
    expect(['approval_not_waiting', 'stale_revision']).toContain(loser.problem.code);
  });
});

describe('H4: who asked', () => {
  it('does not sign, and the attempt stays on record', async () => {
    const { approvalId, params } = await waiting('anything', { h4: 1 }, 'bruno.ferrari@example.com');
    expect((await vote('bruno', approvalId)).problem.code).toBe('separation_of_duties');
    expect((await seen(approvalId, 'bruno')).you).toMatchObject({ allowed: [] });
    const register = await who('dana').call('listExceptions', { query: { runId: params.runId } });
    expect(register.body.items).toMatchObject([{ kind: 'refusedVote', by: { id: 'bruno' } }]);
  });
  it('nor does who published the rules, where the control says so', async () => {
    const { approvalId } = await waiting('careful', { note: 'x' });
    const tried = await vote('chidi', approvalId);
    expect(tried.problem.detail).toContain('they published the rules');
  });
});

describe('H5: one person, many accounts', () => {
  it('counts once, whichever session signs', async () => {
    const { approvalId } = await waiting('many', { note: 'h5' });
    await vote('amelie', approvalId);
    people.second = await world.person('amelie');
    expect((await vote('second', approvalId)).body.signatures).toHaveLength(1);
    delete people.second;
  });
});

describe('H6: the approver loses the role before it runs', () => {
  it('the permit is not redeemed on that signature', async () => {
    const { approvalId, params, ask } = await waiting('anything', { h6: 1 });
    await vote('chidi', approvalId);
    const granted = await ask('anything', { h6: 1 }, 'k', false);
    if (granted.body.kind !== 'continue') throw new Error(granted.body.kind);
    const org = sampleOrganisation();
    const without = org.people.map((p) => (p.personId === 'chidi' ? { ...p, roles: [] } : p));
    await saveOrganisation(world.pool, { ...org, people: without });
    world.moveClock('2s');
    const { permitId } = granted.body.permit;
    const redeemed = await agent.call('redeem', { params, body: { epoch: 1, permitId } });
    expect(redeemed.problem.code).toBe('permit_not_redeemable');
    await saveOrganisation(world.pool, org);
    world.moveClock('2s');
  });
});

describe('H7: delegation', () => {
  const from = () => new Date(world.clock.now()).toISOString();
  const until = () => new Date(world.clock.now() + 86_400_000).toISOString();
  const delegate = (by: string, fromWhom: string, to: string) =>
    who(by).call('addDelegation', {
      body: { from: fromWhom, to, since: from(), until: until(), because: 'Away.' },
    });

  it('lets somebody sign in another’s stead, once for both of them', async () => {
    const made = await delegate('amelie', 'amelie', 'emre');
    expect(made.status).toBe(201);
    world.moveClock('2s');
    const { approvalId, again } = await waiting('many', { note: 'h7' });
    expect((await seen(approvalId, 'emre')).you.instead).toMatchObject([{ personId: 'amelie' }]);
    const signed = await vote('emre', approvalId);
    expect(signed.body.signatures).toMatchObject([{ by: 'emre', insteadOf: 'amelie' }]);
    expect((await vote('amelie', approvalId)).ok).toBe(false);
    await vote('bruno', approvalId);
    expect((await again()).body.kind).toBe('continue');
    await who('amelie').call('withdrawEntered', { params: { id: made.body.id } });
    world.moveClock('2s');
  });
  it('is refused in a ring, and for another than oneself', async () => {
    const made = await delegate('amelie', 'amelie', 'bruno');
    expect((await delegate('bruno', 'bruno', 'amelie')).problem.code).toBe('delegation_loop');
    expect((await delegate('emre', 'chidi', 'emre')).problem.code).toBe('not_entitled');
    await who('amelie').call('withdrawEntered', { params: { id: made.body.id } });
    world.moveClock('2s');
  });
  it('never reaches somebody who is excluded, nor carries a right that is', async () => {
    const made = await delegate('amelie', 'amelie', 'emre');
    world.moveClock('2s');
    const asked = await waiting('anything', { h7: 2 }, 'emre');
    expect((await vote('emre', asked.approvalId, { insteadOf: 'amelie' })).problem.code).toBe('separation_of_duties');
    const other = await waiting('anything', { h7: 3 }, 'amelie');
    expect((await vote('emre', other.approvalId, { insteadOf: 'amelie' })).problem.code).toBe('separation_of_duties');
    await who('amelie').call('withdrawEntered', { params: { id: made.body.id } });
    world.moveClock('2s');
  });
});

describe('H8: signed before it was read', () => {
  it('is refused until it was open for the time the control asks', async () => {
    const { approvalId, digest } = await waiting('careful', { note: 'h8' });
    expect((await vote('amelie', approvalId)).problem.code).toBe('not_read');
    await who('amelie').call('openApproval', { params: { approvalId }, body: { digest } });
    world.moveClock('29s');
    expect((await vote('amelie', approvalId)).problem.code).toBe('not_read');
    world.moveClock('1s');
    const signed = await vote('amelie', approvalId);
    expect(signed.body).toMatchObject({ status: 'approved' });
    expect(signed.body.signatures[0]?.openedAt).not.toBeNull();
  });
});

describe('H11: a vote on an old page', () => {
  it('changes nothing', async () => {
    const { approvalId, digest } = await waiting('many', { note: 'h11' });
    await vote('amelie', approvalId);
    const stale = await who('bruno').call('approve', { params: { approvalId }, body: { revision: 0, digest } });
    expect(stale.problem.code).toBe('stale_revision');
  });
});

describe('H12: break-glass', () => {
  it('is a right of its own: without it nobody takes over by it', async () => {
    const { params } = await start();
    const body = { breakGlass: true, reason: 'It burns.' };
    expect((await who('bruno').call('takeOver', { params, body })).problem.code).toBe('not_entitled');
    expect((await who('emre').call('takeOver', { params, body })).ok).toBe(true);
    const open = await who('dana').call('listExceptions', { query: { open: 'true', runId: params.runId } });
    expect(open.body.items).toMatchObject([{ kind: 'breakGlass', open: true, by: { id: 'emre' } }]);
    await who('dana').call('reviewBreakGlass', { params, body: { comment: 'Right.' } });
    const after = await who('dana').call('listExceptions', { query: { open: 'true', runId: params.runId } });
    expect(after.body.items).toEqual([]);
  });
});

describe('H13: many at once', () => {
  it('is one decision on items of one kind, each by its digest and with its own entry', async () => {
    const some = await Promise.all([1, 2, 3].map((n) => waiting('anything', { batch: n })));
    const items = await Promise.all(
      some.map(async ({ approvalId }) => {
        const { revision, digest } = await seen(approvalId);
        return { approvalId, revision, digest };
      }),
    );
    const [first, second, third] = items as [(typeof items)[0], (typeof items)[0], (typeof items)[0]];
    const other = await waiting('many', { note: 'batch' });
    const stranger = { approvalId: other.approvalId, revision: 0, digest: other.digest };
    const mixed = await who('amelie').call('decideBatch', { body: { approve: [first, stranger] } });
    expect(mixed.problem.code).toBe('mixed_batch');
    const decided = await who('amelie').call('decideBatch', {
      body: {
        approve: [first, { ...second, digest: first.digest }],
        reject: [{ ...third, because: 'Not this one.' }],
      },
    });
    expect(decided.body.items.map(({ decided: what, code }) => what ?? code)).toEqual([
      'approved',
      'digest_mismatch',
      'rejected',
    ]);
    const entries = await who('dana').call('runEntries', { params: some[0]?.params ?? {} });
    const signed = entries.body.items.find(({ type }) => type === 'ApprovalSigned');
    expect(signed?.event.batch).toMatchObject({ batchId: decided.body.batchId, size: 3 });
  });
});

describe('H17: the approver mends the numbers', () => {
  it('to what no rule asks about any more: that is said, and it is signed all the same', async () => {
    const { approvalId, digest } = await waiting('pay', pay('1800.00'));
    const { revision } = await seen(approvalId);
    const body = { revision, digest, arguments: pay('20.00'), because: 'A comma.' };
    const edited = await who('amelie').call('editApproval', { params: { approvalId }, body });
    expect(edited.body.because).toEqual([
      'With these arguments no rule asks for it any more.',
      'Amélie Laurent changed the arguments: A comma.',
    ]);
  });

  it('that is a new version, which others sign; who changed it asked for it', async () => {
    const { approvalId, ask, digest, params } = await waiting('pay', pay('1800.00'));
    const { revision } = await seen(approvalId);
    const body = { revision, digest, arguments: pay('1700.00'), because: 'The credit note counts.' };
    const to = { ...pay('1700.00'), to: 'me' };
    const elsewhere = await who('amelie').call('editApproval', {
      params: { approvalId },
      body: { ...body, arguments: to },
    });
    expect(elsewhere.problem.code).toBe('not_editable');
    const tooMuch = { ...body, arguments: pay('20000.00') };
    expect((await who('amelie').call('editApproval', { params: { approvalId }, body: tooMuch })).problem.code).toBe(
      'invalid_request',
    );
    const edited = await who('amelie').call('editApproval', { params: { approvalId }, body });
    expect(edited.body).toMatchObject({
      replaces: approvalId,
      editedBy: 'amelie',
      before: pay('1800.00'),
      signatures: [],
      because: ['EUR 1,700.00 is a lot.', 'Amélie Laurent changed the arguments: The credit note counts.'],
    });
    const { body: entries } = await who('dana').call('runEntries', { params, query: { limit: 200 } });
    expect(entries.items.map(({ sentence }) => sentence).join('\n')).toContain('EUR 1,800.00 is a lot.');
    expect((await seen(approvalId)).status).toBe('void');
    expect((await vote('amelie', edited.body.approvalId)).problem.code).toBe('separation_of_duties');
    await vote('chidi', edited.body.approvalId);
    await vote('bruno', edited.body.approvalId);
    expect((await ask('pay', pay('1800.00'))).body.kind).toBe('pause');
  });
});

describe('H19: asked again until somebody agrees', () => {
  it('a refusal holds, in other runs too, until who refused gives in', async () => {
    const { approvalId, again } = await waiting('anything', { h19: 1 });
    await refuse('bruno', approvalId, 'A duplicate.');
    expect((await again()).body).toMatchObject({ kind: 'forbid', because: expect.stringContaining('A duplicate.') });
    const { ask } = await start();
    expect((await ask('anything', { h19: 1 })).body).toMatchObject({ kind: 'forbid' });
    const body = { because: 'It was not.' };
    expect((await who('amelie').call('withdrawVote', { params: { approvalId }, body })).problem.code).toBe('no_vote');
    expect((await who('bruno').call('withdrawVote', { params: { approvalId }, body })).body.status).toBe('waiting');
    expect((await ask('anything', { h19: 1 }, 'k2')).body.kind).toBe('pause');
  });
});

describe('a signature', () => {
  it('can be taken back until it is used', async () => {
    const { approvalId, again, ask } = await waiting('anything', { back: 1 });
    await vote('amelie', approvalId);
    await who('amelie').call('withdrawVote', { params: { approvalId }, body: { because: 'Too fast.' } });
    expect((await again()).body.kind).toBe('pause');
    await vote('amelie', approvalId);
    expect((await ask('anything', { back: 1 })).body.kind).toBe('continue');
    const late = await who('amelie').call('withdrawVote', { params: { approvalId }, body: { because: 'Oh.' } });
    expect(late.problem.code).toBe('approval_not_waiting');
  });
});

describe('taking a vote back', () => {
  const withdraw = (name: string, approvalId: string) =>
    who(name).call('withdrawVote', { params: { approvalId }, body: { because: 'Wait.' } });

  it('is offered until the run is over, and refused then', async () => {
    const { approvalId, params } = await waiting('anything', { over: 1 });
    await vote('amelie', approvalId);
    expect((await seen(approvalId)).you.allowed).toEqual(['withdraw']);
    expect((await agent.call('finish', { params, body: { epoch: 1, outcome: 'over' } })).ok).toBe(true);
    expect((await seen(approvalId)).you).toMatchObject({ allowed: [], because: expect.stringContaining('ended') });
    expect((await withdraw('amelie', approvalId)).ok).toBe(false);
  });

  it('is offered to those who refused, and not to who was outvoted', async () => {
    const { approvalId } = await waiting('many', { note: 'outvoted' });
    await vote('amelie', approvalId);
    await refuse('bruno', approvalId, 'No.');
    await refuse('chidi', approvalId, 'No.');
    expect(await seen(approvalId)).toMatchObject({ status: 'rejected', you: { allowed: [] } });
    expect((await withdraw('amelie', approvalId)).problem.code).toBe('no_vote');
    expect((await seen(approvalId, 'bruno')).you.allowed).toEqual(['withdraw']);
  });
});

describe('silence', () => {
  it('is neither yes nor no: where the control waits, people are told again', async () => {
    const { approvalId, again } = await waiting('pay', pay('1600.00'));
    const before = (await seen(approvalId)).expiresAt ?? '';
    await world.fastForward('1h');
    const after = await seen(approvalId);
    expect(after.status).toBe('waiting');
    expect(Date.parse(after.expiresAt ?? '')).toBeGreaterThan(Date.parse(before));
    expect((await again()).body.kind).toBe('pause');
  });
});

describe('refusals that are counted', () => {
  it('end it only when the quorum cannot be reached any more', async () => {
    const { approvalId } = await waiting('many', { note: 'votes' });
    await refuse('amelie', approvalId, 'No.');
    expect((await seen(approvalId)).status).toBe('waiting');
    await refuse('bruno', approvalId, 'No.');
    expect((await seen(approvalId)).status).toBe('rejected');
  });
});
