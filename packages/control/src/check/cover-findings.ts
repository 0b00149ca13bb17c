/** Findings about what no rule speaks of: high-risk cases outside of the policy, gaps at a threshold, errors. */
import { isNumeric, type NumericSpec, showInteger } from '../value/spec.ts';
import type { Box, Region } from './boxes.ts';
import { outside, remainder } from './boxes.ts';
import type { Cell } from './cells.ts';
import { type Finding, finding } from './finding.ts';
import { closing } from './gap-edit.ts';
import { firesOf, type StepProof, searchCase } from './proof.ts';

const covered = (proof: StepProof): Region => [...firesOf(proof.rules), ...proof.errors];

/** Longer than this, nobody would read what is pasted. */
const longestCondition = 160;

/** In words, or the very line: a rule that speaks of what all the others leave. */
const ruleForTheRest = ({ rules, step: { name } }: StepProof): string => {
  const others = rules.map(({ rule: { when, unless } }) => (unless === null ? when : `(${when}) && !(${unless})`));
  const rest = others.map((condition) => `!(${condition})`).join(' && ') || 'true';
  if (rest.length > longestCondition) return 'add a rule with `then: handoff`.';
  return `add a rule: \`- { id: ${name}-otherwise, at: ${name}, when: '${rest.replaceAll("'", "''")}', then: handoff, to: LADDER, because: "No other rule speaks of it." }\``;
};

/** High-risk cases that no rule speaks of: always handed to the owner, as outside of the policy. */
export const outsidePolicy = (proof: StepProof): Finding[] => {
  const { step, space, compiled } = proof;
  const search = searchCase(proof, [space.full], covered(proof), ({ house }) => house === 'outsidePolicy');
  if (!search.found) return [];
  const { owner } = compiled.control;
  const sentence = `At "${step.name}" there are cases that no rule speaks of; they are handed to ${owner} as outside of the policy.`;
  const edit = `If somebody else should have them, ${ruleForTheRest(proof)}`;
  return [
    finding('outsidePolicy', sentence, edit, { step: step.name, case: search.case, possible: search.case === null }),
  ];
};

/** A high-risk step that never continues and never waits for a sign-off. */
export const neverContinues = ({ step, rules, compiled }: StepProof): Finding[] => {
  if (rules.some(({ rule }) => rule.then === 'continue' || rule.then === 'approval')) return [];
  const sentence = `No case of "${step.name}" continues or waits for a sign-off: each goes to a person (${compiled.control.owner}, unless a rule names another).`;
  const edit = `Add a rule with \`then: continue\` or \`then: approval\` at ${step.name}.`;
  return [finding('neverContinues', sentence, edit, { step: step.name })];
};

type Point = { position: number; below: number; at: number; above: number; value: number; currency: string | null };

/** Cells that hold one threshold alone, with their neighbours. */
const pointsOf = (cells: Cell[], position: number): Point[] =>
  cells.flatMap((cell, at): Point[] => {
    const [before, after] = [cells[at - 1], cells[at + 1]];
    if (cell.kind !== 'range' || cell.from !== cell.to || before?.kind !== 'range' || after?.kind !== 'range')
      return [];
    if (before.currency !== cell.currency || after.currency !== cell.currency) return [];
    return [{ position, below: at - 1, at, above: at + 1, value: cell.from, currency: cell.currency }];
  });

const atCell = (box: Box, position: number, cell: number): Box => {
  const changed = [...box];
  changed[position] = 1n << BigInt(cell);
  return changed;
};

/** A box that is not covered at the threshold itself, but is just below and just above it. */
const gapAt = ({ space, budget }: StepProof, covers: Region, { position, below, at, above }: Point): Box | null => {
  const open = (cell: number) =>
    remainder(atCell(space.full, position, cell), [...covers, ...space.impossible], budget);
  const here = open(at);
  if (here.length === 0) return null;
  const beside = [...open(below), ...open(above)].map((box) => atCell(box, position, at));
  for (const box of here) {
    const found = outside(box, beside, budget);
    if (found !== null) return found;
  }
  return null;
};

/** Thresholds that both neighbouring rules leave out: `< 500` and `> 500` say nothing of 500. */
export const gapsAtThresholds = (proof: StepProof): Finding[] => {
  const { space, step } = proof;
  const covers = covered(proof);
  return space.dimensions.flatMap((dimension, position) => {
    if (dimension.kind !== 'fact' || !isNumeric(dimension.ref.spec)) return [];
    return pointsOf(dimension.cells, position).flatMap((point): Finding[] => {
      const box = gapAt(proof, covers, point);
      if (box === null) return [];
      const search = searchCase(proof, [box], covers, ({ house }) => house === 'outsidePolicy');
      if (!search.found) return [];
      const value = showInteger(dimension.ref.spec as NumericSpec, point.value, point.currency);
      const sentence = `At "${step.name}" rules speak of ${dimension.ref.name} below and above ${value}, and no rule of exactly ${value}: it is handed off as outside of the policy.`;
      const { edit, fix } = closing(proof, dimension.ref.name, value);
      return [
        finding('gapAtThreshold', sentence, edit, {
          step: step.name,
          fix,
          case: search.case,
          possible: search.case === null,
        }),
      ];
    });
  });
};

/** Usable facts that a rule still cannot judge: another currency, an optional fact that is not there. */
export const cannotBeJudged = (proof: StepProof): Finding[] =>
  proof.rules.flatMap(({ rule, regions }): Finding[] => {
    const search = searchCase(proof, regions.error, [], ({ house }) => house === 'badFact');
    if (!search.found) return [];
    const reason = search.case?.because ?? 'A fact that the rule compares may be absent, or in another currency.';
    const sentence = `The rule "${rule.id}" cannot judge some cases at "${proof.step.name}"; they go to ${proof.compiled.control.owner}. ${reason}`;
    const edit = 'Ask first: `has(fact) && …`, or `currency(fact) == "EUR" && …`.';
    return [
      finding('cannotBeJudged', sentence, edit, {
        step: proof.step.name,
        rule: rule.id,
        case: search.case,
        possible: search.case === null,
      }),
    ];
  });
