/**
 * Facts from systems of record. Fetched before any lock is taken, with a timeout; a failure is a fact problem that the
 * gate reports, never a silent gap. Sources are declared in the server's configuration, credentials by reference.
 */
import type { CompiledControl, Looked } from '@belay/control';
import { canonicalize, type Json, type JsonObject } from '@belay/protocol';
import { createMemory, roughBytes } from '../memory.ts';
import type { Clock } from '../ports.ts';

type Common = {
  name: string;
  timeoutMs: number;
  /** how long an answer counts; absent: it is asked each time. Failures never count */
  cacheMs?: number;
};
/** A system of record over HTTP. `{args.x}` and `{subject.x}` in the URL are filled in, percent-encoded. */
export type HttpSource = Common & {
  url: string;
  headers?: Record<string, string>;
  /** addresses inside of the own network may be asked */
  private: boolean;
  /** where the host is filled in too: those it may be */
  hosts?: string[];
};
/** One row of a PostgreSQL. `{args.x}` and `{subject.x}` in the query are bound as parameters, as text. */
export type SqlSource = Common & { database: string; query: string };
export type Source = HttpSource | SqlSource;

export type Given = {
  args: JsonObject;
  subject: JsonObject;
  /** asks the system of record itself, whatever is remembered */
  fresh?: boolean;
};
export type Lookups = (control: CompiledControl, step: string, given: Given) => Promise<Looked>;
/** Asks one kind of source. A thrown `LookupFailed` is the answer; anything else means that it could not be read. */
export type Asker<S> = (source: S, given: Given) => Promise<Json>;
export type Askers = { http: Asker<HttpSource>; sql: Asker<SqlSource> };

/** Says in a sentence that begins with the source's name why there is no answer. */
export class LookupFailed extends Error {}
/** The system of record answered: there is nothing. Facts that may be absent are, the others are a handoff. */
export class NoRecord extends LookupFailed {}

export const bytesMax = 1_000_000;
const rememberedAtMost = { most: 5_000, bytes: 50_000_000, sizeOf: ({ answer }: Remembered) => roughBytes(answer) };
const hole = /\{(args|subject)\.([A-Za-z0-9_]+)\}/g;

/** The template with each hole filled by what `fill` makes of the value; null when one is missing. */
export const fillHoles = (template: string, given: Given, fill: (value: string) => string): string | null => {
  let complete = true;
  const text = template.replace(hole, (_match, where: 'args' | 'subject', name: string) => {
    const value = Object.hasOwn(given[where], name) ? given[where][name] : undefined;
    if (typeof value !== 'string' && typeof value !== 'number') complete = false;
    return fill(String(value));
  });
  return complete ? text : null;
};

type Answer = Looked[string];
type Remembered = { at: number; answer: Answer };

const ask = async (askers: Askers, source: Source, given: Given): Promise<Answer> => {
  try {
    const value = 'url' in source ? await askers.http(source, given) : await askers.sql(source, given);
    return { ok: true, value };
  } catch (error) {
    const problem = error instanceof LookupFailed ? error.message : `${source.name} could not be read.`;
    return { ok: false, problem, ...(error instanceof NoRecord ? { absent: true } : {}) };
  }
};

/** What an answer depends on: the values that fill its template. */
const keyOf = (source: Source, given: Given): string => {
  const template = 'url' in source ? source.url : source.query;
  const values = [...template.matchAll(hole)].map(
    ([, where, name]) => given[where as 'args' | 'subject'][name ?? ''] ?? null,
  );
  return `${source.name} ${canonicalize(values)}`;
};

export const createLookups = (sources: Source[], askers: Askers, clock: Clock): Lookups => {
  const byName = new Map(sources.map((source) => [source.name, source]));
  const remembered = createMemory<Remembered>(rememberedAtMost);
  const answerOf = async (name: string, given: Given): Promise<Answer> => {
    const source = byName.get(name);
    if (source === undefined) return { ok: false, problem: `${name} is not configured.` };
    if (source.cacheMs === undefined) return ask(askers, source, given);
    const key = keyOf(source, given);
    const known = remembered.get(key);
    if (known !== undefined && given.fresh !== true && clock.now() - known.at < source.cacheMs) return known.answer;
    const at = clock.now();
    const answer = await ask(askers, source, given);
    if (answer.ok) remembered.set(key, { at, answer });
    return answer;
  };
  return async (control, step, given) => {
    const answers = control
      .lookupsFor(step)
      .map(async ({ source }): Promise<[string, Answer]> => [source, await answerOf(source, given)]);
    return Object.fromEntries(await Promise.all(answers));
  };
};
