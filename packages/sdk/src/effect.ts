/**
 * Carries out the agent's function and puts into words what became of it. An error that says "stopped on the way" does
 * not tell whether the effect happened: it is reported as unknown, so that a person is asked instead of it running twice.
 */
import { clipped, digestOf, type Json, type JsonObject, type ReportResult } from '@belay/protocol';
import { Fenced, InDoubt } from './errors.ts';
import { failedOutside } from './outside.ts';

const longestError = 4_000;

export type Effect<T> = {
  report: ReportResult;
  /** returns what the function returned, or throws what it threw */
  give(): T;
};

/** What a later call with the same key gets: the JSON form, or null when there is none. */
const recorded = (value: unknown): Json => {
  try {
    return JSON.parse(JSON.stringify(value ?? null)) as Json;
  } catch {
    return null;
  }
};

const stoppedOnTheWay = (error: unknown): boolean =>
  error instanceof InDoubt ||
  error instanceof Fenced ||
  (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError'));

/** As it can be reported: an error may quote a text that was cut within a character. */
const saidBy = (error: unknown): string =>
  clipped(
    (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).replace(/\p{Surrogate}/gu, '\uFFFD'),
    longestError,
  );

const failure = (error: unknown): ReportResult => {
  const said = saidBy(error);
  if (stoppedOnTheWay(error)) return { status: 'unknown', error: said };
  return { status: 'failed', error: said, ...(failedOutside(error) && { outside: true }) };
};

export const carryOut = async <T>(fn: () => T | Promise<T>): Promise<Effect<T>> => {
  try {
    const value = await fn();
    return { report: { status: 'done', value: recorded(value) }, give: () => value };
  } catch (error) {
    return {
      report: failure(error),
      give: () => {
        throw error;
      },
    };
  }
};

/** The digest of what was carried out: arguments that were changed on the way do not pass unnoticed. */
export const restated = (args: JsonObject): string => {
  try {
    return digestOf(args);
  } catch {
    return 'no plain JSON any more';
  }
};

export const notCarriedOut: ReportResult = {
  status: 'failed',
  error: 'Not carried out: the agent stopped waiting before the permission came.',
};
