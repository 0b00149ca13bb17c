/**
 * An agent that does not get on: repeats itself, fails, or spends too much. It goes to a person, never to a silent stop.
 * Systems outside that fail are told apart: trying again is then what an agent should do, until it has lasted too long.
 */
import { outageMsOf, sayStep } from '@belay/control';
import { type Requirement, upper } from '@belay/protocol';
import type { Context } from '../decided.ts';
import type { GateCommand } from './gate-command.ts';
import type { Run } from './run.ts';

const inMinutes = (ms: number): string => `${Math.max(1, Math.round(ms / 60_000))} min`;

/** The limit that is passed, as a sentence; null: none. */
const passedLimit = (run: Run, command: GateCommand, context: Context): string | null => {
  const { stuck } = context.control.control;
  const { count: outages, since, counted } = run.outside ?? { count: 0, since: 0, counted: 0 };
  const repeated = run.repeat.step === command.step && run.repeat.digest === command.digest ? run.repeat.count : 0;
  if (repeated >= stuck.sameStep && run.repeat.key !== command.key && run.case === null)
    return `${run.agentId} asked for “${sayStep(context.control.control, command.step)}” with the same arguments ${repeated + 1} times in a row.`;
  const failed = run.failures[command.step] ?? 0;
  if (failed >= stuck.attempts)
    return `${upper(sayStep(context.control.control, command.step))} failed ${failed} times.`;
  const steps = run.stepsDecided - run.spentBefore.steps - counted;
  if (steps >= stuck.steps)
    return `${run.agentId} has taken ${steps} steps without a person; the control allows ${stuck.steps}.`;
  const costUsd = run.costUsd - run.spentBefore.costUsd;
  if (stuck.costUsd !== null && costUsd >= stuck.costUsd)
    return `This run has cost USD ${costUsd.toFixed(2)} without a person; the control allows USD ${stuck.costUsd.toFixed(2)}.`;
  const lasted = context.now - since;
  if (outages > 0 && lasted >= outageMsOf(stuck))
    return `Systems outside have failed for ${inMinutes(lasted)} (${outages} times); ${run.agentId} itself is not stuck.`;
  return null;
};

/** A handoff to the control's owner when one of the control's stuck limits is passed; at most one. */
export const stuckRequirement = (run: Run, command: GateCommand, context: Context): Requirement[] => {
  const because = passedLimit(run, command, context);
  if (because === null) return [];
  return [{ kind: 'handoff', rule: null, because, cites: null, to: null, by: null, instead: null }];
};
