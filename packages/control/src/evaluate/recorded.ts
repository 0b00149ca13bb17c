/**
 * What one step was decided on, besides its arguments: every declared fact that was there, and what became of the
 * lookups. Kept with the decision, it is enough to decide the step again, under this control or another one.
 */
import type { Json, JsonObject } from '@belay/protocol';
import type { Control, FactSpec, GateInput, Looked, RecordedFacts } from '../model.ts';
import { rawValue } from './records.ts';
import { takerOf } from './take.ts';
import { placeOfFact } from './text.ts';

const sourcesOf = (looked: Looked): RecordedFacts['sources'] =>
  Object.fromEntries(
    Object.entries(looked).map(([source, answer]) => [
      source,
      answer.ok ? true : { problem: answer.problem, absent: answer.absent === true },
    ]),
  );

/** Reads from the input what has to be kept of it. Values are as they came, so that a bad one stays bad. */
export const recorderOf = (control: Pick<Control, 'facts'>): ((input: GateInput) => RecordedFacts) => {
  const withTaken = takerOf(control);
  const places = control.facts
    .filter(({ from }) => from !== 'args')
    .map((fact) => ({ name: fact.name, place: placeOfFact(fact) }));
  return (given) => {
    const input = withTaken(given);
    const facts: JsonObject = {};
    for (const { name, place } of places) {
      const value = rawValue(place, input);
      if (value !== undefined) facts[name] = value;
    }
    return { facts, sources: sourcesOf(input.looked) };
  };
};

const isRecord = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The record of the input that a fact is read from; made when a lookup answered. */
const recordIn = (input: GateInput, { from, source = '' }: FactSpec): JsonObject => {
  if (from !== 'lookup') return from === 'agent' ? input.agent : input.system;
  const answer = input.looked[source];
  if (answer?.ok === true && isRecord(answer.value)) return answer.value;
  const value: JsonObject = {};
  input.looked[source] = { ok: true, value };
  return value;
};

const put = (record: JsonObject, path: readonly string[], value: Json): void => {
  let at = record;
  for (const key of path.slice(0, -1)) {
    const there = Object.hasOwn(at, key) ? at[key] : undefined;
    const inner = isRecord(there) ? there : {};
    at[key] = inner;
    at = inner;
  }
  at[path.at(-1) ?? ''] = value;
};

/** The gate's input again: each fact where the declaration says that it comes from. */
export const recordedInput = (
  declared: readonly FactSpec[],
  { step, arguments: args }: Pick<GateInput, 'step' | 'arguments'>,
  { facts, sources }: RecordedFacts,
): GateInput => {
  const looked = Object.fromEntries(
    Object.entries(sources).map(([source, answer]): [string, Looked[string]] => [
      source,
      answer === true ? { ok: true, value: {} } : { ok: false, ...answer },
    ]),
  );
  const input: GateInput = { step, arguments: args, agent: {}, system: {}, looked };
  for (const fact of declared) {
    const isThere = fact.from !== 'args' && Object.hasOwn(facts, fact.name);
    const value: Json | undefined = isThere ? facts[fact.name] : undefined;
    if (value !== undefined) put(recordIn(input, fact), placeOfFact(fact).path, value);
  }
  return input;
};
