/**
 * Case files: what a control is expected to decide, written by the people who own it. A list of cases beside the
 * control; `like` takes over everything from an earlier case, so that each case shows only what is different.
 */
import { didYouMean, type Json, type JsonObject, type OutcomeKind } from '@belay/protocol';
import { isMap, isScalar, isSeq, type Node } from 'yaml';
import type { ControlProblem, GateInput, Looked } from '../model.ts';
import { entriesOf, type Located, offsetOf, readYaml, report, type Source, scalarText } from '../source/document.ts';
import { choice, list, object, optional, record, required, type Shape, text } from '../source/shape.ts';

export type Expectation = {
  outcome: OutcomeKind;
  /** a rule, or outsidePolicy, badFact, unknownStep, lowRisk */
  decidedBy?: string;
  /** every rule that fires */
  rules?: string[];
  /** where a handoff goes, or which approval is asked for */
  to?: string;
};

export type ControlCase = {
  name: string;
  line: number;
  input: GateInput;
  /** what the counters of limits stand at before the step, by limit; the others at nothing */
  counters: Record<string, string>;
  expect: Expectation;
};
export type CasesResult = { ok: true; cases: ControlCase[] } | { ok: false; problems: ControlProblem[] };

const jsonOf = (source: Source, node: Node | null): Json => {
  if (isMap(node)) {
    return Object.fromEntries(entriesOf(source, node).map(({ key, value }) => [key, jsonOf(source, value)]));
  }
  if (isSeq(node)) return (node.items as (Node | null)[]).map((item) => jsonOf(source, item));
  if (!isScalar(node) || node.value === null || node.value === undefined) return null;
  if (typeof node.value === 'number' && !Number.isSafeInteger(node.value)) {
    const remedy = 'Decimals are texts: put it in quotes. Money has its currency: EUR 500.00.';
    report(source, offsetOf(node), 'wrongForm', `${scalarText(node)} is not a whole number.`, remedy);
  }
  return typeof node.value === 'number' || typeof node.value === 'boolean' ? node.value : String(node.value);
};

const json: Shape<Json> = { schema: {}, read: (source, node) => jsonOf(source, node) };
const values = record(json, /^.+$/, 'any');

/** A record, or in one word why it could not be fetched. */
const answer: Shape<Looked[string]> = {
  schema: {},
  read: (source, node) =>
    isMap(node) ? { ok: true, value: jsonOf(source, node) } : { ok: false, problem: scalarText(node) ?? 'unavailable' },
};

const expectation = object({
  outcome: required(choice('continue', 'approval', 'handoff', 'forbid'), 'the outcome'),
  decidedBy: optional(text('a rule'), 'the rule that decides, or outsidePolicy, badFact, unknownStep, lowRisk'),
  rules: optional(list(text('a rule')), 'every rule that fires'),
  to: optional(text('a name'), 'where the handoff goes, or the approval asked for'),
});

const controlCase = object({
  case: required(text('a name'), 'what is shown'),
  like: optional(text('an earlier case'), 'an earlier case to start from'),
  step: optional(text('a step'), 'the step'),
  arguments: optional(values, 'arguments of the step'),
  agent: optional(values, 'what the agent claims'),
  system: optional(values, 'what Belay counted'),
  looked: optional(record(answer, /^.+$/, 'any'), 'records by source; a word instead of a record: why it failed'),
  counters: optional(record(text('an amount'), /^.+$/, 'any'), 'what each limit has added up before, by its id'),
  expect: required(expectation, 'what has to be decided'),
});

export const casesShape = list(controlCase, 'a list of cases');
type CaseRead = NonNullable<ReturnType<typeof controlCase.read>>;

const recordOf = <T>(entries: { name: string; value: T | undefined }[] | undefined): Record<string, T> =>
  Object.fromEntries((entries ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));

const mergeLooked = (base: Looked, own: Looked): Looked => {
  const merged: Looked = { ...base };
  for (const [name, looked] of Object.entries(own)) {
    const before = base[name];
    const both = looked.ok && before?.ok === true;
    merged[name] = both
      ? { ok: true, value: { ...(before.value as JsonObject), ...(looked.value as JsonObject) } }
      : looked;
  }
  return merged;
};

const inputOf = (read: CaseRead, base: GateInput | undefined): GateInput => ({
  step: read.step?.value ?? base?.step ?? '',
  arguments: { ...base?.arguments, ...recordOf<Json>(read.arguments) },
  agent: { ...base?.agent, ...recordOf<Json>(read.agent) },
  system: { ...base?.system, ...recordOf<Json>(read.system) },
  looked: mergeLooked(base?.looked ?? {}, recordOf(read.looked)),
});

const countersOf = (read: CaseRead): Record<string, string> =>
  Object.fromEntries(Object.entries(recordOf(read.counters)).map(([limit, amount]) => [limit, amount.value]));

const expectationOf = (read: CaseRead['expect']): Expectation => ({
  outcome: read.outcome.value,
  ...(read.decidedBy === undefined ? {} : { decidedBy: read.decidedBy.value }),
  ...(read.rules === undefined ? {} : { rules: read.rules.map(({ value }) => value) }),
  ...(read.to === undefined ? {} : { to: read.to.value }),
});

const baseOf = (source: Source, like: Located<string> | undefined, earlier: ControlCase[]): ControlCase | undefined => {
  if (like === undefined) return undefined;
  const found = earlier.find(({ name }) => name === like.value);
  if (found !== undefined) return found;
  const names = earlier.map(({ name }) => name);
  const message = `No earlier case is called "${like.value}".${didYouMean(like.value, names)}`;
  return report(source, like.offset, 'unknownName', message, 'Name a case above this one.');
};

/** Parses a case file; all problems at once, never throws. */
export const parseCases = (content: string, file = 'control.cases.yaml'): CasesResult => {
  const { source, root } = readYaml(content, file);
  const reads = root === null ? [] : (casesShape.read(source, root, 'cases', 0) ?? []);
  const cases: ControlCase[] = [];
  for (const read of reads) {
    const { value: name, offset } = read.case;
    if (cases.some((earlier) => earlier.name === name)) {
      report(source, offset, 'duplicateName', `Two cases are called "${name}".`, 'Say what is different.');
    }
    const base = baseOf(source, read.like, cases);
    const input = inputOf(read, base?.input);
    const counters = { ...base?.counters, ...countersOf(read) };
    if (input.step === '')
      report(source, offset, 'missingKey', `The case "${name}" lacks "step".`, 'Add step, or like.');
    cases.push({ name, line: source.lines.linePos(offset).line, input, counters, expect: expectationOf(read.expect) });
  }
  return source.problems.length === 0 ? { ok: true, cases } : { ok: false, problems: source.problems };
};
