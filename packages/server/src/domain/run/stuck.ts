/** An agent that does not get on: repeats itself, fails, or spends too much. It goes to a person, never to a silent stop. */
import type { Requirement } from '@belay/protocol';
import type { Context } from '../decided.ts';
import type { GateCommand } from './gate-command.ts';
import type { Run } from './run.ts';

/** A handoff to the control's owner when one of the control's stuck limits is passed; at most one. */
export const stuckRequirement = (run: Run, command: GateCommand, context: Context): Requirement[] => {
  const { stuck } = context.control.control;
  const repeated = run.repeat.step === command.step && run.repeat.digest === command.digest ? run.repeat.count : 0;
  const steps = run.stepsDecided - run.spentBefore.steps;
  const costUsd = run.costUsd - run.spentBefore.costUsd;
  const failed = run.failures[command.step] ?? 0;
  const because =
    repeated >= stuck.sameStep && run.repeat.key !== command.key && run.case === null
      ? `${run.agentId} asked for ${command.step} with the same arguments ${repeated + 1} times in a row.`
      : failed >= stuck.attempts
        ? `${command.step} failed ${failed} times.`
        : steps >= stuck.steps
          ? `${run.agentId} has taken ${steps} steps without a person; the control allows ${stuck.steps}.`
          : stuck.costUsd !== null && costUsd >= stuck.costUsd
            ? `This run has cost USD ${costUsd.toFixed(2)} without a person; the control allows USD ${stuck.costUsd.toFixed(2)}.`
            : null;
  if (because === null) return [];
  return [{ kind: 'handoff', rule: null, because, cites: null, to: null, by: null, instead: null }];
};
