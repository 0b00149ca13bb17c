/** The names an expression may use: facts, arguments of the steps it applies to, conditions, lists. */
import { didYouMean, labelOf } from '@belay/protocol';
import type { Control, FactSpec, StepSpec } from '../model.ts';
import type { Ref } from './ir.ts';

export type Scope = {
  facts: Map<string, FactSpec>;
  /** steps whose arguments can be read; all of them have to agree on the type */
  steps: StepSpec[];
  conditions: Record<string, string>;
  lists: Record<string, string[]>;
  /** declared, but with a mistake of its own: used without a second message */
  broken: Set<string>;
};

export type ScopeSource = Pick<Control, 'facts' | 'steps' | 'conditions' | 'lists'>;

export const scopeOf = (control: ScopeSource, at: readonly string[], broken = new Set<string>()): Scope => ({
  facts: new Map(control.facts.map((fact) => [fact.name, fact])),
  steps: at.length === 0 ? control.steps : control.steps.filter((step) => at.includes(step.name)),
  conditions: control.conditions,
  lists: control.lists,
  broken,
});

export const factRef = (fact: FactSpec): Ref => ({
  key: fact.name,
  name: fact.name,
  label: labelOf(fact),
  spec: fact,
  optional: fact.optional && fact.default === undefined,
  derived: null,
});

export type Unresolved = { message: string; remedy: string };

const names = (known: string[]): string => (known.length === 0 ? 'none is declared' : known.slice(0, 12).join(', '));

const argumentOf = (scope: Scope, name: string): Ref | Unresolved => {
  const alias = [...scope.facts.values()].find((fact) => fact.from === 'args' && fact.at === `/${name}`);
  const lacking = scope.steps.find((step) => !Object.hasOwn(step.arguments, name));
  if (lacking) {
    const known = Object.keys(lacking.arguments);
    return {
      message: `The step "${lacking.name}" has no argument "${name}".${didYouMean(name, known)}`,
      remedy:
        known.length > 0
          ? `Its arguments: ${names(known)}. Or say with \`at\` which steps the rule is for.`
          : `Declare it: arguments: { ${name}: string }. Or say with \`at\` which steps the rule is for.`,
    };
  }
  if (alias) return factRef(alias);
  const [first, ...others] = scope.steps.map((step) => step.arguments[name]);
  if (!first) return { message: 'There is no step whose arguments could be read.', remedy: 'Declare a step.' };
  const differs = others.some((other) => other && other.type !== first.type);
  if (differs) {
    const remedy = 'Write one rule for each, with its own `at`.';
    return { message: `The argument "${name}" has different types at the steps of this rule.`, remedy };
  }
  const optional = first.optional || others.some((other) => other?.optional);
  const label = labelOf({ name, label: first.label });
  return { key: `args.${name}`, name: `args.${name}`, label, spec: first, optional, derived: null };
};

/** The fact or argument of this name, or why there is none; null when it is declared but broken. */
export const resolve = (scope: Scope, name: string): Ref | Unresolved | null => {
  if (name.startsWith('args.')) return argumentOf(scope, name.slice('args.'.length));
  const fact = scope.facts.get(name);
  if (fact === undefined) {
    if (scope.broken.has(name)) return null;
    const known = [...scope.facts.keys()];
    const near = didYouMean(name, [...known, ...Object.keys(scope.conditions)]);
    const remedy = `Declared facts: ${names(known)}. Arguments are read as args.NAME.`;
    return { message: `There is no fact "${name}".${near}`, remedy };
  }
  const [, argument] = fact.at.split('/');
  const lacking = fact.from === 'args' && scope.steps.find((step) => !Object.hasOwn(step.arguments, argument ?? ''));
  if (lacking) {
    return {
      message: `The fact "${name}" comes from the argument "${argument}", which the step "${lacking.name}" has not.`,
      remedy: 'Declare the argument there, or say with `at` which steps the rule is for.',
    };
  }
  return factRef(fact);
};

export const isRef = (found: Ref | Unresolved): found is Ref => 'key' in found;
