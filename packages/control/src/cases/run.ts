/** Runs cases against a control: what was expected, what was decided, and where they differ, in words. */
import { didYouMean, type OutcomeKind } from '@belay/protocol';
import { standingOf } from '../evaluate/limits.ts';
import { strictness } from '../evaluate/verdict.ts';
import type { CompiledControl, Verdict } from '../model.ts';
import type { ControlCase } from './parse.ts';

export type CaseReport = { name: string; line: number; ok: boolean; problems: string[]; verdict: Verdict };

const decider = (verdict: Verdict): string => verdict.decidedBy ?? verdict.house ?? 'nobody';

const destination = (verdict: Verdict): string | null => {
  const [first] = verdict.requirements;
  return first?.to ?? first?.by ?? null;
};

const differences = ({ expect, input }: ControlCase, verdict: Verdict): string[] => {
  const problems: string[] = [];
  const differs = (what: string, expected: string, decided: string) => {
    if (expected !== decided) problems.push(`${what}: expected ${expected || 'none'}, got ${decided || 'none'}.`);
  };
  differs('outcome', expect.outcome, verdict.outcome);
  if (expect.decidedBy !== undefined) differs('decidedBy', expect.decidedBy, decider(verdict));
  if (expect.rules !== undefined)
    differs('rules', [...expect.rules].sort().join(', '), [...verdict.fired].sort().join(', '));
  if (expect.to !== undefined) differs('to', expect.to, destination(verdict) ?? 'nobody');
  if (problems.length > 0) problems.push(`At "${input.step}": ${verdict.because}`);
  return problems;
};

const nobody = { agent: '', subject: '', onBehalfOf: '' };

/** The verdict with what the limits add to it, at these counters. */
const withLimits = (compiled: CompiledControl, { input, counters }: ControlCase): Verdict => {
  const verdict = compiled.decide(input);
  const over = compiled.countedAt(input.step, input.arguments, nobody).flatMap((counted) => {
    const total = standingOf(counted, counters[counted.limit.id]) + counted.amount;
    return counted.problem !== null || total > counted.most ? [compiled.overLimit(counted, total)] : [];
  });
  if (over.length === 0) return verdict;
  const asked = over.map(({ requirement }) => requirement);
  const requirements = [...verdict.requirements, ...asked].sort((a, b) => strictness[a.kind] - strictness[b.kind]);
  const [first] = requirements;
  const outcome: OutcomeKind = first?.kind ?? verdict.outcome;
  const leads = first !== undefined && asked.includes(first);
  return {
    ...verdict,
    outcome,
    requirements,
    ...(leads ? { decidedBy: first.rule, because: first.because, house: null } : {}),
    fired: [...verdict.fired, ...over.map(({ fact }) => fact.name)],
    facts: [...verdict.facts, ...over.map(({ fact }) => fact)],
  };
};

const unknownLimits = ({ control: { limits } }: CompiledControl, { counters }: ControlCase): string[] => {
  const known = limits.map(({ id }) => id);
  return Object.keys(counters)
    .filter((id) => !known.includes(id))
    .map((id) => `counters.${id}: the control has no limit "${id}".${didYouMean(id, known)}`);
};

export const runCases = (compiled: CompiledControl, cases: ControlCase[]): CaseReport[] =>
  cases.map((controlCase) => {
    const verdict = withLimits(compiled, controlCase);
    const problems = [...unknownLimits(compiled, controlCase), ...differences(controlCase, verdict)];
    return { name: controlCase.name, line: controlCase.line, ok: problems.length === 0, problems, verdict };
  });
