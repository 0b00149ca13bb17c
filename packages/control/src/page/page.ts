/**
 * A control as one page that replaces the policy document: what the agent may do alone, who signs, who takes over, how
 * long it takes until a person hears of it, what is kept, and which policy it comes from. Every sentence is made from
 * the control itself; how it looks is decided at the edges.
 */
import { labelOf, type OutcomeKind, sayName } from '@belay/protocol';
import { reviewWithinMsOf } from '../defaults.ts';
import { analyse } from '../expression/condition.ts';
import { scopeOf } from '../expression/scope.ts';
import type { ApprovalSpec, Control, FactSpec, LimitSpec, RuleSpec, StepSpec } from '../model.ts';
import {
  sayArgument,
  sayDuration,
  sayEffect,
  sayList,
  sayOrigin,
  saySignOff,
  sayStep,
  sayTarget,
  sayType,
} from '../words/names.ts';
import { type Phrase, phraseOf } from '../words/phrase.ts';
import { type Graph, pageGraph } from './graph.ts';
import { type PageLadder, type PageWait, pageLadder, pageWaits } from './waits.ts';

export type PageClause = {
  rule: string;
  outcome: OutcomeKind;
  when: Phrase;
  except: Phrase | null;
  then: string;
  because: string;
  cites: string | null;
};

export type PageStep = {
  name: string;
  title: string;
  risk: StepSpec['risk'];
  /** "high risk, cannot be undone" */
  about: string;
  arguments: string[];
  editable: string[];
  /** strictest first */
  clauses: PageClause[];
  otherwise: string;
};

export type PageSignOff = { name: string; title: string; who: string; silence: string };

/** Plain data; sentences are complete, names are in words. */
export type ControlPage = {
  control: string;
  title: string;
  about: string;
  owner: string;
  operatingRule: string[];
  graph: Graph;
  steps: PageStep[];
  /** what named conditions mean */
  terms: { name: string; means: Phrase }[];
  signOffs: PageSignOff[];
  /** what is counted over time, and what is looked at afterwards */
  limits: string[];
  takeover: string[];
  ladders: PageLadder[];
  waits: PageWait[];
  facts: { name: string; type: string; origin: string; claimed: boolean }[];
  evidence: string[];
  /** findings of the check that the control accepts, with the reason */
  accepted: string[];
  citations: { text: string; rules: string[] }[];
};

/** A sentence with its gaps named: "{amount} is above the {EUR 500.00}" is "‹amount› is above the EUR 500.00". */
const withGaps = (control: Control, text: string): string =>
  text.replace(/\{([^{}]*)\}/g, (_, gap: string) => {
    const name = gap.trim();
    if (/^[A-Z]{3} /.test(gap)) return gap;
    if (name.startsWith('args.')) return `‹${sayArgument(control, name.slice('args.'.length))}›`;
    return `‹${labelOf(control.facts.find((fact) => fact.name === name) ?? { name })}›`;
  });

/** A named condition stays a name, and is explained once: it is read as if it were a fact that is yes or no. */
const phraseIn = (control: Control, steps: readonly string[], text: string): Phrase | null => {
  const terms = Object.keys(control.conditions);
  const named = terms.map((name): FactSpec => ({ name, from: 'system', at: '', type: 'bool', optional: false }));
  const scope = scopeOf({ ...control, facts: [...control.facts, ...named], conditions: {} }, steps);
  const { ir } = analyse(text, scope);
  return ir === null ? null : phraseOf(ir, { lists: control.lists, terms });
};

const rulePhrase = (control: Control, { at }: RuleSpec, text: string): Phrase =>
  phraseIn(control, at, text) ?? { say: text };

const termsOf = (control: Control): ControlPage['terms'] =>
  Object.entries(control.conditions).map(([name, text]) => {
    const found = control.steps.map((step) => phraseIn(control, [step.name], text)).find((phrase) => phrase !== null);
    return { name: sayName(name), means: found ?? { say: text } };
  });

const firstOn = (control: Control, to: string): string => {
  const first = control.ladders.find(({ name }) => name === to)?.rungs[0];
  return first === undefined ? sayTarget(to) : `${sayTarget(first.tell)}, the first on the ladder ${sayName(to)}`;
};

const signersOf = ({ groups }: ApprovalSpec): string =>
  sayList(
    groups.map(({ quorum, from }) =>
      from.startsWith('person:') ? sayTarget(from) : `${quorum === 1 ? 'one' : quorum} of ${sayTarget(from)}`,
    ),
  );

