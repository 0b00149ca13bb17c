/**
 * Windows of cumulative limits. A window slides in steps of a 96th: an amount counts for the whole window and at most
 * one step longer, never shorter, and a counter stays small however much is counted.
 */
import type { RunEvent } from '../domain/run/events.ts';
import type { Count, Permit, Run } from '../domain/run/run.ts';
import type { CountRow } from './ports.ts';

const stepsInWindow = 96;

/** The stretch of time an instant falls into, and the oldest stretch that still counts then. */
export const stretchOf = (windowMs: number, at: number): { bucket: number; since: number } => {
  const stepMs = Math.max(1, Math.ceil(windowMs / stepsInWindow));
  return { bucket: Math.floor(at / stepMs), since: Math.floor((at - windowMs) / stepMs) };
};

const rowOf = (count: Count, at: number, now: number, sign: 1 | -1): CountRow => ({
  counter: count.counter,
  bucket: stretchOf(count.windowMs, at).bucket,
  since: stretchOf(count.windowMs, now).since,
  amount: sign * count.amount,
  most: sign > 0 ? count.most : null,
});

const endedBy = (event: RunEvent): string | null => {
  if (event.type === 'PermitExpired' || event.type === 'PermitVoided') return event.permitId;
  return event.type === 'PermitSettled' && event.happened === 'notDone' ? event.permitId : null;
};

/**
 * What events add to counters: a permit counts from when it is granted. It is given back when it ends unused, or a person
 * says that it did not happen; never on the word of the agent.
 */
export const countsOf = (run: Run, events: { event: RunEvent; at: number }[]): CountRow[] =>
  events.flatMap(({ event, at }) => {
    if (event.type === 'PermitGranted') return event.permit.counts.map((count) => rowOf(count, at, at, 1));
    const over: Permit | undefined = run.permits.find((permit) => permit.permitId === endedBy(event));
    return over === undefined ? [] : over.counts.map((count) => rowOf(count, over.grantedAt, at, -1));
  });
