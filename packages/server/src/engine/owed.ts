/**
 * What a commit owes to the world outside, written in the same transaction: an agent that waits is woken when something
 * was decided for it, and each case or approval that changed is shown anew wherever it is shown.
 */
import type { Run } from '../domain/run/run.ts';
import { subjectKey } from './delivery/cards.ts';
import type { OwedDelivery } from './ports.ts';

const wakeOwed = (before: Run, after: Run): OwedDelivery[] => {
  const finishedByPerson = before.finishedAt === null && after.finishedAt !== null && after.holder.kind === 'person';
  const owed = after.owed !== null && after.owed !== before.owed;
  if (!owed && !finishedByPerson) return [];
  const because = after.owed?.because ?? 'a person finished the run';
  const body = { runId: after.runId, control: after.control.name, because };
  return [{ kind: 'wake', lane: 'agents', target: after.agentId, body, urgency: 0 }];
};

/** Cards say what is in flight: a permit that moved while a case is live changes its card too. */
const cardsOwed = (before: Run, after: Run): OwedDelivery[] => {
  const moved = after.case !== before.case || (after.case !== null && after.permits !== before.permits);
  const cases = after.case !== null && moved ? [{ kind: 'case' as const, id: after.case.caseId }] : [];
  const approvals = after.approvals
    .filter(
      ({ approvalId, revision }) => before.approvals.find((a) => a.approvalId === approvalId)?.revision !== revision,
    )
    .map(({ approvalId }) => ({ kind: 'approval' as const, id: approvalId }));
  const urgency = after.case?.priority ?? 0;
  return [...cases, ...approvals].map((subject) => ({
    kind: 'card',
    lane: 'cards',
    target: subjectKey(subject),
    body: {},
    urgency,
  }));
};

export const owedBy = (before: Run, after: Run): OwedDelivery[] => [
  ...wakeOwed(before, after),
  ...cardsOwed(before, after),
];
