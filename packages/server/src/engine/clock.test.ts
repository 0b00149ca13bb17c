import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSteadyClock } from './clock.ts';

const start = Date.parse('2026-12-07T09:00:00Z');
const hour = 3_600_000;

/** A machine whose wall clock somebody puts, and a database with a clock of its own. */
const machine = ({ databaseAhead = 0 } = {}) => {
  let [passed, put] = [0, 0];
  const clock = createSteadyClock({ wall: () => start + put + passed, monotonic: () => passed });
  return {
    clock,
    put: (ms: number) => {
      put += ms;
    },
    pass: (ms: number, stepMs = 1_000) => {
      for (let left = ms; left > 0; left -= stepMs) {
        passed += Math.min(stepMs, left);
        clock.now();
      }
    },
    witness: (jumped = 0) => clock.witness(start + passed + databaseAhead + jumped, 0),
    elapsed: () => clock.now() - start,
  };
};

describe('a clock that is put (T1)', () => {
  it.each([hour, -24 * hour, 2_001, -2_001])('goes on by the monotonic clock when put by %i ms', (ms) => {
    const { clock, put, pass, elapsed } = machine();
    pass(10_000);
    put(ms);
    pass(5_000);
    expect(elapsed()).toBe(15_000);
    expect(clock.state().doubt).toContain(`was put ${ms > 0 ? 'forward' : 'back'} by`);
  });

  it('takes the new time when it has held for a minute', () => {
    const { clock, put, pass, elapsed } = machine();
    put(hour);
    pass(59_000);
    expect(elapsed()).toBe(59_000);
    pass(2_000);
    expect(elapsed()).toBe(hour + 61_000);
    expect(clock.state()).toEqual({ doubt: null, warning: null });
  });

  it('begins the minute again when it is put once more', () => {
    const { put, pass, elapsed } = machine();
    put(hour);
    pass(50_000);
    put(hour);
    pass(50_000);
    expect(elapsed()).toBe(100_000);
  });

  it('has no doubt any more when it is put back', () => {
    const { clock, put, pass } = machine();
    put(hour);
    pass(1_000);
    put(-hour);
    expect(clock.state().doubt).toBe(null);
  });

  it('follows a clock that is slewed', () => {
    const { clock, put, pass, elapsed } = machine();
    for (let second = 0; second < 100; second++) {
      put(50);
      pass(1_000);
    }
    expect(elapsed()).toBe(105_000);
    expect(clock.state().doubt).toBe(null);
  });
});

describe('the database as a witness (T2)', () => {
  it('confirms at once a clock that was wrong and is put right', () => {
    const { clock, put, pass, witness, elapsed } = machine({ databaseAhead: 20_000 });
    witness();
    put(20_000);
    pass(1_000);
    expect(clock.state().doubt).not.toBe(null);
    witness();
    expect(clock.state()).toEqual({ doubt: null, warning: null });
    expect(elapsed()).toBe(21_000);
  });

  it('overrules a clock that was put wrong, for as long as it is wrong', () => {
    const { clock, put, pass, witness, elapsed } = machine();
    witness();
    put(hour);
    pass(1_000);
    witness();
    pass(10 * 60_000);
    expect(elapsed()).toBe(601_000);
    expect(clock.state().doubt).toBe(null);
    expect(clock.state().warning).toContain("the database's was not");
  });

  it('is no witness when it jumped too: then the minute decides', () => {
    const { clock, put, pass, witness, elapsed } = machine();
    witness();
    put(hour);
    pass(1_000);
    witness(hour);
    expect(elapsed()).toBe(1_000);
    expect(clock.state().doubt).not.toBe(null);
    pass(60_000);
    expect(elapsed()).toBe(hour + 61_000);
  });

  it.each([
    [900, 'silent'],
    [1_100, 'warned of'],
    [30_100, 'unusable'],
    [-30_100, 'unusable'],
  ])('a difference of %i ms is %s', (databaseAhead, judged) => {
    const { clock, witness } = machine({ databaseAhead });
    witness();
    const { doubt, warning } = clock.state();
    expect([doubt !== null, warning !== null]).toEqual([judged === 'unusable', judged === 'warned of']);
  });

  it('forgets a difference that is over', () => {
    let ahead = 40_000;
    const clock = createSteadyClock({ wall: () => start, monotonic: () => 0 });
    clock.witness(start + ahead, 0);
    ahead = 0;
    clock.witness(start + ahead, 0);
    expect(clock.state().doubt).toBe(null);
  });
});

it('never runs backwards or ahead of the monotonic clock while it is doubted, whatever is done to the wall clock', () => {
  const step = fc.tuple(fc.integer({ min: -10 * hour, max: 10 * hour }), fc.integer({ min: 1, max: 20_000 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { clock, put, pass } = machine();
      for (const [ms, wait] of steps) {
        const before = clock.now();
        put(ms);
        pass(wait, wait);
        const doubted = clock.state().doubt !== null;
        if (doubted) expect(clock.now() - before).toBe(wait);
      }
    }),
  );
});
