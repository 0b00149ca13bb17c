/**
 * Signs permits: a JWS (EdDSA) that the system which carries out the effect can verify with the public key alone.
 * Claims and header are the contract of `@belay/sdk/verify`.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { JsonObject } from '@belay/protocol';
import type { Permit, Run } from '../domain/run/run.ts';

/** The house's own keys: one signs permits, one signs checkpoints of the evidence log. */
export type SigningKey = { kid: string; privateJwk: JsonObject; logSecret: string };

export const newSigningKey = (kid: string, logSecret: string): SigningKey => {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { kid, privateJwk: privateKey.export({ format: 'jwk' }) as JsonObject, logSecret };
};

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export const createPermitSigner = ({ kid, privateJwk }: Omit<SigningKey, 'logSecret'>) => {
  const key = createPrivateKey({ key: privateJwk as never, format: 'jwk' });
  const publicJwk = createPublicKey(key).export({ format: 'jwk' }) as JsonObject;
  const header = base64url({ alg: 'EdDSA', typ: 'belay-permit+jwt', kid });

  /** Compact JWS of a granted permit. Synchronous: 0.1 ms, less than a trip through the thread pool. */
  const token = (run: Run, permit: Permit): string => {
    const claims = base64url({
      iss: 'belay',
      aud: run.control.name,
      sub: run.agentId,
      jti: permit.permitId,
      iat: Math.floor(permit.grantedAt / 1000),
      exp: Math.ceil(permit.expiresAt / 1000),
      run: run.runId,
      epoch: permit.epoch,
      step: permit.step,
      key: permit.key,
      digest: permit.digest,
    });
    const signed = `${header}.${claims}`;
    return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
  };

  return { token, publicKeys: [{ ...publicJwk, kid, alg: 'EdDSA', use: 'sig' }] as JsonObject[] };
};

export type PermitSigner = ReturnType<typeof createPermitSigner>;
