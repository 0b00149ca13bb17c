/** Who may take a case over: people with the operator's right whom the control names, at this moment. */

import type { Target } from '@belay/protocol';
import type { Context } from '../decided.ts';
import type { Person } from '../oncall/organisation.ts';
import { resolveTarget } from '../oncall/organisation.ts';
import type { Run } from '../run/run.ts';
import { ladderOf } from './open.ts';

const mayOperate = (person: Person): boolean =>
  person.active && (person.access.includes('operator') || person.access.includes('admin'));

/** Whoever has a case keeps the right to decide on it only while they are here and operate. */
export const stillOperates = ({ org }: Pick<Context, 'org'>, personId: string | null): boolean =>
  org.people.some((person) => person.personId === personId && mayOperate(person));

type Where = Pick<Context, 'control' | 'org' | 'now'>;

/** Every rung of the case's ladder (or of every ladder, without a case), and the control's owner; each target once. */
const targetsOf = (run: Run, context: Where): Set<Target> => {
  const { control } = context.control;
  const rungs =
    run.case === null ? control.ladders.flatMap((ladder) => ladder.rungs) : ladderOf(run.case.to, context).rungs;
  const targets = new Set(rungs.map((rung) => rung.tell)).add(control.owner);
  if (run.case === null) return targets;
  targets.add(run.case.owner);
  for (const { target } of run.case.told) targets.add(target);
  return targets;
};

export const entitledPeople = (run: Run, context: Where): Person[] => [
  ...new Set(
    [...targetsOf(run, context)]
      .flatMap((target) => resolveTarget(context.org, target, context.now))
      .filter(mayOperate),
  ),
];

export const mayTakeOver = (run: Run, context: Context): boolean => {
  const { by, org, now } = context;
  const person = by.kind === 'person' ? org.people.find(({ personId }) => personId === by.id) : undefined;
  if (person === undefined || !mayOperate(person)) return false;
  if (person.access.includes('admin')) return true;
  for (const target of targetsOf(run, context)) if (resolveTarget(org, target, now).includes(person)) return true;
  return false;
};
