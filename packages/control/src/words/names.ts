/** Names, targets, durations and types of a control as somebody says them who does not read YAML. */
import { labelOf, sayName, sayTarget as sayOneTarget } from '@belay/protocol';
import type { Control, Effect, FactSpec, RungSpec, TypeSpec } from '../model.ts';

export const sayStep = ({ steps }: Pick<Control, 'steps'>, name: string): string =>
  labelOf(steps.find((step) => step.name === name) ?? { name });

/** An argument of whichever step declares it, as it is called there. */
export const sayArgument = ({ steps }: Pick<Control, 'steps'>, name: string): string =>
  labelOf({ name, label: steps.map((step) => step.arguments[name]?.label).find((label) => label !== undefined) });

/** "finance sign-off"; a name that does not say what it is: "the sign-off large amounts". */
export const saySignOff = (name: string): string =>
  /sign-off|approval/.test(sayName(name)) ? sayName(name) : `the sign-off ${sayName(name)}`;

const units: [string, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

const counted = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

/** "1 hour 30 minutes"; a day or less stays in hours, so that "24 hours" is what was written. Ends at seconds. */
export const sayDuration = (ms: number): string => {
  const parts: string[] = [];
  let rest = ms;
  for (const [unit, size] of units) {
    if (unit === 'day' && ms < 2 * size) continue;
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(counted(count, unit));
    rest -= count * size;
  }
  return parts.join(' ') || '0 seconds';
};

/** "every hour", "every 30 minutes". */
export const sayEvery = (ms: number): string => `every ${sayDuration(ms).replace(/^1 (\w+)$/, '$1')}`;

/** "finance operations", "whoever is on call for treasury", "ann"; a ladder keeps its name. */
export const sayTarget = (target: string): string => {
  const said = sayOneTarget(target);
  return said === target ? `the ladder ${sayName(target)}` : said;
};

/** "a", "a and b", "a, b and c". */
export const sayList = (items: readonly string[], last = 'and'): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`;

export const sayEffect: Record<Effect, string> = {
  none: 'changes nothing',
  reversible: 'can be undone',
  irreversible: 'cannot be undone',
};

/** Where a fact comes from. A claim of the agent is called one. */
export const sayOrigin = ({ from, source }: Pick<FactSpec, 'from' | 'source'>): string =>
  ({
    args: 'part of what the agent wants to carry out',
    agent: 'claimed by the agent',
    system: 'counted by Belay',
    lookup: `looked up in ${sayName(source ?? 'a system of record')}`,
  })[from];

const plainTypes: Record<Exclude<TypeSpec['type'], 'money' | 'enum'>, string> = {
  int: 'whole number',
  decimal: 'decimal number',
  bool: 'yes or no',
  string: 'text',
  set: 'list of texts',
  duration: 'duration',
  date: 'date',
  timestamp: 'instant',
  attachment: 'file',
};

export const sayType = (spec: TypeSpec): string => {
  if (spec.type === 'money') return spec.currency.length === 0 ? 'amount' : `amount in ${sayList(spec.currency, 'or')}`;
  if (spec.type !== 'enum') return plainTypes[spec.type];
  return `${sayList(spec.values, 'or')}${spec.open ? ', or something else' : ''}`;
};

export const sayRung = ({ tell, via }: RungSpec): string =>
  `${sayTarget(tell)}${via.length === 0 ? '' : ` by ${sayList(via)}`}`;
