/**
 * Promise: people come in with their company's sign-in, as who they are and nobody else, whatever the provider answers;
 * and whoever is not named in the organisation stays outside.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { signInAccount } from '../../src/domain/oncall/identity.ts';
import { examine } from '../../src/server.ts';
import { type Claims, type IdentityProvider, startIdentityProvider, Visitor } from '../identity-provider.ts';
import { clientOf, createWorld, sampleOrganisation, type World } from '../world.ts';

const accounts: Record<string, Claims> = {
  'sub-bruno': { email: 'BRUNO@example.com', email_verified: true },
  'sub-amelie': { email: 'amelie@example.com', email_verified: true },
  'sub-emre': { email: 'emre@example.com', email_verified: true },
  stranger: { email: 'stranger@example.com', email_verified: true },
  unverified: { email: 'chidi@example.com', email_verified: false },
  silent: { email: 'chidi@example.com' },
  nameless: {},
  entra: { email: 'chidi@example.com', xms_edov: true },
  impostor: { email: 'bruno@example.com', email_verified: true },
  kelvin: { email: '\u212Aofi@example.com', email_verified: true },
};

let idp: IdentityProvider;
let world: World;

const organisation = () => {
  const org = sampleOrganisation();
  return { ...org, people: org.people.map((one) => ({ ...one, email: `${one.personId}@example.com` })) };
};

beforeAll(async () => {
  idp = await startIdentityProvider(accounts);
  world = await createWorld({ oidc: idp.settings, organisation: organisation(), now: Date.now() });
});
afterEach(() => idp.lies(null));
afterAll(async () => {
  await world.close();
  await idp.close();
});

const visitor = () => new Visitor(() => world.app);
const clientFor = ({ session }: Visitor) => clientOf(world.app, { cookie: `belay_session=${session}` });
const meOf = async (who: Visitor) => (await clientFor(who).call('me')).body.person.personId;

/** The page of somebody who stays outside: its status and what it says. */
const outside = async (response: Response, who: Visitor) => {
  expect(response.headers.get('content-type')).toMatch(/text\/html/);
  expect(who.session).toBeUndefined();
  return `${response.status} ${(await response.text()).replace(/<[^>]+>/g, ' ')}`;
};

const entries = async (type: string) => {
  const { rows } = await world.pool.query<{ event: Claims }>('SELECT event FROM entries WHERE type = $1 ORDER BY at', [
    type,
  ]);
  return rows.map(({ event }) => event);
};

describe('who comes in', () => {
  it('whoever the organisation names, by a verified address the first time and by the account from then on', async () => {
    const bruno = visitor();
    const response = await bruno.signIn('sub-bruno', '/sign-in?to=/approvals%3Fshow=decided');
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('http://belay.test/approvals?show=decided');
    expect(response.headers.getSetCookie().join()).toMatch(
      /belay_session=session_[^;]+; Path=\/; HttpOnly; SameSite=Strict/,
    );
    expect(await meOf(bruno)).toBe('bruno');
    const address = `${idp.issuer} sub-bruno`;
    const linked = (await entries('AccountLinked')).filter(({ accounts }) =>
      JSON.stringify(accounts).includes('bruno'),
    );
    expect(linked).toMatchObject([{ accounts: [{ personId: 'bruno', channel: signInAccount, address }] }]);
    accounts['sub-bruno'] = { email: 'renamed@example.com', email_verified: false };
    const again = visitor();
    await again.signIn('sub-bruno');
    expect(await meOf(again)).toBe('bruno');
    const opened = (await entries('SessionOpened')).at(-1);
    expect(opened).toMatchObject({ personId: 'bruno', method: 'company', issuer: idp.issuer, amr: ['pwd', 'otp'] });
    expect(Math.abs(Date.parse(String(opened?.signedInAt)) - world.clock.now())).toBeLessThan(60_000);
  });

  it('nobody else: unknown, unverified, unnamed, or with a letter that only looks the same', async () => {
    const turned: Record<string, RegExp> = {
      stranger: /403 .*Nobody in the organisation has this identity.*stranger@example\.com/s,
      unverified: /403 .*was verified.*chidi@example\.com is yours.*127\.0\.0\.1:\d+ unverified/s,
      silent: /403 .*was verified/s,
      nameless: /403 .*No e-mail address came along/s,
      kelvin: /403 .*Nobody in the organisation/s,
    };
    for (const [account, words] of Object.entries(turned)) {
      const who = visitor();
      expect(await outside(await who.signIn(account), who)).toMatch(words);
    }
  });

  it('not with the address of somebody who is linked to another account', async () => {
    await visitor().signIn('sub-bruno');
    const impostor = visitor();
    expect(await outside(await impostor.signIn('impostor'), impostor)).toMatch(/409 .*linked to another account/s);
  });

  it('whose mail domain Entra ID vouches for, and whom an administrator linked', async () => {
    const chidi = visitor();
    await chidi.signIn('entra');
    expect(await meOf(chidi)).toBe('chidi');
    const admin = await world.person('dana');
    const body = { channel: signInAccount, address: `${idp.issuer} nameless` };
    expect((await admin.call('linkAccount', { params: { personId: 'dana' }, body })).ok).toBe(true);
    const dana = visitor();
    await dana.signIn('nameless');
    expect(await meOf(dana)).toBe('dana');
  });

  it('not somebody who has left', async () => {
    const org = organisation();
    const left = org.people.map((one) => (one.personId === 'amelie' ? { ...one, active: false } : one));
    await visitor().signIn('sub-amelie');
    await world.app.services.applyOrganisation({ ...org, people: left }, { kind: 'person', id: 'dana' });
    const amelie = visitor();
    expect(await outside(await amelie.signIn('sub-amelie'), amelie)).toMatch(/403 .*no longer active/s);
    await world.app.services.applyOrganisation(org, { kind: 'person', id: 'dana' });
  });

  it('and goes out again: the session ends', async () => {
    const bruno = visitor();
    await bruno.signIn('sub-bruno');
    const { csrf } = (await clientFor(bruno).call('me')).body;
    const headers = { cookie: `belay_session=${bruno.session}`, 'x-belay-csrf': csrf };
    expect((await clientOf(world.app, headers).call('logout')).ok).toBe(true);
    expect((await clientFor(bruno).call('me')).status).toBe(401);
  });
});

