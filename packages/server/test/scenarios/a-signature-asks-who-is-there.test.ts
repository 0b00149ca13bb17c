/**
 * Promise: what asks for a recent sign-in is signed by somebody who has just shown who they are, and by nobody who found a
 * session open, or stole one; and the evidence says how and when they had shown it.
 */
import type { EntryView } from '@belay/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type IdentityProvider, startIdentityProvider, Visitor } from '../identity-provider.ts';
import { type Client, clientOf, createWorld, invoice, sampleOrganisation, type World } from '../world.ts';

let idp: IdentityProvider;
let world: World;
let payments = 0;

/** The identity provider has the clock of the machine: Belay's is behind by an hour at first, and is moved towards it. */
const behindMs = 3_600_000;

beforeAll(async () => {
  const { people, ...org } = sampleOrganisation();
  idp = await startIdentityProvider({
    'sub-bruno': { email: 'bruno@example.com', email_verified: true },
    'sub-amelie': { email: 'amelie@example.com', email_verified: true },
  });
  world = await createWorld({
    controls: ['payment-approval'],
    organisation: { ...org, people: people.map((one) => ({ ...one, email: `${one.personId}@example.com` })) },
    edit: (text) => text.replace('from: role:treasury-lead\n', 'from: role:treasury-lead\n    fresh-sign-in: 10m\n'),
    oidc: idp.settings,
    now: Date.now() - behindMs,
  });
});
afterEach(() => idp.lies(null));
afterAll(async () => {
  await world.close();
  await idp.close();
});

/** An approval that waits for the treasury lead: a payment that is not in EUR. */
const waiting = async (): Promise<{ approvalId: string; revision: number; digest: string; runId: string }> => {
  const id = `F-${++payments}`;
  const agent = await world.agent(`agent-${id}`, ['payment-approval']);
  const args = invoice(world.records, id, { erp: { amount: 'USD 120.00' } });
  const started = await agent.call('startRun', { body: { control: 'payment-approval', subject: { invoiceId: id } } });
  const { runId } = started.body.run;
  const body = { epoch: 1, step: 'release-payment', arguments: args, key: 'pay' };
  await agent.call('gate', { params: { runId }, body });
  const bruno = await world.person('bruno');
  const { items } = (await bruno.call('listApprovals', { query: { runId } })).body;
  const found = items.find(({ freshSignInMs }) => freshSignInMs !== null);
  if (found === undefined) throw new Error(`nothing asks for a recent sign-in: ${JSON.stringify(items)}`);
  return { approvalId: found.approvalId, revision: found.revision, digest: found.digest, runId };
};

type Waiting = Awaited<ReturnType<typeof waiting>>;
const sign = (who: Client, { approvalId, revision, digest }: Waiting) =>
  who.call('approve', { params: { approvalId }, body: { revision, digest } });

const clientFor = async ({ session }: Visitor): Promise<Client> => {
  const cookie = `belay_session=${session}`;
  const { csrf } = (await clientOf(world.app, { cookie }).call('me')).body;
  return clientOf(world.app, { cookie, 'x-belay-csrf': csrf });
};

const entriesOf = async (who: Client, { runId }: Waiting): Promise<EntryView[]> =>
  (await who.call('runEntries', { params: { runId }, query: { limit: 500 } })).body.items;

describe('a recent sign-in', () => {
  it('with the company lets somebody sign, and is kept with the signature', async () => {
    const asked = await waiting();
    const bruno = new Visitor(() => world.app);
    await bruno.signIn('sub-bruno');
    const client = await clientFor(bruno);
    const { body } = await sign(client, asked);
    const signIn = { method: 'company', issuer: idp.issuer, amr: ['pwd', 'otp'] };
    expect(body.signatures).toMatchObject([{ by: 'bruno', signIn }]);
    const signed = (await entriesOf(client, asked)).find(({ type }) => type === 'ApprovalSigned');
    expect(signed?.event).toMatchObject({ signIn: { ...signIn, at: expect.any(Number) } });
  });

  it('with a one-time link counts from the moment that the link was used', async () => {
    const asked = await waiting();
    const bruno = await world.person('bruno');
    world.moveClock('10m');
    expect((await sign(bruno, asked)).body.signatures).toMatchObject([{ signIn: { method: 'link', issuer: null } }]);
  });
});

