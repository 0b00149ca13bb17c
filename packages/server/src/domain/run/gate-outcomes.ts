/** What follows from each outcome of the gate: a permit, a request for a sign-off, a refusal with a way on, a case. */
import { type GateInput, nearest, type StepSpec, sayStep, type Verdict } from '@belay/control';
import type { JsonObject, OutcomeKind, PacketView, ReasonKind, Requirement } from '@belay/protocol';
import { requestApproval } from '../approval/request.ts';
import { type Handoff, handOff } from '../case/open.ts';
import { apply, type Context, type Decided } from '../decided.ts';
import type { RunEvent } from './events.ts';
import type { GateCommand, GateDecision, Said } from './gate-command.ts';
import type { LimitsRead } from './limits.ts';
import { grant, redeemed } from './permit.ts';
import type { Allowance, Run } from './run.ts';

/** How often an agent may ask for a forbidden step before a person looks. */
export const forbidsBeforeCase = 3;

export type Asked = {
  command: GateCommand;
  run: Run;
  spec: StepSpec;
  allowance: Allowance | null;
  /** what the rules were asked: the arguments as they would be carried out */
  input: GateInput;
  verdict: Verdict;
  /** asked because the agent does not get on, not by the rules */
  stuck: Requirement[];
  /** asked because too little is known to sign */
  incomplete: Requirement[];
  required: Requirement[];
  said: Said;
  limits: LimitsRead;
  /** what the limits would say of other arguments */
  limitsOf: (args: JsonObject) => LimitsRead;
};

/**
 * What the person reads, with what would have needed fewer people. What people asked for holds whatever the facts are;
 * what a person let through is not looked into again.
 */
const packetOf = ({ input, verdict, said, allowance, limits, limitsOf }: Asked, { control }: Context): PacketView => {
  const packet = control.packet(input, verdict);
  if (allowance !== null) return packet;
  const byRule = new Set([...verdict.requirements, ...limits.requirements]);
  const fixed = said.requirements.filter((requirement) => !byRule.has(requirement));
  const also = (changed: GateInput) => [...fixed, ...limitsOf(changed.arguments).requirements];
  return { ...packet, nearest: nearest(control, input, { also, room: limits.room }) };
};

const reasonKindOf = ({ verdict, stuck, incomplete }: Asked, requirement: Requirement): ReasonKind => {
  if (stuck.includes(requirement)) return 'stuck';
  if (incomplete.includes(requirement)) return 'incomplete';
  const house = verdict.house === null || verdict.house === 'lowRisk' ? 'rule' : verdict.house;
  return requirement.rule === null ? house : 'rule';
};

const toHandoff = (asked: Asked, requirement: Requirement, context: Context): Handoff => {
  const { command, spec, verdict, said, input } = asked;
  const packet = packetOf(asked, context);
  return {
    reason: {
      kind: reasonKindOf(asked, requirement),
      because: requirement.because,
      rule: requirement.rule,
      cites: requirement.cites,
      step: command.step,
      key: command.key,
    },
    to: requirement.to,
    title: packet.sentence,
    packet,
    agentWords: command.words,
    priority: verdict.priority,
    priorityBecause: verdict.priorityBecause,
    step: {
      step: command.step,
      key: command.key,
      digest: said.digest,
      arguments: input.arguments,
      risk: spec.risk,
      effect: spec.effect,
      editable: spec.editable,
      facts: verdict.facts,
      requirements: said.requirements,
    },
  };
};

const decideHandoff = (asked: Asked, context: Context): Decided<GateDecision> => {
  const events: RunEvent[] = [];
  let { run } = asked;
  for (const requirement of asked.required.filter((r) => r.kind === 'handoff')) {
    const more = handOff(run, toHandoff(asked, requirement, context), context);
    events.push(...more);
    run = apply(run, more, context);
  }
  return { events, answer: { ...asked.said, kind: 'handoff', caseId: run.case?.caseId ?? '' } };
};

const decideForbid = (asked: Asked, context: Context): Decided<GateDecision> => {
  const { command, run, required, said } = asked;
  const forbids = required.filter((r) => r.kind === 'forbid');
  const instead =
    forbids
      .map((r) => r.instead)
      .filter((text) => text !== null)
      .join(' ') || null;
  if ((run.forbids[command.step] ?? 0) + 1 < forbidsBeforeCase)
    return { events: [], answer: { ...said, kind: 'forbid', instead } };
  const because = `${run.agentId} asked ${forbidsBeforeCase} times for “${sayStep(context.control.control, command.step)}”, which is forbidden: ${said.because}`;
  const handoff = toHandoff(
    asked,
    { kind: 'handoff', because, rule: null, cites: null, to: null, by: null, instead: null },
    context,
  );
  const events = handOff(run, { ...handoff, reason: { ...handoff.reason, kind: 'persistent', key: null } }, context);
  return {
    events,
    answer: { ...said, because, kind: 'handoff', caseId: apply(run, events, context).case?.caseId ?? '' },
  };
};

const decideApproval = (asked: Asked, context: Context): Decided<GateDecision> => {
  const events: RunEvent[] = [];
  const approvalIds: string[] = [];
  let { run } = asked;
  for (const requirement of asked.required.filter((r) => r.kind === 'approval')) {
    const { command, allowance, verdict, said, spec, input } = asked;
    const wanted = {
      name: requirement.by ?? '',
      step: command.step,
      key: command.key,
      digest: said.digest,
      arguments: input.arguments,
      facts: verdict.facts,
      packet: () => packetOf(asked, context),
      agentWords: command.words,
      spec,
      because: [requirement.because],
      allowance,
    };
    const request = requestApproval(run, wanted, context);
    events.push(...request.events);
    approvalIds.push(request.approvalId);
    run = apply(run, request.events, context);
  }
  return { events, answer: { ...asked.said, kind: 'pause', approvalIds } };
};

const decideContinue = (asked: Asked, context: Context): Decided<GateDecision> => {
  const { command, run, spec, allowance, said, limits } = asked;
  const { counts } = limits;
  // Held: a person is being asked about this run. Low-risk work goes on, the rest waits for them.
  if (run.case !== null && spec.risk === 'high' && !allowance?.letsThrough)
    return {
      events: [],
      answer: {
        ...said,
        because: `A person is asked about this run: ${run.case.reasons[0]?.because ?? ''}`,
        kind: 'handoff',
        caseId: run.case.caseId,
      },
    };
  const permit = grant({ command, run, spec, allowance, because: said.because, counts }, context);
  const events: RunEvent[] = [
    { type: 'PermitGranted', permit },
    ...(command.redeem ? redeemed(permit, command.attempt) : []),
  ];
  return { events, answer: { ...said, kind: 'continue', permitId: permit.permitId } };
};

export const outcomes: Record<OutcomeKind, (asked: Asked, context: Context) => Decided<GateDecision>> = {
  handoff: decideHandoff,
  forbid: decideForbid,
  approval: decideApproval,
  continue: decideContinue,
};
