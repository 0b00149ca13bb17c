/**
 * Where the server is and for whom the command line speaks: BELAY_URL and BELAY_TOKEN, or the file that `belay serve`
 * and `belay demo` leave in their data directory while they run, for commands on the same machine.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readConfig } from '../config.ts';
import { type Api, createApi } from './api.ts';
import { CliProblem, type Given, type Option } from './command.ts';

export type Connection = { url: string; token: string };

/** Options of every command that talks to a server. */
export const connecting: Record<string, Option> = {
  data: {
    type: 'string',
    value: 'DIR',
    about: 'data directory of a server on this machine (default .belay, or its demo)',
  },
};

const fileIn = (dataDir: string): string => join(dataDir, 'cli.json');

export const writeConnection = (dataDir: string, connection: Connection): void => {
  // With a database of somebody's own, nothing else has made it.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = fileIn(dataDir);
  rmSync(file, { force: true });
  writeFileSync(file, `${JSON.stringify(connection)}\n`, { mode: 0o600 });
};

const readConnection = (dataDir: string): Connection | null => {
  try {
    return JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as Connection;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES')
      throw new CliProblem(
        3,
        `${fileIn(dataDir)} belongs to another user.`,
        'Run the command as the user that runs Belay, or set BELAY_URL and BELAY_TOKEN.',
      );
    return null;
  }
};

/** Another server may have begun on this machine meanwhile and left its own way in. */
export const forgetConnection = (dataDir: string, token: string): void => {
  if (readConnection(dataDir)?.token === token) rmSync(fileIn(dataDir), { force: true });
};

/** The demo keeps its data in a directory of its own below the usual one. */
export const demoDirectory = (dataDir: string): string => join(dataDir, 'demo');

/** Twice as long as the server takes to see that its administrator has left. */
const newWayInMs = 6_000;
const lookAgainMs = 100;

/**
 * Speaks for the administrator of this machine. When that one has left, nothing was done, and the server is about to leave
 * a new way in: the same call goes through that.
 */
const onThisMachine = (dataDir: string, found: Connection): Api => {
  const renewed = async (error: unknown): Promise<Api> => {
    const over = error instanceof CliProblem && error.code === 'unauthenticated';
    for (let waited = 0; over && waited < newWayInMs; waited += lookAgainMs) {
      const now = readConnection(dataDir);
      if (now !== null && now.token !== found.token) return createApi(now);
      await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
    }
    throw error;
  };
  let api = createApi(found);
  const again = async <T>(ask: (by: Api) => Promise<T>): Promise<T> => {
    try {
      return await ask(api);
    } catch (error) {
      api = await renewed(error);
      return ask(api);
    }
  };
  return {
    url: found.url,
    call: (name, asked) => again((by) => by.call(name, asked)),
    download: (name, query) => again((by) => by.download(name, query)),
  };
};

export const connect = (given: Given): Api => {
  const data = given.text('data');
  const { url, token, dataDir } = readConfig(data === undefined ? {} : { data });
  if (data === undefined && url !== undefined && token !== undefined) return createApi({ url, token });
  for (const directory of data === undefined ? [dataDir, demoDirectory(dataDir)] : [dataDir]) {
    const found = readConnection(directory);
    if (found !== null) return onThisMachine(directory, found);
  }
  throw new CliProblem(
    3,
    `No Belay runs with the data directory ${relative(process.cwd(), dataDir) || '.'}.`,
    'Start one with `belay serve`, name its directory with --data DIR, or set BELAY_URL and BELAY_TOKEN.',
    { code: 'unreachable' },
  );
};
