import { describe, expect, it } from 'vitest';
import { didYouMean, nearest } from './nearest.ts';

describe('"Did you mean …?"', () => {
  it.each([
    ['approvel', ['approval', 'handoff'], 'approval'],
    ['glod', ['gold', 'silver'], 'gold'],
    ['Amount', ['amount'], 'amount'],
    ['pya', ['look', 'pay'], 'pay'],
    ['dya', ['days'], null],
    ['day', ['days'], 'days'],
    ['at', ['data', 'as'], 'as'],
    ['at', ['data', 'org'], null],
    ['treasury', ['support'], null],
  ])('%s among %j is %s: two mistakes, in words of three letters or fewer one', (word, known, meant) => {
    expect(nearest(word, known)).toBe(meant);
  });

  it('says nothing when nothing is near', () => {
    expect(didYouMean('yesterday', ['at', 'days'])).toBe('');
    expect(didYouMean('dayz', ['at', 'days'])).toBe(' Did you mean "days"?');
  });
});
