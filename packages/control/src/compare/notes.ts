/** What two versions of a control say differently that is not about single cases: who signs, who is told, what is declared. */
import { labelOf, sayName, upper } from '@belay/protocol';
import type { ApprovalSpec, Control, LadderSpec, StepSpec } from '../model.ts';
import { pageLadder } from '../page/waits.ts';
import { sayDuration, sayList, saySignOff, sayTarget } from '../words/names.ts';
import { declaredNotes } from './declared-notes.ts';
import { limitNotes, reviewNotes } from './limit-notes.ts';
import type { Note } from './note.ts';
import { stuckNotes } from './stuck-notes.ts';

const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);

const sayApproval = ({ groups, exclude, veto, freshSignInMs }: ApprovalSpec): string =>
  [
    sayList(groups.map(({ quorum, from }) => `${quorum} of ${sayTarget(from)}`)),
    ...(exclude.length > 0 ? [`never the ${sayList(exclude, 'or')}`] : []),
    ...(veto === 'none' ? ['refusals counted'] : []),
    ...(freshSignInMs === undefined ? [] : [`signed in within the last ${sayDuration(freshSignInMs)}`]),
  ].join(', ');

const fewerSign = (old: ApprovalSpec, next: ApprovalSpec): boolean =>
  old.groups.some(({ from, quorum }) => (next.groups.find((group) => group.from === from)?.quorum ?? 0) < quorum) ||
  old.exclude.some((role) => !next.exclude.includes(role)) ||
  (old.veto === 'any' && next.veto === 'none') ||
  next.dwellMs < old.dwellMs ||
  (old.mustOpen && !next.mustOpen) ||
  (next.freshSignInMs ?? Number.POSITIVE_INFINITY) > (old.freshSignInMs ?? Number.POSITIVE_INFINITY);

const approvalNotes = (before: Control, after: Control): Note[] =>
  before.approvals.flatMap((old): Note[] => {
    const next = after.approvals.find(({ name }) => name === old.name);
    if (next === undefined || !differs(old, next)) return [];
    const [was, is] = [sayApproval(old), sayApproval(next)];
    const change =
      was === is ? 'its deadline, how it is read first, or what follows it is another' : `before ${was}; now ${is}`;
    return [{ sentence: `${upper(saySignOff(old.name))}: ${change}.`, weaker: fewerSign(old, next) }];
  });

const sayLadder = (ladder: LadderSpec, { owner }: Control): string => {
  const { rungs, end } = pageLadder(ladder, owner);
  return `${rungs.map(({ after, tell }) => `${tell} ${after}`).join(', ')}. ${end}`;
};

const otherNotes = (before: Control, after: Control): Note[] => {
  const notes: string[] = [];
  if (before.owner !== after.owner)
    notes.push(`Every path ended with ${sayTarget(before.owner)}, and ends with ${sayTarget(after.owner)} now.`);
  for (const ladder of before.ladders) {
    const next = after.ladders.find(({ name }) => name === ladder.name);
    if (next === undefined || !differs(ladder, next)) continue;
    const [old, now] = [sayLadder(ladder, before), sayLadder(next, after)];
    notes.push(`The ladder ${sayName(ladder.name)} tells otherwise. Before: ${old} Now: ${now}`);
  }
  const isNew = ({ name }: StepSpec) => !before.steps.some((step) => step.name === name);
  for (const step of after.steps.filter(isNew)) notes.push(`The step ${labelOf(step)} is new.`);
  return notes.map((sentence) => ({ sentence, weaker: false }));
};

/** What stands beside the rules and lets more happen without a person than before. */
const loosened = (before: Control, after: Control): Note[] => {
  const notes: string[] = [];
  for (const step of before.steps) {
    const next = after.steps.find(({ name }) => name === step.name);
    if (step.offline === 'refuse' && next?.offline === 'allow')
      notes.push(`The step ${labelOf(step)} may be carried out while Belay cannot be reached.`);
    if (!step.idempotent && next?.idempotent === true)
      notes.push(`The step ${labelOf(step)} is run again after a crash, and nobody is asked.`);
  }
  if (before.onLookupFailure === 'handoff' && after.onLookupFailure === 'continue')
    notes.push('A low-risk step goes on when a lookup fails; it went to a person.');
  const [least = 0, now = 0] = [before.packet.least, after.packet.least];
  if (now < least) notes.push(`A packet of which ${now}% is known can be signed; it was ${least}%.`);
  return notes.map((sentence) => ({ sentence, weaker: true }));
};

/** Warnings that are accepted now and were not before: somebody decided not to heed them. */
const acceptedNotes = (before: Control, after: Control): Note[] =>
  (after.accepts ?? [])
    .filter((accepted) => !(before.accepts ?? []).some((old) => !differs(old, accepted)))
    .map(({ finding, of, because }) => ({
      sentence: `A warning is accepted now, ${sayName(finding)}${of === null ? '' : ` of ${sayName(of)}`}: ${because}`,
      weaker: false,
    }));

export const notesOf = (before: Control, after: Control): Note[] => [
  ...approvalNotes(before, after),
  ...limitNotes(before, after),
  ...reviewNotes(before, after),
  ...stuckNotes(before, after),
  ...loosened(before, after),
  ...declaredNotes(before, after),
  ...otherNotes(before, after),
  ...acceptedNotes(before, after),
];
