/** The only reader of the environment: what an operator may set, with its default and its check. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export type Config = {
  databaseUrl: string | undefined;
  dataDir: string;
  host: string;
  port: number;
  /** what links in cards and mails begin with, and where the command line finds the server */
  url: string | undefined;
  /** session of the person for whom the command line speaks */
  token: string | undefined;
  /** API key of the agent that an MCP proxy or gate server speaks for */
  agentKey: string | undefined;
  sources: string | undefined;
  intake: string | undefined;
  logLevel: string;
  /** BELAY_SECOND_PERSON: a version is drafted by one designer and published by another */
  secondPerson: boolean;
  /** BELAY_OIDC_ISSUER, _CLIENT_ID, _CLIENT_SECRET, _NAME: the identity provider with which people sign in */
  oidc: { issuer: string; clientId: string; clientSecret: string; name: string } | undefined;
  /** BELAY_LOGIN_LINKS: who may sign in with a one-time link */
  loginLinks: 'everybody' | 'administrators';
  /** BELAY_MODEL_URL, BELAY_MODEL, BELAY_MODEL_SECRET: what rewords cases for whoever opens them */
  model: { url: string; model: string; secret: string | undefined } | undefined;
};

export class ConfigProblem extends Error {}

const portOf = (text: string): number => {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new ConfigProblem(`The port "${text}" is not a number from 0 to 65535. Mend --port or BELAY_PORT.`);
};

