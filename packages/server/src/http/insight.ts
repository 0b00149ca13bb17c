/** Routes of insight: what keeps coming back, and what another control would have done with it. They only read. */
import { type Control, parseControl } from '@belay/control';
import { type AnswerOf, type BacktestView, iso, isoOrNull, type PatternView, problem } from '@belay/protocol';
import type { Backtest, Shown } from '../domain/insight/backtest.ts';
import { backtestSentence } from '../domain/insight/backtest-sentence.ts';
import type { Counted } from '../domain/insight/counted.ts';
import type { Load } from '../domain/insight/load.ts';
import { patternSentence } from '../domain/insight/pattern-sentence.ts';
import { leastForProposal, type Pattern } from '../domain/insight/patterns.ts';
import { leastForMore } from '../domain/insight/proposals.ts';
import type { Organisation } from '../domain/oncall/organisation.ts';
import { nameOf } from '../domain/oncall/person.ts';
import { type Counts, type Period, readPatterns, readProposals, runBacktest } from '../engine/insight.ts';
import type { PublishedControl } from '../engine/publishing.ts';
import type { Services } from '../engine/services.ts';
import { type Handlers, personOf } from './call.ts';
import { comparisonOf, refuse } from './controls.ts';
import { Refused } from './problem.ts';

const usualMs = 30 * 86_400_000;
const dangersShown = 200;

type Asked = { since?: string | undefined; until?: string | undefined };

const periodOf = ({ clock }: Services, control: string, { since, until }: Asked): Period => {
  // What started in this very millisecond is part of it.
  const end = until === undefined ? clock.now() + 1 : Date.parse(until);
  const start = since === undefined ? end - usualMs : Date.parse(since);
  if (start < end) return { control, since: start, until: end };
  const detail = `The period ends (${iso(end)}) before it begins (${iso(start)}).`;
  throw new Refused(problem('invalid_request', detail));
};

const published = async ({ queries }: Services, name: string): Promise<PublishedControl> => {
  const found = await queries.getControl(name, null);
  if (found === null) throw new Refused(problem('control_not_found', `${name} is not published.`));
  return found;
};

const foundView = ({ runs, steps, erased, cut }: Counts, { since, until }: Period) => ({
  runs,
  steps,
  erased,
  cut: isoOrNull(cut),
  since: iso(since),
  until: iso(until),
});

const named = (counted: Counted[], org: Organisation): Counted[] =>
  counted.map(({ name, count }) => ({ name: nameOf(org.people, name), count }));

const patternView = (pattern: Pattern, org: Organisation): PatternView => ({
  ...pattern,
  sentence: patternSentence(pattern),
  declined: named(pattern.declined, org),
  takenBy: named(pattern.takenBy, org),
  examples: pattern.examples.map((example) => ({ ...example, at: iso(example.at) })),
});

const shownView = ({ then, at, ...shown }: Shown) => ({ ...shown, at: iso(at), now: then });
const exampled = <T extends { example: Shown }>(one: T) => ({ ...one, example: shownView(one.example) });
const loadView = (loads: Load[], org: Organisation) =>
  loads.map((load) => ({ ...load, name: nameOf(org.people, load.personId) }));

type Shownable = { control: Control; inForce: Control | null; period: Period; counts: Counts; result: Backtest };

const backtestView = ({ control, inForce, period, counts, result }: Shownable, org: Organisation): BacktestView => {
  const { changes, dangers, notReplayable, load, before, after, same, notes } = result;
  return {
    control: control.name,
    sentence: backtestSentence(result),
    ...foundView(counts, period),
    before,
    after,
    same,
    changes: changes.map(exampled),
    dangers: dangers.slice(0, dangersShown).map(({ kind, end, ...shown }) => ({ ...shownView(shown), kind, end })),
    dangerCount: dangers.length,
    notReplayable: notReplayable.map(exampled),
    notReplayableCount: notReplayable.reduce((sum, { steps }) => sum + steps, 0),
    load: { before: loadView(load.before, org), after: loadView(load.after, org) },
    notes,
    comparison: inForce === null ? null : comparisonOf(inForce, control),
  };
};

const listProposals =
  (services: Services): Handlers<'listProposals'>['listProposals'] =>
  async (call) => {
    personOf(call);
    const inForce = await published(services, call.query.control);
    const { name, version, digest } = inForce;
    const period = periodOf(services, name, call.query);
    const { proposals, ...counts } = await readProposals(services, inForce, period);
    const org = await services.house.organisation();
    const answer: AnswerOf<'listProposals'> = {
      control: { name, version, digest },
      ...foundView(counts, period),
      least: leastForProposal,
      leastForMore,
      items: proposals.map(({ backtest: result, candidate: control, ...proposal }) => ({
        ...proposal,
        backtest: backtestView({ control, inForce: inForce.parsed, period, counts, result }, org),
      })),
    };
    return { answer };
  };

export const insightRoutes = (services: Services): Handlers<'listPatterns' | 'listProposals' | 'backtest'> => ({
  listProposals: listProposals(services),
  listPatterns: async (call) => {
    personOf(call);
    const { control } = call.query;
    await published(services, control);
    const period = periodOf(services, control, call.query);
    const { patterns, ...counts } = await readPatterns(services, period);
    const org = await services.house.organisation();
    const answer: AnswerOf<'listPatterns'> = {
      control,
      ...foundView(counts, period),
      least: leastForProposal,
      items: patterns.map((pattern) => patternView(pattern, org)),
    };
    return { answer };
  },
  backtest: async (call) => {
    personOf(call);
    const parsed = parseControl(call.body.source, call.body.file);
    if (!parsed.ok) return refuse(parsed.problems);
    const { control } = parsed;
    await published(services, control.name);
    const period = periodOf(services, control.name, call.body);
    const { result, inForce, ...counts } = await runBacktest(services, control, period);
    const org = await services.house.organisation();
    return { answer: backtestView({ control, inForce, period, counts, result }, org) };
  },
});
