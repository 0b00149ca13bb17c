/**
 * Keeps to a vendor's rates before it has to say 429. A rate lets `atOnce` calls through together and after them one each
 * `everyMs`, so that no window of w ms ever sees more than `atOnce + w / everyMs` [generic cell rate algorithm]. Pure: what
 * was taken is a number for each key, kept with the channel, so that all nodes share it.
 */

/** `update` has with it what is read of the card before. */
export type Call = 'post' | 'update' | 'addLines' | 'tell';
export type Scope = 'channel' | 'place' | 'card';
export type Rate = {
  per: Scope;
  atOnce: number;
  everyMs: number;
  /** how many requests of the vendor a call of ours makes; what is left out does not count here */
  costs: Partial<Record<Call, number>>;
};

/** By rate and what it is about: when all that was taken is over, in epoch ms. */
export type Paces = Record<string, number>;
export type Turn = { call: Call; place: string; card: string };
/** `waitMs` 0: it is the turn. Else `of` says what is full, and `calls` for what. */
export type Answered = { waitMs: number; of: Scope; calls: readonly Call[] };
/** `paces` has the turn taken, when it is the turn. */
export type TurnTaken = Answered & { paces: Paces };

const keyOf = (rate: Rate, index: number, { place, card }: Turn): string => {
  const about = { channel: '', place, card };
  return `${index} ${about[rate.per]}`;
};

/** A call that makes several requests makes them together. */
const atOnceOf = ({ atOnce, costs }: Rate): number => Math.max(atOnce, ...Object.values(costs));

export const takeTurn = (before: Paces, rates: readonly Rate[], turn: Turn, now: number): TurnTaken => {
  const paces = Object.fromEntries(Object.entries(before).filter(([, until]) => until > now));
  let full: Answered = { waitMs: 0, of: 'card', calls: [] };
  const taken: Paces = {};
  for (const [index, rate] of rates.entries()) {
    const cost = rate.costs[turn.call] ?? 0;
    if (cost === 0) continue;
    const key = keyOf(rate, index, turn);
    // A clock that was ahead once does not hold the channel back for longer than its rate can.
    const until = Math.min(Math.max(paces[key] ?? now, now), now + atOnceOf(rate) * rate.everyMs);
    const waitMs = until - now - (atOnceOf(rate) - cost) * rate.everyMs;
    if (waitMs > full.waitMs) full = { waitMs, of: rate.per, calls: Object.keys(rate.costs) as Call[] };
    taken[key] = until + cost * rate.everyMs;
  }
  return full.waitMs > 0 ? { ...full, paces } : { ...full, paces: { ...paces, ...taken } };
};

export type Queue = { inPlace: number; inChannel: number };
/** How long a new card waits behind what is owed already. */
export const queueMs = (rates: readonly Rate[], { inPlace, inChannel }: Queue): number =>
  Math.max(
    0,
    ...rates.map(({ per, atOnce, everyMs, costs: { post = 0 } }) => {
      const before = per === 'channel' ? inChannel : per === 'place' ? inPlace : 0;
      return Math.max(0, before * post - atOnce) * everyMs;
    }),
  );
