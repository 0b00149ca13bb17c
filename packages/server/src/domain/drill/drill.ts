/**
 * A drill: an announced takeover of a sample run by whoever is on duty, timed. It is a run like any other, under a
 * control of the house, so that what is exercised is what would happen; its outcome is the result, kept as evidence.
 *
 *   running --taken over in time--> passed      running --nobody in time--> failed
 */
import type { JsonObject } from '@belay/protocol';
import { handOff } from '../case/open.ts';
import type { Context, Decided } from '../decided.ts';
import { type Organisation, targetName } from '../oncall/organisation.ts';
import { nameOf } from '../oncall/person.ts';
import { minute } from '../oncall/wallclock.ts';
import type { RunEvent } from '../run/events.ts';
import type { Case, Run } from '../run/run.ts';

export const drillControl = 'belay-drill';
export const drillAgent = 'belay-drill';

/** Its sample run is idle on purpose: only the takeover is timed. */
export const drillSource = `control: ${drillControl}
about: "A drill: an announced takeover of a sample run by whoever is on duty, timed and kept as evidence."
owner: role:administrators
subject: { target: string, withinMinutes: int, announcedBy: string }
steps: { sample-step: { risk: low, effect: none } }
rules: []
stuck: { idle: 7d }
`;

export type DrillSubject = { target: string; withinMinutes: number; announcedBy: string };
export type DrillResult = {
  drill: 'passed' | 'failed';
  caseId: string | null;
  told: string[];
  takenBy: string | null;
  tookMs: number | null;
  /** the sample agent called after the takeover, and was refused */
  agentRefused: boolean;
};

const subjectOf = ({ subject }: Run): DrillSubject => subject as unknown as DrillSubject;

export const withinMs = (run: Run): number => subjectOf(run).withinMinutes * minute;

/** Hands the sample run off; the sentence says that it is a drill before anything else. */
export const announce = (run: Run, context: Context): Decided<null> => {
  const { target, announcedBy, withinMinutes } = subjectOf(run);
  const who = nameOf(context.org.people, announcedBy);
  const because = `This is a drill, announced by ${who}: take it over within ${withinMinutes} min, as you would a real case.`;
  const reason = { kind: 'asked' as const, because, rule: null, cites: null, step: null, key: null };
  const title = `Drill: ${targetName(context.org, target as never)}`;
  return { events: handOff(run, { reason, to: target, step: null, title }, context), answer: null };
};

const told = (kase: Case | null): string[] => [...new Set((kase?.told ?? []).flatMap(({ people }) => people))];

const over = (run: Run, result: Omit<DrillResult, 'agentRefused' | 'caseId' | 'told'>): RunEvent => {
  const outcome: DrillResult = {
    ...result,
    caseId: run.case?.caseId ?? null,
    told: told(run.case),
    agentRefused: run.refusals > 0,
  };
  return { type: 'RunFinished', outcome: outcome as unknown as JsonObject };
};

const seconds = (ms: number): string =>
  ms < 120_000 ? `${Math.max(1, Math.round(ms / 1_000))} s` : `${Math.round(ms / minute)} min`;

/** Whoever announced it proves nothing by taking it over, unless they are on duty themselves. */
const takenOver = (run: Run, kase: Case | null, { org }: Context): RunEvent[] => {
  const takenBy = kase?.claimedBy ?? run.instructions?.by ?? null;
  const tookMs = kase?.claimedAt == null ? null : kase.claimedAt - kase.openedAt;
  const took = tookMs === null ? '' : ` after ${seconds(tookMs)}`;
  const resolution = `The drill is over: ${nameOf(org.people, takenBy ?? '')} took over${took}.`;
  const proved = takenBy !== subjectOf(run).announcedBy || told(kase).includes(takenBy);
  const resolved: RunEvent[] = kase === null ? [] : [{ type: 'CaseResolved', caseId: kase.caseId, resolution }];
  return [...resolved, over(run, { drill: proved ? 'passed' : 'failed', takenBy, tookMs })];
};

/** What becomes of a drill now: nothing, or its end. The sample agent is out by then, and has tried to go on. */
export const endDrill = (run: Run, context: Context): Decided<null> => {
  const none: Decided<null> = { events: [], answer: null };
  const kase = run.case;
  if (run.finishedAt !== null || context.control.control.name !== drillControl) return none;
  // Given back before anybody looked: it was taken over, or there would be no instructions.
  if (kase === null) return run.instructions === null ? none : { events: takenOver(run, null, context), answer: null };
  if (kase.status === 'claimed') return { events: takenOver(run, kase, context), answer: null };
  if (context.now < kase.openedAt + withinMs(run)) return none;
  const because = `The drill failed: nobody took over within ${subjectOf(run).withinMinutes} min.`;
  const ended: RunEvent = { type: 'CaseCancelled', caseId: kase.caseId, because };
  return { events: [ended, over(run, { drill: 'failed', takenBy: null, tookMs: null })], answer: null };
};

/** Somebody finished it by hand before it ended by itself. */
const byHand = (outcome: JsonObject): DrillResult => {
  const by = typeof outcome.resolvedBy === 'string' ? outcome.resolvedBy : null;
  const drill = by === null ? 'failed' : 'passed';
  return { drill, caseId: null, told: by === null ? [] : [by], takenBy: by, tookMs: null, agentRefused: false };
};

/** The result of one that is over; null while it runs. */
export const resultOf = ({ finishedAt, outcome }: Run): DrillResult | null => {
  if (finishedAt === null) return null;
  const kept = (outcome ?? {}) as JsonObject;
  return 'drill' in kept ? (kept as unknown as DrillResult) : byHand(kept);
};

export const drillSentence = (run: Run, org: Organisation): string => {
  const { withinMinutes } = subjectOf(run);
  const result = resultOf(run);
  const names = (people: string[]) => people.map((id) => nameOf(org.people, id)).join(', ') || 'nobody';
  if (result === null)
    return run.case === null
      ? 'It is about to be announced.'
      : `${names(told(run.case))} told; waiting for somebody to take over, for ${withinMinutes} min at most.`;
  if (result.drill === 'failed' && result.takenBy !== null)
    return `${names([result.takenBy])} took over, who had announced it. Told: ${names(result.told)}.`;
  if (result.drill === 'failed') return `Nobody took over within ${withinMinutes} min. Told: ${names(result.told)}.`;
  const took = result.tookMs === null ? '' : ` after ${seconds(result.tookMs)}`;
  const refused = result.agentRefused ? ' The next call of the sample agent was refused.' : '';
  return `${nameOf(org.people, result.takenBy ?? '')} took over${took}.${refused}`;
};
