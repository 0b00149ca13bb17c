/** Runs cases against a control: what was expected, what was decided, and where they differ, in words. */
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

export const runCases = (compiled: CompiledControl, cases: ControlCase[]): CaseReport[] =>
  cases.map((controlCase) => {
    const verdict = compiled.decide(controlCase.input);
    const problems = differences(controlCase, verdict);
    return { name: controlCase.name, line: controlCase.line, ok: problems.length === 0, problems, verdict };
  });
