/** The sections of a control file and their keys: the grammar above the expressions, in one place. */
import { isMap, isScalar, type Node } from 'yaml';
import { acceptableCodes } from '../check/finding.ts';
import { parseDuration } from '../value/time.ts';
import {
  choice,
  duration,
  either,
  flag,
  integer,
  list,
  matching,
  object,
  oneOrMany,
  optional,
  partial,
  record,
  required,
  scalar,
  text,
} from './shape.ts';
import { factTypes, label, typeFields, typeShape } from './type-shape.ts';

export const kebab = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const factName = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;
const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;
const kebabForm = 'small letters, digits and hyphens, such as release-payment';
const nameForm = 'letters, digits and _, such as invoiceId';
const factForm = 'letters, digits and dots, such as beneficiary.ageDays';

const kebabName = (what: string) => matching(kebab, `${what}: ${kebabForm}`);
const target = matching(/^(person|role|oncall):[A-Za-z0-9][A-Za-z0-9._-]*$/, 'person:ID, role:NAME or oncall:SCHEDULE');
const expression = text('a condition, such as amount > EUR 500.00');
const sentence = text('a sentence');

const takes = ['median', 'count', 'issue', 'impact', 'tried', 'promises', 'deadline'] as const;
const pointer = /^(\/[^/]*)+$/;

const fact = object({
  from: required(choice('args', 'agent', 'system', 'lookup'), 'args, agent (claimed), system (counted) or lookup'),
  source: optional(text('the name of a system of record'), 'lookup: name of the system of record'),
  at: optional(matching(pointer, 'a JSON pointer, such as /vendor/ageDays'), 'where in the record it stands'),
  take: optional(choice(...takes), 'lookup: what is made of a list: a number, or the sentences that say it'),
  of: optional(matching(pointer, 'a JSON pointer, such as /amount'), 'take: where in each item the value stands'),
  last: optional(integer(1, 1_000), 'take: only the newest so many; the list is newest first'),
  times: optional(integer(1, 1_000), 'take median: times this whole number'),
  type: optional(choice(...factTypes), 'type of the value'),
  ...typeFields,
});

const step = object({
  label: optional(label, 'what people call it, as in the middle of a sentence; without it, its name in words'),
  risk: required(choice('low', 'high'), 'low or high'),
  effect: required(choice('none', 'reversible', 'irreversible'), 'none, reversible or irreversible'),
  offline: optional(choice('refuse', 'allow'), 'when Belay cannot be reached; allow only without an effect'),
  idempotent: optional(flag, 'running it twice is harmless'),
  arguments: optional(record(typeShape, plainName, nameForm), 'what the effect is carried out with'),
  editable: optional(oneOrMany(text('the name of an argument')), 'arguments that a person may change'),
});

const insteadShape = either(
  isScalar,
  text('what the agent may do instead'),
  object({ handoff: required(text('a ladder'), 'a ladder or a target') }),
);

const rule = object({
  id: required(kebabName('an id'), 'a name for the rule, unique in the control'),
  at: optional(oneOrMany(text('the name of a step')), 'steps it is for; without it, every step'),
  when: optional(expression, 'condition under which it fires; without it, always'),
  unless: optional(expression, 'exception: silences this rule alone'),
  then: required(choice('continue', 'approval', 'handoff', 'forbid'), 'continue, approval, handoff or forbid'),
  to: optional(text('a ladder or a target'), 'handoff: a ladder, or person:, role:, oncall:'),
  by: optional(text('the name of an approval'), 'approval: its name under `approvals`'),
  because: optional(sentence, 'the reason, for the person who reads it; {fact} is filled in'),
  instead: optional(insteadShape, 'forbid: what the agent may do, or `handoff to LADDER`'),
  cites: optional(sentence, 'the policy text it comes from'),
});

const signerGroup = object({
  from: required(target, 'who may sign: person:, role: or oncall:'),
  quorum: optional(integer(1, 20), 'how many of them have to sign'),
});

const approval = object({
  from: optional(target, 'who may sign: person:, role: or oncall:'),
  quorum: optional(integer(1, 20), 'how many have to sign'),
  groups: optional(list(signerGroup), 'instead of from: several groups, each with its quorum; every one is needed'),
  exclude: optional(
    oneOrMany(choice('requester', 'preparer', 'initiator', 'editor', 'publisher')),
    'who may not sign; publisher: who published this version',
  ),
  veto: optional(choice('any', 'none'), 'any: one refusal ends it; none: refusals are counted'),
  dwell: optional(duration, 'a signer has it open for at least this long first'),
  'must-open': optional(flag, 'a signer opens it in the inbox first'),
  'fresh-sign-in': optional(duration, 'a signer has shown who they are within this time: 10m'),
  within: optional(duration, 'how long it waits'),
  'on-expiry': optional(text('wait, or `handoff to LADDER`'), 'what silence means: wait, or `handoff to LADDER`'),
});

/** "4h working" as the time and how it is counted. Days would be read as either. */
const rungDuration = scalar(
  'a duration, such as 15m, or in hours of work: 4h working',
  { type: 'string', pattern: '^((\\d+(d|h|ms|m|s))+|(\\d+(h|m))+ working)$' },
  (text) => {
    const [, ms = '', working] = /^(\S+?)(?: (working))?$/.exec(text) ?? [];
    const withinMs = working !== undefined && /d|s/.test(ms) ? null : parseDuration(ms);
    return withinMs === null ? null : { ms: withinMs, working: working !== undefined };
  },
);
const limit = object({
  id: required(kebabName('an id'), 'a name for the limit, unique in the control'),
  at: optional(oneOrMany(text('the name of a step')), 'steps it counts; without it, every step with the arguments'),
  of: required(text('the name of an argument, or count'), 'what is added up: an argument, or `count`'),
  per: required(
    oneOrMany(text('the name of an argument, agent, subject or on-behalf-of')),
    'counted apart for each: arguments, or agent, subject, on-behalf-of',
  ),
  window: required(duration, 'over how long'),
  above: required(oneOrMany(text('an amount or a number')), 'from more than this; money: one amount for each currency'),
  then: required(choice('approval', 'handoff'), 'approval or handoff'),
  to: optional(text('a ladder or a target'), 'handoff: a ladder, or person:, role:, oncall:'),
  by: optional(text('the name of an approval'), 'approval: its name under `approvals`'),
  because: optional(sentence, 'the reason; {total}, {limit}, {window} and arguments are filled in'),
  cites: optional(sentence, 'the policy text it comes from'),
});

