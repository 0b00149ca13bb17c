/**
 * The gate: may this step be carried out with these arguments, now, by whoever holds the run?
 * Requirements of all fired rules accumulate; what people have already given (a sign-off, "allow once") is taken off;
 * the strictest of what is left decides. Every answer carries its reasons.
 */
import { type GateInput, type StepSpec, sayStep, type Verdict } from '@belay/control';
import type { JsonObject, OutcomeKind, Requirement } from '@belay/protocol';
import { incompleteRequirement } from '../approval/incomplete.ts';
import { endInvalidApprovals } from '../approval/still-valid.ts';
import { apply, type Context, type Decided, refuse } from '../decided.ts';
import type { RunEvent } from './events.ts';
import { fence, unread } from './fence.ts';
import { effective, type GateCommand, type GateDecision, handoffName, type Said, systemFacts } from './gate-command.ts';
import { outcomes } from './gate-outcomes.ts';
import { knownKey } from './known-key.ts';
import { readLimits } from './limits.ts';
import { superseded } from './permit.ts';
import type { Allowance, Run } from './run.ts';
import { stuckRequirement } from './stuck.ts';
import { undeclaredRequirement } from './undeclared.ts';

const none = { rule: null, cites: null, to: null, by: null, instead: null };
const strictness: OutcomeKind[] = ['handoff', 'forbid', 'approval', 'continue'];

const nameOf = (context: Context, personId: string): string =>
  context.org.people.find((person) => person.personId === personId)?.name ?? personId;

/** What the person who gave control back asked for, on top of the rules. */
const restrictions = (run: Run, step: string, context: Context): Requirement[] => [
  ...run.prohibited
    .filter((p) => p.step === step)
    .map(
      ({ by }): Requirement => ({
        ...none,
        kind: 'forbid',
        because: `${nameOf(context, by)} prohibited “${sayStep(context.control.control, step)}” when giving control back.`,
        instead: 'Go on without it, or ask for a person.',
      }),
    ),
  ...run.approvalRequired
    .filter((a) => a.step === step)
    .map(
      ({ by }): Requirement => ({
        ...none,
        kind: 'approval',
        because: `${nameOf(context, by)} asked for a sign-off on “${sayStep(context.control.control, step)}”.`,
        by: `person:${by}`,
      }),
    ),
];

/** Refusals in force, here and in other runs: exactly these arguments are not asked for again until somebody gives in. */
const refusals = (run: Run, command: GateCommand, digest: string, context: Context): Requirement[] =>
  [...run.rejections.filter((r) => r.step === command.step && r.digest === digest), ...command.refusedElsewhere].map(
    ({ by, because }): Requirement => ({
      ...none,
      kind: 'forbid',
      because: `${nameOf(context, by)} refused exactly these arguments: ${because}`,
      instead: 'Change what was refused, or ask for a person.',
    }),
  );

/**
 * "Allow once" answers the handoffs the person saw; for arguments they edited themselves, what the rules say of those.
 * It never answers a fact that nobody could judge: then the rules that ask for a signature could not speak either.
 */
const isAnswered = (requirement: Requirement, allowance: Allowance | null, house: Verdict['house']): boolean => {
  if (allowance === null || !allowance.letsThrough) return false;
  if (requirement.rule === null) return house !== 'badFact' && allowance.seen.includes(handoffName(requirement));
  return allowance.edited || allowance.seen.includes(handoffName(requirement));
};

type Given = { run: Run; step: string; digest: string; allowance: Allowance | null; house: Verdict['house'] };

const stillRequired = (requirements: Requirement[], { run, step, digest, allowance, house }: Given): Requirement[] =>
  requirements.filter((requirement) => {
    if (requirement.kind === 'handoff') return !isAnswered(requirement, allowance, house);
    if (requirement.kind !== 'approval') return true;
    return !run.approvals.some(
      (a) =>
        a.status === 'approved' &&
        a.name === requirement.by &&
        a.step === step &&
        a.digest === digest &&
        a.permitId === null,
    );
  });

const unknownSpec = (name: string): StepSpec => ({
  name,
  risk: 'high',
  effect: 'irreversible',
  offline: 'refuse',
  idempotent: false,
  arguments: {},
  editable: [],
});

/** Why it continues: by rule, or by the person who let it through or changed it. */
const letThrough = (allowance: Allowance | null, because: string, context: Context): string => {
  if (allowance === null) return because;
  const verb = allowance.letsThrough ? 'allowed this once' : 'changed the arguments';
  return `${nameOf(context, allowance.by)} ${verb}.`;
};

