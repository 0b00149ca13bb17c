/**
 * A delivery of the Bot Framework: a JWT in its header, signed by a key that is endorsed for Teams, for our app, and for
 * the service address that the body names. The token does not cover the body's time, so that has a window of its own.
 */
import { createLocalJWKSet, type JWK, jwtVerify } from 'jose';
import type { RawRequest, Verified } from '../../engine/channel-ports.ts';
import { listAt, readJson, textAt } from '../untrusted.ts';

const issuer = 'https://api.botframework.com';
const windowMs = 300_000;
const keysKeptMs = 86_400_000;
/** A token with an unknown key asks for the keys again, so often at most. */
const keysAgainMs = 60_000;
const timeoutMs = 8_000;

const no = (because: string): Verified => ({ ok: false, because });

type Endorsed = JWK & { endorsements?: unknown };
export type Keys = (kid: string, now: number) => Promise<JWK[]>;

/** The keys that may sign for Teams, from the OpenID metadata, and only from its own host. */
export const createKeys = (fetch: typeof globalThis.fetch, metadataUrl: string): Keys => {
  let known: JWK[] = [];
  let fetchedAt = Number.NEGATIVE_INFINITY;
  const json = async (url: string) => {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return readJson(await response.text());
  };
  return async (kid, now) => {
    const age = now - fetchedAt;
    const isKnown = known.some((key) => key.kid === kid);
    if (age < keysKeptMs && (isKnown || age < keysAgainMs)) return known;
    const url = textAt(await json(metadataUrl), 'jwks_uri');
    if (!URL.canParse(url) || new URL(url).origin !== new URL(metadataUrl).origin)
      throw new Error(`the keys are said to be at ${url}, which is another host`);
    const keys = listAt(await json(url), 'keys') as unknown as Endorsed[];
    known = keys.filter(({ endorsements }) => Array.isArray(endorsements) && endorsements.includes('msteams'));
    fetchedAt = now;
    return known;
  };
};

/** What of the body has to agree with the token and with now. */
const bodyProblem = (body: Uint8Array, serviceUrl: unknown, now: number): string | null => {
  const activity = readJson(Buffer.from(body).toString('utf8'));
  if (activity === null) return 'its body is not strict JSON';
  if (textAt(activity, 'channelId') !== 'msteams') return 'it is not of the channel msteams';
  const named = textAt(activity, 'serviceUrl');
  if (named === '' || named !== serviceUrl) return 'its token is for another service address than its body';
  const at = Date.parse(textAt(activity, 'timestamp'));
  return Number.isNaN(at) || Math.abs(now - at) > windowMs ? 'its timestamp is not of now' : null;
};

export type Checks = { appId: string; keys: Keys };

export const verify = async ({ appId, keys }: Checks, raw: RawRequest, now: number): Promise<Verified> => {
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(raw.headers.authorization ?? '')?.[1];
  if (token === undefined) return no('it carries no token of the Bot Framework');
  try {
    const { payload, protectedHeader } = await jwtVerify(
      token,
      async (header) => createLocalJWKSet({ keys: await keys(header.kid ?? '', now) })(header),
      {
        algorithms: ['RS256'],
        issuer,
        audience: appId,
        clockTolerance: windowMs / 1_000,
        currentDate: new Date(now),
        requiredClaims: ['exp', 'serviceurl'],
      },
    );
    if (protectedHeader.cty !== undefined) return no('a token within a token');
    const problem = bodyProblem(raw.body, payload.serviceurl, now);
    return problem === null ? { ok: true } : no(problem);
  } catch (error) {
    return no(`its token does not count: ${error instanceof Error ? error.message : String(error)}`);
  }
};