const review = object({
  sample: required(matching(/^\d{1,3}(\.\d{1,2})?%$/, 'a share, such as 2%'), 'how many of them'),
  of: optional(choice('continued'), 'high-risk steps that continued by rule'),
  by: required(target, 'who says afterwards whether it was right'),
  within: optional(duration, 'after how long of silence others are asked too; 7d unless it is said'),
});

const rung = object({
  tell: required(target, 'who is told: person:, role: or oncall:'),
  via: optional(oneOrMany(text('a channel')), 'channels; without it, those of the person'),
  within: optional(
    rungDuration,
    'how long until the next rung: 15m, or in working hours of those who are told: 4h working',
  ),
  repeat: optional(duration, 'last rung: how long it, the owner and the administrators have, each in turn'),
});

const afterClaim = object({
  idle: required(duration, 'how long a claimed case may rest'),
  then: required(choice('next-rung', 'remind'), 'next-rung or remind'),
});

const stuck = object({
  idle: optional(duration, 'silence of the agent'),
  'same-step': optional(integer(1), 'the same step with the same arguments, this often'),
  attempts: optional(integer(1), 'attempts at a refused step'),
  steps: optional(integer(1), 'steps in one run'),
  heartbeat: optional(duration, 'the same of an agent that has sent a sign of life'),
  time: optional(duration, 'time of work without a look of a person'),
  outage: optional(duration, 'how long systems outside may fail'),
  cost: optional(matching(/^USD \d[\d_]*(\.\d\d)?$/, 'an amount, such as USD 5.00'), 'cost of one run'),
});

const priority = object({
  when: required(expression, 'condition'),
  add: required(integer(Number.MIN_SAFE_INTEGER), 'points'),
  because: required(sentence, 'the reason'),
});

const show = either(isScalar, choice('rules', 'unmet'), list(text('the name of a fact')));
const exceptional = object({
  when: required(expression, 'condition'),
  because: required(sentence, 'what is unusual; {fact} is filled in'),
});
const percent = matching(/^(100|[1-9]?\d)%$/, 'a share, such as 80%');
const packet = object({
  title: required(sentence, 'one line; {fact} is filled in'),
  'on-yes': optional(sentence, 'what happens when it is approved; {fact} is filled in'),
  'on-no': optional(sentence, 'what happens when it is not; {fact} is filled in'),
  exceptional: optional(list(exceptional, 'a list'), 'what is unusual here'),
  complete: optional(percent, 'share of what it asks for that must be known; below it nobody can approve'),
  sections: optional(record(show, /^.{1,60}$/, 'a short title'), 'a list of facts, `rules` or `unmet`'),
});

const accepted = object({
  finding: required(choice(...acceptableCodes), 'code of a warning'),
  of: optional(
    text('a name'),
    'the rule, step or approval that the finding names; without it, each finding of the code',
  ),
  because: required(sentence, 'why it is right as it is'),
});

const repetition = object({
  repeat: required(integer(1, 9), 'last entry: how often the rungs are gone through again before the owner is told'),
});
const isRung = (node: Node | null): boolean => !isMap(node) || node.has('tell') || !node.has('repeat');

export const ladderShape = list(either(isRung, rung, repetition), 'a list of rungs');

export const controlShape = partial({
  control: required(kebabName('the name of the control'), 'its name'),
  about: required(sentence, 'what it is for, in one or two sentences'),
  owner: required(target, 'where every path ends: person:, role: or oncall:'),
  subject: optional(record(typeShape, plainName, nameForm), 'what a run is about'),
  facts: optional(record(fact, factName, factForm), 'values the rules read, with their origin'),
  lists: optional(record(oneOrMany(text('a text')), kebab, kebabForm), 'named lists, for listed(name)'),
  conditions: optional(record(expression, plainName, nameForm), 'named conditions'),
  steps: required(record(step, kebab, kebabForm), 'what the agent may do'),
  rules: optional(list(rule, 'a list of rules'), 'when … then …'),
  approvals: optional(record(approval, kebab, kebabForm), 'who signs off'),
  limits: optional(list(limit, 'a list of limits'), 'cumulative limits, counted by Belay'),
  review: optional(review, 'sampled review of what continued'),
  ladders: optional(
    record(
      either((node) => isMap(node), afterClaim, ladderShape),
      kebab,
      kebabForm,
    ),
    'who is told, and who next; `after-claim` says what happens when a claimed case rests',
  ),
  stuck: optional(stuck, 'when a run counts as stuck'),
  priority: optional(list(priority, 'a list'), 'points for the order of cases'),
  packet: optional(packet, 'what the person sees'),
  channels: optional(record(text('an address'), kebab, kebabForm), 'addresses of channels'),
  'on-lookup-failure': optional(choice('handoff', 'continue'), 'a failed lookup on a low-risk step'),
  accepts: optional(list(accepted, 'a list'), 'warnings of the check that are right as they are, each with its reason'),
});
