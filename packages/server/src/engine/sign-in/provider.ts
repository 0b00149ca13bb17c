/**
 * The company's identity provider over OpenID Connect: authorization code with PKCE, state and nonce. It is asked anew
 * for each sign-in: those are rare, its keys rotate, and one that was away must not be remembered as such.
 */
import { clipped } from '@belay/protocol';
import * as oidc from 'openid-client';
import type { Refusal } from '../../domain/decided.ts';
import type { Identity } from '../../domain/oncall/identity.ts';
import type { SignIn } from '../../domain/oncall/sign-in.ts';
import type { Clock } from '../ports.ts';

export type ProviderSettings = {
  /** as the provider writes it in its tokens: https://login.example.com/tenant */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** what people call it */
  name: string;
};

/** What has to match when the browser comes back. */
export type Asked = { state: string; nonce: string; verifier: string };
export type Shown = { identity: Identity; signIn: SignIn };

/** What went wrong, in people's words, and the cause for the log. */
export class SignInProblem extends Error {
  readonly refusal: Refusal;
  constructor(code: Refusal['code'], detail: string, cause?: unknown) {
    super(detail, { cause });
    this.refusal = { code, detail };
  }
}

const timeoutS = 10;
const isLoopback = ({ hostname }: URL): boolean => /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);

/** A secret goes in the body where the provider takes it: some do not decode what the header needs encoded. */
const authentication = (secret: string): oidc.ClientAuth => {
  const [post, basic] = [oidc.ClientSecretPost(secret), oidc.ClientSecretBasic(secret)];
  return (server, ...rest) => {
    const takes = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (takes.includes('client_secret_post') ? post : basic)(server, ...rest);
  };
};

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Entra ID says it of the owner of the mail domain, in a claim of its own, and never in the standard one. */
const isVerified = ({ email_verified: standard, xms_edov: entra }: oidc.IDToken): boolean =>
  standard === undefined ? entra === true || entra === 1 || entra === '1' || entra === 'true' : standard === true;

const shownBy = (claims: oidc.IDToken, now: number): Shown => ({
  identity: {
    issuer: claims.iss,
    subject: claims.sub,
    email: textOf(claims.email),
    emailVerified: isVerified(claims),
  },
  signIn: {
    method: 'company',
    // A clock that runs ahead there does not make a sign-in last longer here.
    at: claims.auth_time === undefined ? null : Math.min(claims.auth_time * 1_000, now),
    issuer: claims.iss,
    amr: Array.isArray(claims.amr) ? claims.amr.filter((one) => typeof one === 'string') : [],
    acr: textOf(claims.acr),
  },
});

const given = (error: { error: string; error_description?: string }): string =>
  clipped(
    `It says: ${error.error}${error.error_description === undefined ? '' : `, ${error.error_description}`}.`,
    300,
  );

const refusedByThem = (error: oidc.AuthorizationResponseError): SignInProblem =>
  error.error === 'access_denied'
    ? new SignInProblem('sign_in_cancelled', given(error), error)
    : new SignInProblem('sign_in_failed', given(error), error);

const away = (error: unknown): boolean =>
  error instanceof TypeError ||
  [
    'OAUTH_TIMEOUT',
    'OAUTH_ABORT',
    'OAUTH_PARSE_ERROR',
    'OAUTH_RESPONSE_IS_NOT_JSON',
    'OAUTH_RESPONSE_IS_NOT_CONFORM',
  ].includes((error as { code?: string }).code ?? '');

/** Signed in before it was asked for, or at a time that it does not name: the library tells both of the claim `auth_time`. */
const isOld = (error: unknown): boolean => {
  const { cause } = error as { cause?: { message?: string; cause?: { claim?: unknown } } };
  return cause?.cause?.claim === 'auth_time' || /"auth_time"/.test(cause?.message ?? '');
};

/** The library tells what did not hold as a code, with the claim or the answer as the cause. */
const problemOf = (error: unknown): SignInProblem => {
  if (error instanceof SignInProblem) return error;
  if (error instanceof oidc.AuthorizationResponseError) return refusedByThem(error);
  if (error instanceof oidc.ResponseBodyError)
    return error.error === 'invalid_grant'
      ? new SignInProblem('sign_in_lost', 'The answer of the provider was used before, or is too old.', error)
      : new SignInProblem('sign_in_failed', given(error), error);
  if (away(error)) return new SignInProblem('provider_down', 'No usable answer came from it.', error);
  if (isOld(error)) return new SignInProblem('sign_in_old', 'It does not say that you have just signed in.', error);
  if ((error as { code?: string }).code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED')
    return new SignInProblem('sign_in_clock', 'What it signed is valid at another time than now.', error);
  return new SignInProblem('sign_in_failed', 'Its answer does not hold.', error);
};

export const createProvider = (settings: ProviderSettings, redirectUri: string, clock: Clock) => {
  const server = new URL(settings.issuer);
  const metadata = () => ({
    [oidc.clockSkew]: Math.round((clock.now() - Date.now()) / 1_000),
    redirect_uris: [redirectUri],
  });
  const discover = (): Promise<oidc.Configuration> =>
    oidc.discovery(server, settings.clientId, metadata(), authentication(settings.clientSecret), {
      timeout: timeoutS,
      execute: [
        // Without it the library trusts the connection and does not look at the signature.
        oidc.enableNonRepudiationChecks,
        ...(server.protocol === 'http:' && isLoopback(server) ? [oidc.allowInsecureRequests] : []),
      ],
    });
  const reached = async (): Promise<oidc.Configuration> => {
    try {
      return await discover();
    } catch (error) {
      throw new SignInProblem('provider_down', `${settings.name} does not answer as ${settings.issuer}.`, error);
    }
  };
  return {
    redirectUri,
    /** Throws a SignInProblem when it is not there. */
    reach: reached,
    /** Where to send the browser. `again`: whoever is there signs in now, whatever the provider remembers. */
    begin: async (again: boolean): Promise<{ url: URL; asked: Asked }> => {
      const asked = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier: oidc.randomPKCECodeVerifier(),
      };
      const url = oidc.buildAuthorizationUrl(await reached(), {
        redirect_uri: redirectUri,
        scope: 'openid email profile',
        state: asked.state,
        nonce: asked.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(asked.verifier),
        code_challenge_method: 'S256',
        ...(again ? { prompt: 'login', max_age: '0' } : {}),
      });
      return { url, asked };
    },
    /** Who came back. `since`: they have to have signed in after it (epoch ms). Throws a SignInProblem. */
    finish: async (query: string, { state, nonce, verifier }: Asked, since: number | null): Promise<Shown> => {
      try {
        const tokens = await oidc.authorizationCodeGrant(await reached(), new URL(query, redirectUri), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
          ...(since === null ? {} : { maxAge: Math.max(0, Math.ceil((clock.now() - since) / 1_000)) }),
        });
        const claims = tokens.claims();
        if (claims === undefined) throw new SignInProblem('sign_in_failed', 'It answered without an identity.');
        return shownBy(claims, clock.now());
      } catch (error) {
        throw problemOf(error);
      }
    },
  };
};