describe('an older sign-in', () => {
  it('is refused with the remedy, leaves an entry, and signs after signing in again; the old session is over', async () => {
    const asked = await waiting();
    const bruno = new Visitor(() => world.app);
    await bruno.signIn('sub-bruno');
    world.moveClock('11m');
    const old = await clientFor(bruno);
    const refused = await sign(old, asked);
    expect(refused.problem).toMatchObject({ code: 'sign_in_too_old', status: 403 });
    expect(refused.problem.detail).toMatch(/within 10m of signing: you did at \d{4}-/);
    expect(refused.problem.remedy).toMatch(/Sign in again/);
    const kept = (await entriesOf(old, asked)).find(({ type }) => type === 'VoteRefused');
    expect(kept?.event).toMatchObject({ vote: 'approve', code: 'sign_in_too_old' });

    const page = `/approvals/${asked.approvalId}`;
    const there = await bruno.open(`http://belay.test/sign-in?again&to=${page}`);
    const { searchParams } = new URL(there.headers.get('location') ?? '');
    expect([searchParams.get('prompt'), searchParams.get('max_age')]).toEqual(['login', '0']);
    const back = await bruno.signIn('sub-bruno', `/sign-in?again&to=${page}`);
    expect(back.headers.get('location')).toBe(`http://belay.test${page}`);
    expect((await old.call('me')).status).toBe(401);
    expect((await sign(await clientFor(bruno), asked)).ok).toBe(true);
  });

  it('is not renewed by signing in as somebody else, nor by a provider that did not ask', async () => {
    const asked = await waiting();
    const bruno = new Visitor(() => world.app);
    await bruno.signIn('sub-bruno');
    world.moveClock('11m');
    const other = await bruno.signIn('sub-amelie', '/sign-in?again&to=/runs');
    expect(await other.text()).toMatch(/Somebody else signed in.*You came back as Am.lie.*to=%2Fruns&amp;again/s);
    idp.lies((claims) => ({ claims: { ...claims, auth_time: Number(claims.auth_time) - 2 * 3_600 } }));
    expect(await (await bruno.signIn('sub-bruno', '/sign-in?again')).text()).toMatch(/did not ask who you are/);
    idp.lies(({ auth_time: _, ...claims }) => ({ claims }));
    expect(await (await bruno.signIn('sub-bruno', '/sign-in?again')).text()).toMatch(/did not ask who you are/);
    expect((await sign(await clientFor(bruno), asked)).problem.code).toBe('sign_in_too_old');
  });

  it('is one of which nobody knows when it was', async () => {
    const asked = await waiting();
    idp.lies(({ auth_time: _, ...claims }) => ({ claims }));
    const bruno = new Visitor(() => world.app);
    await bruno.signIn('sub-bruno');
    expect((await sign(await clientFor(bruno), asked)).problem.detail).toMatch(/nobody can say when you did/);
  });

  it('signs nothing as one of many either, and refuses as before', async () => {
    const asked = await waiting();
    const { approvalId, revision, digest } = asked;
    const bruno = await world.person('bruno');
    world.moveClock('11m');
    const bound = { approvalId, revision, digest };
    const many = await bruno.call('decideBatch', { body: { approve: [bound], reject: [] } });
    expect(many.body.items).toMatchObject([{ decided: null, code: 'sign_in_too_old' }]);
    const body = { revision, digest, because: 'Not ours.' };
    expect((await bruno.call('reject', { params: { approvalId }, body })).ok).toBe(true);
  });
});

describe('allow once', () => {
  it('gives no signature: what is asked of the step still asks who is there', async () => {
    const id = `F-${++payments}`;
    const agent = await world.agent(`agent-${id}`, ['payment-approval']);
    const args = invoice(world.records, id, { erp: { amount: 'USD 120.00' }, vendor: { ageDays: 3 } });
    const started = await agent.call('startRun', { body: { control: 'payment-approval', subject: { invoiceId: id } } });
    const params = { runId: started.body.run.runId };
    const ask = async (epoch: number) =>
      (
        await agent.call('gate', {
          params,
          body: { epoch, step: 'release-payment', arguments: args, key: 'pay' },
        })
      ).body;
    const handed = await ask(1);
    const caseId = handed.kind === 'handoff' ? handed.caseId : '';
    const bruno = await world.person('bruno');
    world.moveClock('11m');
    const { revision } = (await bruno.call('getCase', { params: { caseId } })).body;
    const { body: kase } = await bruno.call('claimCase', { params: { caseId }, body: { revision } });
    const allowOnce = [{ step: 'release-payment', digest: handed.digest }];
    const back = { revision: kase.revision, instructions: 'I called them.', allowOnce };
    expect((await bruno.call('returnCase', { params: { caseId }, body: back })).ok).toBe(true);
    const { epoch, instructionsToAcknowledge } = (await agent.call('attachRun', { params, body: {} })).body;
    await agent.call('acknowledge', { params, body: { epoch, digest: instructionsToAcknowledge?.digest ?? '' } });
    expect(await ask(epoch)).toMatchObject({ kind: 'pause' });
    const { items } = (await bruno.call('listApprovals', { query: { runId: params.runId } })).body;
    const asked = items.find(({ freshSignInMs }) => freshSignInMs !== null);
    const body = { revision: asked?.revision ?? 0, digest: asked?.digest ?? '' };
    const signed = await bruno.call('approve', { params: { approvalId: asked?.approvalId ?? '' }, body });
    expect(signed.problem.code).toBe('sign_in_too_old');
  });
});
