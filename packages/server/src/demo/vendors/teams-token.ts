/**
 * The identity side of a local Teams: the key that signs what the Bot Framework delivers, its OpenID metadata and key
 * set, and the tokens that a bot shows when it calls. Signed by hand with Node's RSA, so that every wrong token can be made.
 */
import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';

export const issuer = 'https://api.botframework.com';
export const botAudience = 'https://api.botframework.com';

export type Signer = { kid: string; privateKey: KeyObject; publicKey: KeyObject };
export const newSigner = (kid: string): Signer => ({ kid, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) });

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

type Header = Record<string, unknown>;
export type Claims = Record<string, unknown>;

/** A compact JWS. `header` can name any algorithm; what is signed is what the algorithm says, `none` signs nothing. */
export const signToken = (claims: Claims, signer: Signer, header: Header = {}): string => {
  const head = { typ: 'JWT', alg: 'RS256', kid: signer.kid, x5t: signer.kid, ...header };
  const signed = `${encoded(head)}.${encoded(claims)}`;
  if (head.alg === 'none') return `${signed}.`;
  if (String(head.alg).startsWith('HS')) {
    // The confusion attack: the public key, which everybody has, used as the secret.
    const secret = signer.publicKey.export({ type: 'spki', format: 'pem' });
    return `${signed}.${createHmac(`sha${String(head.alg).slice(2)}`, secret)
      .update(signed)
      .digest('base64url')}`;
  }
  const hash = `RSA-SHA${String(head.alg).slice(2)}`;
  return `${signed}.${createSign(hash).update(signed).sign(signer.privateKey).toString('base64url')}`;
};

/** The claims of a token without looking at its signature. */
export const claimsOf = (token: string): Claims => {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Claims;
  } catch {
    return {};
  }
};

/** The key set as the vendor publishes it: each key says which channels it may sign for. */
export const keySet = (signers: readonly { signer: Signer; endorsements: string[] }[]) => ({
  keys: signers.map(({ signer, endorsements }) => ({
    ...signer.publicKey.export({ format: 'jwk' }),
    kid: signer.kid,
    x5t: signer.kid,
    use: 'sig',
    alg: 'RS256',
    endorsements,
  })),
});

export const openIdMetadata = (origin: string) => ({
  issuer,
  authorization_endpoint: 'https://invalid.botframework.com',
  jwks_uri: `${origin}/v1/.well-known/keys`,
  id_token_signing_alg_values_supported: ['RS256'],
  token_endpoint_auth_methods_supported: ['private_key_jwt'],
});

/** What the login service says about itself: enough for a confidential client. */
export const loginMetadata = (origin: string, tenant: string) => ({
  token_endpoint: `${origin}/${tenant}/oauth2/v2.0/token`,
  authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/authorize`,
  jwks_uri: `${origin}/v1/.well-known/keys`,
  issuer: `${origin}/${tenant}/v2.0`,
  response_types_supported: ['code', 'id_token'],
  subject_types_supported: ['pairwise'],
  id_token_signing_alg_values_supported: ['RS256'],
});
