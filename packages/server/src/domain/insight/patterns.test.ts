import type { FactView } from '@belay/protocol';
import { describe, expect, test } from 'vitest';
import { minutes, pay } from '../story.testing.ts';
import { patternSentence } from './pattern-sentence.ts';
import { leastForProposal, type Pattern, patternsOf } from './patterns.ts';
import { Kept } from './told.testing.ts';

const asked = (amount: string, facts = { fresh: false }): Kept =>
  new Kept().ask({ args: pay(amount), facts, key: amount }).kept();
const of = (patterns: Pattern[], rule: string): Pattern => patterns.find((one) => one.rule === rule) as Pattern;

describe('a pattern of two rules', () => {
  test('tells each example with the sentence of its own rule, and two of one end are both', () => {
    const found = patternsOf([asked('6000.00').told(), asked('7000.00').told()]);
    const said = (rule: string) => of(found, rule).examples.map(({ because }) => because);
    expect([said('huge')[0], said('large')[0]]).toEqual([
      'EUR 6,000.00 needs two signatures.',
      'EUR 6,000.00 needs a signature.',
    ]);
    expect(patternSentence(of(found, 'huge'))).toContain('both still waiting');
  });
});

describe('a pattern', () => {
  test('a step that two rules asked about counts once in each', () => {
    const found = patternsOf([asked('6000.00').told()]);
    expect(found.map(({ rule, steps, of }) => [rule, steps, of])).toEqual([
      ['huge', 1, 1],
      ['large', 1, 1],
    ]);
  });

  test('asking again with what people gave is the same step', () => {
    const story = asked('200.00').sign('eve').kept('eve');
    story.ask({ args: pay('200.00'), key: '200.00', attempt: 'again' }).kept();
    expect(patternsOf([story.told()])).toMatchObject([{ steps: 1, of: 1, ends: { unchanged: 1 } }]);
  });

  test('says that the first rung did not answer, which one did, and how long it took', () => {
    const story = asked('20.00', { fresh: true });
    story.wait(minutes(11)).kept();
    story.person('cleo', { type: 'claim' }).kept('cleo');
    const pattern = of(patternsOf([story.told()]), 'new-payee');
    expect(pattern).toMatchObject({
      late: 1,
      silent: 0,
      rungs: [{ name: '2', count: 1 }],
      toPersonMs: { median: minutes(11), longest: minutes(11), of: 1 },
    });
    expect(patternSentence(pattern)).toBe(
      'Pay was handed to a person because of "new-payee" once of 1: 1 still waiting, once the first rung did not answer, half were answered within 11m.',
    );
  });

  test('a case that nobody has taken is silent', () => {
    expect(of(patternsOf([asked('20.00', { fresh: true }).told()]), 'new-payee')).toMatchObject({ silent: 1, late: 0 });
  });

  test('an agent that does not get on is told apart from the rules', () => {
    const story = new Kept();
    for (let n = 0; n < 4; n++) story.ask({ args: pay('20.00'), key: `k-${n}` }).kept();
    const stuck = patternsOf([story.told()]).find(({ kind }) => kind === 'stuck');
    expect(stuck).toMatchObject({ step: 'pay', rule: null, asks: 'handoff', steps: 1, of: 4 });
  });

  test('cases about no step are counted by the runs', () => {
    const story = new Kept().person('cleo', { type: 'takeOver' }).kept('cleo');
    const quiet = new Kept().ask({ step: 'read' }).kept();
    const [taken] = patternsOf([story.told(), quiet.told()]);
    expect(taken).toMatchObject({ kind: 'takenOver', step: null, steps: 1, of: 2 });
  });

  test('a forbidden step says so, and a step that continued and was not looked at is no pattern', () => {
    const story = new Kept().ask({ step: 'wipe' }).kept();
    expect(patternsOf([story.told(), asked('20.00').told()])).toMatchObject([
      { kind: 'forbidden', rule: 'never', asks: 'forbid', ends: { forbidden: 1 } },
    ]);
  });

  test('too little oversight: what continued and was judged wrong', () => {
    const story = asked('20.00');
    const sampleId = story.run.permits[0]?.permitId ?? '';
    const sample = { sampleId, step: 'pay', key: '20.00', digest: story.run.permits[0]?.digest } as never;
    story.events = [
      { type: 'StepSampled', sample },
      { type: 'SampleReviewed', sampleId, verdict: 'wrong', comment: null },
    ];
    const [pattern] = patternsOf([story.kept('ann').told()]);
    expect(pattern).toMatchObject({ kind: 'continued', rule: 'small', judged: { right: 0, wrong: 1 } });
    expect(patternSentence(pattern as Pattern)).toBe(
      'Pay continued and was looked at afterwards once of 1; once it was judged wrong.',
    );
  });

  test('names the facts that could not be used', () => {
    const story = new Kept().ask({ args: pay('20.00'), facts: { fresh: 'perhaps' as never }, key: 'k' }).kept();
    const [pattern] = patternsOf([story.told()]);
    expect(pattern).toMatchObject({ kind: 'badFact', step: 'pay' });
    expect(pattern?.facts[0]?.name).toMatch(/^fresh: /);
  });

  test('nothing is proposed from a handful', () => {
    expect(leastForProposal).toBeGreaterThanOrEqual(10);
  });
});

describe('the pattern of steps that could not be judged', () => {
  test('says what a fact asks for that is missing again and again, by where it is to come from', () => {
    const adviceFor = (origin: FactView['origin'], count: number, value: string | null = null) => {
      const stories = Array.from({ length: count }, () => {
        const story = new Kept().ask({ args: pay('20.00'), facts: { fresh: 'perhaps' as never }, key: 'k' });
        const source = origin === 'lookup' ? 'erp' : null;
        const fact = { name: 'payee.fresh', value, origin, source, problem: 'is missing' };
        story.events = story.events.map((event) => (event.type === 'StepGated' ? { ...event, facts: [fact] } : event));
        return story.kept().told();
      });
      return patternsOf(stories).find(({ kind }) => kind === 'badFact')?.advice;
    };
    expect(adviceFor('agent', 10)).toBe(
      'payee fresh (payee.fresh) was missing 10 times of 10. The agent is to say it: let it do so with this step, or fetch it from a system of record (from: lookup).',
    );
    expect(adviceFor('lookup', 11)).toContain('was missing 11 times of 11. erp is to know it: mend it there');
    expect(adviceFor('args', 10)).toContain('It is an argument: let the agent always send it');
    expect([adviceFor('system', 10), adviceFor('agent', 9), adviceFor('agent', 10, 'perhaps')]).toEqual([
      null,
      null,
      null,
    ]);
  });
});
