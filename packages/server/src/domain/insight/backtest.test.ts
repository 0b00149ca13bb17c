import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { controlWith, minutes, pay, source } from '../story.testing.ts';
import type { RunEntry } from './recorded.ts';
import { compiledFrom, Kept, tested } from './told.testing.ts';

type Deed = {
  cents: number;
  fresh: boolean;
  step: 'pay' | 'note' | 'wipe';
  after: string;
  again: boolean;
  undeclared: boolean;
};
const deed = fc.record<Deed>({
  cents: fc.integer({ min: 1, max: 700_000 }),
  fresh: fc.boolean(),
  step: fc.constantFrom('pay', 'pay', 'pay', 'note', 'wipe'),
  after: fc.constantFrom('nothing', 'sign', 'reject', 'allow', 'resolve', 'return', 'wait'),
  again: fc.boolean(),
  undeclared: fc.boolean(),
});

/** What people make of what was just asked; whatever does not fit is refused and leaves nothing. */
const answered = (story: Kept, after: string): void => {
  if (after === 'sign') {
    story.sign('eve').kept('eve');
    story.sign('ben').kept('ben');
  }
  if (after === 'reject') story.sign('eve', { type: 'reject' }).kept('eve');
  if (after === 'wait') story.wait(minutes(11)).kept();
  if (!['allow', 'resolve', 'return'].includes(after) || story.run.case === null) return;
  const { step } = story.run.case;
  story.person('cleo', { type: 'claim' }).kept('cleo');
  if (after === 'resolve') story.person('cleo', { type: 'resolve' }).kept('cleo');
  else {
    const allowOnce = step === null || after === 'return' ? [] : [{ step: step.step, digest: step.digest }];
    story.person('cleo', { type: 'return', instructions: 'Go on.', allowOnce } as never).kept('cleo');
  }
  story.attach().kept();
};

const played = (deeds: Deed[]): Kept => {
  const story = new Kept();
  for (const [n, { cents, fresh, step, after, again, undeclared }] of deeds.entries()) {
    if (story.run.finishedAt !== null) break;
    const args = step === 'pay' ? { ...pay((cents / 100).toFixed(2)), ...(undeclared ? { iban: 'DE02' } : {}) } : {};
    const ask = () => story.ask({ step, args, facts: { fresh }, key: `k-${n}` }).kept();
    ask();
    answered(story, after);
    if (again && story.run.finishedAt === null) ask();
    story.now += minutes(1);
  }
  return story;
};

/** Steps by what was sent, counted without the fold: one for each key that the gate decided. */
const keysIn = (entries: RunEntry[]): number =>
  new Set(entries.flatMap(({ event }) => (event?.type === 'StepGated' ? [event.key] : []))).size;

const candidates = {
  looser: () => controlWith('amount > EUR 100.00', 'amount > EUR 900.00'),
  stricter: () => controlWith('amount <= EUR 100.00', 'amount <= EUR 10.00'),
  elsewhere: () => controlWith('then: handoff, to: desk', 'then: handoff, to: "role:owners"'),
  otherFact: () =>
    compiledFrom(
      source
        .replace(
          'fresh: { from: agent, type: bool }',
          'fresh: { from: agent, type: bool }\n  size: { from: agent, type: int, optional: true }',
        )
        .replace('when: fresh,', 'when: "fresh || (has(size) && size > 3)",'),
    ),
};

