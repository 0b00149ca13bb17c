/**
 * Handing off: a run's one open case with an owner, a reason in a sentence and an armed next step.
 * A further reason joins the case that is open already; none is lost, and nobody is asked twice.
 */
import type { LadderSpec, RungSpec } from '@belay/control';
import type { Target } from '@belay/protocol';
import { apply, type Context } from '../decided.ts';
import { fireRung, type RungFired } from '../ladder/fire-rung.ts';
import { targetName } from '../oncall/organisation.ts';
import { quietUntil } from '../oncall/working.ts';
import type { RunEvent } from '../run/events.ts';
import type { Case, CaseStep, Reason, Run } from '../run/run.ts';

/** Who was told last and has not said that it is not theirs. */
export const stillAsked = ({ told, declined }: Pick<Case, 'told' | 'declined'>): string[] =>
  (told.at(-1)?.people ?? []).filter((personId) => !declined.some(({ by }) => by === personId));

const lastOf = (kase: Pick<Case, 'told' | 'declined'>, personId: string) => ({
  told: kase.told.findLast(({ people }) => people.includes(personId)),
  declined: kase.declined.findLast(({ by }) => by === personId),
});

/** Told, and said nothing since: their "not mine" is a wrong handoff. */
export const wasAsked = (kase: Pick<Case, 'told' | 'declined'>, personId: string): boolean => {
  const { told, declined } = lastOf(kase, personId);
  return told !== undefined && (declined === undefined || declined.at <= told.at);
};

/** Said that it is not theirs, and was not told again since. */
export const hasDeclined = (kase: Pick<Case, 'told' | 'declined'>, personId: string): boolean =>
  lastOf(kase, personId).declined !== undefined && !wasAsked(kase, personId);

export type Handoff = {
  reason: Omit<Reason, 'at'>;
  /** ladder of the control, or a target; null: the control's owner */
  to: string | null;
  step: CaseStep | null;
  title?: string;
  packet?: Case['packet'];
  agentWords?: string | null;
  priority?: number;
  priorityBecause?: string[];
};

const isTarget = (to: string): to is Target => /^(person|role|oncall):/.test(to);

/** The ladder behind a name: the control's, or one of a single rung for a target. Everything ends at the control's owner. */
export const ladderOf = (to: string, { control }: Pick<Context, 'control'>): LadderSpec => {
  const ladder = control.control.ladders.find((candidate) => candidate.name === to);
  if (ladder !== undefined) return ladder;
  const tell = isTarget(to) ? to : control.control.owner;
  return { name: to, rungs: [{ tell, via: [], withinMs: null, repeatMs: null }] };
};

/** What the control says of the rung of this index, whichever round it is in; undefined: the owner, or after them. */
export const rungAt = ({ rungs, repeat = 0 }: LadderSpec, index: number): RungSpec | undefined =>
  index < rungs.length * (repeat + 1) ? rungs[index % rungs.length] : undefined;

/** How often the rungs of a ladder are gone through before its owner is told. */
export const roundsOf = ({ repeat = 0 }: LadderSpec): number => repeat + 1;

type Told = Extract<RunEvent, { type: 'RungFired' | 'RungDelayed' }>;
type Telling = {
  /** when that rung was due: after an outage, rungs whose time is over are recorded and not made up for */
  dueAt?: number;
  /** also people who have quiet hours */
  evenQuiet?: boolean;
};

/** A case of low priority is told to nobody who has quiet hours; when that is everybody, after the first of them. */
const inQuietHours = (
  kase: Pick<Case, 'caseId' | 'priority'>,
  { rung, target, people }: RungFired,
  { org, now }: Pick<Context, 'org' | 'now'>,
): { awake: string[]; delayed: Told | null } => {
  if (kase.priority >= 0) return { awake: people, delayed: null };
  const until = new Map(
    org.people.filter(({ personId }) => people.includes(personId)).map((one) => [one.personId, quietUntil(one, now)]),
  );
  const awake = people.filter((personId) => (until.get(personId) ?? null) === null);
  if (awake.length > 0 || people.length === 0) return { awake, delayed: null };
  const first = Math.min(...[...until.values()].map((at) => at ?? now));
  const because = `${targetName(org, target)} has quiet hours, and this is of low priority`;
  return { awake, delayed: { type: 'RungDelayed', caseId: kase.caseId, rung, target, until: first, because } };
};

