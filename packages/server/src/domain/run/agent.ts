/** What the agent that holds a run may do besides asking the gate: attach, redeem, report, acknowledge, ask, finish. */
import { type Looked, sayStep } from '@belay/control';
import { digestOf, type Json, upper } from '@belay/protocol';
import { endPermit } from '../approval/still-valid.ts';
import { handOff, wordsFit } from '../case/open.ts';
import { apply, type Context, type Decided, refuse } from '../decided.ts';
import type { RunEvent } from './events.ts';
import { fence, unread } from './fence.ts';
import { putInDoubt } from './in-doubt.ts';
import { isHeld, redeemed, voidGranted } from './permit.ts';
import { ruledOut } from './redemption.ts';
import type { Permit, Run } from './run.ts';
import { sampled } from './sample.ts';

export type ReportedResult =
  | { status: 'done'; value: Json }
  /** `outside`: a system outside failed, not the step */
  | { status: 'failed'; error: string; outside?: boolean | undefined }
  | { status: 'unknown'; error: string };

export type AgentCommand =
  | { type: 'attach' }
  | { type: 'redeem'; epoch: number; permitId: string; looked: Looked }
  | { type: 'report'; epoch: number; key: string; result: ReportedResult; digest?: string | undefined }
  | { type: 'heartbeat'; epoch: number; costUsd: number; tokens: number; progress: string | null }
  | { type: 'escalate'; epoch: number; question: string; options: string[]; key: string }
  | { type: 'acknowledge'; epoch: number; digest: string }
  | { type: 'finish'; epoch: number; outcome: Json };

export type AgentAnswer = { permitId?: string; caseId?: string; late?: boolean };
type Decide<T extends AgentCommand['type']> = (
  run: Run,
  command: Extract<AgentCommand, { type: T }>,
  context: Context,
) => Decided<AgentAnswer>;

const attach: Decide<'attach'> = (run, _command, context) => {
  if (run.finishedAt !== null) return refuse('run_finished', `Run ${run.runId} is finished.`);
  if (run.holder.kind === 'person') {
    const refused = fence(run, -1, 'attach', context);
    if (refused !== null) return refused;
  }
  const events: RunEvent[] = [
    ...voidGranted(run, 'another process attached'),
    { type: 'AgentAttached', epoch: run.epoch + 1 },
  ];
  return { events, answer: {} };
};

const redeem: Decide<'redeem'> = (run, { epoch, permitId, looked }, context) => {
  const stopped = fence(run, epoch, 'redeem', context) ?? unread(run, 'redeem', null);
  if (stopped !== null) return stopped;
  const permit = run.permits.find((p) => p.permitId === permitId);
  if (permit === undefined) return refuse('permit_unknown', `Permit ${permitId} is not a live permit of this run.`);
  if (permit.status !== 'granted') return refuse('permit_not_redeemable', `Permit ${permitId} is ${permit.status}.`);
  if (permit.epoch !== run.epoch) return refuse('permit_not_redeemable', `Permit ${permitId} is of an earlier epoch.`);
  if (context.now >= permit.expiresAt)
    return refuse('permit_not_redeemable', `Permit ${permitId} expired.`, [{ type: 'PermitExpired', permitId }]);
  const ended = endPermit(run, permit, context);
  if (ended.length > 0)
    return refuse('permit_not_redeemable', `Permit ${permitId} rests on a signature that no longer counts.`, ended);
  if (isHeld(run, permit, context))
    return refuse('permit_not_redeemable', 'A person is asked about this run: high-risk steps wait.');
  const changed = ruledOut(run, permit, looked, context);
  if (changed !== null)
    return refuse('permit_not_redeemable', `The rules decide otherwise now: ${changed}`, [
      { type: 'PermitVoided', permitId, because: `the rules decide otherwise now: ${changed}` },
    ]);
  return { events: redeemed(permit, permit.attempt), answer: { permitId } };
};

const reportJson = (result: ReportedResult): Json =>
  result.status === 'done' ? { status: 'done', value: result.value } : { status: result.status, error: result.error };

const settle = (run: Run, permit: Permit, result: ReportedResult, context: Context): RunEvent[] => {
  if (result.status === 'unknown') return putInDoubt(run, permit, context);
  const value = result.status === 'done' ? result.value : { error: result.error };
  const outside = result.status === 'failed' && result.outside === true ? { outside: true as const } : {};
  return [
    {
      type: 'PermitReported',
      permitId: permit.permitId,
      digest: permit.digest,
      status: result.status,
      result: value,
      ...outside,
    },
    ...(result.status === 'done' ? sampled(permit, context) : []),
  ];
};

/** A report about a step that is over: kept once. When a person said the opposite, another person is asked. */
const reportSettled = (
  run: Run,
  key: string,
  result: ReportedResult,
  stale: boolean,
  context: Context,
): Decided<AgentAnswer> => {
  const settled = run.settledRecently.find((s) => s.key === key);
  if (settled === undefined) return refuse('permit_unknown', `No step with key ${key} is under way in this run.`);
  const { permitId } = settled;
  if (settled.late || (!stale && (settled.said === null || settled.said === result.status)))
    return { events: [], answer: { permitId, late: stale } };
  const contradicts = settled.said === 'notDone' && result.status === 'done';
  const kept: RunEvent = { type: 'LateReportKept', permitId, report: reportJson(result), contradicts };
  if (!contradicts || run.finishedAt !== null) return { events: [kept], answer: { permitId, late: true } };
  const because = `A person said that a step did not happen, and ${run.agentId} reports that it did: ${key}.`;
  const reason = { kind: 'inDoubt' as const, because, rule: null, cites: null, step: null, key };
  const asked = handOff(apply(run, [kept], context), { reason, to: null, step: null }, context);
  return { events: [kept, ...asked], answer: { permitId, late: true } };
};

