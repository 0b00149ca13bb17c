/**
 * What a parsed control is, and what the gate answers. The contract between the language (parse, evaluate,
 * check, compare) and everybody who uses it. Plain data: it can be stored, compared and drawn.
 */
import type { FactView, Json, JsonObject, OutcomeKind, PacketView, Requirement, Target } from '@belay/protocol';
import type { WorkingHours } from './value/time.ts';

export type Risk = 'low' | 'high';
export type Effect = 'none' | 'reversible' | 'irreversible';

/** Types of facts and arguments. Money is in minor units of one of the listed currencies; no floats anywhere. */
export type TypeSpec =
  | { type: 'int'; min?: number; max?: number }
  | { type: 'decimal'; scale: number; min?: string; max?: string }
  | { type: 'money'; currency: string[]; min?: string; max?: string }
  | { type: 'bool' }
  | { type: 'enum'; values: string[]; open: boolean }
  | { type: 'string' }
  | { type: 'set'; of: 'string' }
  | { type: 'duration' }
  | { type: 'date' }
  | { type: 'timestamp'; zone: string; working?: WorkingHours }
  /** arguments alone: a file by its name, media type, size and digest, so that the digest of the arguments covers it */
  | { type: 'attachment' };

/** What is made of a list in a record before it is a fact. */
export type TakeSpec = {
  how: 'median' | 'count' | 'issue' | 'impact' | 'tried' | 'promises' | 'deadline';
  /** JSON pointer into each item */
  of: string;
  /** only the first so many: lists are newest first */
  last: number | null;
  /** median: times this whole number, so that it can be a threshold */
  times: number;
};

/** An argument, or a value of the subject. `label`: what people call it; absent: its name in words. */
export type ValueSpec = TypeSpec & { optional: boolean; label?: string };

export type FactSpec = TypeSpec & {
  name: string;
  /** what people call it, as in the middle of a sentence; absent: its name in words */
  label?: string;
  from: 'args' | 'agent' | 'system' | 'lookup';
  /** lookup: name of the system of record */
  source?: string;
  /** JSON pointer into the arguments, the agent's facts or the lookup's answer. Default: derived from the name. */
  at: string;
  /** lookup: `at` is a list, and this is made of it */
  take?: TakeSpec;
  optional: boolean;
  default?: Json;
};

export type StepSpec = {
  name: string;
  label?: string;
  risk: Risk;
  effect: Effect;
  offline: 'refuse' | 'allow';
  /** running it twice is harmless: no question after a crash */
  idempotent: boolean;
  arguments: Record<string, ValueSpec>;
  editable: string[];
};

/** Where somebody is told: a ladder of this control, or a target directly. */
export type LadderOrTarget = string;

export type RuleSpec = {
  id: string;
  /** steps it applies to; empty: every step */
  at: string[];
  when: string;
  unless: string | null;
  then: OutcomeKind;
  to: LadderOrTarget | null;
  by: string | null;
  instead: { text: string } | { handoff: LadderOrTarget } | null;
  because: string;
  cites: string | null;
};

/** So many people of one target. */
export type SignerGroup = { from: Target; quorum: number };

/** Who may not sign, whatever their role. `publisher`: who published the version of the control that asks. */
export type ExcludedRole = 'requester' | 'preparer' | 'initiator' | 'editor' | 'publisher';

export type ApprovalSpec = {
  name: string;
  /** every group is needed; one person counts for one of them */
  groups: SignerGroup[];
  exclude: ExcludedRole[];
  /** any: one refusal ends it; none: refusals are counted, and end it when those left cannot reach the quorum */
  veto: 'any' | 'none';
  /** a signer has it open for at least this long first */
  dwellMs: number;
  /** a signer has to open it in the inbox first */
  mustOpen: boolean;
  /** a signer has signed in within this time; absent: whenever */
  freshSignInMs?: number;
  withinMs: number;
  onExpiry: { kind: 'wait' } | { kind: 'handoff'; to: LadderOrTarget };
};

/** A sum or a number of steps over a window, counted by Belay for each value of `per`. */
export type LimitSpec = {
  id: string;
  /** steps it counts; empty: every step that has the arguments */
  at: string[];
  /** an argument, or `count` for the number of steps */
  of: string;
  /** arguments, or `agent`, `subject`, `on-behalf-of` */
  per: string[];
  windowMs: number;
  /** money: one amount for each currency that may occur; else one number */
  above: string[];
  then: 'approval' | 'handoff';
  to: LadderOrTarget | null;
  by: string | null;
  because: string | null;
  cites: string | null;
};

/** How many of the steps that continued are put before somebody afterwards: hundredths of a percent. */
export type ReviewSpec = {
  share: number;
  by: Target;
  /** after how long of silence others are asked too; left out: 7 days */
  withinMs?: number;
};

export type RungSpec = {
  tell: Target;
  via: string[];
  withinMs: number | null;
  /** `withinMs` runs only while somebody who was told is at work */
  inWorkingHours?: true;
  repeatMs: number | null;
};
export type LadderSpec = {
  name: string;
  rungs: RungSpec[];
  /** how often its rungs are gone through again before its owner is told; absent: not again */
  repeat?: number;
};

