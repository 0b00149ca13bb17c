/** Facts of one step, and the two helpers that every group of them needs. */
import type { Json } from '@belay/protocol';

export type Facts = Record<string, Json>;

/** Leaves out what is not known: the control says for each missing fact what then happens. */
export const known = (facts: Record<string, Json | undefined>): Facts =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null && value !== undefined)) as Facts;

export const money = (amount: number | null): string | null =>
  amount === null ? null : `USD ${(Math.round(amount * 100) / 100).toFixed(2)}`;
