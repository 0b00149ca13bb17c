/** What deciding one step needs, prepared once: its rules as closures, the facts they read, and what to look up. */

import type { JsonObject } from '@belay/protocol';
import { analyse, conjunctsOf } from '../expression/condition.ts';
import { all, baseOf, type Ir, not, type Ref, refsOf } from '../expression/ir.ts';
import { type Scope, scopeOf } from '../expression/scope.ts';
import type { Control, GateInput, RuleSpec, StepSpec } from '../model.ts';
import { type Bench, type Test, testOf } from './closures.ts';
import { failed, locate, newRecords, openAll, type Records } from './records.ts';
import { deriverOf, type Layout, slotIn, type Write, writeFact } from './slots.ts';
import { type Directory, type Named, namedOf, placeholdersOf, type Sentence, sentenceOf } from './text.ts';

/** A condition with the facts behind it. */
export type Judged = { text: string; ir: Ir; refs: Ref[]; test: Test };
/** A rule with its sentence and the facts that its answer shows. */
export type PlannedRule = Judged & { rule: RuleSpec; because: Sentence; shown: Named[]; conjuncts: Judged[] };
export type PlannedPriority = Judged & { add: number; because: Sentence; feed: Feed };
/** Something unusual, told in the packet. */
export type PlannedExceptional = Judged & { because: Sentence; feed: Feed };

/** Facts, and how they get from the input into their slots: one key of one record each. */
export type Feed = {
  refs: Ref[];
  named: Named[];
  records: Records;
  fields: { record: number; key: string; write: Write }[];
  derivers: (() => void)[];
};

export type Plan = {
  step: StepSpec;
  rules: PlannedRule[];
  tests: Test[];
  feed: Feed;
  priorities: PlannedPriority[];
  exceptional: PlannedExceptional[];
  lookups: { source: string; pointers: string[] }[];
};

export type Planner = { control: Control; directory: Directory; bench: Bench };

const mustAnalyse = (source: string, scope: Scope, where: string): Ir => {
  const { ir, problems } = analyse(source, scope);
  if (ir !== null) return ir;
  throw new Error(
    `${where} cannot be compiled: ${problems[0]?.message ?? 'a fact is broken'} Parse the control first.`,
  );
};

/** `when` and not `unless`: the condition under which a rule fires. */
export const ruleIr = (rule: RuleSpec, scope: Scope): Ir => {
  const when = mustAnalyse(rule.when, scope, `The rule "${rule.id}"`);
  return rule.unless === null ? when : all([when, not(mustAnalyse(rule.unless, scope, `The rule "${rule.id}"`))]);
};

export const rulesAt = (control: Control, step: string): RuleSpec[] =>
  control.rules.filter((rule) => rule.at.length === 0 || rule.at.includes(step));

/** Gives every fact that any step reads its slots; all closures are made afterwards. */
export const layOut = (irs: Ir[]): { layout: Layout; facts: number } => {
  const layout: Layout = new Map();
  for (const ref of refsOf(irs).flatMap((ref) => [baseOf(ref), ref])) {
    if (!layout.has(ref.key)) layout.set(ref.key, layout.size * 2);
  }
  return { layout, facts: layout.size };
};

const judged = (bench: Bench, text: string, ir: Ir): Judged => ({
  text,
  ir,
  refs: refsOf([ir]),
  test: testOf(bench, ir),
});

const feedOf = ({ directory, bench }: Planner, step: string, irs: Ir[]): Feed => {
  const { slots, layout } = bench;
  const read = refsOf(irs);
  const refs = [...new Map(read.map((ref) => [baseOf(ref).key, baseOf(ref)])).values()];
  const named = refs.map((ref) => namedOf(directory, step, ref));
  const records = newRecords();
  const fields = refs.map((ref, index) => {
    const { place, fallback } = named[index] as Named;
    return { ...locate(records, place), write: writeFact(ref, fallback, slots, slotIn(layout, ref)) };
  });
  const derivers = read.filter((ref) => ref.derived !== null).map((ref) => deriverOf(ref, slots, layout));
  return { refs, named, records, fields, derivers };
};

/** Reads every fact of the feed into its slots; true when each of them can be used. */
export const readAll = ({ records, fields, derivers }: Feed, input: GateInput): boolean => {
  openAll(records, input);
  const { opened } = records;
  for (let index = 0; index < fields.length; index++) {
    const { record, key, write } = fields[index] as Feed['fields'][number];
    const from = opened[record] as JsonObject;
    if (from === failed || !write(from[key])) return false;
  }
  for (let index = 0; index < derivers.length; index++) (derivers[index] as () => void)();
  return true;
};

/** Reads what can be read; the positions of the facts that cannot be used. */
export const readUsable = ({ records, fields, derivers }: Feed, input: GateInput): number[] => {
  openAll(records, input);
  const unusable: number[] = [];
  for (const [index, { record, key, write }] of fields.entries()) {
    const from = records.opened[record] as JsonObject;
    if (!write(from[key]) || from === failed) unusable.push(index);
  }
  for (const derive of derivers) derive();
  return unusable;
};