const sameReport = (before: Json, now: Json): boolean => before !== null && digestOf(before) === digestOf(now);

/** Something else was carried out than was let through: what the agent says of it settles nothing. */
const reportedOtherwise = (run: Run, permit: Permit, digest: string, context: Context): Decided<AgentAnswer> => {
  const because = `${upper(sayStep(context.control.control, permit.step))} was carried out with other arguments than let through: ${digest}, not ${permit.digest}.`;
  return refuse('reported_otherwise', because, putInDoubt(run, permit, context, because));
};

const report: Decide<'report'> = (run, { epoch, key, result, digest }, context) => {
  const permit = run.permits.find((p) => p.key === key);
  const stale = fence(run, epoch, 'report', context) !== null;
  if (permit === undefined) return reportSettled(run, key, result, stale, context);
  const { permitId } = permit;
  if (stale) {
    const said = reportJson(result);
    const kept: RunEvent = { type: 'LateReportKept', permitId, report: said, contradicts: false };
    return { events: sameReport(permit.lateReport, said) ? [] : [kept], answer: { permitId, late: true } };
  }
  if (permit.status === 'granted')
    return refuse('permit_not_redeemable', `${permit.step} was not redeemed, so it cannot have been carried out.`);
  if (digest !== undefined && digest !== permit.digest) return reportedOtherwise(run, permit, digest, context);
  return { events: settle(run, permit, result, context), answer: { permitId, late: false } };
};

/** A sign of life is written down when it says something, or when silence would soon be suspected. */
const heartbeat: Decide<'heartbeat'> = (run, { epoch, costUsd, tokens, progress }, context) => {
  const stopped = fence(run, epoch, 'heartbeat', context);
  if (stopped !== null) return stopped;
  const { idleMs, heartbeatMs } = context.control.control.stuck;
  const first = heartbeatMs !== undefined && run.beats !== true;
  const quiet = context.now - run.lastHeardAt >= Math.min(idleMs, heartbeatMs ?? idleMs) / 4;
  const worthIt = costUsd > 0 || tokens > 0 || progress !== null || first || quiet;
  return { events: worthIt ? [{ type: 'AgentReported', costUsd, tokens, progress }] : [], answer: {} };
};

const escalate: Decide<'escalate'> = (run, { epoch, question, options, key }, context) => {
  const stopped = fence(run, epoch, 'escalate', context) ?? unread(run, 'escalate', null);
  if (stopped !== null) return stopped;
  const because = `${run.agentId} asks for a person.`;
  const words = options.length === 0 ? question : `${question}\n${options.map((option) => `- ${option}`).join('\n')}`;
  const reason = { kind: 'asked' as const, because, rule: null, cites: null, step: null, key };
  const known = run.case?.reasons.some((one) => one.kind === 'asked' && one.key === key) === true;
  const events = handOff(run, { reason, to: null, step: null, agentWords: words }, context);
  if (!known && (events.length === 0 || !wordsFit(run, words)))
    return refuse('invalid_request', 'A person is asked so much already: wait until they have answered.');
  return { events, answer: { caseId: apply(run, events, context).case?.caseId ?? '' } };
};

const acknowledge: Decide<'acknowledge'> = (run, { epoch, digest }, context) => {
  const stopped = fence(run, epoch, 'acknowledge', context);
  if (stopped !== null) return stopped;
  if (run.instructions === null || run.instructions.digest !== digest)
    return refuse('instructions_changed', `The current instructions are ${run.instructions?.digest ?? 'none'}.`);
  return { events: run.acknowledged ? [] : [{ type: 'InstructionsAcknowledged', digest }], answer: {} };
};

const finish: Decide<'finish'> = (run, { epoch, outcome }, context) => {
  if (run.finishedAt !== null && epoch === run.epoch) return { events: [], answer: {} };
  const stopped = fence(run, epoch, 'finish', context) ?? unread(run, 'finish', null);
  if (stopped !== null) return stopped;
  if (run.case !== null)
    return refuse(
      'fenced',
      'A person is asked about this run: it ends when they are done, or after they give it back.',
    );
  const open = run.permits.filter((p) => p.status === 'redeemed' || p.status === 'inDoubt');
  if (open.length > 0) return refuse('step_in_flight', `${open.map((p) => p.step).join(', ')}: not reported.`);
  const ended = run.approvals
    .filter((a) => a.status === 'waiting' || a.status === 'approved')
    .map((a): RunEvent => ({ type: 'ApprovalVoided', approvalId: a.approvalId, because: 'the run finished' }));
  return { events: [...voidGranted(run, 'the run finished'), ...ended, { type: 'RunFinished', outcome }], answer: {} };
};

const deciders: { [T in AgentCommand['type']]: Decide<T> } = {
  attach,
  redeem,
  report,
  heartbeat,
  escalate,
  acknowledge,
  finish,
};

export const decideAgent = (run: Run, command: AgentCommand, context: Context): Decided<AgentAnswer> =>
  (deciders[command.type] as (run: Run, command: AgentCommand, context: Context) => Decided<AgentAnswer>)(
    run,
    command,
    context,
  );
