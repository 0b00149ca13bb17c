/** Chance from a seed: the same everywhere, so that what a test found can be found again. */

export type Chance = {
  /** from 0 to below 1 */
  next(): number;
  happens(probability: number): boolean;
  whole(below: number): number;
  pick<T>(of: readonly T[]): T;
  /** Exponential with this mean: how long until something that may happen at any moment. */
  wait(mean: number): number;
};

export const chanceOf = (seed: number): Chance => {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const whole = (below: number): number => Math.floor(next() * below);
  return {
    next,
    happens: (probability) => next() < probability,
    whole,
    pick: (of) => of[whole(of.length)] as (typeof of)[number],
    wait: (mean) => -Math.log(1 - next()) * mean,
  };
};
