/**
 * A company's identity provider on loopback: `oidc-provider`, certified for OpenID Connect, with its sessions and its
 * page of people to sign in as. A test may let it lie: what it signs is changed, and signed anew with its own key.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';
import type { ProviderSettings } from '../src/engine/sign-in/provider.ts';

export type Claims = Record<string, unknown>;
type Signed = { claims: Claims; alg?: 'none'; foreignKey?: true };
type Key = Awaited<ReturnType<typeof newKey>>;

const newKey = async (kid: string) => {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' } };
};

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const claimsOf = (token: string): Claims => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

const signed = async ({ claims, alg, foreignKey }: Signed, key: Key): Promise<string> => {
  if (alg === 'none') return `${base64({ alg, typ: 'JWT' })}.${base64(claims)}.`;
  const { privateKey } = foreignKey ? await newKey(key.kid) : key;
  return new SignJWT(claims as JWTPayload).setProtectedHeader({ alg: 'RS256', kid: key.kid }).sign(privateKey);
};

const client = { client_id: 'belay', client_secret: 'a secret that only Belay and the provider know' };

const people = (names: string[], uid: string): string => `<!doctype html><title>Acme</title><h1>Acme: who are you?</h1>
<form method="post" action="/who/${uid}">${names.map((name) => `<button name="as" value="${name}">${name}</button>`).join('')}
<button name="as" value="">Cancel</button></form>`;

const bodyOf = async (request: IncomingMessage): Promise<URLSearchParams> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return new URLSearchParams(text);
};

const redirectUri = 'http://belay.test/sign-in/callback';

export const startIdentityProvider = async (accounts: Record<string, Claims>, port = 0) => {
  let key = await newKey('first');
  let lie: ((claims: Claims) => Signed) | null = null;
  let answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  const server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const open = (): void => {
    const provider = new Provider(issuer, {
      clients: [{ ...client, redirect_uris: [redirectUri], token_endpoint_auth_method: 'client_secret_post' }],
      jwks: { keys: [key.jwk] },
      cookies: { keys: ['of the tests'] },
      claims: { openid: ['sub', 'auth_time', 'acr', 'amr'], email: ['email', 'email_verified', 'xms_edov'] },
      conformIdTokenClaims: false,
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_ctx, { uid }) => `/who/${uid}` },
      findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub, ...accounts[sub] }) }),
      ttl: { Interaction: 600, Grant: 3_600, Session: 3_600, AccessToken: 600, IdToken: 3_600 },
      // Nobody is asked whether Belay may know them; one consent lasts, as with a company's own applications.
      loadExistingGrant: async (ctx) => {
        const { Grant } = ctx.oidc.provider;
        const known = ctx.oidc.session?.grantIdFor(client.client_id);
        const lasting = known === undefined ? undefined : await Grant.find(known);
        if (lasting !== undefined) return lasting;
        const grant = new Grant({
          clientId: client.client_id,
          accountId: ctx.oidc.session?.accountId ?? '',
        });
        grant.addOIDCScope('openid email profile');
        await grant.save();
        return grant;
      },
    });
    provider.use(async (ctx, next) => {
      await next();
      const body = ctx.body as { id_token?: string } | undefined;
      if (ctx.path === '/token' && body?.id_token !== undefined && lie !== null)
        body.id_token = await signed(lie(claimsOf(body.id_token)), key);
    });
    const serve = provider.callback();
    const choose = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const as = request.method === 'POST' ? ((await bodyOf(request)).get('as') ?? '') : null;
      if (as === null) response.end(people(Object.keys(accounts), (request.url ?? '').split('/').at(-1) ?? ''));
      else if (as === '') await provider.interactionFinished(request, response, { error: 'access_denied' });
      else await provider.interactionFinished(request, response, { login: { accountId: as, amr: ['pwd', 'otp'] } });
    };
    answer = (request, response) =>
      request.url?.startsWith('/who/') === true ? void choose(request, response) : void serve(request, response);
  };
  open();

  const settings: ProviderSettings = {
    issuer,
    clientId: client.client_id,
    clientSecret: client.client_secret,
    name: 'Acme',
  };
  return {
    settings,
    issuer,
    /** What it signs from now on; null: the truth. */
    lies: (how: typeof lie) => {
      lie = how;
    },
    rotateKeys: async () => {
      key = await newKey('second');
      open();
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

export type IdentityProvider = Awaited<ReturnType<typeof startIdentityProvider>>;

type App = { fetch: (request: Request) => Response | Promise<Response> };

/** A browser without scripts: keeps cookies, follows redirects, chooses somebody on the provider's page. */
export class Visitor {
  readonly cookies = new Map<string, Map<string, string>>();
  private readonly app: () => App;
  constructor(app: () => App) {
    this.app = app;
  }

  async open(address: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address);
    const kept = this.cookies.get(url.host) ?? new Map<string, string>();
    this.cookies.set(url.host, kept);
    const headers = new Headers(init.headers);
    headers.set('cookie', [...kept].map(([name, value]) => `${name}=${value}`).join('; '));
    const request = new Request(url, { ...init, headers, redirect: 'manual' });
    const response = url.host === 'belay.test' ? await this.app().fetch(request) : await fetch(request);
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /max-age=0/i.test(line)) kept.delete(name);
      else kept.set(name, value);
    }
    return response;
  }

  /** From the page of Belay to the answer that brings the browser back, which is not followed. */
  async toCallback(path: string, as: string): Promise<string> {
    let response = await this.open(`http://belay.test${path}`);
    let address = 'http://belay.test';
    for (let hop = 0; hop < 12; hop++) {
      const to = response.headers.get('location');
      if (to === null) {
        // The page of people, or the provider's own that forgets who was signed in there before.
        const html = await response.text();
        const [, action = ''] = /action="([^"]+)"/.exec(html) ?? [];
        const hidden = [...html.matchAll(/<input[^>]*name="([^"]+)"[^>]*value="([^"]+)"/g)];
        const fields = hidden.map(([, name = '', value = '']): [string, string] => [name, value]);
        const form = { method: 'POST', body: new URLSearchParams([...fields, ['as', as]]) };
        response = await this.open(new URL(action, address).href, form);
        continue;
      }
      address = new URL(to, address).href;
      if (address.startsWith('http://belay.test/sign-in/callback')) return address;
      response = await this.open(address);
    }
    throw new Error(`the provider never sent the browser back: ${address}`);
  }

  async signIn(as: string, path = '/sign-in'): Promise<Response> {
    return this.open(await this.toCallback(path, as));
  }

  get session(): string | undefined {
    return this.cookies.get('belay.test')?.get('belay_session');
  }
}
