/** Are these the arguments that the step declares? A step that declares none takes any. */
import { didYouMean, type Json, type JsonObject } from '@belay/protocol';
import type { Control } from '../model.ts';
import { problemOf } from '../value/spec.ts';

/** What the facts that are read from an argument ask of it: the range stands there. */
const factProblem = (control: Control, name: string, value: Json | undefined): string | null => {
  const fact = control.facts.find(({ from, at }) => from === 'args' && at === `/${name}`);
  if (fact === undefined || value === undefined || value === null) return null;
  return problemOf(fact, value);
};

/** `argument`: null when it is about no argument that the step has. */
export type ArgumentProblem = { argument: string | null; text: string };

export const argumentProblems = (control: Control, step: string, args: JsonObject): ArgumentProblem[] => {
  const known = control.steps.find((candidate) => candidate.name === step);
  if (known === undefined) {
    const names = control.steps.map((candidate) => candidate.name);
    const text = `The control "${control.name}" has no step "${step}".${didYouMean(step, names)}`;
    return [{ argument: null, text }];
  }
  const names = Object.keys(known.arguments);
  if (names.length === 0) return [];
  const problems: ArgumentProblem[] = [];
  for (const [name, spec] of Object.entries(known.arguments)) {
    const value = Object.hasOwn(args, name) ? args[name] : undefined;
    if (spec.optional && (value === undefined || value === null)) continue;
    const problem = problemOf(spec, value) ?? factProblem(control, name, value);
    if (problem !== null) problems.push({ argument: name, text: `The argument ${name} ${problem}.` });
  }
  for (const name of Object.keys(args)) {
    if (names.includes(name)) continue;
    const text = `The step "${step}" has no argument "${name}".${didYouMean(name, names)}`;
    problems.push({ argument: null, text });
  }
  return problems;
};

export const subjectProblems = (control: Control, subject: JsonObject): string[] => {
  const names = Object.keys(control.subject);
  if (names.length === 0) return [];
  const unusable = Object.entries(control.subject).flatMap(([name, spec]) => {
    const value = Object.hasOwn(subject, name) ? subject[name] : undefined;
    if (spec.optional && (value === undefined || value === null)) return [];
    const problem = problemOf(spec, value);
    return problem === null ? [] : [`The subject's ${name} ${problem}.`];
  });
  const unknown = Object.keys(subject)
    .filter((name) => !names.includes(name))
    .map((name) => `A run of "${control.name}" is about ${names.join(', ')}, not "${name}".${didYouMean(name, names)}`);
  return [...unusable, ...unknown];
};
