/**
 * What a person sees of a step before they decide: the step in a sentence, its arguments, facts in sections, the rules
 * that asked with the value and the threshold, what is unusual, what follows from yes and no, and what is not known.
 */
import { type Json, labelOf, type PacketRow, type PacketView, sayName } from '@belay/protocol';
import { baseOf } from '../expression/ir.ts';
import type { GateInput, StepSpec, TypeSpec, Verdict } from '../model.ts';
import { isAttachment, showValue } from '../value/spec.ts';
import { type Judged, type Plan, type PlannedRule, readAll } from './plan.ts';
import { currentValue, fillText, type Named, problemWith } from './text.ts';
import { thresholdsOf } from './thresholds.ts';
import type { Judge } from './verdict.ts';

/** A text is shown whole: what is too long for a surface is that surface's to say. */
const textOf = (spec: TypeSpec | null, value: Json | undefined): string =>
  typeof value === 'string' && (spec === null || spec.type === 'string') ? value : showValue(spec, value);

const isOptional = (spec: TypeSpec | null): boolean => (spec as { optional?: boolean } | null)?.optional === true;

const nothing = { value: null, type: null, origin: null, source: null, problem: null };

const rowOf = (named: Named, input: GateInput): PacketRow => {
  const value = currentValue(named, input);
  return {
    label: named.label,
    name: named.name,
    text: textOf(named.spec, value),
    value: value ?? null,
    type: named.spec?.type ?? null,
    origin: named.place.from,
    source: named.place.source,
    problem: problemWith(named, isOptional(named.spec), input),
  };
};

/** The fact or argument at this step; null: this step has no such argument, and nothing is missing. */
const namedAt = ({ directory }: Judge, { step }: GateInput, name: string): Named | null => {
  const named = directory(step, name);
  return named !== null && (named.spec !== null || !name.startsWith('args.')) ? named : null;
};

const factRows = (judge: Judge, names: string[], input: GateInput): PacketRow[] =>
  names.flatMap((name) => {
    const named = namedAt(judge, input, name);
    return named === null ? [] : [rowOf(named, input)];
  });

const ruleRows = (verdict: Verdict): PacketRow[] =>
  verdict.requirements.map(({ rule, because, cites }) => ({
    ...nothing,
    label: rule === null ? 'Belay' : sayName(rule),
    name: rule,
    text: because,
    source: cites,
  }));

type State = 'yes' | 'no' | 'unknown';

const holds = ({ fault }: Judge, feed: Plan['feed'], input: GateInput, part: Judged): State => {
  const usable = feed.refs.every((ref, index) => {
    const named = feed.named[index];
    const read = part.refs.some((candidate) => baseOf(candidate).key === ref.key);
    return !read || (named !== undefined && problemWith(named, ref.optional, input) === null);
  });
  if (!usable) return 'unknown';
  readAll(feed, input);
  fault.ref = null;
  const answer = part.test();
  return fault.ref !== null ? 'unknown' : answer ? 'yes' : 'no';
};

/** Conditions of the rules that would have let the step through, and did not hold. */
const unmetRows = (judge: Judge, plan: Plan | undefined, input: GateInput): PacketRow[] =>
  (plan?.rules ?? []).flatMap(({ rule, conjuncts }) =>
    conjuncts.flatMap((part): PacketRow[] => {
      const state = plan === undefined ? 'yes' : holds(judge, plan.feed, input, part);
      if (state === 'yes') return [];
      const text = state === 'no' ? `not met: ${sayName(part.text)}` : `not known: ${sayName(part.text)}`;
      return [{ ...nothing, label: sayName(rule.id), name: rule.id, text }];
    }),
  );

const rulesOf = (judge: Judge, plan: Plan | undefined, input: GateInput, verdict: Verdict): PacketView['rules'] =>
  verdict.requirements.map(({ rule, kind, because, cites }) => {
    const planned: PlannedRule | undefined = plan?.rules.find((candidate) => candidate.rule.id === rule);
    const fired = planned !== undefined && plan !== undefined && holds(judge, plan.feed, input, planned) === 'yes';
    return { rule, kind, because, cites, read: fired ? thresholdsOf(judge, input, planned.ir) : [] };
  });

/** What is unusual, and what of it could not be judged. */
const unusual = (judge: Judge, plan: Plan | undefined, input: GateInput) => {
  const told: string[] = [];
  const unjudged: string[] = [];
  for (const part of plan?.exceptional ?? []) {
    const state = holds(judge, part.feed, input, part);
    if (state === 'yes') told.push(part.because(input));
    if (state === 'unknown') unjudged.push(part.text);
  }
  return { told, unjudged };
};

/** What the packet asks for: each fact that it shows or reads, each conclusion it draws, each attachment of the step. */
const completenessOf = (
  judge: Judge,
  plan: Plan | undefined,
  input: GateInput,
  unjudged: string[],
): PacketView['completeness'] => {
  const { sections, least = null } = judge.control.packet;
  const shown = sections.flatMap(({ show }) => (Array.isArray(show) ? show : []));
  const names = new Set([...shown, ...(plan?.feed.named ?? []).map(({ name }) => name)]);
  const facts = [...names].flatMap((name) => namedAt(judge, input, name) ?? []);
  const missing = facts.flatMap((named) => {
    const problem = problemWith(named, isOptional(named.spec), input);
    return problem === null ? [] : [{ label: named.label, because: problem }];
  });
  missing.push(...unjudged.map((text) => ({ label: text, because: 'could not be judged' })));
  const asked = facts.length + (plan?.exceptional.length ?? 0);
  const percent = asked === 0 ? 100 : Math.floor((100 * (asked - missing.length)) / asked);
  return { percent, least, missing };
};

const argumentNames = (step: StepSpec | undefined, input: GateInput): string[] => [
  ...new Set([...Object.keys(step?.arguments ?? {}), ...Object.keys(input.arguments)]),
];

const argumentRow = (step: StepSpec | undefined, name: string, input: GateInput): PacketRow => {
  const place = { from: 'args' as const, source: null, path: [name] };
  const specs = step?.arguments ?? {};
  const spec = Object.hasOwn(specs, name) ? (specs[name] ?? null) : null;
  return rowOf({ name, label: labelOf({ name, label: spec?.label }), place, spec, fallback: undefined }, input);
};

const attachmentsOf = ({ arguments: args }: GateInput): PacketView['attachments'] =>
  Object.entries(args).flatMap(([argument, value]) => (isAttachment(value) ? [{ argument, ...value }] : []));

export const packetOf = (judge: Judge, plan: Plan | undefined, input: GateInput, verdict: Verdict): PacketView => {
  const { control, directory } = judge;
  const { packet } = control;
  const step = control.steps.find(({ name }) => name === input.step);
  const { told, unjudged } = unusual(judge, plan, input);
  const filled = (text: string | undefined) => (text === undefined ? null : fillText(directory, text, input));
  return {
    sentence: fillText(directory, packet.title, input),
    step: labelOf(step ?? { name: input.step }),
    arguments: argumentNames(step, input).map((name) => argumentRow(step, name, input)),
    attachments: attachmentsOf(input),
    sections: packet.sections.map(({ name, show }) => {
      if (show === 'rules') return { section: name, rows: ruleRows(verdict) };
      if (show === 'unmet') return { section: name, rows: unmetRows(judge, plan, input) };
      return { section: name, rows: factRows(judge, show, input) };
    }),
    rules: rulesOf(judge, plan, input, verdict),
    exceptional: told,
    onYes: filled(packet.onYes),
    onNo: filled(packet.onNo),
    completeness: completenessOf(judge, plan, input, unjudged),
  };
};
