/** Turns what initdb and PostgreSQL write when they fail into a sentence and a remedy. */
import { DatabaseProblem, useDatabaseUrl } from '../problem.ts';

type Explanation = { readonly pattern: RegExp; readonly problem: string; readonly remedy: string };

const explanations: readonly Explanation[] = [
  {
    pattern: /No space left on device|Disk quota exceeded/,
    problem: 'The disk that holds the data directory is full.',
    remedy: 'Free some space and start Belay again; nothing that was accepted is lost.',
  },
  {
    pattern: /could not look up effective user ID (\d+)/,
    problem: 'The user that runs Belay has no name on this system (no line in /etc/passwd), and initdb wants one.',
    remedy: `Start Belay as a user with a name. ${useDatabaseUrl}`,
  },
  {
    pattern: /error while loading shared libraries: (\S+)/,
    problem: 'PostgreSQL does not start because a shared library is missing.',
    remedy: `Remove node_modules and run \`npm install\` again. ${useDatabaseUrl}`,
  },
  {
    pattern: /could not bind .*Address already in use/,
    problem: 'Another program listens where PostgreSQL should.',
    remedy: 'Start Belay again; it will choose another port.',
  },
  {
    pattern: /database files are incompatible with server/,
    problem: 'The data directory was made by another major version of PostgreSQL.',
    remedy: 'Start the Belay that made it, export, and import here.',
  },
  {
    pattern: /could not create shared memory segment|could not create semaphores|could not resize shared memory/,
    problem: 'The system grants PostgreSQL too little shared memory.',
    remedy: `Raise the limit (in a container: --shm-size=256m). ${useDatabaseUrl}`,
  },
  {
    pattern:
      /PANIC: .*(could not locate a valid checkpoint record|invalid checkpoint)|invalid data in file "global\/pg_control"/,
    problem: 'The data directory is damaged: PostgreSQL finds no valid checkpoint in it.',
    remedy: 'Restore it from a backup; keep the damaged directory for examination.',
  },
  {
    pattern: /Read-only file system/,
    problem: 'The file system that holds the data directory is read-only.',
    remedy: 'Make it writable, or choose another directory with --data.',
  },
  {
    pattern: /Permission denied/,
    problem: 'PostgreSQL may not read or write its directory.',
    remedy: `Check owner and mode of the data directory. ${useDatabaseUrl}`,
  },
];

export function explainFailure(doing: string, output: string): DatabaseProblem {
  const said = lastWords(output);
  const known = explanations.find(({ pattern }) => pattern.test(output));
  if (known) return new DatabaseProblem(`${known.problem} (${doing}: ${said})`, known.remedy);
  return new DatabaseProblem(`${doing} failed: ${said}`, 'Run `belay doctor`; it looks for the cause.');
}

/** The lines that name the failure, without PostgreSQL's time stamps. */
function lastWords(output: string): string {
  const lines = output.split('\n').map((line) => line.replace(/^\d{4}-\d\d-\d\d \S+ \S+ \[\d+\] /, '').trim());
  const loud = lines.filter((line) => /error|FATAL|PANIC|denied/i.test(line));
  const told = (loud.length > 0 ? loud : lines.filter((line) => line !== '')).slice(-2);
  return told.join(' / ') || 'it said nothing';
}

/** For what the file system refuses Belay itself. */
export function explainFileError(error: unknown, path: string): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return explainFailure(`Writing ${path}`, 'No space left on device');
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EEXIST') {
    return new DatabaseProblem(
      `Belay may not write its data directory ${path}: ${message}.`,
      'Give the directory to the user that runs Belay, or choose another one with --data.',
      { cause: error },
    );
  }
  return error as Error;
}