const thenOf = (control: Control, { then, to, by, instead }: RuleSpec): string => {
  if (then === 'continue') return 'The agent goes on alone.';
  if (then === 'handoff') return `A person takes over: ${firstOn(control, to ?? control.owner)}.`;
  if (then === 'approval') {
    const approval = control.approvals.find(({ name }) => name === by);
    return `It waits for ${saySignOff(by ?? '')}${approval === undefined ? '' : `: ${signersOf(approval)}`}.`;
  }
  if (instead === null) return 'It is refused.';
  if ('text' in instead)
    return `It is refused, and the agent is told what to do instead: ${withGaps(control, instead.text)}`;
  return `It is refused, and a person takes over: ${firstOn(control, instead.handoff)}.`;
};

const order: OutcomeKind[] = ['handoff', 'forbid', 'approval', 'continue'];

const clausesAt = (control: Control, step: StepSpec): PageClause[] =>
  control.rules
    .filter(({ at }) => at.length === 0 || at.includes(step.name))
    .map((rule) => ({
      rule: rule.id,
      outcome: rule.then,
      when: rulePhrase(control, rule, rule.when),
      except: rule.unless === null ? null : rulePhrase(control, rule, rule.unless),
      then: thenOf(control, rule),
      because: withGaps(control, rule.because),
      cites: rule.cites,
    }))
    .sort((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome));

const otherwise = ({ owner }: Control, { risk }: StepSpec, clauses: PageClause[]): string => {
  if (risk === 'high') return `Every other case is handed to ${sayTarget(owner)}, as outside of the policy.`;
  return clauses.length === 0 ? 'The agent does this alone.' : 'In every other case the agent goes on alone.';
};

const pageStep = (control: Control, step: StepSpec): PageStep => {
  const clauses = clausesAt(control, step);
  return {
    name: step.name,
    title: labelOf(step),
    risk: step.risk,
    about: `${step.risk} risk, ${sayEffect[step.effect]}`,
    arguments: Object.entries(step.arguments).map(
      ([name, spec]) =>
        `${labelOf({ name, label: spec.label })} (${sayType(spec)}${spec.optional ? ', may be left out' : ''})`,
    ),
    editable: step.editable.map((name) => sayArgument({ steps: [step] }, name)),
    clauses,
    otherwise: otherwise(control, step, clauses),
  };
};

const operatingRule = ({ steps, owner }: Control): string[] => {
  const titles = (risk: StepSpec['risk']) => sayList(steps.filter((s) => s.risk === risk).map(labelOf));
  const [low, high] = [titles('low'), titles('high')];
  return [
    ...(low === '' ? [] : [`The agent does this alone, unless a rule below says otherwise: ${low}.`]),
    ...(high === '' ? [] : [`This needs a rule that lets it through, and no stricter rule against it: ${high}.`]),
    'Every rule that applies counts. A person who takes over comes first, then a refusal, then a sign-off; what the others ask for stays.',
    `What cannot be judged, because a fact is missing or wrong, goes to ${sayTarget(owner)}. So does a high-risk case of which no rule speaks.`,
  ];
};

const isOne = ({ groups }: ApprovalSpec): boolean => groups.length === 1 && groups[0]?.quorum === 1;

const readFirst = ({ dwellMs, mustOpen }: ApprovalSpec): string => {
  if (dwellMs > 0) return ` Each has it open for at least ${sayDuration(dwellMs)} first.`;
  return mustOpen ? ' Each opens it in the inbox first.' : '';
};

const signedInFirst = ({ freshSignInMs }: ApprovalSpec): string =>
  freshSignInMs === undefined ? '' : ` Each has signed in within the last ${sayDuration(freshSignInMs)}.`;

/** What is counted over time, and what happens above it. */
const limitText = (control: Control, { at, of, per, windowMs, above, then, to, by }: LimitSpec): string => {
  const what = of === 'count' ? 'how often this is done' : `the sum of ${sayArgument(control, of)}`;
  const steps = at.length === 0 ? '' : `At ${sayList(at.map((name) => sayStep(control, name)))}: `;
  const counted = `${steps}${what}${per.length === 0 ? '' : ` for the same ${sayList(per.map((name) => sayArgument(control, name)))}`} within ${sayDuration(windowMs)}`;
  const answer =
    then === 'approval'
      ? `it waits for ${saySignOff(by ?? '')}`
      : `a person takes over: ${firstOn(control, to ?? control.owner)}`;
  return `${counted.charAt(0).toUpperCase()}${counted.slice(1)}. Above ${sayList(above, 'or')}, ${answer}.`;
};

