/**
 * Cumulative limits at the gate. Counters are kept outside the run; the command brings what they come to. What is decided
 * on that number holds only if it still holds when it is committed: the commit adds up again, under the counter's lock.
 */
import type { Beside, CompiledControl, Counted } from '@belay/control';
import { digestOf, type FactView, type JsonObject, type Requirement } from '@belay/protocol';
import type { RunEvent } from './events.ts';
import type { GateCommand } from './gate-command.ts';
import type { Count, Permit, Run } from './run.ts';

type Measured = { counted: Counted; counter: string; total: number };

export type LimitsRead = {
  requirements: Requirement[];
  facts: FactView[];
  counts: Count[];
  /** what would have been within each limit that is passed */
  room: Beside['room'];
};

const counterOf = (control: string, { limit, of }: Counted): string => digestOf([control, limit.id, ...of]);

const countedAt = (control: CompiledControl, run: Run, step: string, args: JsonObject): Counted[] =>
  control.control.limits.length === 0
    ? []
    : control.countedAt(step, args, {
        agent: run.agentId,
        subject: digestOf(run.subject),
        onBehalfOf: run.onBehalfOf ?? '',
      });

/** The counters that have to be read before the step can be decided. */
export const countersOf = (
  control: CompiledControl,
  run: Run,
  step: string,
  args: JsonObject,
): { counter: string; windowMs: number }[] =>
  countedAt(control, run, step, args).map((counted) => ({
    counter: counterOf(control.control.name, counted),
    windowMs: counted.limit.windowMs,
  }));

/** What permits that just ended give back to a counter. */
const givenBack = (before: Run, ended: RunEvent[], counter: string): number => {
  const over = new Set(
    ended.flatMap((event) => (event.type === 'PermitVoided' || event.type === 'PermitExpired' ? [event.permitId] : [])),
  );
  return before.permits
    .filter((permit) => over.has(permit.permitId))
    .flatMap((permit: Permit) => permit.counts)
    .filter((count) => count.counter === counter)
    .reduce((sum, { amount }) => sum + amount, 0);
};

const isOver = ({ counted, total }: Measured): boolean => counted.problem !== null || total > counted.most;

/** What the limits ask for when the step is let through now, and what it then adds to their counters. */
export const readLimits = (
  control: CompiledControl,
  before: Run,
  ended: RunEvent[],
  command: Pick<GateCommand, 'step' | 'counters'>,
  args: JsonObject,
): LimitsRead => {
  const measured = countedAt(control, before, command.step, args).map((counted): Measured => {
    const counter = counterOf(control.control.name, counted);
    const total = (command.counters[counter] ?? 0) - givenBack(before, ended, counter) + counted.amount;
    return { counted, counter, total };
  });
  const passed = measured.filter(isOver);
  const over = passed.map(({ counted, total }) => control.overLimit(counted, total));
  return {
    requirements: over.map(({ requirement }) => requirement),
    facts: over.map(({ fact }) => fact),
    room: passed.flatMap(({ counted: { limit, of, most, amount, problem }, total }) =>
      problem === null && limit.of !== 'count'
        ? [{ argument: limit.of, units: most - (total - amount), currency: of.at(-1) || null }]
        : [],
    ),
    counts: measured
      .filter(({ counted }) => counted.problem === null)
      .map((one) => ({
        counter: one.counter,
        limit: one.counted.limit.id,
        amount: one.counted.amount,
        most: isOver(one) ? null : one.counted.most,
        windowMs: one.counted.limit.windowMs,
      })),
  };
};
