import { describe, expect, it } from 'vitest';
import { ticksIn } from './ticks.ts';

describe('what was ticked', () => {
  const text = JSON.stringify({ personId: 'ann', at: 1_000, ticks: { a: true, b: false } });

  it('is there again for whoever ticked it, and for nobody else', () => {
    expect(ticksIn(text, 'ann', 2_000)).toEqual({ a: true, b: false });
    expect(ticksIn(text, 'bo', 2_000)).toEqual({});
    expect(ticksIn(null, 'ann', 2_000)).toEqual({});
  });

  it('and cannot be read is nothing: the batch is shown all the same', () => {
    for (const broken of ['', '{"personId":"ann"', 'null', '7', '{"personId":"ann"}'])
      expect(ticksIn(broken, 'ann', 2_000), broken).toEqual({});
  });

  it('is forgotten after an hour', () => {
    expect(ticksIn(text, 'ann', 3_600_999)).not.toEqual({});
    expect(ticksIn(text, 'ann', 3_601_000)).toEqual({});
  });
});
