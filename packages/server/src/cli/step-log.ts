/**
 * One line of a step log: read strictly, so that a misspelt field is a named bad line and not a missing fact.
 * The form is documented in docs/reference/step-log.md.
 */
import { CanonicalError, didYouMean, type Json, type JsonObject, parseStrict } from '@belay/protocol';
import type { LoggedStep } from '../domain/insight/replayer.ts';

export type BadLine = { problem: string; remedy: string };

const fields = ['run', 'step', 'arguments', 'facts', 'at', 'label'];
const form = '{"run": "...", "step": "...", "arguments": {...}, "facts": {...}, "at": "2026-11-23T09:30:00Z"}';

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isInstant = (value: string): boolean =>
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(value) && !Number.isNaN(Date.parse(value));

const problemIn = (raw: JsonObject): BadLine | null => {
  const unknown = Object.keys(raw).find((name) => !fields.includes(name));
  if (unknown !== undefined) {
    const problem = `The field "${unknown}" is not part of a step log.${didYouMean(unknown, fields)}`;
    return { problem, remedy: `Leave it out, or put it into "facts". The fields are ${fields.join(', ')}.` };
  }
  for (const name of ['run', 'step']) {
    if (typeof raw[name] !== 'string' || raw[name] === '') {
      return { problem: `The field "${name}" is missing or not text.`, remedy: `Write "${name}": "...".` };
    }
  }
  for (const name of ['arguments', 'facts']) {
    if (raw[name] !== undefined && !isObject(raw[name])) {
      return { problem: `The field "${name}" is not an object.`, remedy: `Write "${name}": {}.` };
    }
  }
  if (typeof raw.at !== 'string' || !isInstant(raw.at)) {
    const remedy = 'Write when the step was asked for, such as "at": "2026-11-23T09:30:00Z".';
    return { problem: 'The field "at" is missing or not an instant.', remedy };
  }
  if (raw.label !== undefined && raw.label !== null && typeof raw.label !== 'string') {
    return { problem: 'The field "label" is not text.', remedy: 'Write "label": "right" or "label": "wrong".' };
  }
  return null;
};

/** The step on this line, or what is wrong with the line and how to mend it. */
export const readStepLine = (line: string): LoggedStep | BadLine => {
  let raw: Json;
  try {
    raw = parseStrict(line);
  } catch (error) {
    if (!(error instanceof CanonicalError)) throw error;
    return { problem: error.message, remedy: `Write one object a line: ${form}` };
  }
  if (!isObject(raw)) return { problem: 'This is not a JSON object.', remedy: `Write one object a line: ${form}` };
  const bad = problemIn(raw);
  if (bad) return bad;
  return {
    run: raw.run as string,
    step: raw.step as string,
    arguments: (raw.arguments ?? {}) as JsonObject,
    facts: (raw.facts ?? {}) as JsonObject,
    at: raw.at as string,
    label: (raw.label ?? null) as string | null,
  };
};

export const isBad = (read: LoggedStep | BadLine): read is BadLine => 'problem' in read;