/** The rung from `from` on that reaches somebody now, as an event; or what holds it back. */
export const rungFired = (
  kase: Pick<Case, 'caseId' | 'to' | 'declined' | 'priority'>,
  from: number,
  context: Context,
  { dueAt, evenQuiet = false }: Telling = {},
): Told => {
  const { owner } = context.control.control;
  const { rungs, repeat = 0 } = ladderOf(kase.to, context);
  const excluded = kase.declined.map((decline) => decline.by);
  const fired = fireRung({
    rungs,
    repeat,
    owner,
    org: context.org,
    at: context.now,
    from,
    excluded,
    ...(dueAt === undefined ? {} : { dueAt }),
  });
  const { awake, delayed } = evenQuiet ? { awake: fired.people, delayed: null } : inQuietHours(kase, fired, context);
  if (delayed !== null) return delayed;
  return {
    type: 'RungFired',
    caseId: kase.caseId,
    rung: fired.rung,
    target: fired.target,
    people: awake,
    skipped: fired.skipped,
    nextAt: fired.nextAt,
    nextTarget: fired.nextTarget,
    ...(fired.round > 1 ? { round: fired.round } : {}),
  };
};

const newCase = (run: Run, { reason, to, step, ...more }: Handoff, context: Context): Case => {
  const { control } = context.control;
  return {
    caseId: context.newId('case'),
    status: 'open',
    revision: 0,
    title: more.title ?? `${control.name}: ${Object.values(run.subject).join(' ')}`.trim(),
    reasons: [{ ...reason, at: context.now }],
    step,
    packet: more.packet ?? null,
    agentWords: more.agentWords ?? null,
    to: to ?? control.owner,
    owner: control.owner,
    rung: 0,
    nextRungAt: null,
    nextTarget: null,
    told: [],
    priority: more.priority ?? 0,
    priorityBecause: more.priorityBecause ?? [],
    claimedBy: null,
    claimedAt: null,
    activeAt: context.now,
    idles: 0,
    declined: [],
    openedAt: context.now,
    closedAt: null,
    resolution: null,
    breakGlass: false,
    entitled: false,
  };
};

/** A case that many steps join stays readable. */
const reasonsMax = 50;

/** The agent's words stand beside the case: read by a person, and written with each commit. */
const wordsMax = 60_000;

export const wordsFit = (run: Run, words: string): boolean =>
  (run.case?.agentWords ?? '').length + words.length <= wordsMax;

/** Several reasons of one step come with the same words. */
const saidLast = (run: Run, words: string): boolean => `\n\n${run.case?.agentWords ?? ''}`.endsWith(`\n\n${words}`);

/** What the case takes of the agent's words with a further reason. */
const wordsWith = (run: Run, words: string | null | undefined): { words?: string } =>
  !words || saidLast(run, words) || !wordsFit(run, words) ? {} : { words };

/** Each key of these is a matter of its own: another step in doubt, another question. */
const byKey: ReadonlySet<Reason['kind']> = new Set(['inDoubt', 'asked']);

/** A reason that is for other people than those of the ladder under way: they are told too; the ladder goes on as it was. */
const alsoTold = (kase: Case, to: string | null, context: Context): RunEvent[] => {
  if (kase.status !== 'open' || to === null || to === kase.to) return [];
  const fired = rungFired({ ...kase, to }, 0, context);
  if (fired.type === 'RungDelayed') return [];
  if (kase.told.some((told) => told.target === fired.target)) return [];
  return [
    { ...fired, rung: kase.rung, nextAt: kase.nextRungAt ?? fired.nextAt, nextTarget: kase.nextTarget, also: true },
  ];
};

/** Events that hand the run off, or add a reason to its open case. */
export const handOff = (run: Run, handoff: Handoff, context: Context): RunEvent[] => {
  if (run.case === null) {
    const opened = newCase(run, handoff, context);
    return [{ type: 'CaseOpened', case: opened }, rungFired(opened, 0, context)];
  }
  const { reason } = handoff;
  const known = run.case.reasons.some(
    (r) =>
      r.kind === reason.kind &&
      r.rule === reason.rule &&
      r.step === reason.step &&
      (!byKey.has(r.kind) || r.key === reason.key),
  );
  if (known || run.case.reasons.length >= reasonsMax) return [];
  const replacesStep = run.case.step === null ? handoff.step : null;
  const added: RunEvent = {
    type: 'CaseReasonAdded',
    caseId: run.case.caseId,
    reason: { ...reason, at: context.now },
    replacesStep,
    ...wordsWith(run, handoff.agentWords),
  };
  const { rest = null, status } = run.case;
  // Something new is worth waking a case for that somebody put to sleep.
  const woken = status === 'open' && rest !== null && rest.by !== null ? [rungFired(run.case, rest.rung, context)] : [];
  const now = apply(run, [added, ...woken], context).case ?? run.case;
  return [added, ...woken, ...alsoTold(now, handoff.to, context)];
};