describe('an answer that does not hold lets nobody in', () => {
  const wrong: Record<string, [(claims: Claims) => { claims: Claims; alg?: 'none'; foreignKey?: true }, RegExp]> = {
    'another nonce': [
      (claims) => ({ claims: { ...claims, nonce: 'of somebody else' } }),
      /answer of the identity provider was refused/,
    ],
    'no nonce': [({ nonce: _, ...claims }) => ({ claims }), /was refused/],
    'another audience': [(claims) => ({ claims: { ...claims, aud: 'another-application' } }), /was refused/],
    'another issuer': [(claims) => ({ claims: { ...claims, iss: 'https://login.elsewhere.example' } }), /was refused/],
    'over an hour ago': [
      (claims) => ({ claims: { ...claims, exp: Number(claims.exp) - 3 * 3_600 } }),
      /clocks of Belay and of the identity provider differ/,
    ],
    'not signed': [(claims) => ({ claims, alg: 'none' }), /was refused/],
    'signed by a stranger': [(claims) => ({ claims, foreignKey: true }), /was refused/],
    'verified as a word': [
      (claims) => ({ claims: { ...claims, sub: 'fresh', email_verified: 'true' } }),
      /was verified/,
    ],
  };
  it.each(Object.entries(wrong))('%s', async (_name, [lie, words]) => {
    idp.lies(lie);
    const who = visitor();
    expect(await outside(await who.signIn('sub-emre'), who)).toMatch(words);
  });

  it('a clock that is an hour ahead, which is said so', async () => {
    const slow = await createWorld({
      oidc: idp.settings,
      organisation: organisation(),
      now: Date.now() + 3 * 3_600_000,
    });
    const who = new Visitor(() => slow.app);
    expect(await outside(await who.signIn('sub-emre'), who)).toMatch(/clocks of Belay/);
    await slow.close();
  });

  it('an answer that was used, in the same browser or another', async () => {
    const emre = visitor();
    const callback = await emre.toCallback('/sign-in', 'sub-emre');
    const kept = new Map(emre.cookies.get('belay.test'));
    expect((await emre.open(callback)).status).toBe(303);
    const other = visitor();
    expect(await outside(await other.open(callback), other)).toMatch(/410 .*begun in another browser/s);
    other.cookies.set('belay.test', kept);
    expect(await outside(await other.open(callback), other)).toMatch(/410 .*used before/s);
  });

  it('the answer of one browser in another that has one of its own under way', async () => {
    const [mine, theirs] = [visitor(), visitor()];
    const callback = await theirs.toCallback('/sign-in', 'sub-emre');
    await mine.open('http://belay.test/sign-in');
    expect(await outside(await mine.open(callback), mine)).toMatch(/another browser/);
  });

  it('what the browser kept, changed by it or kept too long', async () => {
    const emre = visitor();
    const callback = await emre.toCallback('/sign-in', 'sub-emre');
    const [[name = '', value = ''] = []] = [...(emre.cookies.get('belay.test') ?? [])];
    const [text = '', seal = ''] = value.split('.');
    const changed = { ...JSON.parse(Buffer.from(text, 'base64url').toString()), to: '/elsewhere' };
    emre.cookies.set(
      'belay.test',
      new Map([[name, `${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${seal}`]]),
    );
    expect(await outside(await emre.open(callback), emre)).toMatch(/another browser/);
    emre.cookies.set('belay.test', new Map([[name, value]]));
    world.moveClock('11m');
    expect(await outside(await emre.open(callback), emre)).toMatch(/longer than ten minutes/);
    world.moveClock('-11m');
  });

  it('a sign-in that was cancelled', async () => {
    const who = visitor();
    expect(await outside(await who.signIn(''), who)).toMatch(/403 .*sign-in was cancelled/s);
  });
});

