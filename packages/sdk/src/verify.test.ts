import { digestOf, type JsonObject } from '@belay/protocol';
import { exportJWK, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createPermitVerifier, type PermitVerifier, type VerifierOptions } from './verify.ts';

const now = Date.parse('2026-11-23T10:00:00.000Z');
const clock = { now: () => now };
const payment = { invoiceId: 'i-1', beneficiaryId: 'b-1', amount: '499.99' };
const effect = { step: 'release-payment', arguments: payment };

const claims: JWTPayload = {
  iss: 'belay',
  aud: 'payment-approval',
  sub: 'payer',
  jti: 'permit-1',
  iat: now / 1_000,
  exp: now / 1_000 + 60,
  run: 'run-1',
  epoch: 3,
  step: 'release-payment',
  key: 'call-1',
  digest: digestOf(payment),
};
const header: JWTHeaderParameters = { alg: 'EdDSA', typ: 'belay-permit+jwt', kid: 'k1' };

let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let other: Awaited<ReturnType<typeof generateKeyPair>>;
let publicKeys: { keys: Awaited<ReturnType<typeof exportJWK>>[] };

beforeAll(async () => {
  keys = await generateKeyPair('EdDSA');
  other = await generateKeyPair('EdDSA');
  publicKeys = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'EdDSA', use: 'sig' }] };
});

type Change = { header?: Partial<JWTHeaderParameters>; claims?: JWTPayload; without?: string };
const sign = (change: Change = {}, key = keys.privateKey): Promise<string> => {
  const payload: JWTPayload = { ...claims, ...change.claims };
  if (change.without !== undefined) delete payload[change.without];
  return new SignJWT(payload).setProtectedHeader({ ...header, ...change.header } as JWTHeaderParameters).sign(key);
};
const verifier = (options: Partial<VerifierOptions> = {}): PermitVerifier =>
  createPermitVerifier({ publicKeys, audience: 'payment-approval', clock, ...options });
const refused = { ok: false, because: expect.any(String) };

describe('a permit', () => {
  it('for this step with these arguments is accepted, and says what it is', async () => {
    expect(await verifier().verify(await sign(), effect)).toEqual({
      ok: true,
      permit: {
        permitId: 'permit-1',
        control: 'payment-approval',
        agentId: 'payer',
        runId: 'run-1',
        epoch: 3,
        step: 'release-payment',
        key: 'call-1',
        digest: digestOf(payment),
        expiresAt: now + 60_000,
      },
    });
  });

  it('is accepted with the arguments in another order, which is the same thing', async () => {
    const reordered = Object.fromEntries(Object.entries(payment).reverse());
    expect(await verifier().verify(await sign(), { ...effect, arguments: reordered })).toMatchObject({ ok: true });
  });

  it('is good for one use', async () => {
    const bank = verifier();
    const token = await sign();
    expect(await bank.verify(token, effect)).toMatchObject({ ok: true });
    expect(await bank.verify(token, effect)).toEqual({ ok: false, because: 'The permit was used before.' });
  });

  it('is good for one use among many at once', async () => {
    const bank = verifier();
    const token = await sign();
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => bank.verify(token, effect)));
    expect(verdicts.filter((verdict) => verdict.ok)).toHaveLength(1);
  });

  it('is remembered where the effect system says', async () => {
    const remembered: [string, number][] = [];
    const seen = async (permitId: string, expiresAt: number): Promise<boolean> => {
      remembered.push([permitId, expiresAt]);
      return remembered.length > 1;
    };
    expect(await verifier({ seen }).verify(await sign(), effect)).toMatchObject({ ok: true });
    expect(await verifier({ seen }).verify(await sign(), effect)).toMatchObject({ ok: false });
    expect(remembered).toEqual([
      ['permit-1', now + 60_000],
      ['permit-1', now + 60_000],
    ]);
  });

  it('is not used up by somebody who presents it with other arguments', async () => {
    const bank = verifier();
    const token = await sign();
    expect(await bank.verify(token, { ...effect, arguments: { ...payment, amount: '5000.00' } })).toEqual(refused);
    expect(await bank.verify(token, effect)).toMatchObject({ ok: true });
  });

  it('X6: may be asked for by its run, so that another agent’s is of no use', async () => {
    expect(await verifier().verify(await sign(), { ...effect, runId: 'run-1' })).toMatchObject({ ok: true });
    expect(await verifier().verify(await sign(), { ...effect, runId: 'run-2' })).toEqual(refused);
  });

  it('signed with either of two keys is accepted while keys are rotated', async () => {
    const second = { ...(await exportJWK(other.publicKey)), kid: 'k2', alg: 'EdDSA' };
    const bank = verifier({ publicKeys: { keys: [...publicKeys.keys, second] } });
    const rotated = await sign({ header: { kid: 'k2' }, claims: { jti: 'permit-2' } }, other.privateKey);
    expect(await bank.verify(await sign(), effect)).toMatchObject({ ok: true });
    expect(await bank.verify(rotated, effect)).toMatchObject({ ok: true });
  });
});