const urlOf = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined;
  if (!/^https?:\/\/[^/]/.test(text))
    throw new ConfigProblem(`The address "${text}" does not begin with http:// or https://. Mend --url or BELAY_URL.`);
  if (URL.canParse(text) && !/[@?#\s]/.test(text)) return text.replace(/\/+$/, '');
  throw new ConfigProblem(
    `"${text}" is no address that links can begin with. Write --url or BELAY_URL as https://belay.example.com.`,
  );
};

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

const logLevelOf = (text: string): string => {
  if (logLevels.includes(text)) return text;
  throw new ConfigProblem(`BELAY_LOG is "${text}". It is one of ${logLevels.join(', ')}.`);
};

const switchOf = (name: string, text = ''): boolean => {
  if (['', '0', 'off'].includes(text)) return false;
  if (['1', 'on'].includes(text)) return true;
  throw new ConfigProblem(`${name} is "${text}". It is on or off.`);
};

const modelOf = (env: NodeJS.ProcessEnv): Config['model'] => {
  const { BELAY_MODEL_URL: given = '', BELAY_MODEL: model = '', BELAY_MODEL_SECRET: reference = '' } = env;
  if (given === '' && model === '' && reference === '') return undefined;
  if (given === '' || model === '') {
    const [set, lacks] = given === '' ? ['BELAY_MODEL', 'BELAY_MODEL_URL'] : ['BELAY_MODEL_URL', 'BELAY_MODEL'];
    throw new ConfigProblem(`A model needs an address and a name: ${lacks} is not set. Set it, or unset ${set}.`);
  }
  const url = given.replace(/\/+$/, '');
  if (!/^https?:\/\/[^/@]+(\/[^@?#]*)?$/.test(url) || !URL.canParse(url))
    throw new ConfigProblem(
      `BELAY_MODEL_URL is no http address. Write it without a password: https://models.example.com/v1.`,
    );
  const secret = reference === '' ? undefined : secretNamed(reference, env);
  if (reference !== '' && !secret)
    throw new ConfigProblem(
      `BELAY_MODEL_SECRET names "${reference}", where nothing stands. Name a variable, or file:/run/secrets/name.`,
    );
  return { url, model, secret };
};

const issuerOf = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const plain = url !== null && url.username === '' && url.search === '' && url.hash === '';
  const local = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (plain && (url.protocol === 'https:' || (url.protocol === 'http:' && local))) return url;
  throw new ConfigProblem(
    `BELAY_OIDC_ISSUER is "${text}". Write it as the provider does, with https: https://login.example.com/tenant.`,
  );
};

const oidcOf = (env: NodeJS.ProcessEnv): Config['oidc'] => {
  const names = ['BELAY_OIDC_ISSUER', 'BELAY_OIDC_CLIENT_ID', 'BELAY_OIDC_CLIENT_SECRET'] as const;
  const [issuer = '', clientId = '', reference = ''] = names.map((name) => env[name] ?? '');
  const lacking = names.filter((name) => !env[name]);
  if (lacking.length === names.length) return undefined;
  if (lacking.length > 0)
    throw new ConfigProblem(`An identity provider needs three settings: ${lacking.join(', ')} not set.`);
  const clientSecret = reference.startsWith('file:') ? secretNamed(reference, env) : reference;
  if (!clientSecret)
    throw new ConfigProblem(`BELAY_OIDC_CLIENT_SECRET names "${reference}", where nothing stands. Name another file.`);
  const { hostname } = issuerOf(issuer);
  return { issuer, clientId, clientSecret, name: env.BELAY_OIDC_NAME || hostname };
};

const loginLinksOf = (text = '', oidc: Config['oidc']): Config['loginLinks'] => {
  if (text === '' || text === 'everybody') return 'everybody';
  if (text !== 'administrators')
    throw new ConfigProblem(`BELAY_LOGIN_LINKS is "${text}". It is everybody or administrators.`);
  if (oidc !== undefined) return text;
  throw new ConfigProblem(
    'BELAY_LOGIN_LINKS leaves links to administrators, and nobody else could sign in. Set BELAY_OIDC_ISSUER too.',
  );
};

type Flags = Partial<Record<'data' | 'host' | 'port' | 'url' | 'sources' | 'intake', string>>;

/** Flags win over the environment, the environment over the defaults. */
export const readConfig = (flags: Flags = {}, env: NodeJS.ProcessEnv = process.env): Config => {
  const databaseUrl = env.DATABASE_URL || undefined;
  if (databaseUrl !== undefined && !/^postgres(ql)?:\/\//.test(databaseUrl))
    throw new ConfigProblem(
      'DATABASE_URL does not begin with postgresql://. Mend it, or unset it to use the database Belay brings.',
    );
  const oidc = oidcOf(env);
  return {
    databaseUrl,
    dataDir: resolve(flags.data || env.BELAY_DATA || '.belay'),
    host: flags.host || env.BELAY_HOST || '127.0.0.1',
    port: portOf(flags.port ?? (env.BELAY_PORT || '4700')),
    url: urlOf(flags.url ?? (env.BELAY_URL || undefined)),
    token: env.BELAY_TOKEN || undefined,
    agentKey: env.BELAY_KEY || undefined,
    sources: flags.sources ?? (env.BELAY_SOURCES || undefined),
    intake: flags.intake ?? (env.BELAY_INTAKE || undefined),
    logLevel: logLevelOf(env.BELAY_LOG || 'warn'),
    secondPerson: switchOf('BELAY_SECOND_PERSON', env.BELAY_SECOND_PERSON),
    oidc,
    loginLinks: loginLinksOf(env.BELAY_LOGIN_LINKS, oidc),
    model: modelOf(env),
  };
};

/** Colour only where a person looks, and never against NO_COLOR (no-color.org). */
export const wantsColour = (terminal: boolean, env: NodeJS.ProcessEnv = process.env): boolean =>
  terminal && !env.NO_COLOR && env.TERM !== 'dumb';

/** A secret for the list of sources: `NAME` of the environment, or `file:/run/secrets/name`, without its last line break. */
export const secretNamed = (name: string, env: NodeJS.ProcessEnv = process.env): string | undefined => {
  if (!name.startsWith('file:')) return env[name];
  try {
    return readFileSync(name.slice('file:'.length), 'utf8').replace(/\r?\n$/, '');
  } catch {
    return undefined;
  }
};

/** What a program started by Belay gets to see: everything but Belay's own secrets. */
export const environmentForOthers = (env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv => {
  const { BELAY_KEY: _, BELAY_TOKEN: __, DATABASE_URL: ___, BELAY_OIDC_CLIENT_SECRET: ____, ...others } = env;
  return others;
};
