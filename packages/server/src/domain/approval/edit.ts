/**
 * Edit, then approve: a signer changes editable arguments. What was asked for so far is void; the new version is asked
 * for at once, of others: whoever changed it counts as a requester of it.
 */

import { digestOf, type FactView, type JsonObject, type PacketView, type Requirement } from '@belay/protocol';
import { apply, type Context, type Decided, refuse } from '../decided.ts';
import { changedNames } from '../run/edited.ts';
import type { RunEvent } from '../run/events.ts';
import type { GateCommand } from '../run/gate-command.ts';
import { readLimits } from '../run/limits.ts';
import type { Approval, Run } from '../run/run.ts';
import { notCurrent, refuseVote } from './decide.ts';
import { tooLittleKnown } from './incomplete.ts';
import { requestApproval } from './request.ts';
import { rightFor } from './signers.ts';

export type EditCommand = {
  approvalId: string;
  revision: number;
  digest: string;
  arguments: JsonObject;
  because: string;
  /** the facts and the packet of the new version, as they were read for it */
  facts: FactView[];
  packet: PacketView;
  /** what the rules ask for with the new arguments */
  requirements: Requirement[];
  counters: GateCommand['counters'];
};

type Edited = Decided<{ approvalId: string }>;

/** Why these arguments cannot be the new version; null: they can. */
const refusedEdit = (approval: Approval, args: JsonObject, context: Context): ReturnType<typeof refuse> | null => {
  const spec = context.control.control.steps.find((step) => step.name === approval.step);
  const changed = changedNames(approval.arguments, args);
  if (changed.length === 0) return refuse('invalid_request', 'Nothing was changed: approve it as it is.');
  const fixed = changed.filter((name) => !(spec?.editable ?? []).includes(name));
  if (fixed.length > 0) {
    const allowed = spec?.editable.join(', ') || 'nothing';
    return refuse('not_editable', `${fixed.join(', ')}: only ${allowed} may be changed.`);
  }
  const checked = context.control.checkArguments(approval.step, args);
  return checked.ok ? null : refuse('invalid_request', checked.problems.join(' '));
};

const nameOf = ({ org, by }: Context): string => org.people.find(({ personId }) => personId === by.id)?.name ?? by.id;

/** Why this sign-off is needed for the new arguments: by the rules, or because a person had asked for it. */
const reasonsFor = ({ name, because }: Approval, asked: Requirement[]): string[] => {
  const own = asked.filter(({ kind, by }) => kind === 'approval' && by === name).map((one) => one.because);
  if (own.length > 0) return own;
  if (/^(person|role|oncall):/.test(name)) return because.slice(0, 1);
  return ['With these arguments no rule asks for it any more.'];
};

/** Every sign-off of the same arguments is asked for anew. */
const replaced = (run: Run, approval: Approval, command: EditCommand, digest: string, context: Context): RunEvent[] => {
  const same = run.approvals.filter(
    (one) =>
      one.step === approval.step &&
      one.digest === approval.digest &&
      (one.status === 'waiting' || one.status === 'approved'),
  );
  const spec = context.control.control.steps.find((one) => one.name === approval.step);
  if (spec === undefined) return [];
  const limits = readLimits(
    context.control,
    run,
    [],
    { step: approval.step, counters: command.counters },
    command.arguments,
  );
  const asked = [...command.requirements, ...limits.requirements];
  let state = run;
  return same.flatMap((old) => {
    const { name, step, key } = old;
    const ended: RunEvent = {
      type: 'ApprovalVoided',
      approvalId: old.approvalId,
      because: 'its arguments were edited',
    };
    const wanted = {
      name,
      step,
      key,
      digest,
      arguments: command.arguments,
      facts: command.facts,
      packet: () => command.packet,
      agentWords: old.agentWords,
      spec,
    };
    const because = [...reasonsFor(old, asked), `${nameOf(context)} changed the arguments: ${command.because}`];
    const edited = { replaces: old.approvalId, before: old.arguments, by: context.by.id };
    const { events } = requestApproval(
      state,
      { ...wanted, because, allowance: null, edited: { ...edited, exclusions: old.exclusions } },
      context,
    );
    state = apply(state, [ended, ...events], context);
    return [ended, ...events];
  });
};

export const editApproval = (run: Run, command: EditCommand, context: Context): Edited => {
  const approval = run.approvals.find((one) => one.approvalId === command.approvalId);
  if (approval === undefined) return refuse('approval_not_waiting', `Approval ${command.approvalId} has ended.`);
  const chosen = rightFor(approval, null, context);
  if (chosen.refused !== undefined) return refuseVote(approval, 'edit', chosen.refused);
  const stale = notCurrent(approval, command, context);
  if (stale !== null) return refuseVote(approval, 'edit', stale);
  const refused = refusedEdit(approval, command.arguments, context);
  if (refused !== null) return refused;
  const lacking = tooLittleKnown(command.packet);
  if (lacking !== null) return refuse('too_little_known', lacking);
  const digest = digestOf(command.arguments);
  const { approvalId, step } = approval;
  const before = run.allowances.find((one) => one.step === step && one.effectiveDigest === approval.digest);
  const edited: RunEvent = {
    type: 'ArgumentsEdited',
    approvalId,
    step,
    asked: before?.digest ?? approval.digest,
    before: approval.digest,
    digest,
    arguments: command.arguments,
    because: command.because,
  };
  const events = [edited, ...replaced(apply(run, [edited], context), approval, command, digest, context)];
  const fresh = events.find(
    (event) => event.type === 'ApprovalRequested' && event.approval.edited?.replaces === approvalId,
  );
  const id = fresh?.type === 'ApprovalRequested' ? fresh.approval.approvalId : approvalId;
  return { events, answer: { approvalId: id } };
};
