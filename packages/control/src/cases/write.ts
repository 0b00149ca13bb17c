/** Cases as the text of a case file: each shows only what is different from one above it. */
import type { Json, JsonObject } from '@belay/protocol';
import { Document, isMap, isSeq, visit } from 'yaml';
import type { GateInput, Looked, Verdict } from '../model.ts';
import type { ProposedCase } from './propose.ts';

type Written = { arguments: JsonObject; agent: JsonObject; system: JsonObject; looked: Looked };

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What `own` has and `base` has not; null when `base` has something that `own` has not, which `like` cannot take away. */
const added = (own: JsonObject, base: JsonObject): JsonObject | null => {
  if (Object.keys(base).some((key) => !Object.hasOwn(own, key))) return null;
  return Object.fromEntries(Object.entries(own).filter(([key, value]) => !same(value, base[key])));
};

const addedLooked = (own: Looked, base: Looked): Looked | null => {
  if (Object.keys(base).some((name) => !Object.hasOwn(own, name))) return null;
  const found: Looked = {};
  for (const [name, looked] of Object.entries(own)) {
    const before = base[name];
    if (same(looked, before)) continue;
    const records =
      looked.ok && before?.ok === true ? added(looked.value as JsonObject, before.value as JsonObject) : null;
    if (records === null && before !== undefined) return null;
    found[name] = records === null ? looked : { ok: true, value: records };
  }
  return found;
};

const differenceOf = (own: GateInput, base: GateInput): Written | null => {
  if (own.step !== base.step) return null;
  const parts = [added(own.arguments, base.arguments), added(own.agent, base.agent), added(own.system, base.system)];
  const looked = addedLooked(own.looked, base.looked);
  const [args, agent, system] = parts;
  if (!args || !agent || !system || looked === null) return null;
  return { arguments: args, agent, system, looked };
};

const lookedText = (looked: Looked): JsonObject =>
  Object.fromEntries(Object.entries(looked).map(([name, each]) => [name, each.ok ? each.value : each.problem]));

const partsOf = ({ arguments: args, agent, system, looked }: Written): Record<string, Json> =>
  Object.fromEntries(
    Object.entries({ arguments: args, agent, system, looked: lookedText(looked) }).filter(
      ([, value]) => Object.keys(value).length > 0,
    ),
  );

const expectation = ({ outcome, decidedBy, house, fired, requirements: [first] }: Verdict): JsonObject => {
  const to = first?.to ?? first?.by ?? null;
  return { outcome, decidedBy: decidedBy ?? house, rules: fired, ...(to === null ? {} : { to }) };
};

const sizeOf = (value: unknown): number => JSON.stringify(value).length;

const shortest = (proposed: ProposedCase, earlier: { name: string; input: GateInput }[]): Record<string, Json> => {
  const whole = { step: proposed.input.step, ...partsOf(proposed.input) };
  const alike = earlier.flatMap(({ name, input }) => {
    const difference = differenceOf(proposed.input, input);
    return difference === null ? [] : [{ like: name, ...partsOf(difference) }];
  });
  return [whole, ...alike].sort((a, b) => sizeOf(a) - sizeOf(b))[0] ?? whole;
};

/** YAML of a list of cases, each with the reason that the control gives as a comment. */
export const writeCases = (proposed: ProposedCase[], existing: { name: string; input: GateInput }[] = []): string => {
  const earlier = [...existing];
  const items = proposed.map((each) => {
    const item = { case: each.name, ...shortest(each, earlier), expect: expectation(each.verdict) };
    earlier.push(each);
    return item;
  });
  const document = new Document(items, { aliasDuplicateObjects: false });
  visit(document, {
    Pair: (_, { key, value }) => {
      if (!isMap(value) && !isSeq(value)) return;
      if (String(key) !== 'looked') value.flow = true;
      else if (isMap(value)) for (const { value: record } of value.items) if (isMap(record)) record.flow = true;
      return visit.SKIP;
    },
  });
  if (isSeq(document.contents))
    for (const [index, item] of document.contents.items.entries())
      if (isMap(item)) {
        item.commentBefore = ` ${proposed[index]?.verdict.because ?? ''}`;
        item.spaceBefore = index > 0;
      }
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
};