describe('a backtest of whatever happened', () => {
  test('against the same control changes nothing', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 12 }), (deeds) => {
        const { steps, same, changes, notReplayable, before, after, load } = tested([played(deeds).told()]);
        expect({ same, changes, notReplayable }).toEqual({ same: steps, changes: [], notReplayable: [] });
        expect(after).toEqual(before);
        expect(load.after).toEqual(load.before);
      }),
      { numRuns: 60 },
    );
  });

  test('counts every recorded step exactly once, whatever the candidate', () => {
    fc.assert(
      fc.property(
        fc.array(deed, { maxLength: 12 }),
        fc.constantFrom(...(Object.keys(candidates) as (keyof typeof candidates)[])),
        (deeds, name) => {
          const story = played(deeds);
          const result = tested([story.told()], candidates[name]());
          const changed = result.changes.reduce((sum, { steps }) => sum + steps, 0);
          const unknown = result.notReplayable.reduce((sum, { steps }) => sum + steps, 0);
          expect(result.steps).toBe(keysIn(story.entries));
          expect(result.same + changed + unknown).toBe(result.steps);
          const total = (outcomes: object) => Object.values(outcomes).reduce((sum: number, n) => sum + n, 0);
          expect(total(result.before) + unknown).toBe(result.steps);
          expect(total(result.after) + unknown).toBe(result.steps);
        },
      ),
      { numRuns: 60 },
    );
  });
});

const asked = (amount: string, facts = { fresh: false }): Kept =>
  new Kept().ask({ args: pay(amount), facts, key: amount }).kept();

/** What up to this amount goes through alone. */
const upTo = (amount: string) =>
  compiledFrom(source.replace('<= EUR 100.00', `<= EUR ${amount}`).replace('> EUR 100.00', `> EUR ${amount}`));

test('a step that was held for an argument goes on where the candidate declares it', () => {
  const held = new Kept().ask({ args: { ...pay('10.00'), iban: 'DE02' }, facts: { fresh: false }, key: 'k' }).kept();
  const { changes } = tested([held.told()], compiledFrom(source.replace('to: string }', 'to: string, iban: string }')));
  expect(changes).toMatchObject([{ step: 'pay', from: 'forbid', to: 'continue', steps: 1 }]);
});

