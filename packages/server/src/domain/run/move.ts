/**
 * Puts a live run under another version of its control: from the next step on that one decides. What is under way stays
 * under way; a permit that nobody redeemed ends, and so does each sign-off of an approval that the version declares otherwise.
 */
import type { CompiledControl } from '@belay/control';
import type { ControlRef } from '@belay/protocol';
import { type Context, type Decided, refuse } from '../decided.ts';
import type { RunEvent } from './events.ts';
import { voidGranted } from './permit.ts';
import type { Approval, Run } from './run.ts';

export type MoveCommand = {
  /** the version that it was found to be no stricter than: a run under another one is left alone */
  from: number;
  to: { ref: ControlRef; compiled: CompiledControl; publishedBy: string };
  because: string;
};

const declared = ({ control }: CompiledControl, name: string) =>
  JSON.stringify(control.approvals.find((approval) => approval.name === name) ?? null);

/** Signatures count on as long as the version asks for the same people in the same way. */
const asksOtherwise = ({ name, status }: Approval, run: Run, { to }: MoveCommand, { control }: Context): boolean => {
  if (status !== 'waiting' && status !== 'approved') return false;
  const before = control.control.approvals.find((approval) => approval.name === name);
  const byPublisher = before?.exclude.includes('publisher') === true && run.publishedBy !== to.publishedBy;
  return byPublisher || declared(control, name) !== declared(to.compiled, name);
};

/** Answers whether it was moved. */
export const moveRun = (run: Run, command: MoveCommand, context: Context): Decided<boolean> => {
  if (run.finishedAt !== null) return refuse('run_finished', 'This run is finished.');
  const { from, to, because } = command;
  if (run.control.version !== from) return { events: [], answer: false };
  const why = `the run goes on under version ${to.ref.version}`;
  const ended = run.approvals.filter((approval) => asksOtherwise(approval, run, command, context));
  const again = ended[0]?.step ?? null;
  return {
    events: [
      { type: 'RunMoved', from: run.control, to: to.ref, publishedBy: to.publishedBy, because, again },
      ...voidGranted(run, why),
      ...ended.map(({ approvalId }): RunEvent => ({ type: 'ApprovalVoided', approvalId, because: why })),
    ],
    answer: true,
  };
};
