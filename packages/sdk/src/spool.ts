/**
 * What was carried out while Belay could not be reached: an append-only file, flushed to the disk line by line, so that
 * it survives the agent and is told to Belay later. Without a path it lives in memory. Only this file touches the disk,
 * through the runtime's own modules where there are any.
 */
import type { JsonObject, ReportResult } from '@belay/protocol';
import { BelayError } from './errors.ts';

export type Spooled = {
  spoolId: string;
  runId: string;
  step: string;
  key: string;
  digest: string;
  arguments: JsonObject;
  facts: JsonObject;
  words: string | null;
  /** ISO 8601 UTC */
  startedAt: string;
  /** null: it was begun and the process ended before its result */
  result: ReportResult | null;
  /** digest of the arguments that were carried out; absent before it is over, and in files of older versions */
  carriedOut?: string | undefined;
};

type Entry =
  | { kind: 'started'; spooled: Spooled }
  | { kind: 'ended'; spoolId: string; result: ReportResult; carriedOut?: string | undefined }
  | { kind: 'told'; spoolId: string; outcome: string };

export type Spool = {
  started(spooled: Spooled): void;
  ended(spoolId: string, result: ReportResult, carriedOut: string): void;
  /** Belay knows now. `outcome` is its answer, kept for whoever reads the file. */
  told(spoolId: string, outcome: string): void;
  /** steps of this run that Belay has not been told, oldest first */
  untold(runId: string): Spooled[];
};

const apply = (untold: Map<string, Spooled>, entry: Entry): void => {
  if (entry.kind === 'started') untold.set(entry.spooled.spoolId, entry.spooled);
  else if (entry.kind === 'told') untold.delete(entry.spoolId);
  else {
    const spooled = untold.get(entry.spoolId);
    if (spooled !== undefined)
      untold.set(entry.spoolId, { ...spooled, result: entry.result, carriedOut: entry.carriedOut });
  }
};

/** A line that a crash cut off says nothing; the lines around it stand. */
const parseLine = (line: string): Entry[] => {
  try {
    return [JSON.parse(line) as Entry];
  } catch {
    return [];
  }
};

const disk = (path: string) => {
  const fs = globalThis.process?.getBuiltinModule?.('node:fs');
  if (fs !== undefined) return fs;
  throw new BelayError(`This runtime has no files, so ${path} cannot be written.`, {
    code: 'invalid_request',
    remedy: 'Leave `offline.spool` out: what happens offline is then kept in memory.',
  });
};

const appender = (path: string): { entries: Entry[]; append(entry: Entry): void } => {
  const fs = disk(path);
  const file = fs.openSync(path, 'a+', 0o600);
  const text = fs.readFileSync(path, 'utf8');
  if (text !== '' && !text.endsWith('\n')) fs.writeSync(file, '\n');
  return {
    entries: text
      .split('\n')
      .filter((line) => line !== '')
      .flatMap(parseLine),
    append: (entry) => {
      fs.writeSync(file, `${JSON.stringify(entry)}\n`);
      fs.fsyncSync(file);
    },
  };
};

export const openSpool = (path?: string): Spool => {
  const { entries, append } = path === undefined ? { entries: [], append: () => {} } : appender(path);
  const untold = new Map<string, Spooled>();
  for (const entry of entries) apply(untold, entry);
  const record = (entry: Entry): void => {
    append(entry);
    apply(untold, entry);
  };
  return {
    started: (spooled) => record({ kind: 'started', spooled }),
    ended: (spoolId, result, carriedOut) => record({ kind: 'ended', spoolId, result, carriedOut }),
    told: (spoolId, outcome) => record({ kind: 'told', spoolId, outcome }),
    untold: (runId) => [...untold.values()].filter((spooled) => spooled.runId === runId),
  };
};