describe('X5: what is no permit', () => {
  it.each<[string, Change]>([
    ['an expired one', { claims: { exp: now / 1_000 } }],
    ['one that never expires', { without: 'exp' }],
    ['one of another control', { claims: { aud: 'refunds' } }],
    ['one without a control', { without: 'aud' }],
    ['one of another issuer', { claims: { iss: 'mallory' } }],
    ['another kind of token', { header: { typ: 'JWT' } }],
    ['one without a kind', { header: { typ: undefined as never } }],
    ['one that names an unknown key', { header: { kid: 'k9' } }],
    ['one for another step', { claims: { step: 'refund-payment' } }],
    ['one for other arguments', { claims: { digest: digestOf({ ...payment, amount: '1.00' }) } }],
    ['one with a digest in other letters', { claims: { digest: digestOf(payment).toUpperCase() } }],
    ['one without an id', { without: 'jti' }],
    ['one without a run', { without: 'run' }],
    ['one without a digest', { without: 'digest' }],
    ['one without an epoch', { without: 'epoch' }],
    ['one not valid yet', { claims: { nbf: now / 1_000 + 30 } }],
  ])('%s', async (_what, change) => {
    expect(await verifier().verify(await sign(change), effect)).toEqual(refused);
  });

  it('one signed with another key under the known key’s name', async () => {
    expect(await verifier().verify(await sign({}, other.privateKey), effect)).toEqual(refused);
  });

  it('one signed by nobody', async () => {
    const unsigned = new UnsecuredJWT(claims).encode();
    expect(await verifier().verify(unsigned, effect)).toEqual(refused);
    const [, body] = unsigned.split('.');
    const none = Buffer.from(JSON.stringify({ ...header, alg: 'none' })).toString('base64url');
    expect(await verifier().verify(`${none}.${body}.`, effect)).toEqual(refused);
  });

  it('one signed with the public key as a shared secret', async () => {
    const x = Buffer.from(publicKeys.keys[0]?.x ?? '', 'base64url');
    for (const secret of [x, Buffer.from(JSON.stringify(publicKeys.keys[0]))]) {
      const forged = await new SignJWT(claims).setProtectedHeader({ ...header, alg: 'HS256' }).sign(secret);
      expect(await verifier().verify(forged, effect)).toEqual(refused);
    }
  });

  it('one signed with another algorithm, also when the key does not name its own', async () => {
    const { alg: _, ...anyAlgorithm } = publicKeys.keys[0] ?? {};
    const token = await sign({ header: { alg: 'Ed25519' } });
    expect(await verifier({ publicKeys: { keys: [anyAlgorithm as never] } }).verify(token, effect)).toEqual(refused);
  });

  it('one whose claims were changed after signing', async () => {
    const [head, , signature] = (await sign()).split('.');
    const forged = Buffer.from(JSON.stringify({ ...claims, digest: digestOf({ amount: '9.00' }) })).toString(
      'base64url',
    );
    expect(
      await verifier().verify(`${head}.${forged}.${signature}`, { ...effect, arguments: { amount: '9.00' } }),
    ).toEqual(refused);
  });

  it('any single letter changed', async () => {
    const token = await sign();
    const bank = verifier();
    for (let index = 0; index < token.length; index += 7) {
      const letter = token[index] === 'A' ? 'B' : 'A';
      const changed = token.slice(0, index) + letter + token.slice(index + 1);
      // The last letter of a base64url part can carry unused bits: then it is the same signature.
      if (Buffer.from(changed, 'base64url').equals(Buffer.from(token, 'base64url'))) continue;
      expect(await bank.verify(changed, effect)).toEqual(refused);
    }
  });

  it.each([[null], [undefined], [''], ['x'], ['a.b.c'], ['a.b.c.d.e'], ['null'], ['..']])('%j', async (token) => {
    expect(await verifier().verify(token, effect)).toEqual(refused);
  });

  it('arguments that JSON cannot say', async () => {
    expect(await verifier().verify(await sign(), { ...effect, arguments: { due: new Date() } as never })).toEqual(
      refused,
    );
    const loop: JsonObject = {};
    loop.self = loop;
    expect(await verifier().verify(await sign(), { ...effect, arguments: loop })).toEqual(refused);
  });
});

describe('the verifier', () => {
  it('takes one key as well as a set', async () => {
    const [key] = publicKeys.keys;
    if (key === undefined) throw new Error('no key');
    expect(await verifier({ publicKeys: key }).verify(await sign(), effect)).toMatchObject({ ok: true });
  });

  it('takes no key with which it could be fooled', async () => {
    const secret = { kty: 'oct', k: 'c2VjcmV0' };
    const ec = await exportJWK((await generateKeyPair('ES256')).publicKey);
    const hidden = await generateKeyPair('EdDSA', { extractable: true });
    const privateKey = await exportJWK(hidden.privateKey);
    for (const key of [secret, ec, privateKey])
      expect(() => verifier({ publicKeys: { keys: [key] } })).toThrow('Ed25519 public keys');
    expect(() => verifier({ publicKeys: { keys: [] } })).toThrow('holds no key');
  });
});