describe('less oversight', () => {
  const signed = () => asked('200.00').sign('eve').kept('eve');
  const refused = () => asked('300.00').sign('eve', { type: 'reject' }).kept('eve');

  test('comes first, and what people refused and would go through alone is named', () => {
    const narrower = compiledFrom(
      source
        .replace('<= EUR 100.00', '<= EUR 400.00')
        .replace('when: amount > EUR 100.00', 'when: amount > EUR 400.00 || amount < EUR 50.00'),
    );
    const small = Array.from({ length: 3 }, () => asked('20.00').told());
    const result = tested([...small, signed().told(), refused().told()], narrower);
    expect(result.changes.map(({ from, to, less, steps }) => [from, to, less, steps])).toEqual([
      ['approval', 'continue', true, 2],
      ['continue', 'approval', false, 3],
    ]);
    expect(result.dangers).toMatchObject([{ kind: 'wouldGo', end: 'rejected', arguments: pay('300.00') }]);
  });

  test('what still asks the person who refused it is no danger', () => {
    expect(tested([refused().told()], upTo('250.00')).dangers).toEqual([]);
  });

  test('is also a signature that is not asked for any more while the outcome stays', () => {
    const twice = asked('6000.00').told();
    const once = compiledFrom(source.replace(/ {2}- \{ id: huge.*\n/, ''));
    expect(tested([twice], once).changes).toMatchObject([{ from: 'approval', to: 'approval', less: true, steps: 1 }]);
  });

  test('other people who are asked are told apart from it', () => {
    const result = tested([asked('10.00', { fresh: true }).told()], candidates.elsewhere());
    expect(result.changes).toMatchObject([{ from: 'handoff', to: 'handoff', less: false, others: true }]);
    expect(result.load.before.map(({ personId }) => personId)).toEqual(['ann', 'ben']);
    expect(result.load.after.map(({ personId }) => personId)).toEqual(['cleo']);
  });

  test('a refusal after somebody handed the step back is the last word', () => {
    const story = asked('200.00', { fresh: true }).person('ann', { type: 'claim' }).kept('ann');
    const { step } = story.run.case ?? {};
    const allowOnce = [{ step: 'pay', digest: step?.digest ?? '' }];
    story.person('ann', { type: 'return', instructions: 'Fine.', allowOnce } as never).kept('ann');
    story.attach().kept();
    story.ask({ args: pay('200.00'), facts: { fresh: true }, key: '200.00' }).kept();
    story.sign('eve', { type: 'reject' }).kept('eve');
    expect(story.told().steps.map(({ end }) => end)).toEqual(['rejected']);
  });

  test('what was judged wrong and would still go through is named too', () => {
    const story = asked('20.00');
    const [permit] = story.run.permits;
    const { permitId: sampleId = '', digest = '' } = permit ?? {};
    const sample = { sampleId, step: 'pay', key: '20.00', digest } as never;
    const reviewed = { type: 'SampleReviewed', sampleId, verdict: 'wrong', comment: null } as const;
    story.events = [{ type: 'StepSampled', sample }, reviewed];
    expect(tested([story.kept('ann').told()]).dangers).toMatchObject([{ kind: 'stillGoes' }]);
  });
});

describe('what cannot be decided again', () => {
  const withoutRead = (entry: RunEntry): RunEntry => {
    if (entry.event?.type !== 'StepGated') return entry;
    const { read: _, ...event } = entry.event;
    return { ...entry, event };
  };

  test('is said with the fact that is missing, also when it is optional: nothing is silently false', () => {
    const result = tested([asked('20.00').told()], candidates.otherFact());
    expect(result.notReplayable).toMatchObject([{ steps: 1, because: 'size was not a fact of version 1' }]);
    expect(result.same).toBe(0);
  });

  test('is a fact that comes from elsewhere now', () => {
    const counted = compiledFrom(
      source.replace('fresh: { from: agent, type: bool }', 'fresh: { from: lookup, source: erp, type: bool }'),
    );
    const [unknown] = tested([asked('20.00').told()], counted).notReplayable;
    expect(unknown?.because).toBe('fresh came from elsewhere in version 1');
  });

  test('is a decision from before its facts were kept, unless its rules had shown them', () => {
    const small = asked('20.00').told(withoutRead);
    expect(tested([small]).notReplayable).toMatchObject([{ because: 'fresh was not kept with the decision' }]);
    const shown = asked('20.00', { fresh: true }).told(withoutRead);
    expect(tested([shown])).toMatchObject({ same: 1, notReplayable: [] });
  });

  test('is what its own version does not decide so any more', () => {
    const other = asked('20.00').told((entry) =>
      entry.event?.type === 'StepGated' ? { ...entry, event: { ...entry.event, arguments: pay('200.00') } } : entry,
    );
    expect(tested([other]).notReplayable[0]?.because).toBe('what pay was decided on was not kept in full');
  });

  test('an erased decision is counted apart', () => {
    const told = asked('20.00').told((entry) => ({ ...entry, event: null }));
    expect([told.steps, told.erased]).toEqual([[], 1]);
  });
});

test('what limits and people asked for stays as it was', () => {
  const story = asked('200.00').person('cleo', { type: 'takeOver' }).kept('cleo');
  const back = { type: 'return', instructions: 'Ask me.', requireApproval: ['pay'] } as never;
  story.person('cleo', back).kept('cleo').attach().kept();
  story.ask({ args: pay('90.00'), key: 'second' }).kept();
  const told = story.told();
  expect(told.steps.map(({ outcome }) => outcome)).toEqual(['approval', 'approval']);
  const result = tested([told], upTo('900.00'));
  expect(result.after).toMatchObject({ continue: 1, approval: 1 });
});

test('the load counts each person once for each step, the busiest day, and the most at once', () => {
  const day = 24 * 60;
  const stories = [0, 5, day, day + 1, day + 2].map((at) => {
    const story = new Kept();
    story.now = minutes(at);
    story.ask({ args: pay('200.00'), key: 'k' }).kept();
    story.now += minutes(3);
    return story.sign('eve').kept('eve').told();
  });
  const eve = tested(stories).load.before.find(({ personId }) => personId === 'eve');
  expect(eve).toEqual({ personId: 'eve', asks: 5, day: '1970-01-02', most: 3, atOnce: 3 });
});
