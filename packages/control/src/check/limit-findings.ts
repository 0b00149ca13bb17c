/** Findings about limits: one that nothing can reach, and amounts that it cannot add up. */
import { concerns } from '../evaluate/limits.ts';
import type { Control, LimitSpec, StepSpec } from '../model.ts';
import { parseMoney } from '../value/money.ts';
import { type Finding, finding } from './finding.ts';

const stepsOf = ({ steps }: Control, limit: LimitSpec): StepSpec[] => steps.filter((step) => concerns(limit, step));

/** A high-risk step without a rule that continues or asks for a sign-off lets nothing through, so nothing is counted. */
const letsThrough = ({ rules }: Control, { name, risk }: StepSpec): boolean =>
  risk === 'low' ||
  rules.some(({ at, then }) => (then === 'continue' || then === 'approval') && (at.length === 0 || at.includes(name)));

/** Currencies that the amount may have at the step, as it or its fact declares them; null: any. */
const currenciesAt = ({ facts }: Control, { arguments: args }: StepSpec, name: string): string[] | null => {
  const declared = [args[name], facts.find(({ from, at }) => from === 'args' && at === `/${name}`)];
  for (const spec of declared) if (spec?.type === 'money' && spec.currency.length > 0) return spec.currency;
  return null;
};

const currencyOf = (above: string): string | null => parseMoney(above)?.currency ?? null;

const neverBinds = (control: Control, limit: LimitSpec, index: number): Finding[] => {
  const steps = stepsOf(control, limit);
  const at = ['limits', index];
  if (steps.length === 0) {
    const sentence = `The limit "${limit.id}" can never bind: it names no step, and no argument that tells which steps it counts.`;
    return [finding('limitNeverBinds', sentence, 'Name its steps with `at`.', { at })];
  }
  if (!steps.some((step) => letsThrough(control, step))) {
    const sentence = `The limit "${limit.id}" can never bind: ${steps.map(({ name }) => name).join(', ')} lets nothing through that it could add up.`;
    return [finding('limitNeverBinds', sentence, 'Remove the limit, or name other steps.', { at })];
  }
  const possible = steps.map((step) => currenciesAt(control, step, limit.of));
  return limit.above.flatMap((above, number): Finding[] => {
    const currency = currencyOf(above);
    if (currency === null || possible.some((list) => list === null || list.includes(currency))) return [];
    const sentence = `The limit "${limit.id}" can never bind in ${currency}: ${limit.of} is never in ${currency} there.`;
    const edit = `Remove ${above} from \`above\`, or let ${limit.of} be in ${currency}.`;
    const only = limit.above.length === 1;
    const fix = only ? null : ({ kind: 'remove', path: [...at, 'above', number] } as const);
    return [finding('limitNeverBinds', sentence, edit, { at, fix })];
  });
};

const cannotAddUp = (control: Control, limit: LimitSpec, index: number): Finding[] => {
  const known = limit.above.map(currencyOf);
  const lacking = new Set(
    stepsOf(control, limit)
      .flatMap((step) => currenciesAt(control, step, limit.of) ?? [])
      .filter((currency) => !known.includes(currency)),
  );
  return [...lacking].map((currency) => {
    const sentence = `The limit "${limit.id}" has no threshold in ${currency}: each step in ${currency} is handed to ${control.owner}.`;
    const edit = `Add one: \`above: [${limit.above.join(', ')}, ${currency} …]\`.`;
    return finding('limitCannotAddUp', sentence, edit, { at: ['limits', index] });
  });
};

export const limitFindings = (control: Control): Finding[] =>
  control.limits.flatMap((limit, index) => [
    ...neverBinds(control, limit, index),
    ...(limit.of === 'count' ? [] : cannotAddUp(control, limit, index)),
  ]);
