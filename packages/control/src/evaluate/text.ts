/** Sentences for readers: `{fact}`, `{args.x}`, `{step}` and `{EUR 500.00}` filled in, and facts with their origin. */
import { type FactView, type Json, labelOf } from '@belay/protocol';
import { baseOf, type Ref } from '../expression/ir.ts';
import type { Control, FactSpec, GateInput, TypeSpec } from '../model.ts';
import { formatMoney, parseMoney } from '../value/money.ts';
import { problemOf, showValue } from '../value/spec.ts';
import { type Place, pathOf, rawValue } from './records.ts';
import { takenPath } from './take.ts';

const placeholder = /\{([^{}]*)\}/g;

/** Names in `{…}`, with their offsets; money literals are not names. */
export const placeholdersOf = (text: string): { name: string; offset: number }[] =>
  [...text.matchAll(placeholder)]
    .map((match) => ({ name: (match[1] ?? '').trim(), offset: match.index + 1 }))
    .filter(({ name }) => moneyIn(name) === null);

const moneyIn = (text: string): string | null => {
  const money = parseMoney(text.replaceAll('_', ''));
  return money ? formatMoney(money) : null;
};

export const placeOfFact = (fact: FactSpec): Place => ({
  from: fact.from,
  source: fact.source ?? null,
  path: fact.take === undefined ? pathOf(fact.at) : takenPath(fact.name),
});

const placeOfArgument = (name: string): Place => ({ from: 'args', source: null, path: [name.slice('args.'.length)] });

/** `label`: as people say it. */
export type Named = { name: string; label: string; place: Place; spec: TypeSpec | null; fallback: Json | undefined };

/** Finds facts and arguments by name, for sentences and packets. */
export type Directory = ((step: string, name: string) => Named | null) & { sayStep: (step: string) => string };

export const directoryOf = (control: Control): Directory => {
  const facts = new Map<string, Named>(
    control.facts.map((fact) => [
      fact.name,
      { name: fact.name, label: labelOf(fact), place: placeOfFact(fact), spec: fact, fallback: fact.default },
    ]),
  );
  const steps = new Map(control.steps.map((step) => [step.name, step]));
  const find = (step: string, name: string): Named | null => {
    const fact = facts.get(name);
    if (fact) return fact;
    if (!name.startsWith('args.')) return null;
    const specs = steps.get(step)?.arguments ?? {};
    const argument = name.slice('args.'.length);
    const spec = Object.hasOwn(specs, argument) ? (specs[argument] ?? null) : null;
    const label = labelOf({ name, label: spec?.label });
    return { name, label, place: placeOfArgument(name), spec, fallback: undefined };
  };
  return Object.assign(find, { sayStep: (name: string) => labelOf(steps.get(name) ?? { name }) });
};

export const currentValue = (named: Named, input: GateInput): Json | undefined => {
  const value = rawValue(named.place, input);
  return value === undefined || value === null ? named.fallback : value;
};

export const showNamed = (named: Named, input: GateInput): string => showValue(named.spec, currentValue(named, input));

/** Writes a sentence for one input. */
export type Sentence = (input: GateInput) => string;

const partOf = (directory: Directory, step: string, name: string): string | Sentence => {
  const money = moneyIn(name);
  if (money !== null) return money;
  if (name === 'step') return directory.sayStep(step);
  const named = directory(step, name);
  return named === null ? 'unknown' : (input) => showNamed(named, input);
};

/** `text` with its placeholders found; what is missing or not declared is shown as "unknown". */
export const sentenceOf = (directory: Directory, step: string, text: string): Sentence => {
  const parts = text
    .split(placeholder)
    .map((part, index) => (index % 2 === 0 ? part : partOf(directory, step, part.trim())));
  if (parts.every((part) => typeof part === 'string')) {
    const fixed = parts.join('');
    return () => fixed;
  }
  return (input) => {
    let sentence = '';
    for (const part of parts) sentence += typeof part === 'string' ? part : part(input);
    return sentence;
  };
};

/** What a control says is said again and again: each of its sentences is taken apart once for each step. */
const known = new WeakMap<Directory, Map<string, Sentence>>();
const sentencesKept = 1_000;

export const fillText = (directory: Directory, text: string, input: GateInput): string => {
  const sentences = known.get(directory) ?? new Map<string, Sentence>();
  known.set(directory, sentences);
  const key = `${input.step}\0${text}`;
  const before = sentences.get(key);
  if (before !== undefined) return before(input);
  const sentence = sentenceOf(directory, input.step, text);
  if (sentences.size < sentencesKept) sentences.set(key, sentence);
  return sentence(input);
};

const lookupProblem = (named: Named, input: GateInput): string | null => {
  if (named.place.from !== 'lookup' || named.place.source === null) return null;
  const source = named.place.source;
  if (!Object.hasOwn(input.looked ?? {}, source)) return `was not looked up in ${source}`;
  const looked = input.looked[source];
  return looked?.ok === true
    ? null
    : `could not be looked up in ${source}: ${showValue(null, looked?.problem).replace(/\.$/, '')}`;
};

/** The system of record answered that there is nothing: an optional fact of it is absent. */
const isAbsent = ({ place }: Named, input: GateInput): boolean => {
  const answer = place.source === null ? undefined : input.looked?.[place.source];
  return answer?.ok === false && answer.absent === true;
};

/** Why the fact cannot be used, or null. */
export const problemWith = (named: Named, optional: boolean, input: GateInput): string | null => {
  const lookup = lookupProblem(named, input);
  if (lookup !== null) return optional && isAbsent(named, input) ? null : lookup;
  const value = currentValue(named, input);
  if (optional && (value === undefined || value === null)) return null;
  return named.spec === null ? null : problemOf(named.spec, value);
};

export const viewOf = (named: Named, input: GateInput, problem: string | null): FactView => ({
  name: named.name,
  value: currentValue(named, input) ?? null,
  origin: named.place.from,
  source: named.place.source,
  problem,
});

export const namedOf = (directory: Directory, step: string, ref: Ref): Named => {
  const named = directory(step, baseOf(ref).name);
  if (named === null) throw new Error(`The fact ${ref.name} is not declared.`);
  return named;
};
