/**
 * From a pattern to a change of the control's text. A proposal is never applied: it becomes a draft when a person makes
 * one of it. Less oversight is proposed only from what people always let through as it was, is told apart from more, and
 * is dropped when the backtest shows a single step that people refused or changed and that would now go through.
 */
import { type Control, parseControl, putAt, type RuleSpec, removeAt } from '@belay/control';
import { type Organisation, splitTarget } from '../oncall/organisation.ts';
import { nameOf } from '../oncall/person.ts';
import type { Backtest } from './backtest.ts';
import { type DiffLine, lineDiff } from './line-diff.ts';
import { leastForProposal } from './patterns.ts';
import type { CaseTold, RecordedStep } from './recorded.ts';
import { movable, movedIn } from './threshold.ts';

/** So many samples judged wrong suffice to ask for more oversight: what went wrong needs no crowd. */
export const leastForMore = 3;
const mostly = 0.8;

export type Direction = 'less' | 'more' | 'others';
export type Proposal = {
  /** the rule that it is about */
  rule: string;
  step: string;
  direction: Direction;
  /** what to change, and the counts that speak for it */
  sentence: string;
  /** the whole control with the change, as text and read */
  source: string;
  candidate: Control;
  diff: DiffLine[];
  backtest: Backtest;
};

export type Evidence = {
  source: string;
  control: Control;
  steps: readonly RecordedStep[];
  org: Organisation;
};

/** Not proved yet. */
export type Sketch = Omit<Proposal, 'diff' | 'backtest'>;
type Idea = Omit<Sketch, 'source' | 'candidate'> & { source: string | null };
type Ground = Evidence & { rule: RuleSpec; step: string; asked: RecordedStep[]; cases: CaseTold[] };

/** In place where the text stands there once; else the value is written anew. */
const rewrite = (text: string, path: (string | number)[], from: string, to: string): string | null => {
  const parts = text.split(from);
  return parts.length === 2 ? parts.join(to) : putAt(text, path, `'${to.replaceAll("'", "''")}'`);
};

const edits = (source: string, changes: ((text: string) => string | null)[]): string | null =>
  changes.reduce<string | null>((text, change) => (text === null ? null : change(text)), source);

/** What goes through alone and cannot be taken back is looked at afterwards, at least now and then. */
const withReview = ({ control, step }: Ground): ((text: string) => string | null)[] => {
  const spec = control.steps.find(({ name }) => name === step);
  if (spec?.effect !== 'irreversible' || control.review !== null) return [];
  return [(text) => `${text.trimEnd()}\n\nreview: { sample: 10%, of: continued, by: ${control.owner} }\n`];
};

const raised = (ground: Ground): Idea | null => {
  const { rule, control, step, asked, source } = ground;
  const moved = rule.then === 'continue' || rule.then === 'forbid' ? null : movable(rule, control, asked);
  if (moved === null || moved.steps < leastForProposal) return null;
  const applies = ({ at }: RuleSpec): boolean => at.length === 0 || at.includes(step);
  const changes = control.rules.flatMap((one, index) => {
    const when = movedIn(one.when, moved, moved.to);
    const because = one.because.replaceAll(`{${moved.literal}}`, `{${moved.to}}`);
    if (!applies(one) || when === one.when) return [];
    const texts: [string, string, string][] = [['when', one.when, when]];
    if (because !== one.because) texts.push(['because', one.because, because]);
    return texts.map(
      ([key, from, to]) =>
        (text: string) =>
          rewrite(text, ['rules', index, key], from, to),
    );
  });
  const review = withReview(ground);
  const until = moved.first === null ? '' : ` The nearest of which they made something else is at ${moved.first}.`;
  const beside = review.length === 0 ? '' : ' One in ten of what then goes through alone is looked at afterwards.';
  const sentence = `Move ${moved.fact.name} ${moved.operator} ${moved.literal} in "${rule.id}" to ${moved.to}: people let ${moved.steps} of ${moved.steps} between them through with nothing changed.${until}${beside}`;
  return { rule: rule.id, step, direction: 'less', sentence, source: edits(source, [...changes, ...review]) };
};

