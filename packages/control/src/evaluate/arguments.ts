/** Are these the arguments that the step declares? A step that declares none takes any. */
import { didYouMean, type JsonObject } from '@belay/protocol';
import type { Control } from '../model.ts';
import { problemOf } from '../value/spec.ts';

export const argumentProblems = (control: Control, step: string, args: JsonObject): string[] => {
  const known = control.steps.find((candidate) => candidate.name === step);
  if (known === undefined) {
    const names = control.steps.map((candidate) => candidate.name);
    return [`The control "${control.name}" has no step "${step}".${didYouMean(step, names)}`];
  }
  const names = Object.keys(known.arguments);
  if (names.length === 0) return [];
  const problems: string[] = [];
  for (const [name, spec] of Object.entries(known.arguments)) {
    const value = Object.hasOwn(args, name) ? args[name] : undefined;
    if (spec.optional && (value === undefined || value === null)) continue;
    const problem = problemOf(spec, value);
    if (problem !== null) problems.push(`The argument ${name} ${problem}.`);
  }
  for (const name of Object.keys(args)) {
    if (!names.includes(name)) problems.push(`The step "${step}" has no argument "${name}".${didYouMean(name, names)}`);
  }
  return problems;
};
