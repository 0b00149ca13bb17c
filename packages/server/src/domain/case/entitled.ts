/** Who may take a case over: people with the operator's right whom the control names, at this moment. */

import type { Context } from '../decided.ts';
import type { Person } from '../oncall/organisation.ts';
import { resolveTarget } from '../oncall/organisation.ts';
import type { Run } from '../run/run.ts';
import { ladderOf } from './open.ts';

const mayOperate = (person: Person): boolean =>
  person.active && (person.access.includes('operator') || person.access.includes('admin'));

/** Everybody on any rung of the case's ladder (or of every ladder, without a case), and the control's owner. */
export const entitledPeople = (run: Run, context: Pick<Context, 'control' | 'org' | 'now'>): Person[] => {
  const { control } = context.control;
  const rungs =
    run.case === null ? control.ladders.flatMap((ladder) => ladder.rungs) : ladderOf(run.case.to, context).rungs;
  const targets = [
    ...rungs.map((rung) => rung.tell),
    control.owner,
    ...(run.case === null ? [] : [run.case.owner, ...run.case.told.map((told) => told.target)]),
  ];
  const people = targets.flatMap((target) => resolveTarget(context.org, target, context.now)).filter(mayOperate);
  return [...new Map(people.map((person) => [person.personId, person])).values()];
};

export const mayTakeOver = (run: Run, context: Context): boolean =>
  context.by.kind === 'person' &&
  (entitledPeople(run, context).some((person) => person.personId === context.by.id) ||
    context.org.people.some((person) => person.personId === context.by.id && person.access.includes('admin')));