/** Who takes what others say is not theirs. */
const redirected = ({ rule, control, step, cases, source, org }: Ground): Idea | null => {
  const ladder = control.ladders.find(({ name }) => name === rule.to);
  const wrong = cases.filter(({ declined, claimedBy }) => declined.length > 0 && claimedBy !== null);
  if (ladder === undefined || wrong.length < leastForProposal) return null;
  const takers = [...new Set(wrong.map(({ claimedBy }) => claimedBy as string))];
  const taken = (personId: string): number => wrong.filter(({ claimedBy }) => claimedBy === personId).length;
  const [taker = ''] = takers.toSorted((a, b) => taken(b) - taken(a));
  const first = ladder.rungs[0]?.tell;
  if (taken(taker) < wrong.length * mostly || first === undefined || splitTarget(first).name === taker) return null;
  const sentence = `Tell ${nameOf(org.people, taker)} first on the ladder ${ladder.name}: of ${wrong.length} cases that somebody said were not theirs, they took ${taken(taker)}.`;
  const text = putAt(source, ['ladders', ladder.name, 0, 'tell'], `person:${taker}`);
  return { rule: rule.id, step, direction: 'others', sentence, source: text };
};

/** A first rung that never answers costs its whole time. */
const shortened = ({ rule, control, step, cases, source }: Ground): Idea | null => {
  const ladder = control.ladders.find(({ name }) => name === rule.to);
  const taken = cases.filter(({ claimedAt }) => claimedAt !== null);
  const late = taken.filter(({ rung }) => rung > 0).length;
  if (ladder === undefined || ladder.rungs.length < 2) return null;
  if (late < leastForProposal || late < taken.length * mostly) return null;
  const sentence = `Begin the ladder ${ladder.name} with its second rung: nobody of the first took ${late} of ${taken.length} cases.`;
  const text = removeAt(source, ['ladders', ladder.name, 0]);
  return { rule: rule.id, step, direction: 'others', sentence, source: text };
};

/** Samples judged wrong: somebody is asked before it continues. */
const stricter = ({ rule, control, step, asked, source }: Ground): Idea | null => {
  if (rule.then !== 'continue') return null;
  const [wrong, seen] = [
    asked.filter(({ judged }) => judged === 'wrong'),
    asked.filter(({ judged }) => judged !== null),
  ];
  if (wrong.length < leastForMore) return null;
  const index = control.rules.indexOf(rule);
  const signOff = control.rules.find(
    ({ at, then }) => then === 'approval' && (at.length === 0 || at.includes(step)),
  )?.by;
  const asks = signOff == null ? 'somebody takes it over' : `${signOff} is asked for`;
  const sentence = `Let "${rule.id}" ask before ${step} is carried out (${asks}): of ${seen.length} that were looked at afterwards ${wrong.length} were wrong.`;
  const text = edits(source, [
    (one) => putAt(one, ['rules', index, 'then'], signOff == null ? 'handoff' : 'approval'),
    ...(signOff == null ? [] : [(one: string) => putAt(one, ['rules', index, 'by'], signOff)]),
  ]);
  return { rule: rule.id, step, direction: 'more', sentence, source: text };
};

/** Whether what the backtest shows is what the proposal says it is. */
const holds = ({ direction }: Pick<Sketch, 'direction'>, { changes, dangers }: Backtest): boolean => {
  if (dangers.some(({ kind }) => kind === 'wouldGo')) return false;
  return direction === 'less' ? changes.some(({ less }) => less) : !changes.some(({ less }) => less);
};

/** What the backtest of a sketch makes of it; null: it shows something else than the sketch says. */
export const proved = (sketch: Sketch, before: string, result: Backtest): Proposal | null =>
  holds(sketch, result) ? { ...sketch, diff: lineDiff(before, sketch.source), backtest: result } : null;

const groundsOf = (evidence: Evidence): Ground[] =>
  evidence.control.rules.flatMap((rule) => {
    const asked = evidence.steps.filter(({ requirements }) => requirements.some((one) => one.rule === rule.id));
    return [...new Set(asked.map(({ step }) => step))].map((step): Ground => {
      const own = asked.filter((one) => one.step === step);
      const cases = [...new Set(own.flatMap(({ case: kase }) => (kase === null ? [] : [kase])))];
      return { ...evidence, rule, step, asked: own, cases };
    });
  });

const order: readonly Direction[] = ['more', 'others', 'less'];

/** A change that can be read as a control. */
const read = ({ source, ...idea }: Idea): Sketch[] => {
  const parsed = source === null ? null : parseControl(source);
  return source !== null && parsed?.ok === true ? [{ ...idea, source, candidate: parsed.control }] : [];
};

/** What the period speaks for, more oversight first, still to be proved. Nothing from fewer than the declared minimum. */
export const sketchesOf = (evidence: Evidence): Sketch[] =>
  groundsOf(evidence)
    .flatMap((ground) => [stricter, redirected, shortened, raised].map((propose) => propose(ground)))
    .flatMap((idea) => (idea === null ? [] : read(idea)))
    // Two rules with the same ladder speak for the same change of it.
    .filter(({ source }, index, all) => all.findIndex((one) => one.source === source) === index)
    .toSorted((a, b) => order.indexOf(a.direction) - order.indexOf(b.direction));
