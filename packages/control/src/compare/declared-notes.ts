/**
 * What is declared of facts and arguments. A value that could not be used went to a person, so a declaration that takes
 * more lets more happen without one. No case shows it: each case of a comparison is usable in both versions.
 */
import { type Json, labelOf } from '@belay/protocol';
import type { Control, FactSpec, StepSpec, TypeSpec } from '../model.ts';
import { boundsOf, type NumericSpec } from '../value/spec.ts';
import { sayOrigin } from '../words/names.ts';
import type { Note } from './note.ts';

type Declared = TypeSpec & { optional: boolean; default?: Json };
type Money = Extract<TypeSpec, { type: 'money' }>;

const isWider = (old: NumericSpec, next: NumericSpec, currency?: string): boolean => {
  const [was, is] = [boundsOf(old, currency), boundsOf(next, currency)];
  return is.min < was.min || is.max > was.max;
};

const takesMoreMoney = (old: Money, next: Money): boolean => {
  const isNew = (currency: string) => old.currency.length > 0 && !old.currency.includes(currency);
  if (next.currency.length === 0) return old.currency.length > 0 || isWider(old, next);
  return next.currency.some((currency) => isNew(currency) || isWider(old, next, currency));
};

/** Another type, scale or zone is another value: that it takes no more cannot be told. */
const takesMoreValues = (old: TypeSpec, next: TypeSpec): boolean => {
  if (old.type === 'money' && next.type === 'money') return takesMoreMoney(old, next);
  if (old.type === 'int' && next.type === 'int') return isWider(old, next);
  if (old.type === 'decimal' && next.type === 'decimal') return old.scale !== next.scale || isWider(old, next);
  if (old.type === 'timestamp' && next.type === 'timestamp') return old.zone !== next.zone;
  if (old.type === 'enum' && next.type === 'enum')
    return !old.open && (next.open || next.values.some((value) => !old.values.includes(value)));
  return old.type !== next.type;
};

/** What becomes of a missing value; null: it goes to a person. */
const whenMissing = ({ optional, default: value }: Declared): string | null =>
  value !== undefined ? JSON.stringify(value) : optional ? 'absent' : null;

const takesMore = (old: Declared, next: Declared): boolean => {
  const missing = whenMissing(next);
  return takesMoreValues(old, next) || (missing !== null && missing !== whenMissing(old));
};

const trust: Record<FactSpec['from'], number> = { lookup: 0, system: 0, args: 1, agent: 2 };

const factNotes = (old: FactSpec, next: FactSpec): Note[] => {
  if (JSON.stringify(old) === JSON.stringify(next)) return [];
  const label = labelOf(old);
  const [was, is] = [sayOrigin(old), sayOrigin(next)];
  const weaker = takesMore(old, next);
  const from = was === is ? '' : `: it was ${was}, and is ${is} now`;
  const more = weaker ? ' It takes what it did not take before.' : '';
  const declared = { sentence: `The fact ${label} is declared otherwise${from}.${more}`, weaker };
  if (trust[next.from] <= trust[old.from]) return [declared];
  return [{ sentence: `The fact ${label} is ${is} now; it was ${was}.`, weaker: true }, declared];
};

const argumentNotes = (old: StepSpec, next: StepSpec): Note[] => {
  const declared = Object.entries(old.arguments);
  const said = labelOf(next);
  if (declared.length > 0 && Object.keys(next.arguments).length === 0)
    return [{ sentence: `The step ${said} takes any arguments now.`, weaker: true }];
  return declared.flatMap(([name, spec]): Note[] => {
    const now = Object.hasOwn(next.arguments, name) ? next.arguments[name] : undefined;
    if (now === undefined || !takesMore(spec, now)) return [];
    const label = labelOf({ name, label: spec.label });
    return [{ sentence: `The argument ${label} of ${said} takes what it did not take before.`, weaker: true }];
  });
};

const both = <T extends { name: string }>(before: T[], after: T[]): [T, T][] =>
  before.flatMap((old) => {
    const next = after.find(({ name }) => name === old.name);
    return next === undefined ? [] : [[old, next] as [T, T]];
  });

export const declaredNotes = (before: Control, after: Control): Note[] => [
  ...both(before.facts, after.facts).flatMap((pair) => factNotes(...pair)),
  ...both(before.steps, after.steps).flatMap((pair) => argumentNotes(...pair)),
];
