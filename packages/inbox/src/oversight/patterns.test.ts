import type { PatternView } from '@belay/protocol';
import { describe, expect, it } from 'vitest';
import { barsOf, patternHead, patternRows, patternsSearch } from './patterns.ts';

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

it('a row of the export has what became of the steps in its columns', () => {
  const ends = { unchanged: 6, rejected: 2 } as PatternView['ends'];
  const [row = []] = patternRows([
    pattern({ sentence: 'Pay, often.', step: 'pay', rule: 'large', of: 9, runs: 7, ends, advice: 'Look it up.' }),
  ]);
  const cells = Object.fromEntries(patternHead.map((name, at) => [name, row[at]]));
  expect(row).toHaveLength(patternHead.length);
  expect(cells).toMatchObject({
    pattern: 'Pay, often.',
    times: '8',
    of: '9',
    runs: '7',
    refused: '2',
    'still waiting': '0',
    advice: 'Look it up.',
  });
});
