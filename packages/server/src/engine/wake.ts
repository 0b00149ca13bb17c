/** An agent that waits is owed a wake-up when something was decided for it: a signed webhook, retried until delivered. */
import type { Run } from '../domain/run/run.ts';
import type { OwedDelivery } from './ports.ts';

export const wakeOwed = (before: Run, after: Run): OwedDelivery[] => {
  const finishedByPerson = before.finishedAt === null && after.finishedAt !== null && after.holder.kind === 'person';
  const owed = after.owed !== null && after.owed !== before.owed;
  if (!owed && !finishedByPerson) return [];
  const because = after.owed?.because ?? 'a person finished the run';
  return [{ kind: 'wake', target: after.agentId, body: { runId: after.runId, control: after.control.name, because } }];
};
