/**
 * What somebody ticked in a batch, kept while they sign in again. For the browser, not the tab, as the way back is: a login
 * link opens in a tab of its own. Nobody else who signs in here gets it, and it is forgotten an hour after the last tick.
 */
import { keptIn } from '../session/kept.ts';

const name = 'belay.ticks';
const keptMs = 60 * 60_000;

/** By approval: whether it is to be signed. What is in no batch any more harms nobody. */
export type Ticks = Readonly<Record<string, boolean>>;
type Kept = { personId: string; at: number; ticks: Ticks };

export const ticksIn = (text: string | null, personId: string, now: number): Ticks => {
  const { personId: whose, at = 0, ticks = {} } = keptIn<Kept>(text);
  return whose === personId && now - at < keptMs ? ticks : {};
};

export const readTicks = (personId: string): Ticks => ticksIn(localStorage.getItem(name), personId, Date.now());

/** Beside what other batches keep. */
export const keepTicks = (personId: string, ticks: Ticks): void => {
  const kept: Kept = { personId, at: Date.now(), ticks: { ...readTicks(personId), ...ticks } };
  localStorage.setItem(name, JSON.stringify(kept));
};
