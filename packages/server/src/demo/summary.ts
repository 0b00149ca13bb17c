/** What came of it, counted from the evidence, the health route and the systems outside: measured, not claimed. */
import type { AnswerOf } from '@belay/protocol';
import type { Api } from '../cli/api.ts';
import type { Outside } from './outside.ts';

export type Summary = {
  ok: boolean;
  /** what is off, one sentence each */
  problems: string[];
  continue: number;
  approval: number;
  handoff: number;
  forbid: number;
  takeovers: number;
  returns: number;
  effectsCarriedOut: number;
  effectsCarriedOutTwice: number;
  refusedWithoutPermit: number;
  runs: number;
  runsFinished: number;
  runsWithoutNextStep: number;
  durationMs: number;
};

type Run = AnswerOf<'getRun'>;
type Entry = AnswerOf<'runEntries'>['items'][number];

const pageSize = 200;

export const allRuns = async (api: Api): Promise<Run[]> => {
  const runs: Run[] = [];
  let cursor: string | null = null;
  do {
    const page: AnswerOf<'listRuns'> = await api.call('listRuns', {
      query: { limit: pageSize, ...(cursor === null ? {} : { cursor }) },
    });
    runs.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return runs;
};

const entriesOf = async (api: Api, runId: string): Promise<Entry[]> =>
  (await api.call('runEntries', { params: { runId }, query: { limit: 1_000 } })).items;

const carriedOutTwice = (outside: Outside): number => {
  const times = new Map<string, number>();
  for (const { step, subject } of outside.effects())
    times.set(`${step} ${subject}`, (times.get(`${step} ${subject}`) ?? 0) + 1);
  return [...times.values()].filter((count) => count > 1).length;
};

export const summarise = async (
  api: Api,
  outside: Outside,
  durationMs: number,
): Promise<Omit<Summary, 'ok' | 'problems'>> => {
  const runs = await allRuns(api);
  const entries = (await Promise.all(runs.map(({ runId }) => entriesOf(api, runId)))).flat();
  const decided = (outcome: string): number =>
    entries.filter(({ type, event }) => type === 'StepGated' && event.outcome === outcome).length;
  const happened = (type: string): number => entries.filter((entry) => entry.type === type).length;
  const { stranded } = await api.call('health', {});
  const unarmed = runs.filter(({ status, nextDueAt }) => status !== 'finished' && nextDueAt === null).length;
  return {
    continue: decided('continue'),
    approval: decided('approval'),
    handoff: decided('handoff'),
    forbid: decided('forbid'),
    takeovers: happened('CaseClaimed'),
    returns: happened('CaseReturned'),
    effectsCarriedOut: outside.effects().length,
    effectsCarriedOutTwice: carriedOutTwice(outside),
    refusedWithoutPermit: outside.refused(),
    runs: runs.length,
    runsFinished: runs.filter(({ status }) => status === 'finished').length,
    runsWithoutNextStep: Math.max(unarmed, stranded),
    durationMs: Math.round(durationMs),
  };
};

export const summaryText = (summary: Omit<Summary, 'ok' | 'problems'>): string =>
  [
    `${summary.runsFinished} of ${summary.runs} runs finished.`,
    `Gate: ${summary.continue} continued, ${summary.approval} needed a sign-off, ${summary.handoff} were handed off, ${summary.forbid} forbidden.`,
    `People: ${summary.takeovers} takeovers, ${summary.returns} returns.`,
    `Effects: ${summary.effectsCarriedOut} carried out, ${summary.effectsCarriedOutTwice} twice, ${summary.refusedWithoutPermit} refused for want of a permit.`,
    `Runs without an armed next step: ${summary.runsWithoutNextStep}.`,
    '',
  ].join('\n');
