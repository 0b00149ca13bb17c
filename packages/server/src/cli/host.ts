/** What `belay serve` and `belay demo` share: a started server, published controls, and the way in for this machine. */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type ParsedFiles, parseControlFiles, partsElsewhere, partsOf } from '@belay/control';
import { counted, errorCatalogue } from '@belay/protocol';
import type { Organisation, Person } from '../domain/oncall/organisation.ts';
import { parseOrganisation } from '../domain/oncall/parse.ts';
import { loginUrl } from '../engine/present.ts';
import type { RunningServer, ServerOptions } from '../server.ts';
import { CliProblem, refusal } from './command.ts';
import { forgetConnection, writeConnection } from './connection.ts';

const portProblem = (error: unknown, { host, port }: ServerOptions): CliProblem | null => {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new CliProblem(
      1,
      `Port ${port} on ${host} is in use.`,
      `Stop what listens there, or choose another: --port ${port + 1} (0: any free one).`,
    );
  if (code === 'EACCES')
    return new CliProblem(1, `Belay may not listen on port ${port}.`, 'Choose one above 1023 with --port.');
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new CliProblem(1, `${host} is not an address of this machine.`, 'Mend --host or BELAY_HOST.');
  return null;
};

export const startHost = async (options: ServerOptions): Promise<RunningServer> => {
  // Read when it is wanted: most commands start no server, and would wait for all of it.
  const { startServer } = await import('../server.ts');
  try {
    return await startServer(options);
  } catch (error) {
    throw portProblem(error, options) ?? error;
  }
};

/** Why a file could not be read, after its name. */
export const unread = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'does not exist' : `cannot be read: ${message}`;
};

export const readTextFile = (file: string, what: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliProblem(2, `The ${what} ${file} ${unread(error)}.`, 'Name an existing file.');
  }
};

export const controlFilesIn = (folder: string): string[] => {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.control.yaml'));
  } catch (error) {
    throw new CliProblem(2, `The folder ${folder} cannot be read: ${(error as Error).message}.`, 'Mend --controls.');
  }
  if (names.length > 0) return names.sort().map((name) => join(folder, name));
  throw new CliProblem(2, `No file in ${folder} ends in .control.yaml.`, 'Mend --controls.');
};

/** One sentence for each problem, with its place. */
type Placed = { file?: string; line: number; column: number; message: string; remedy: string };

export const placed = (file: string, problems: Placed[]) =>
  problems.map((p) => ({ path: `${p.file ?? file}:${p.line}:${p.column}`, message: `${p.message} ${p.remedy}` }));

export const invalid = (
  code: 'control_invalid' | 'organisation_invalid',
  errors: { path: string; message: string }[],
): CliProblem =>
  new CliProblem(1, errors.map((e) => `${e.path} ${e.message}`).join('\n'), errorCatalogue[code].remedy, {
    code,
    errors,
  });

/** How the file that a part really is would be named from the folder: a link may lead out of it. */
const behindLinks = (folder: string, name: string): string => {
  const part = join(folder, name);
  return existsSync(part) ? relative(realpathSync(folder), realpathSync(part)) : name;
};

/** A control with the files that it names under `parts`, beside it, as one text: read and published as such. */
export const readControlFiles = (file: string): ParsedFiles => {
  const text = readTextFile(file, 'control');
  const elsewhere = partsElsewhere({ file, text }, (name) => behindLinks(dirname(file), name));
  if (elsewhere.length > 0) return { ok: false, problems: elsewhere, text, placeOf: (place) => ({ ...place, file }) };
  const parts = partsOf(text).map((name) => {
    const part = join(dirname(file), name);
    return { file: part, text: readTextFile(part, 'part of the control') };
  });
  return parseControlFiles({ file, text }, parts);
};

/** What is published of a file. What is wrong with the text, the server says; here only whether it could be joined. */
export const controlText = (file: string): string => {
  const { text, problems } = readControlFiles(file);
  const apart = problems.filter(({ code }) => code === 'parts');
  if (apart.length > 0) throw invalid('control_invalid', placed(file, apart));
  return text;
};

export const publishAll = async ({ app }: RunningServer, files: string[], by: string): Promise<string[]> => {
  const said: string[] = [];
  for (const file of files) {
    const result = await app.services.house.publish(controlText(file), file, by);
    if (!result.ok) throw invalid('control_invalid', placed(file, result.problems));
    const { name, version, findings } = result.published;
    const open = findings.filter(({ severity, accepted }) => severity === 'warning' && accepted === null).length;
    const warnings = open === 0 ? '' : `, ${counted(open, 'warning')} without a reason: belay check ${file}`;
    said.push(`${name} version ${version}${result.fresh ? warnings : ' (unchanged)'}`);
  }
  return said;
};

export const readOrganisation = (file: string): Organisation => {
  const parsed = parseOrganisation(readTextFile(file, 'organisation'), file);
  if (!parsed.ok) throw invalid('organisation_invalid', placed(file, parsed.problems));
  return parsed.organisation;
};

export const administratorOf = (org: Organisation): Person => {
  const admin = org.people.find((person) => person.active && person.access.includes('admin'));
  if (admin === undefined) throw refusal('organisation_invalid', 'Nobody active has the access right admin.');
  return admin;
};

/** A session of a person, as a link that was made for them and opened at once. */
export const sessionOf = async ({ app }: RunningServer, personId: string): Promise<string> => {
  const now = app.services.clock.now();
  const opened = await app.accounts.openSession(await app.accounts.createLoginLink(personId, now), now);
  if (opened === null) throw new Error('a login link that was just made did not work');
  return opened.session;
};

export const loginLinkOf = async ({ app, url }: RunningServer, personId: string): Promise<string> =>
  loginUrl(url, await app.accounts.createLoginLink(personId, app.services.clock.now()));

/** The way in of the commands on this machine: nobody has shown who they are, so it never counts as a recent sign-in. */
const sessionOfMachine = async ({ app }: RunningServer, personId: string): Promise<string> => {
  const signIn = { method: 'link', at: null, issuer: null, amr: [], acr: null } as const;
  return (await app.accounts.openSessionOf(personId, { ...signIn, amr: [] }, app.services.clock.now(), null)).session;
};

const lookMs = 2_000;
const renewMs = 6 * 3_600_000;

/**
 * Leaves the way in for commands on this machine, and keeps it valid: sessions end after half a day, and the
 * administrator may leave the organisation.
 */
export const keepConnection = async (
  server: RunningServer,
  dataDir: string,
  onError: (error: unknown) => void,
): Promise<{ end: () => void }> => {
  const { house, clock } = server.app.services;
  let known = { personId: '', at: 0, token: '' };
  const renew = async (): Promise<void> => {
    const { personId } = administratorOf(await house.organisation());
    if (personId === known.personId && clock.now() - known.at < renewMs) return;
    const token = await sessionOfMachine(server, personId);
    writeConnection(dataDir, { url: server.url, token });
    known = { personId, at: clock.now(), token };
  };
  await renew();
  let failing = false;
  const look = async (): Promise<void> => {
    try {
      await renew();
      failing = false;
    } catch (error) {
      // Said once: how long it lasts, and its end, the loops of the house tell.
      if (!failing) onError(error);
      failing = true;
    }
  };
  const timer = setInterval(() => void look(), lookMs);
  timer.unref();
  return {
    end: () => {
      clearInterval(timer);
      forgetConnection(dataDir, known.token);
    },
  };
};

/** Resolves at the first SIGINT or SIGTERM. A second one does not wait for the clean end. */
export const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    const stop = (): void => {
      resolve();
      process.once('SIGINT', () => process.exit(130));
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  });