/** A finding of the check that its author looked at and left as it is. */
export type Accepted = {
  finding: string;
  /** a name that the finding's sentence quotes; null: every finding of this code */
  of: string | null;
  because: string;
};

export type Control = {
  name: string;
  about: string;
  owner: Target;
  subject: Record<string, ValueSpec>;
  facts: FactSpec[];
  steps: StepSpec[];
  rules: RuleSpec[];
  /** named conditions: parts of `when` that several rules share */
  conditions: Record<string, string>;
  /** named lists: listed(own-accounts) */
  lists: Record<string, string[]>;
  approvals: ApprovalSpec[];
  limits: LimitSpec[];
  review: ReviewSpec | null;
  ladders: LadderSpec[];
  afterClaim: { idleMs: number; then: 'next-rung' | 'remind' } | null;
  stuck: {
    idleMs: number;
    sameStep: number;
    attempts: number;
    steps: number;
    costUsd: number | null;
    /** of an agent that has sent one; absent: `idleMs` is enough */
    heartbeatMs?: number;
    /** how long an agent may work between two looks of a person */
    timeMs?: number;
    /** how long systems outside may fail before a person is told; absent: an hour */
    outageMs?: number;
  };
  priority: { when: string; add: number; because: string }[];
  packet: {
    title: string;
    sections: { name: string; show: string[] | 'rules' | 'unmet' }[];
    /** what is unusual for this beneficiary or customer */
    exceptional?: { when: string; because: string }[];
    onYes?: string;
    onNo?: string;
    /** percent of what the packet asks for; below it nobody can approve */
    least?: number;
  };
  channels: Record<string, string>;
  /** fact problems on low-risk steps: what a failed lookup does there */
  onLookupFailure: 'handoff' | 'continue';
  /** absent when there is none */
  accepts?: Accepted[];
};

/** A problem in a control's text: says where, what, and how to mend it. */
export type ControlProblem = {
  code: string;
  severity: 'error' | 'warning';
  file: string;
  line: number;
  column: number;
  message: string;
  remedy: string;
};

export type ParseResult =
  | { ok: true; control: Control; problems: ControlProblem[] }
  | { ok: false; problems: ControlProblem[] };

/** A fetched record, or why there is none. `absent`: the system answered that it has no record of this. By source name. */
export type Looked = Record<string, { ok: true; value: Json } | { ok: false; problem: string; absent?: boolean }>;

export type GateInput = {
  step: string;
  arguments: JsonObject;
  /** claimed by the agent */
  agent: JsonObject;
  /** counted by Belay: attempts, steps, costUsd ... */
  system: JsonObject;
  looked: Looked;
};

/** What a step was decided on besides its arguments: facts by the names that the control declares, and its lookups. */
export type RecordedFacts = {
  facts: JsonObject;
  /** true: the system of record answered */
  sources: Record<string, true | { problem: string; absent: boolean }>;
};

/** What a limit counts at one step: `amount` in minor units, or why it cannot be counted. */
export type Counted = {
  limit: LimitSpec;
  /** names the counter: the values of `per`, and the currency */
  of: string[];
  amount: number;
  /** the most that may have come together, in the same unit */
  most: number;
  problem: string | null;
};

/** What the rules say about one step with these arguments and facts. Strictest first; nothing is lost. */
export type Verdict = {
  outcome: OutcomeKind;
  /** rule that decided; null: the house decided (outside policy, bad fact, unknown step, low risk) */
  decidedBy: string | null;
  because: string;
  requirements: Requirement[];
  /** every rule that fired, in file order */
  fired: string[];
  /** facts the fired and deciding rules read, with origin; on a bad fact, the bad ones first */
  facts: FactView[];
  /** why the house decided */
  house: 'outsidePolicy' | 'badFact' | 'unknownStep' | 'lowRisk' | null;
  priority: number;
  priorityBecause: string[];
};

/** A compiled control: the gate's rules, ready to decide. Pure and reusable; never throws on any input. */
export type CompiledControl = {
  readonly control: Control;
  decide(input: GateInput): Verdict;
  /** sources that have to be asked before `step` can be decided, with the JSON pointers read from each */
  lookupsFor(step: string): { source: string; pointers: string[] }[];
  /** facts that the rules of `step` read, arguments left out */
  factsAt(step: string): FactSpec[];
  /** what has to be kept of the input, so that the step can be decided again */
  record(input: GateInput): RecordedFacts;
  /** what the limits count when this step is let through with these arguments */
  countedAt(step: string, args: JsonObject, who: { agent: string; subject: string; onBehalfOf: string }): Counted[];
  /** what a limit says when `total` (with this step) is more than it allows */
  overLimit(counted: Counted, total: number): { requirement: Requirement; fact: FactView };
  /** text with {fact} and {args.x} filled in for a reader; a missing one is shown as "unknown" */
  fill(text: string, input: GateInput): string;
  packet(input: GateInput, verdict: Verdict): PacketView;
  /** what is wrong with the arguments; `byArgument`: the same by name, empty when some of it is about none of them */
  checkArguments(
    step: string,
    args: JsonObject,
  ): { ok: true } | { ok: false; problems: string[]; byArgument: Record<string, string> };
  /** what is wrong with the subject of a run; a control that declares none takes any */
  checkSubject(subject: JsonObject): string[];
};
