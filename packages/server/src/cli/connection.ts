/**
 * Where the server is and for whom the command line speaks: BELAY_URL and BELAY_TOKEN, or the file that `belay serve`
 * and `belay demo` leave in their data directory while they run, for commands on the same machine.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  const file = fileIn(dataDir);
  rmSync(file, { force: true });
  writeFileSync(file, `${JSON.stringify(connection)}\n`, { mode: 0o600 });
};

export const forgetConnection = (dataDir: string): void => rmSync(fileIn(dataDir), { force: true });

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

/** The demo keeps its data in a directory of its own below the usual one. */
export const demoDirectory = (dataDir: string): string => join(dataDir, 'demo');

export const connect = (given: Given): Api => {
  const data = given.text('data');
  const { url, token, dataDir } = readConfig(data === undefined ? {} : { data });
  if (data === undefined && url !== undefined && token !== undefined) return createApi({ url, token });
  const found = readConnection(dataDir) ?? (data === undefined ? readConnection(demoDirectory(dataDir)) : null);
  if (found !== null) return createApi(found);
  throw new CliProblem(
    3,
    `No Belay runs with the data directory ${relative(process.cwd(), dataDir) || '.'}.`,
    'Start one with `belay serve`, name its directory with --data DIR, or set BELAY_URL and BELAY_TOKEN.',
    { code: 'unreachable' },
  );
};
