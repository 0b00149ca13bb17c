/**
 * Giving control back: what the agent continues with. Instructions in words, steps it may no longer do, steps that
 * now need a sign-off, one step allowed once with exactly these arguments, and what the person did themselves.
 */
import { digestOf, type JsonObject } from '@belay/protocol';
import { requesters } from '../approval/request.ts';
import { type Context, type Decided, refuse } from '../decided.ts';
import { changedNames } from '../run/edited.ts';
import type { RunEvent } from '../run/events.ts';
import { handoffName } from '../run/gate-command.ts';
import type { Allowance, Case, Instructions, Run } from '../run/run.ts';
import { mayTakeOver } from './entitled.ts';

export type ReturnCommand = {
  type: 'return';
  caseId: string;
  revision: number;
  instructions: string;
  prohibit: string[];
  requireApproval: string[];
  allowOnce: { step: string; digest: string; arguments?: JsonObject | undefined }[];
  doneByMe: { step: string; digest: string; reference: string }[];
  unchanged: boolean;
};

type Allowed =
  | { ok: true; allowance: Omit<Allowance, 'by' | 'seen' | 'letsThrough' | 'permitId'> }
  | { ok: false; refused: ReturnType<typeof refuse> };

const allowOf = (kase: Case, asked: ReturnCommand['allowOnce'][number], context: Context): Allowed => {
  const { step } = kase;
  if (step === null || step.step !== asked.step || step.digest !== asked.digest)
    return {
      ok: false,
      refused: refuse('digest_mismatch', `This case is not about ${asked.step} with ${asked.digest}.`),
    };
  const edited = asked.arguments ?? step.arguments;
  const changed = changedNames(step.arguments, edited);
  const refusedNames = changed.filter((name) => !step.editable.includes(name));
  if (refusedNames.length > 0)
    return {
      ok: false,
      refused: refuse(
        'not_editable',
        `${refusedNames.join(', ')}: only ${step.editable.join(', ') || 'nothing'} may be changed.`,
      ),
    };
  const checked = context.control.checkArguments(asked.step, edited);
  if (!checked.ok) {
    const { events, refused } = refuse('invalid_request', checked.problems.join(' '));
    return { ok: false, refused: { events, refused: { ...refused, byArgument: checked.byArgument } } };
  }
  const allowance = {
    step: asked.step,
    digest: asked.digest,
    arguments: edited,
    effectiveDigest: digestOf(edited),
    edited: changed.length > 0,
  };
  return { ok: true, allowance };
};

const unknownSteps = (command: ReturnCommand, { control }: Context): string[] => {
  const known = control.control.steps.map((step) => step.name);
  return [...command.prohibit, ...command.requireApproval].filter((step) => !known.includes(step));
};

const instructionsOf = (
  command: ReturnCommand,
  allowed: Omit<Allowance, 'by' | 'seen' | 'letsThrough' | 'permitId'>[],
  context: Context,
): Instructions => {
  const said = {
    text: command.unchanged ? 'Given back unchanged: go on as you were.' : command.instructions,
    by: context.by.id,
    at: context.now,
    prohibit: command.prohibit,
    requireApproval: command.requireApproval,
    allowOnce: allowed.map(({ step, digest, arguments: args, edited }) => ({ step, digest, arguments: args, edited })),
    doneByMe: command.doneByMe,
    unchanged: command.unchanged,
  };
  return { ...said, digest: digestOf(said as unknown as JsonObject) };
};

/** Every handoff that stood before the person when they decided. */
const seenIn = (kase: Case): string[] => [
  ...new Set(
    [...(kase.step?.requirements ?? []).filter((r) => r.kind === 'handoff'), ...kase.reasons].map(handoffName),
  ),
];

const saysMore = ({ instructions, allowOnce, prohibit, requireApproval, doneByMe }: ReturnCommand): boolean =>
  instructions.trim() !== '' || [allowOnce, prohibit, requireApproval, doneByMe].some((list) => list.length > 0);

/** Letting a step through is for people whom the control names, and not for whom the agent acts. */
const mayNotAllow = (
  run: Run,
  kase: Case,
  command: ReturnCommand,
  context: Context,
): ReturnType<typeof refuse> | null => {
  if (command.allowOnce.length > 0 && requesters(run, context).includes(context.by.id))
    return refuse('separation_of_duties', `${run.agentId} acts on behalf of you: somebody else must let this through.`);
  if (kase.entitled || mayTakeOver(run, context)) return null;
  return refuse(
    'not_entitled',
    'You have control, but the control does not name you: give back without letting the step through.',
  );
};

export const returnControl = (
  run: Run,
  kase: Case,
  command: ReturnCommand,
  context: Context,
): Decided<{ caseId: string }> => {
  const unknown = unknownSteps(command, context);
  if (unknown.length > 0)
    return refuse('unknown_step', `${unknown.join(', ')}: not a step of ${context.control.control.name}.`);
  if (command.unchanged && saysMore(command))
    return refuse(
      'invalid_request',
      'Giving back unchanged says nothing else: leave out the rest, or do not give back unchanged.',
    );
  const refused =
    command.allowOnce.length > 0 || command.doneByMe.length > 0 ? mayNotAllow(run, kase, command, context) : null;
  if (refused !== null) return refused;
  const doubtful = run.permits.filter((permit) => permit.status === 'inDoubt');
  if (doubtful.length > 0)
    return refuse('step_in_flight', `${doubtful.map((p) => p.step).join(', ')}: say first whether it happened.`);
  const allowed: Omit<Allowance, 'by' | 'seen' | 'letsThrough' | 'permitId'>[] = [];
  for (const asked of command.allowOnce) {
    const one = allowOf(kase, asked, context);
    if (!one.ok) return one.refused;
    allowed.push(one.allowance);
  }
  const instructions = instructionsOf(command, allowed, context);
  const events: RunEvent[] = [
    { type: 'CaseReturned', caseId: kase.caseId, instructions, seen: seenIn(kase) },
    { type: 'ControlReturned', from: run.holder, epoch: run.epoch + 1 },
  ];
  return { events, answer: { caseId: kase.caseId } };
};
