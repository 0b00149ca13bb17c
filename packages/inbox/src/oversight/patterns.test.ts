import type { PatternView } from '@belay/protocol';
import { describe, expect, it } from 'vitest';
import { barsOf, patternsSearch } from './patterns.ts';

const pattern = (more: Partial<PatternView>): PatternView =>
  ({ asks: 'approval', ends: {}, judged: { right: 0, wrong: 0 }, steps: 8, ...more }) as PatternView;

describe('the bars of a pattern', () => {
  it('show what became of the steps, each as its share, and nothing that did not happen', () => {
    const ends = { unchanged: 6, rejected: 2, waiting: 0 } as PatternView['ends'];
    expect(barsOf(pattern({ ends }))).toEqual([
      { name: 'Through, nothing changed', tone: 'fine', count: 6, share: 75 },
      { name: 'Refused', tone: 'contrary', count: 2, share: 25 },
    ]);
  });

  it('of steps that continued show how they were judged', () => {
    expect(barsOf(pattern({ asks: 'continue', judged: { right: 6, wrong: 2 } })).map(({ name }) => name)).toEqual([
      'Judged right',
      'Judged wrong',
    ]);
  });
});

it('an address keeps only a period that can be chosen', () => {
  expect(patternsSearch({ control: 'payments', days: '90' })).toEqual({ control: 'payments', days: 90 });
  expect(patternsSearch({ control: '', days: '3000' })).toEqual({});
});
