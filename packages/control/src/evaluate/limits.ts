/**
 * Cumulative limits: what one step adds to which counter, and what is said when that is too much. Belay keeps the
 * counters; this only reads the arguments, exactly and in whole units, so that sums are sums.
 */
import type { FactView, Json, JsonObject, Requirement } from '@belay/protocol';
import type { CompiledControl, Control, Counted, LimitSpec, StepSpec, TypeSpec } from '../model.ts';
import { parseMoney } from '../value/money.ts';
import { integerOf, isNumeric, jsonText, type NumericSpec, problemOf, showInteger, showValue } from '../value/spec.ts';
import { formatDuration } from '../value/time.ts';

type Who = Parameters<CompiledControl['countedAt']>[2];

const specOf = (limit: LimitSpec, step: StepSpec): NumericSpec | null => {
  const spec = limit.of === 'count' ? ({ type: 'int' } as const) : step.arguments[limit.of];
  return spec !== undefined && isNumeric(spec) ? spec : null;
};

/** Whether the limit counts the step: one that it names, or one that has every argument it adds up or counts apart by. */
export const concerns = (limit: LimitSpec, step: StepSpec): boolean => {
  if (limit.at.length > 0) return limit.at.includes(step.name);
  const needed = [limit.of, ...limit.per].filter(
    (name) => !['count', 'agent', 'subject', 'on-behalf-of'].includes(name),
  );
  return needed.length > 0 && needed.every((name) => Object.hasOwn(step.arguments, name));
};

const perValue = (name: string, args: JsonObject, who: Who): string | null => {
  if (name === 'agent') return who.agent;
  if (name === 'subject') return who.subject;
  if (name === 'on-behalf-of') return who.onBehalfOf;
  const value = Object.hasOwn(args, name) ? args[name] : undefined;
  return value === undefined || value === null ? null : jsonText(value);
};

/** The threshold of a currency, or of a number, in whole units; null: none is declared. */
const mostOf = (limit: LimitSpec, spec: NumericSpec, currency: string): number | null => {
  const plain: TypeSpec = spec.type === 'money' ? { type: 'money', currency: [] } : spec;
  const text = limit.above.find((above) => spec.type !== 'money' || above.startsWith(`${currency} `));
  return text === undefined ? null : integerOf(plain as NumericSpec, plain.type === 'int' ? Number(text) : text);
};

const nothing = { amount: 0, most: 0 };

/** Negative amounts would make room for others: they are not counted, a person looks. */
const amountOf = (
  limit: LimitSpec,
  step: StepSpec,
  args: JsonObject,
): Omit<Counted, 'limit' | 'of'> & { currency: string } => {
  const spec = specOf(limit, step);
  const value: Json | undefined = limit.of === 'count' ? 1 : args[limit.of];
  const money = spec?.type === 'money' && typeof value === 'string' ? parseMoney(value) : null;
  const currency = money?.currency ?? '';
  const without = (problem: string) => ({ ...nothing, currency, problem });
  if (spec === null) return without(`${limit.of} is no number at ${step.name}`);
  const problem = problemOf(spec, value);
  if (problem !== null) return without(`${limit.of} ${problem}`);
  const amount = integerOf(spec, value as Json) ?? -1;
  if (amount < 0) return without(`${limit.of} is below zero`);
  const most = mostOf(limit, spec, currency);
  if (most === null) return without(`it has no threshold in ${currency}`);
  return { amount, most, currency, problem: null };
};

const countedAt = (control: Control, step: StepSpec | undefined, args: JsonObject, who: Who): Counted[] =>
  step === undefined
    ? []
    : control.limits
        .filter((limit) => concerns(limit, step))
        .map((limit): Counted => {
          const { currency, ...counted } = amountOf(limit, step, args);
          const per = limit.per.map((name) => perValue(name, args, who));
          const missing = limit.per.find((_, index) => per[index] === null);
          const problem = counted.problem ?? (missing === undefined ? null : `${missing} is missing`);
          return { ...counted, problem, limit, of: [...per.map((value) => value ?? ''), currency] };
        });

/** `units` in the words of the limit: 180000 of a EUR amount is "EUR 1,800.00". */
const inWords = ({ limit, of }: Counted, units: number): string => {
  const currency = of.at(-1) ?? '';
  if (currency !== '') return showInteger({ type: 'money', currency: [currency] }, units, currency);
  const scale = /\.(\d+)$/.exec(limit.above[0] ?? '')?.[1]?.length ?? 0;
  return scale === 0 ? String(units) : showInteger({ type: 'decimal', scale }, units, null);
};

/** What a counter stands at, written as the limit writes its amounts; nothing, when it is of another currency. */
export const standingOf = ({ limit, of }: Counted, text: string | undefined): number => {
  if (text === undefined) return 0;
  const currency = of.at(-1) ?? '';
  const money = parseMoney(text);
  if (currency !== '') return money?.currency === currency ? money.minor : 0;
  const scale = /\.(\d+)$/.exec(limit.above[0] ?? '')?.[1]?.length ?? 0;
  return Math.round(Number(text.replaceAll('_', '')) * 10 ** scale);
};

const windowText = (ms: number): string => formatDuration(ms);

const perText = ({ limit, of }: Counted): string =>
  limit.per
    .map((name, index) => {
      const value = of[index] ?? '';
      return `${name === 'on-behalf-of' ? 'on behalf of' : name} ${value.startsWith('"') ? showValue(null, JSON.parse(value) as Json) : value}`;
    })
    .join(', ');

const becauseOf = (counted: Counted, total: number): string => {
  const { limit, problem } = counted;
  if (problem !== null) return `The limit "${limit.id}" cannot be judged: ${problem}.`;
  const words: Record<string, string> = {
    total: inWords(counted, total),
    limit: inWords(counted, counted.most),
    window: windowText(limit.windowMs),
    per: perText(counted),
  };
  const text = limit.because ?? `{total} within {window} for {per} is above the limit of {limit}.`;
  return text.replace(/\{([^{}]*)\}/g, (_, name: string) => words[name.trim()] ?? 'unknown');
};

/** The sum as a fact: what a person sees beside the arguments. */
const factOf = (counted: Counted, total: number): FactView => ({
  name: counted.limit.id,
  value: counted.problem === null ? inWords(counted, total).replaceAll(',', '') : null,
  origin: 'system',
  source: null,
  problem: counted.problem,
});

const overLimit = (control: Control, counted: Counted, total: number): ReturnType<CompiledControl['overLimit']> => {
  const { limit, problem } = counted;
  const handoff = problem !== null || limit.then === 'handoff';
  const requirement: Requirement = {
    kind: handoff ? 'handoff' : 'approval',
    rule: limit.id,
    because: becauseOf(counted, total),
    cites: limit.cites,
    to: handoff ? (limit.to ?? control.owner) : null,
    by: handoff ? null : limit.by,
    instead: null,
  };
  return { requirement, fact: factOf(counted, total) };
};

export const limitsOf = (control: Control): Pick<CompiledControl, 'countedAt' | 'overLimit'> => {
  const steps = new Map(control.steps.map((step) => [step.name, step]));
  return {
    countedAt: (step, args, who) => (control.limits.length === 0 ? [] : countedAt(control, steps.get(step), args, who)),
    overLimit: (counted, total) => overLimit(control, counted, total),
  };
};
