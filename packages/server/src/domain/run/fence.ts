/**
 * The fence: only the holder with the current epoch may act. The answer to a stale agent says who has control and
 * never tells an epoch: otherwise a retry would climb over the fence.
 */
import { iso, type Problem } from '@belay/protocol';
import type { Context, Refusal } from '../decided.ts';
import type { RunEvent } from './events.ts';
import type { Run } from './run.ts';

/** Refused calls kept as evidence per run; a looping agent must not fill the log. */
const refusalsKept = 100;

export type Fenced = { events: RunEvent[]; refused: Refusal };

const controlOf = (run: Run, org: Context['org']): NonNullable<Problem['control']> => ({
  by: run.holder.kind,
  name:
    run.holder.kind === 'person'
      ? (org.people.find((p) => p.personId === run.holder.id)?.name ?? run.holder.id)
      : run.holder.id,
  since: iso(run.holderSince),
});

const refusedCall = (run: Run, code: Refusal['code'], call: string, step: string | null): RunEvent[] =>
  run.refusals < refusalsKept ? [{ type: 'AgentRefused', code, call, step }] : [];

/** Null when the agent holds the run in this epoch; else the refusal, with its evidence. */
export const fence = (
  run: Run,
  epoch: number,
  call: string,
  context: Context,
  step: string | null = null,
): Fenced | null => {
  if (run.finishedAt !== null)
    return { events: [], refused: { code: 'run_finished', detail: `Run ${run.runId} is finished.` } };
  if (run.holder.kind === 'agent' && epoch === run.epoch) return null;
  const control = controlOf(run, context.org);
  const detail =
    control.by === 'person'
      ? `${control.name} has control of run ${run.runId} since ${control.since}. Nothing you do now is permitted.`
      : `Another process of ${run.agentId} holds run ${run.runId}, or control was given back: attach again.`;
  return { events: refusedCall(run, 'fenced', call, step), refused: { code: 'fenced', detail, control } };
};

/** After control came back, nothing is decided until the agent has read what it continues with. */
export const unread = (run: Run, call: string, step: string | null): Fenced | null =>
  run.acknowledged
    ? null
    : {
        events: refusedCall(run, 'instructions_unread', call, step),
        refused: {
          code: 'instructions_unread',
          detail: `Control of run ${run.runId} was given back with instructions: acknowledge ${run.instructions?.digest ?? 'them'} first.`,
        },
      };