/** Everything that is asked of this step: by the rules, the limits, people, and because the agent does not get on. */
const askedOf = (run: Run, command: GateCommand, ended: Ended, given: Asking, context: Context) => {
  const { input, digest, allowance, verdict } = given;
  const limitsOf = (changed: JsonObject) => readLimits(context.control, ended.before, ended.events, command, changed);
  const limits = limitsOf(input.arguments);
  const stuck = stuckRequirement(run, command, context);
  const refused = allowance?.letsThrough ? [] : refusals(run, command, digest, context);
  const restricted = restrictions(run, command.step, context);
  const undeclared = undeclaredRequirement(input, verdict, context);
  return {
    limits,
    limitsOf,
    stuck,
    asked: [...verdict.requirements, ...limits.requirements, ...restricted, ...undeclared, ...refused, ...stuck],
  };
};

type Ended = { before: Run; events: RunEvent[] };
type Asking = { input: GateInput; digest: string; allowance: Allowance | null; verdict: Verdict };

/** The decision by the rules, what people have given so far, and what is left. */
const decideAfresh = (run: Run, command: GateCommand, ended: Ended, context: Context): Decided<GateDecision> => {
  const spec = context.control.control.steps.find((s) => s.name === command.step) ?? unknownSpec(command.step);
  const allowance = effective(run, command.step, command.digest);
  const digest = allowance?.effectiveDigest ?? command.digest;
  if (allowance !== null && allowance.permitId !== null)
    return refuse('key_reused', `${command.step} was allowed once, and another call is using that now.`);
  const args = allowance?.arguments ?? command.arguments;
  const input: GateInput = {
    step: command.step,
    arguments: args,
    agent: command.facts,
    system: systemFacts(run, command.step, command.digest, context.now),
    looked: command.looked,
  };
  const decidedByRules = context.control.decide(input);
  const {
    limits,
    limitsOf,
    stuck,
    asked: wanted,
  } = askedOf(run, command, ended, { input, digest, allowance, verdict: decidedByRules }, context);
  const verdict =
    limits.facts.length === 0
      ? decidedByRules
      : { ...decidedByRules, facts: [...decidedByRules.facts, ...limits.facts] };
  const given = { run, step: command.step, digest, allowance, house: verdict.house };
  const open = stillRequired(wanted, given);
  const incomplete = incompleteRequirement(open, input, verdict, context);
  const [asked, required] = [wanted.concat(incomplete), open.concat(incomplete)];
  const outcome = strictness.find((kind) => required.some((r) => r.kind === kind)) ?? 'continue';
  const because = required.find((r) => r.kind === outcome)?.because ?? letThrough(allowance, verdict.because, context);
  const gated: RunEvent = {
    type: 'StepGated',
    step: command.step,
    key: command.key,
    digest,
    arguments: args,
    outcome,
    because,
    decidedBy: verdict.decidedBy,
    house: verdict.house,
    fired: verdict.fired,
    requirements: asked,
    facts: verdict.facts,
    read: context.control.record(input),
  };
  const said: Said = { step: command.step, key: command.key, digest, because, requirements: asked };
  const decided = outcomes[outcome](
    { command, run, spec, allowance, input, verdict, stuck, incomplete, required, said, limits, limitsOf },
    context,
  );
  if (decided.refused !== undefined) return decided;
  // Asking again while people decide is waiting: it is not a step, and it leaves no entry.
  const { repeat } = run;
  const waiting = repeat.key === command.key && repeat.step === command.step && repeat.digest === digest;
  const owed = run.owed?.step === command.step;
  if (waiting && !owed && decided.events.length === 0 && outcome !== 'forbid') return decided;
  return { events: [gated, ...decided.events], answer: decided.answer };
};

/** Decides one gate call. Refused when fenced or when the instructions are unread; else always an answer. */
export const gate = (run: Run, command: GateCommand, context: Context): Decided<GateDecision> => {
  const stopped = fence(run, command.epoch, 'gate', context, command.step) ?? unread(run, 'gate', command.step);
  if (stopped !== null) return stopped;
  const known = knownKey(run, command, context);
  if (known !== null) return known;
  const before = superseded(run, command.key, context.now);
  const ended = [...before, ...endInvalidApprovals(apply(run, before, context), context)];
  const decided = decideAfresh(apply(run, ended, context), command, { before: run, events: ended }, context);
  return decided.refused === undefined ? { events: [...ended, ...decided.events], answer: decided.answer } : decided;
};