const namedIn = (directory: Directory, step: string, refs: Ref[]): Named[] => [
  ...new Map(refs.map((ref) => [baseOf(ref).name, namedOf(directory, step, ref)])).values(),
];

const planRule = ({ bench, directory }: Planner, step: string, scope: Scope, rule: RuleSpec, ir: Ir): PlannedRule => {
  const parts = rule.then === 'continue' ? conjunctsOf(rule.when).map((text) => ({ text, negate: false })) : [];
  if (rule.then === 'continue' && rule.unless !== null) parts.push({ text: rule.unless, negate: true });
  const conjuncts = parts.map(({ text, negate }) => {
    const part = mustAnalyse(text, scope, `The rule "${rule.id}"`);
    return judged(bench, negate ? `unless ${text}` : text, negate ? not(part) : part);
  });
  const own = judged(bench, rule.when, ir);
  const because = sentenceOf(directory, step, rule.because);
  return { ...own, rule, because, shown: namedIn(directory, step, own.refs), conjuncts };
};

/** Conditions that make sense at this step; one about another step's arguments does not. */
const irsOf = (conditions: readonly { when: string }[], scope: Scope): { ir: Ir; index: number }[] =>
  conditions.flatMap(({ when }, index) => {
    const { ir } = analyse(when, scope);
    return ir === null ? [] : [{ ir, index }];
  });

const lookupsOf = (planner: Planner, step: StepSpec, rules: PlannedRule[], feed: Feed): Plan['lookups'] => {
  const { control, directory } = planner;
  const texts = rules.map(({ rule }) => rule.because);
  const shown: string[] = [];
  if (step.risk === 'high') {
    const { title, onYes = '', onNo = '', exceptional = [] } = control.packet;
    texts.push(title, onYes, onNo);
    texts.push(...[...control.priority, ...exceptional].map(({ because }) => because));
    for (const { show } of control.packet.sections) if (Array.isArray(show)) shown.push(...show);
  }
  const names = [...texts.flatMap((text) => placeholdersOf(text).map(({ name }) => name)), ...shown];
  const read = [...feed.named, ...names.map((name) => directory(step.name, name))];
  const sources = new Map<string, Set<string>>();
  for (const named of read) {
    if (named?.place.from !== 'lookup' || named.place.source === null) continue;
    const pointers = sources.get(named.place.source) ?? new Set();
    sources.set(named.place.source, pointers.add(`/${named.place.path.join('/')}`));
  }
  return [...sources].map(([source, pointers]) => ({ source, pointers: [...pointers].sort() }));
};

export type StepIrs = {
  step: StepSpec;
  scope: Scope;
  rules: { rule: RuleSpec; ir: Ir }[];
  priorities: { ir: Ir; index: number }[];
  exceptional: { ir: Ir; index: number }[];
};

/** The IR of everything that is asked at one step. */
export const stepIrs = (control: Control, step: StepSpec): StepIrs => {
  const scope = scopeOf(control, [step.name]);
  const rules = rulesAt(control, step.name).map((rule) => ({ rule, ir: ruleIr(rule, scope) }));
  const priorities = irsOf(control.priority, scope);
  return { step, scope, rules, priorities, exceptional: irsOf(control.packet.exceptional ?? [], scope) };
};

export const planStep = (planner: Planner, { step, scope, rules, priorities, exceptional }: StepIrs): Plan => {
  const planned = rules.map(({ rule, ir }) => planRule(planner, step.name, scope, rule, ir));
  const feed = feedOf(
    planner,
    step.name,
    rules.map(({ ir }) => ir),
  );
  const own = priorities.map(({ ir, index }): PlannedPriority => {
    const { when, add, because } = planner.control.priority[index] as Control['priority'][number];
    const sentence = sentenceOf(planner.directory, step.name, because);
    return { ...judged(planner.bench, when, ir), add, because: sentence, feed: feedOf(planner, step.name, [ir]) };
  });
  const unusual = exceptional.map(({ ir, index }): PlannedExceptional => {
    const { when, because } = (planner.control.packet.exceptional ?? [])[index] as { when: string; because: string };
    const sentence = sentenceOf(planner.directory, step.name, because);
    return { ...judged(planner.bench, when, ir), because: sentence, feed: feedOf(planner, step.name, [ir]) };
  });
  const usesLookups = step.risk === 'high' ? [...own, ...unusual].flatMap(({ feed: { named } }) => named) : [];
  const lookups = lookupsOf(planner, step, planned, { ...feed, named: [...feed.named, ...usesLookups] });
  const tests = planned.map(({ test }) => test);
  return { step, rules: planned, tests, feed, priorities: own, exceptional: unusual, lookups };
};