describe('the way', () => {
  it('two tabs sign in beside each other, each to its page', async () => {
    const emre = visitor();
    const first = await emre.toCallback('/sign-in?to=/runs', 'sub-emre');
    const second = await emre.toCallback('/sign-in?to=/controls', 'sub-emre');
    expect((await emre.open(first)).headers.get('location')).toBe('http://belay.test/runs');
    expect((await emre.open(second)).headers.get('location')).toBe('http://belay.test/controls');
  });

  it('back leads to a page of ours and nowhere else', async () => {
    for (const to of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      'evil.example',
      '/sign-in',
      '/a\r\nx: y',
    ]) {
      const emre = visitor();
      const response = await emre.signIn('sub-emre', `/sign-in?to=${encodeURIComponent(to)}`);
      expect([to, response.headers.get('location')]).toEqual([to, 'http://belay.test/']);
    }
  });

  it('goes on when the provider has rotated its keys', async () => {
    await visitor().signIn('sub-emre');
    await idp.rotateKeys();
    const emre = visitor();
    await emre.signIn('sub-emre');
    expect(await meOf(emre)).toBe('emre');
  });
});

describe('a provider that is away', () => {
  it('keeps nobody from starting Belay, nor from using a link; and it is found again', async () => {
    const first = await startIdentityProvider(accounts);
    await first.close();
    const other = await createWorld({ oidc: first.settings, organisation: organisation(), now: Date.now() });
    const who = new Visitor(() => other.app);
    const page = await outside(await who.open('http://belay.test/sign-in?to=/runs'), who);
    expect(page).toMatch(/503 .*cannot be reached/s);
    const bruno = await other.person('bruno');
    expect((await bruno.call('me')).ok).toBe(true);
    expect((await other.anybody.call('waysIn')).body).toEqual({ company: { name: 'Acme' }, loginLinks: 'everybody' });
    const { databaseUrl } = other;
    const asked = { databaseUrl, dataDir: '', host: '127.0.0.1', port: 4700, url: 'http://belay.test' };
    const found = async () => (await examine({ ...asked, oidc: first.settings })).at(-1);
    expect(await found()).toMatchObject({
      check: 'identity provider',
      ok: false,
      detail: expect.stringContaining(first.issuer),
    });
    const back = await startIdentityProvider(accounts, Number(new URL(first.issuer).port));
    expect((await who.signIn('sub-emre', '/sign-in?to=/runs')).headers.get('location')).toBe('http://belay.test/runs');
    expect(await found()).toMatchObject({ ok: true, detail: expect.stringContaining('belay.test/sign-in/callback') });
    await back.close();
    await other.close();
  });
});

describe('links where they are left to administrators', () => {
  it('are made for administrators alone, and older ones of others count no more', async () => {
    const before = await world.app.accounts.createLoginLink('bruno', world.clock.now());
    const strict = await createWorld({
      oidc: idp.settings,
      organisation: organisation(),
      loginLinks: 'administrators',
      now: Date.now(),
    });
    const admin = await strict.person('dana');
    const links = async (personId: string) => admin.call('createLoginLink', { body: { personId } });
    expect((await links('dana')).status).toBe(201);
    expect((await links('bruno')).problem.code).toBe('login_links_off');
    const older = await strict.app.accounts.createLoginLink('bruno', strict.clock.now());
    expect((await strict.anybody.call('login', { body: { token: older } })).problem.code).toBe('login_link_used');
    const own = await strict.app.accounts.createLoginLink('dana', strict.clock.now());
    expect((await strict.anybody.call('login', { body: { token: own } })).ok).toBe(true);
    expect((await world.anybody.call('login', { body: { token: before } })).ok).toBe(true);
    await strict.close();
  });

  it('nothing leads to a provider where none is set up', async () => {
    const plain = await createWorld({ controls: [] });
    expect((await plain.anybody.call('waysIn')).body.company).toBeNull();
    const who = new Visitor(() => plain.app);
    expect((await who.open('http://belay.test/sign-in')).status).toBe(404);
    expect((await who.open('http://belay.test/sign-in/callback?code=x&state=y')).status).toBe(404);
    await plain.close();
  });
});
