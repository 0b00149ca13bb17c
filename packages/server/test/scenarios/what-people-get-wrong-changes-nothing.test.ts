/** Faults of people and of their browsers, each under its name in the catalogue: one vote, one holder, no vote by accident. */
import { type RouteName, routes } from '@belay/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Client, createWorld, invoice, urlOf, type World } from '../world.ts';

let world: World;
let agent: Client;
let bruno: Awaited<ReturnType<World['person']>>;
let dana: Client;
beforeAll(async () => {
  world = await createWorld({ controls: ['payment-approval'] });
  agent = await world.agent('payer');
});
// A session lasts twelve hours, and hours pass here.
beforeEach(async () => {
  bruno = await world.person('bruno');
  dana = await world.person('dana');
});
afterAll(() => world.close());

let made = 0;
const gated = async (changes: Parameters<typeof invoice>[2]) => {
  const args = invoice(world.records, `F-${++made}`, changes);
  const subject = { invoiceId: args.invoiceId };
  const { body } = await agent.call('startRun', { body: { control: 'payment-approval', subject } });
  const params = { runId: body.run.runId };
  const ask = { epoch: 1, step: 'release-payment', arguments: args, key: 'pay' };
  return { params, answer: (await agent.call('gate', { params, body: ask })).body };
};
const handedOff = async () => {
  const { params: run, answer } = await gated({ vendor: { ageDays: 3 } });
  if (answer.kind !== 'handoff') throw new Error(JSON.stringify(answer));
  const params = { caseId: answer.caseId };
  const now = async () => (await dana.call('getCase', { params })).body;
  return { run, params, now };
};
const toSign = async () => {
  const { answer } = await gated({ erp: { amount: 'EUR 700.00' } });
  if (answer.kind !== 'pause') throw new Error(JSON.stringify(answer));
  const approvalId = answer.approvalIds[0] ?? '';
  const now = async () => (await dana.call('getApproval', { params: { approvalId } })).body;
  return { approvalId, digest: answer.digest, now };
};

describe('H2: the same press twice', () => {
  it('is one vote, also without an Idempotency-Key', async () => {
    const { approvalId, digest, now } = await toSign();
    const body = { revision: 0, digest };
    const pressed = await Promise.all([1, 2, 3].map(() => bruno.call('approve', { params: { approvalId }, body })));
    expect(pressed.some(({ ok }) => ok)).toBe(true);
    expect((await now()).signatures).toMatchObject([{ by: 'bruno' }]);
    expect((await bruno.call('approve', { params: { approvalId }, body })).body.signatures).toHaveLength(1);
  });
});

describe('H9: somebody takes over and then nothing happens', () => {
  it('they are reminded, others are asked, and control never goes back to the agent by itself', async () => {
    const { run, params, now } = await handedOff();
    await bruno.call('claimCase', { params, body: { revision: (await now()).revision } });
    const before = (await now()).told.length;
    for (let hours = 0; hours < 8; hours += 2) await world.fastForward('2h');
    const told = (await now()).told.slice(before);
    expect(told.flatMap(({ people }) => people)).toContain('Dana Whitfield');
    const timeline = await dana.call('runEntries', { params: run, query: { limit: 200 } });
    expect(timeline.body.items.map(({ sentence }) => sentence)).toContain(
      'Bruno Ferrari was reminded: nothing has happened since the takeover.',
    );
    expect(await now()).toMatchObject({ status: 'claimed', claimedBy: 'bruno' });
    const held = await dana.call('getRun', { params: run });
    expect(held.body.holder).toMatchObject({ kind: 'person', id: 'bruno' });
  });
});

describe('H10: two people take over', () => {
  it('one has it; the other may take it from them with a reason, and the epoch grows each time', async () => {
    const { run, params, now } = await handedOff();
    const body = { revision: (await now()).revision };
    const both = await Promise.all([bruno, dana].map((who) => who.call('claimCase', { params, body })));
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
    const { claimedBy, revision } = await now();
    const other = claimedBy === 'bruno' ? dana : bruno;
    expect((await other.call('claimCase', { params, body: { revision } })).problem.code).toBe('takeover_needs_reason');
    const steal = { revision, reason: 'The bank closes at noon.' };
    expect((await other.call('claimCase', { params, body: steal })).ok).toBe(true);
    expect(await now()).toMatchObject({
      claimedBy: claimedBy === 'bruno' ? 'dana' : 'bruno',
      takenFrom: { personId: claimedBy, because: 'The bank closes at noon.' },
    });
    const timeline = await dana.call('runEntries', { params: run, query: { limit: 200 } });
    const epochs = timeline.body.items.filter(({ type }) => type === 'ControlTaken').map(({ event }) => event.epoch);
    expect(epochs).toEqual([2, 3]);
  });
});

