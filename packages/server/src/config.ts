/** The only reader of the environment: what an operator may set, with its default and its check. */
import { resolve } from 'node:path';

export type Config = {
  databaseUrl: string | undefined;
  dataDir: string;
  host: string;
  port: number;
  /** what links in cards and mails begin with */
  url: string | undefined;
  sources: string | undefined;
  logLevel: string;
};

export class ConfigProblem extends Error {}

const portOf = (text: string): number => {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new ConfigProblem(`The port "${text}" is not a number from 0 to 65535. Mend --port or BELAY_PORT.`);
};

type Flags = Partial<Record<'data' | 'host' | 'port' | 'url' | 'sources', string>>;

/** Flags win over the environment, the environment over the defaults. */
export const readConfig = (flags: Flags = {}, env: NodeJS.ProcessEnv = process.env): Config => {
  const databaseUrl = env.DATABASE_URL;
  if (databaseUrl !== undefined && !/^postgres(ql)?:\/\//.test(databaseUrl))
    throw new ConfigProblem(
      'DATABASE_URL does not begin with postgresql://. Mend it, or unset it to use the database Belay brings.',
    );
  return {
    databaseUrl,
    dataDir: resolve(flags.data ?? env.BELAY_DATA ?? '.belay'),
    host: flags.host ?? env.BELAY_HOST ?? '127.0.0.1',
    port: portOf(flags.port ?? env.BELAY_PORT ?? '4700'),
    url: flags.url ?? env.BELAY_URL,
    sources: flags.sources ?? env.BELAY_SOURCES,
    logLevel: env.BELAY_LOG ?? 'warn',
  };
};
