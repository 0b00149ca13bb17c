/** Decides commands on a run in order, and says what the commit of them has to write. Holds no state of its own. */
import type { CompiledControl } from '@belay/control';
import type { Actor, Json } from '@belay/protocol';
import { apply, type Context, type Decided, type Refusal } from '../domain/decided.ts';
import type { Organisation } from '../domain/oncall/organisation.ts';
import { limitsOf, nextDue } from '../domain/run/due.ts';
import type { Recorded, RunEvent } from '../domain/run/events.ts';
import { hasEnded, withoutEnded } from '../domain/run/evolve.ts';
import type { Run } from '../domain/run/run.ts';
import { countsOf } from './counting.ts';
import { owedBy } from './owed.ts';
import type { Clock, IdempotencyRow, Stored, Write } from './ports.ts';
import { tellsOf } from './tell.ts';

export type Command = {
  runId: string;
  by: Actor;
  decide: (run: Run, context: Context) => Decided<unknown>;
  /** the answer as the caller gets it, made from the state after the decision */
  present: (run: Run, answer: unknown, context: Context) => Json;
  idempotency?: Omit<IdempotencyRow, 'answer'> | undefined;
  guarded?: boolean;
  /** reads anew what `decide` rests on outside the run, before it is decided once more */
  again?: () => Promise<void>;
};

export type Decision = { command: Command; events: RunEvent[]; context: Context } & (
  | { answer: Json; refused?: undefined }
  | { refused: Refusal }
);

export type Known = {
  clock: Clock;
  newId: (prefix: string) => string;
  control: (name: string, version: number) => Promise<CompiledControl>;
  organisation: () => Promise<Organisation>;
};

const decideOne = (run: Run, command: Command, context: Context): { run: Run; decision: Decision } => {
  const decided = command.decide(run, context);
  const after = apply(run, decided.events, context);
  const { events } = decided;
  if (decided.refused !== undefined)
    return { run: after, decision: { command, events, context, refused: decided.refused } };
  return {
    run: after,
    decision: { command, events, context, answer: command.present(after, decided.answer, context) },
  };
};

/** The next command may rest on the counter that this one moves. */
const counts = ({ events }: Decision): boolean =>
  events.some((event) => event.type === 'PermitGranted' && event.permit.counts.length > 0);

/** Each command is decided on the state that the one before left, until one ends something: the rest waits for the next commit. */
export const decideInOrder = async (
  start: Run,
  commands: Command[],
  known: Known,
): Promise<{ run: Run; decisions: Decision[] }> => {
  const control = await known.control(start.control.name, start.control.version);
  const org = await known.organisation();
  const decisions: Decision[] = [];
  let run = start;
  for (const command of commands) {
    const context = { now: known.clock.now(), by: command.by, control, org, newId: known.newId };
    const one = decideOne(run, command, context);
    run = one.run;
    decisions.push(one.decision);
    // What follows is decided, and what is due is worked out, by the version that it was moved to.
    if (run.control.version !== start.control.version) {
      one.decision.context = { ...context, control: await known.control(run.control.name, run.control.version) };
      break;
    }
    if (hasEnded(run) || counts(one.decision)) break;
  }
  return { run, decisions };
};

/** Items that are not the very object that was there before: with immutable state, that is the change. */
const changed = <T>(before: readonly T[], after: readonly T[]): T[] => {
  if (after === before) return [];
  const known = new Set(before);
  return after.filter((item) => !known.has(item));
};

const answersToKeep = (decisions: Decision[]): IdempotencyRow[] =>
  decisions.flatMap((decision) =>
    decision.command.idempotency !== undefined && decision.refused === undefined
      ? [{ ...decision.command.idempotency, answer: decision.answer }]
      : [],
  );

/** One run's share of the commit. `before` is what the database is expected to have; `expected` null: a new run. */
export const writeOf = (
  before: Omit<Stored, 'revision'> & { revision: number | null },
  run: Run,
  decisions: Decision[],
  known: Known,
): Write => {
  const recorded = decisions.flatMap(({ events, context: { by, now } }) =>
    events.map((event): Recorded => ({ event, by, at: now })),
  );
  const context = decisions.at(-1)?.context;
  const due = context === undefined ? null : nextDue(withoutEnded(run), limitsOf(context));
  const first = before.revision === null ? 0 : before.run.entries;
  return {
    run,
    expected: before.revision,
    nextDueAt: due?.at ?? null,
    nextDue: due?.what ?? null,
    recorded: recorded.map((one, index) => ({ ...one, seq: first + index + 1, entryId: known.newId('entry') })),
    cases: run.case === null || run.case === before.run.case ? [] : [run.case],
    approvals: changed(before.run.approvals, run.approvals),
    permits: changed(before.run.permits, run.permits),
    samples: changed(before.run.samples, run.samples),
    counts: countsOf(run, recorded),
    outbox: [...owedBy(before.run, run), ...tellsOf(run, recorded)],
    idempotency: answersToKeep(decisions),
    guarded: decisions.some(({ command }) => command.guarded === true),
  };
};