describe('H14: only who asked would be on call', () => {
  it('an approval that nobody can sign is handed on when its time is over, and says so', async () => {
    const args = invoice(world.records, `F-${++made}`, { erp: { amount: 'USD 70.00' } });
    const start = { control: 'payment-approval', subject: { invoiceId: args.invoiceId }, onBehalfOf: 'bruno' };
    const { body } = await agent.call('startRun', { body: start });
    const params = { runId: body.run.runId };
    const ask = { epoch: 1, step: 'release-payment', arguments: args, key: 'pay' };
    const answer = (await agent.call('gate', { params, body: ask })).body;
    if (answer.kind !== 'pause') throw new Error(JSON.stringify(answer));
    const approvalId = answer.approvalIds[0] ?? '';
    const view = (await dana.call('getApproval', { params: { approvalId } })).body;
    expect(view).toMatchObject({ groups: [{ left: [] }], excluded: ['bruno'] });
    const vote = { revision: view.revision, digest: view.digest };
    expect((await bruno.call('approve', { params: { approvalId }, body: vote })).problem.code).toBe(
      'separation_of_duties',
    );
    await world.fastForward('8h');
    const cases = await dana.call('listCases', { query: { runId: params.runId } });
    expect(cases.body.items[0]?.reasons.map(({ kind }) => kind)).toContain('approvalExpired');
  });
});

describe('H15: a session in the wrong hands, another site, a frame', () => {
  it('a page of another site changes nothing: the cookie stays at home, and alone it is not enough', async () => {
    const { approvalId, digest, now } = await toSign();
    const cookie = { cookie: `belay_session=${bruno.session}`, 'content-type': 'application/json' };
    const address = `http://belay.test${urlOf('approve', { approvalId })}`;
    const body = JSON.stringify({ revision: 0, digest });
    for (const headers of [cookie, { ...cookie, 'x-belay-csrf': 'guessed' }]) {
      const sent = await world.app.fetch(new Request(address, { method: 'POST', headers, body }));
      expect(sent.status).toBe(403);
    }
    const form = { ...cookie, 'content-type': 'application/x-www-form-urlencoded' };
    expect((await world.app.fetch(new Request(address, { method: 'POST', headers: form, body }))).ok).toBe(false);
    expect((await now()).signatures).toEqual([]);
    const token = await world.app.accounts.createLoginLink('bruno', world.clock.now());
    const login = new Request('http://belay.test/v1/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    const set = (await world.app.fetch(login)).headers.get('set-cookie');
    expect(set).toMatch(/HttpOnly/);
    expect(set).toMatch(/SameSite=Strict/);
  });

  it('no page is framed, and a session that was ended is worth nothing', async () => {
    for (const path of ['/', '/approvals', '/v1/me', '/docs']) {
      const answer = await world.app.fetch(new Request(`http://belay.test${path}`));
      expect(answer.headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'");
    }
    const stolen = await world.person('chidi');
    await stolen.call('logout', { body: {} });
    expect((await stolen.call('me')).status).toBe(401);
  });
});

describe('H16: a mail scanner follows every link', () => {
  it('reading decides nothing: after a GET of every address that a card or mail can carry, all is as it was', async () => {
    const { approvalId, now } = await toSign();
    const { params, now: kaseNow } = await handedOff();
    const count = async () => (await world.pool.query('SELECT count(*)::int AS n FROM entries')).rows;
    const [entries, approval, kase] = [await count(), await now(), await kaseNow()];
    const token = await world.app.accounts.createLoginLink('bruno', world.clock.now());
    const before = await count();
    expect(before).not.toEqual(entries);
    const session = { cookie: `belay_session=${bruno.session}`, 'x-belay-csrf': bruno.csrf };
    const ids = { approvalId, ...params };
    const paths = (Object.keys(routes) as RouteName[]).map((name) => urlOf(name, ids));
    const links = [`/approvals/${approvalId}`, `/cases/${params.caseId}`, `/login?token=${token}`, ...paths];
    for (const path of new Set(links)) {
      if (path === '/v1/feed') continue;
      for (const method of ['GET', 'HEAD'])
        await (await world.app.fetch(new Request(`http://belay.test${path}`, { method, headers: session }))).text();
    }
    expect(await count()).toEqual(before);
    expect(await now()).toEqual(approval);
    expect(await kaseNow()).toEqual(kase);
    expect(await world.app.accounts.openSession(token, world.clock.now())).not.toBeNull();
  });
});

describe('H18: seen, and then nothing', () => {
  it('a case that was put off is told again at its end, and the ladder goes on', async () => {
    const { params, now } = await handedOff();
    const told = (await now()).told.length;
    const until = new Date(world.clock.now() + 3_600_000).toISOString();
    const body = { revision: (await now()).revision, until, because: 'I have seen it.' };
    expect((await bruno.call('snoozeCase', { params, body })).ok).toBe(true);
    await world.fastForward('59m');
    expect((await now()).told).toHaveLength(told);
    await world.fastForward('1m');
    expect((await now()).told).toHaveLength(told + 1);
    await world.fastForward('16m');
    expect((await now()).told.length).toBeGreaterThan(told + 1);
    expect((await now()).status).toBe('open');
  });
});
