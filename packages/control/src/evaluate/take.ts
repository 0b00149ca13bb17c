/**
 * Facts that are made of a list in a record: the median of the last payments, the sentences in which a customer says what
 * is wrong. They are put beside the record before anything is read, so that rules, proofs and packets see plain facts.
 */
import type { Json, JsonObject } from '@belay/protocol';
import type { Control, FactSpec, GateInput, TakeSpec } from '../model.ts';
import { parseMoney, wireMoney } from '../value/money.ts';
import { extract, type Message, messageOf } from './extract.ts';
import { pathOf } from './records.ts';

/** Where taken facts stand: beside what the system of record said. */
const beside = '#taken';

export const takenPath = (name: string): string[] => [beside, name];

const at = (value: Json | undefined, path: readonly string[]): Json | undefined => {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as JsonObject)[key];
  }
  return found;
};

/** Twice the middle, so that the mean of two middle values stays a whole number. */
const doubledMiddle = (sorted: readonly number[]): bigint => {
  const half = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return BigInt(low as number) + BigInt(high as number);
};

/** Rounded down: what stands between asking and not asking is asked. */
const medianOf = (numbers: number[], times: number): number | undefined => {
  if (numbers.length === 0) return undefined;
  const sorted = numbers.toSorted((a, b) => a - b);
  const result = Number((doubledMiddle(sorted) * BigInt(times)) >> 1n);
  return Number.isSafeInteger(result) ? result : undefined;
};

const median = (values: (Json | undefined)[], type: FactSpec['type'], times: number): Json | undefined => {
  if (type === 'int') {
    const numbers = values.filter((value): value is number => Number.isSafeInteger(value));
    return numbers.length === values.length ? medianOf(numbers, times) : undefined;
  }
  const amounts = values.map((value) => (typeof value === 'string' ? parseMoney(value) : null));
  const [first] = amounts;
  if (!first || amounts.some((amount) => amount?.currency !== first.currency)) return undefined;
  const minor = medianOf(
    amounts.map((amount) => amount?.minor ?? 0),
    times,
  );
  return minor === undefined ? undefined : wireMoney({ currency: first.currency, minor });
};

const messagesIn = (items: Json[], of: string): Message[] =>
  items
    .map((item) =>
      typeof item === 'string' ? messageOf(item, null) : messageOf(at(item, pathOf(of)), at(item, ['from'])),
    )
    .filter((message) => message !== null);

const made = (items: Json[], { type }: FactSpec, { how, of, times }: TakeSpec): Json | undefined => {
  if (how === 'count') return items.length;
  if (how !== 'median') return extract(how, messagesIn(items, of)) ?? undefined;
  const path = of === '' ? [] : pathOf(of);
  return median(
    items.map((item) => at(item, path)),
    type,
    times,
  );
};

const taken = (fact: FactSpec, take: TakeSpec, record: Json): Json | undefined => {
  const list = at(record, pathOf(fact.at));
  if (!Array.isArray(list)) return undefined;
  const items = take.last === null ? list : list.slice(0, take.last);
  // Messages stand newest first like everything; they are read in the order in which they were said.
  return made(take.how === 'median' || take.how === 'count' ? items : items.toReversed(), fact, take);
};

/** The input with the taken facts of this control beside the records they are made of. */
export const takerOf = (control: Pick<Control, 'facts'>): ((input: GateInput) => GateInput) => {
  const facts = control.facts.filter((fact) => fact.take !== undefined);
  if (facts.length === 0) return (input) => input;
  const sources = new Set(facts.map(({ source }) => source ?? ''));
  return (input) => {
    const looked = { ...input.looked };
    for (const source of sources) {
      const answer = Object.hasOwn(looked, source) ? looked[source] : undefined;
      if (answer?.ok !== true || typeof answer.value !== 'object' || answer.value === null) continue;
      const own: JsonObject = { ...(at(answer.value, [beside]) as JsonObject | undefined) };
      for (const fact of facts) {
        if (fact.source !== source || fact.take === undefined || Object.hasOwn(own, fact.name)) continue;
        const value = taken(fact, fact.take, answer.value);
        if (value !== undefined) own[fact.name] = value;
      }
      looked[source] = { ok: true, value: { ...(answer.value as JsonObject), [beside]: own } };
    }
    return { ...input, looked };
  };
};
