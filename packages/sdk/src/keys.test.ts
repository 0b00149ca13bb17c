import { digestOf } from '@belay/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeys } from './keys.ts';

const effect = fc.record({ step: fc.constantFrom('pay', 'note'), amount: fc.constantFrom(1, 2) });

const keysOf = (program: readonly { step: string; amount: number }[], control = 'c'): string[] => {
  const keys = createKeys(control);
  return program.map(({ step, amount }) => {
    const digest = digestOf({ amount });
    const key = keys.next(step, digest);
    keys.used(step, digest, key);
    return key;
  });
};

describe('the names of intended effects', () => {
  it('are the same in each process that runs the same program, and differ within it', () => {
    fc.assert(
      fc.property(fc.array(effect, { maxLength: 20 }), (program) => {
        const keys = keysOf(program);
        expect(keysOf(program)).toEqual(keys);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  it('do not depend on what other steps the program does between', () => {
    fc.assert(
      fc.property(fc.array(effect, { maxLength: 20 }), (program) => {
        const paid = keysOf(program).filter((_, index) => program[index]?.step === 'pay');
        expect(keysOf(program.filter(({ step }) => step === 'pay'))).toEqual(paid);
      }),
    );
  });

  it('stay until the effect took place', () => {
    const keys = createKeys('c');
    expect(keys.next('pay', 'd')).toBe(keys.next('pay', 'd'));
  });

  it('count two callers that shared one effect once', () => {
    const keys = createKeys('c');
    const key = keys.next('pay', 'd');
    keys.used('pay', 'd', key);
    const second = keys.next('pay', 'd');
    keys.used('pay', 'd', key);
    expect(keys.next('pay', 'd')).toBe(second);
  });

  it('differ between controls', () => {
    expect(keysOf([{ step: 'pay', amount: 1 }], 'a')).not.toEqual(keysOf([{ step: 'pay', amount: 1 }], 'b'));
  });
});
