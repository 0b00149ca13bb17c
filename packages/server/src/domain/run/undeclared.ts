/**
 * Arguments that are not what the step declares. No rule was written with them in mind, so none may let them through or
 * have them signed; the agent is told what is wrong, and who asks again and again comes to a person.
 */
import type { GateInput, Verdict } from '@belay/control';
import type { Requirement } from '@belay/protocol';
import type { Context } from '../decided.ts';

export const undeclaredRequirement = (
  { step, arguments: args }: GateInput,
  { house }: Verdict,
  { control }: Pick<Context, 'control'>,
): Requirement[] => {
  // What nobody could judge goes to a person, who is told why already.
  if (house === 'badFact' || house === 'unknownStep') return [];
  const checked = control.checkArguments(step, args);
  if (checked.ok) return [];
  const declared = control.control.steps.find(({ name }) => name === step)?.arguments ?? {};
  // A stored control has them in no order that a reader would know.
  const named = (wanted: boolean): string[] =>
    Object.keys(declared)
      .filter((name) => (declared[name]?.optional ?? false) === wanted)
      .sort();
  const names = [...named(false), ...named(true).map((name) => `${name} (optional)`)];
  const instead = `Ask again with exactly what the step declares: ${names.join(', ')}.`;
  const because = checked.problems.join(' ');
  return [{ kind: 'forbid', rule: null, because, cites: null, to: null, by: null, instead }];
};
