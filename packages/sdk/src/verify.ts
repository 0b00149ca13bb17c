/**
 * The effect's side: the system that moves the money checks, with Belay's public key alone and no network, that exactly
 * this step with exactly these arguments was permitted, just now, and for the first time. Then not even an agent with
 * the system's own credentials gets round Belay.
 */
import { digestOf, type Json, type JsonObject } from '@belay/protocol';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWK, type JWTPayload, jwtVerify } from 'jose';

export type Permit = {
  permitId: string;
  control: string;
  agentId: string;
  runId: string;
  epoch: number;
  step: string;
  key: string;
  digest: string;
  /** epoch milliseconds */
  expiresAt: number;
};

export type Verdict = { ok: true; permit: Permit } | { ok: false; because: string };

/**
 * Remembers that a permit was used: true when it was used before. It has to remember in one atomic act (an INSERT that
 * hits a primary key), and as long as `expiresAt`.
 */
export type Seen = (permitId: string, expiresAt: number) => boolean | Promise<boolean>;

export type VerifierOptions = {
  /** the answer of GET /v1/permit-keys, or one key of it */
  publicKeys: { keys: JWK[] } | JWK;
  /** only permits of this control, or of one of these */
  audience?: string | string[];
  /** default: memory of this process, enough for one process that is not restarted within a minute */
  seen?: Seen;
  clock?: { now(): number };
};

export type PermitVerifier = {
  verify(
    token: string | null | undefined,
    effect: { step: string; arguments: object; runId?: string },
  ): Promise<Verdict>;
};

const no = (because: string): Verdict => ({ ok: false, because });

const keySet = (publicKeys: VerifierOptions['publicKeys']): JSONWebKeySet => {
  const keys = 'keys' in publicKeys && Array.isArray(publicKeys.keys) ? publicKeys.keys : [publicKeys as JWK];
  for (const key of keys)
    if (key.kty !== 'OKP' || key.crv !== 'Ed25519' || 'd' in key)
      throw new TypeError(
        'publicKeys must be Ed25519 public keys (kty OKP, crv Ed25519), as GET /v1/permit-keys gives.',
      );
  if (keys.length === 0) throw new TypeError('publicKeys holds no key: nothing could ever be verified.');
  return { keys };
};

const seenHere = (now: () => number): Seen => {
  const until = new Map<string, number>();
  return (permitId, expiresAt) => {
    for (const [old, ended] of until) {
      if (ended > now()) break;
      until.delete(old);
    }
    if (until.has(permitId)) return true;
    until.set(permitId, expiresAt);
    return false;
  };
};

const permitOf = (claims: JWTPayload): Permit | null => {
  const { jti, sub, aud, exp, run, epoch, step, key, digest } = claims;
  const words = [jti, sub, aud, run, step, key, digest];
  if (!words.every((word) => typeof word === 'string' && word !== '')) return null;
  if (typeof exp !== 'number' || !Number.isInteger(epoch)) return null;
  return {
    permitId: jti as string,
    control: aud as string,
    agentId: sub as string,
    runId: run as string,
    epoch: epoch as number,
    step: step as string,
    key: key as string,
    digest: digest as string,
    expiresAt: exp * 1_000,
  };
};

const refusal = (error: unknown): string => {
  if (error instanceof errors.JWTExpired) return 'The permit has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) return `The permit's ${error.claim} is not as required.`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'The permit was not signed with a key of this Belay.';
  if (error instanceof errors.JOSEError) return 'This is no permit that Belay signed.';
  throw error;
};

const digestOfEffect = (args: object): string | null => {
  try {
    return digestOf(args as Json as JsonObject);
  } catch {
    return null;
  }
};

export const createPermitVerifier = (options: VerifierOptions): PermitVerifier => {
  const now = options.clock === undefined ? Date.now : options.clock.now;
  const keys = createLocalJWKSet(keySet(options.publicKeys));
  const seen = options.seen ?? seenHere(now);
  return {
    async verify(token, effect) {
      if (typeof token !== 'string' || token === '') return no('There is no permit.');
      let permit: Permit | null;
      try {
        const { payload } = await jwtVerify(token, keys, {
          algorithms: ['EdDSA'],
          typ: 'belay-permit+jwt',
          issuer: 'belay',
          requiredClaims: ['exp'],
          currentDate: new Date(now()),
          ...(options.audience === undefined ? {} : { audience: options.audience }),
        });
        permit = permitOf(payload);
      } catch (error) {
        return no(refusal(error));
      }
      if (permit === null) return no('The permit lacks a claim.');
      if (permit.step !== effect.step) return no(`The permit is for the step ${permit.step}, not ${effect.step}.`);
      if (effect.runId !== undefined && permit.runId !== effect.runId) return no('The permit is of another run.');
      if (permit.digest !== digestOfEffect(effect.arguments))
        return no('The permit is for other arguments than these.');
      if (await seen(permit.permitId, permit.expiresAt)) return no('The permit was used before.');
      return { ok: true, permit };
    },
  };
};
