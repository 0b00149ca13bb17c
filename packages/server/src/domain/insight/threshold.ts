/**
 * A threshold that asks for more than people make of it: the comparison in a rule, the values at which people were asked,
 * and how far it could move so that only what they always let through goes by itself.
 */
import type { Control, FactSpec, RuleSpec } from '@belay/control';
import type { Json } from '@belay/protocol';
import type { RecordedStep } from './recorded.ts';

export type Comparison = { fact: FactSpec; operator: string; literal: string };
export type Moved = Comparison & {
  /** the new literal */
  to: string;
  /** how many people let through unchanged between the old and the new one; nobody said anything else there */
  steps: number;
  /** the nearest value of which people made something else; null: there is none */
  first: string | null;
};

type Amount = { unit: string; value: number };

const amountPattern = /^(?:([A-Z]{3}) )?(-?[\d_]+(?:\.[\d_]+)?)$/;

const amountOf = (raw: Json | undefined): Amount | null => {
  const found = amountPattern.exec(String(raw ?? ''));
  return found === null ? null : { unit: found[1] ?? '', value: Number((found[2] ?? '').replaceAll('_', '')) };
};

const comparable: ReadonlySet<FactSpec['type']> = new Set(['money', 'int', 'decimal']);

/** Comparisons of a fact with a value, in the text of a condition. */
export const comparisonsIn = (when: string, facts: readonly FactSpec[]): Comparison[] =>
  facts
    .filter(({ type }) => comparable.has(type))
    .flatMap((fact) => {
      const name = fact.name.replaceAll('.', '\\.');
      const pattern = new RegExp(`(?<![\\w.])${name}\\s*([<>]=?)\\s*((?:[A-Z]{3} )?[\\d_]+(?:\\.[\\d_]+)?)`, 'g');
      return [...when.matchAll(pattern)].map(
        ([, operator = '', literal = '']): Comparison => ({ fact, operator, literal }),
      );
    });

/** The condition with every comparison of this fact with this value moved to another one. */
export const movedIn = (when: string, { fact, literal }: Comparison, to: string): string => {
  const name = fact.name.replaceAll('.', '\\.');
  const value = literal.replaceAll('.', '\\.');
  return when.replaceAll(new RegExp(`((?<![\\w.])${name}\\s*[<>]=?\\s*)${value}(?![\\d_.])`, 'g'), `$1${to}`);
};

const valueAt = (step: RecordedStep, { name, from, at }: FactSpec): Json | undefined => {
  if (from !== 'args') return step.read?.facts[name];
  let value: Json | undefined = step.arguments;
  for (const key of at.split('/').slice(1))
    value = typeof value === 'object' && value !== null && !Array.isArray(value) ? value[key] : undefined;
  return value;
};

type Asked = { text: string; value: number; unchanged: boolean };

/** Where people were asked beyond the threshold and said something: in the unit of the threshold, nearest first. */
const askedBeyond = (steps: readonly RecordedStep[], { fact, operator, literal }: Comparison): Asked[] => {
  const limit = amountOf(literal);
  if (limit === null) return [];
  const up = operator.startsWith('>') ? 1 : -1;
  return steps
    .filter(({ end }) => end !== 'waiting' && end !== 'alone')
    .flatMap((step): Asked[] => {
      const text = valueAt(step, fact);
      const amount = amountOf(text);
      return amount === null || amount.unit !== limit.unit
        ? []
        : [{ text: String(text), value: amount.value * up, unchanged: step.end === 'unchanged' }];
    })
    .filter(({ value }) => value >= limit.value * up)
    .toSorted((a, b) => a.value - b.value);
};

/** How far the threshold of a rule could move; null: not at all, or it is not written as one comparison with a value. */
export const movable = (rule: RuleSpec, control: Control, steps: readonly RecordedStep[]): Moved | null => {
  const [comparison, ...others] = comparisonsIn(rule.when, control.facts);
  if (comparison === undefined || others.length > 0 || rule.when.includes('||') || rule.unless !== null) return null;
  const asked = askedBeyond(steps, comparison);
  const first = asked.find(({ unchanged }) => !unchanged) ?? null;
  const fine = asked.filter(({ value }) => first === null || value < first.value);
  const last = fine.at(-1);
  if (last === undefined) return null;
  // At the new value itself the rule still asks when it is written as >= or <=.
  const steps_ = comparison.operator.endsWith('=') ? fine.filter(({ value }) => value < last.value) : fine;
  return { ...comparison, to: last.text, steps: steps_.length, first: first?.text ?? null };
};