const limitTexts = (control: Control): string[] => [
  ...control.limits.map((limit) => limitText(control, limit)),
  ...(control.review === null
    ? []
    : [
        `Of what continued, ${control.review.share / 100}% is looked at afterwards by ${sayTarget(control.review.by)}; when nobody does within ${sayDuration(reviewWithinMsOf(control.review))}, others are asked.`,
      ]),
];

const pageSignOff = (control: Control, approval: ApprovalSpec): PageSignOff => {
  const { name, exclude, withinMs, onExpiry } = approval;
  const without = exclude.length === 0 ? '' : `, and never the ${sayList(exclude, 'or')} of the same step`;
  const silence =
    onExpiry.kind === 'wait'
      ? `It waits until somebody signs or refuses, and people are told again every ${sayDuration(withinMs)}.`
      : `When it is not given within ${sayDuration(withinMs)}, a person takes over: ${firstOn(control, onExpiry.to)}.`;
  return {
    name,
    title: sayName(name),
    who: `${signersOf(approval)} ${isOne(approval) ? 'signs' : 'sign'} exactly what will be carried out${without}.${readFirst(approval)}${signedInFirst(approval)}`,
    silence,
  };
};

const takeover = ({ stuck, afterClaim, owner }: Control): string[] => {
  const cost = stuck.costUsd === null ? '' : `, or when the run has cost USD ${stuck.costUsd.toFixed(2)}`;
  const rests = afterClaim?.then === 'remind' ? 'they are reminded' : 'the next on the ladder is told';
  return [
    'Anyone entitled may take over at any time, and may stop the agent, this control or everything at once.',
    `The agent is handed to ${sayTarget(owner)} when it is silent for ${sayDuration(stuck.idleMs)}, asks for the same ${stuck.sameStep} times in a row, fails at a step ${stuck.attempts} times, takes ${stuck.steps} steps without a person${cost}.`,
    ...(afterClaim === null
      ? []
      : [`When somebody has taken over and nothing happens for ${sayDuration(afterClaim.idleMs)}, ${rests}.`]),
    'After a person has taken over, nothing new of the agent is permitted until they give control back with their instructions.',
  ];
};

const evidence = (control: Control): string[] => [
  `Each answer: the step, its exact arguments, the rules that applied with the policy they cite, and the ${control.facts.length} facts below as they were read, with where they came from.`,
  ...(control.approvals.length === 0 ? [] : ['Each sign-off: who signed what, when, and who was not allowed to.']),
  'Each takeover and return: who was told and when, who took over, what was already under way, and the instructions given.',
  'The version of this control that was in force, named by its digest. All of it can be verified without our server.',
];

const citations = ({ rules }: Control): ControlPage['citations'] => {
  const found = new Map<string, string[]>();
  for (const { id, cites } of rules) if (cites !== null) found.set(cites, [...(found.get(cites) ?? []), id]);
  return [...found].map(([text, cited]) => ({ text, rules: cited }));
};

/** The page of a control. Never throws for a control that was parsed. */
export const controlPage = (control: Control): ControlPage => {
  const ladders = control.ladders.map((ladder) => pageLadder(ladder, control.owner));
  return {
    control: control.name,
    title: sayName(control.name),
    about: control.about,
    owner: sayTarget(control.owner),
    operatingRule: operatingRule(control),
    graph: pageGraph(control),
    steps: control.steps.map((step) => pageStep(control, step)),
    terms: termsOf(control),
    signOffs: control.approvals.map((approval) => pageSignOff(control, approval)),
    limits: limitTexts(control),
    takeover: takeover(control),
    ladders,
    waits: pageWaits(control, ladders),
    facts: control.facts.map((fact) => ({
      name: labelOf(fact),
      type: sayType(fact),
      origin: sayOrigin(fact),
      claimed: fact.from === 'agent',
    })),
    evidence: evidence(control),
    accepted: (control.accepts ?? []).map(
      ({ finding, of, because }) => `${sayName(finding)}${of === null ? '' : ` of ${sayName(of)}`}: ${because}`,
    ),
    citations: citations(control),
  };
};
