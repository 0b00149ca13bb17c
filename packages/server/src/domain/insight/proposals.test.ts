import { compileControl } from '@belay/control';
import { describe, expect, test } from 'vitest';
import { control, minutes, org, pay, source } from '../story.testing.ts';
import { lineDiff } from './line-diff.ts';
import { leastForProposal } from './patterns.ts';
import { leastForMore, type Proposal, proved, sketchesOf } from './proposals.ts';
import { backtest, compiledFrom, Kept } from './told.testing.ts';

/** A run of its own under a control with these changes of the text. */
const changed = (...changes: [string, string][]): string =>
  changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`The control of the story does not say: ${from}`);
    return text.replace(from, to);
  }, source);

const proposed = (stories: Kept[], text = source): Proposal[] => {
  const compiled = text === source ? control : compiledFrom(text);
  const steps = stories.flatMap((story) => story.told().steps);
  return sketchesOf({ source: text, control: compiled.control, steps, org }).flatMap((sketch) => {
    const candidate = compileControl(sketch.candidate);
    return proved(sketch, text, backtest(steps, { own: () => compiled, candidate, org })) ?? [];
  });
};

const under = (text: string): Kept => {
  const story = new Kept();
  if (text !== source) story.control = compiledFrom(text);
  return story;
};
const asked = (amount: string, { fresh = false, text = source } = {}): Kept =>
  under(text)
    .ask({ args: pay(amount), facts: { fresh }, key: amount })
    .kept();
const signed = (amount: string, text = source): Kept => asked(amount, { text }).sign('eve').kept('eve');
const refused = (amount: string): Kept => asked(amount).sign('eve', { type: 'reject' }).kept('eve');
const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
const reviewed = `${source}\nreview: { sample: 100%, of: continued, by: role:owners }\n`;

describe('a threshold', () => {
  test('moves to where everybody let everything through, and not to what they refused', () => {
    const [proposal, ...others] = proposed([...times(12, (n) => signed(`${200 + n}.00`)), refused('300.00')]);
    expect(others).toEqual([]);
    expect(proposal).toMatchObject({ rule: 'large', step: 'pay', direction: 'less' });
    expect(proposal?.sentence).toBe(
      'Move amount > EUR 100.00 in "large" to EUR 211.00: people let 12 of 12 between them through with nothing changed. ' +
        'The nearest of which they made something else is at EUR 300.00. ' +
        'One in ten of what then goes through alone is looked at afterwards.',
    );
    expect(proposal?.backtest).toMatchObject({ after: { continue: 12, approval: 1 }, dangers: [] });
  });

  test('moves on both sides, so that no gap is left, and nothing else of the text changes', () => {
    const [proposal] = proposed(times(10, (n) => signed(`${200 + n}.00`)));
    const lines = proposal?.diff.filter(({ kind }) => kind !== 'same').map(({ kind, text }) => [kind, text.trim()]);
    expect(lines).toEqual([
      ['removed', expect.stringContaining('when: amount <= EUR 100.00')],
      ['removed', expect.stringContaining('when: amount > EUR 100.00')],
      ['added', expect.stringContaining('when: amount <= EUR 209.00')],
      ['added', expect.stringContaining('when: amount > EUR 209.00')],
      ['added', 'review: { sample: 10%, of: continued, by: role:owners }'],
      ['added', ''],
    ]);
  });

  test('never moves for a step that cannot be taken back without a look afterwards', () => {
    const [without] = proposed(times(10, (n) => signed(`${200 + n}.00`)));
    expect(compiledFrom(without?.source ?? '').control.review).toMatchObject({ by: 'role:owners', share: 1_000 });
    const [beside] = proposed(
      times(10, (n) => signed(`${200 + n}.00`, reviewed)),
      reviewed,
    );
    expect(beside?.source.match(/review:/g)).toHaveLength(1);
  });

  test('stays where too few were asked, and where one smaller was refused', () => {
    expect(proposed(times(leastForProposal - 1, (n) => signed(`${200 + n}.00`)))).toEqual([]);
    expect(proposed([refused('150.00'), ...times(20, (n) => signed(`${200 + n}.00`))])).toEqual([]);
  });

  test('counts what people gave back with other arguments or did themselves as not let through', () => {
    const resolved = asked('150.00', { fresh: true }).person('ann', { type: 'claim' }).kept('ann');
    resolved.person('ann', { type: 'resolve' }).kept('ann');
    expect(proposed([resolved, ...times(20, (n) => signed(`${200 + n}.00`))])).toEqual([]);
  });

  test('stays where it would also let through what people refused at another step of the rule', () => {
    const text = changed(
      [
        '  wipe: {',
        '  send: { risk: high, effect: irreversible, arguments: { amount: money, to: string } }\n  wipe: {',
      ],
      ['id: small, at: pay', 'id: small, at: [pay, send]'],
      ['id: large, at: pay', 'id: large, at: [pay, send]'],
    );
    const sent = under(text)
      .ask({ step: 'send', args: pay('150.00'), key: 'k' })
      .kept();
    const twelve = times(12, (n) => signed(`${200 + n}.00`, text));
    expect(proposed([...twelve, sent], text)).toHaveLength(1);
    sent.sign('eve', { type: 'reject' }).kept('eve');
    expect(proposed([...twelve, sent], text)).toEqual([]);
  });

  test('is not guessed where a condition says more than one thing about it', () => {
    const text = changed(['when: amount > EUR 100.00', 'when: amount > EUR 100.00 || amount == EUR 7.00']);
    expect(
      proposed(
        times(12, (n) => signed(`${200 + n}.00`, text)),
        text,
      ),
    ).toEqual([]);
  });
});

describe('who is asked first', () => {
  const declined = (n: number, taker: string): Kept => {
    const story = asked(`${n + 1}.00`, { fresh: true });
    story.person('ann', { type: 'decline' }).kept('ann');
    return story.person(taker, { type: 'claim' }).kept(taker);
  };

  test('is who took it in the end, where it was not theirs whom it was put before', () => {
    const [proposal] = proposed(times(10, (n) => declined(n, 'cleo')));
    expect(proposal).toMatchObject({ direction: 'others', rule: 'new-payee' });
    expect(proposal?.sentence).toContain('Tell Cleo first on the ladder desk: of 10 cases');
    expect(compiledFrom(proposal?.source ?? '').control.ladders[0]?.rungs[0]?.tell).toBe('person:cleo');
    expect(proposal?.backtest.changes.every(({ less }) => !less)).toBe(true);
  });

  test('stays where nobody who was asked said so', () => {
    const unasked = (n: number): Kept => {
      const story = asked(`${n + 1}.00`, { fresh: true });
      story.person('cleo', { type: 'decline' }).kept('cleo');
      return story.person('ann', { type: 'claim' }).kept('ann');
    };
    expect(proposed(times(10, unasked))).toEqual([]);
  });

  test('stays where different people took it', () => {
    expect(proposed(times(10, (n) => declined(n, n % 2 === 0 ? 'cleo' : 'ben')))).toEqual([]);
  });

  test('is the second rung where nobody of the first came', () => {
    const late = (n: number): Kept => {
      const story = asked(`${n + 1}.00`, { fresh: true });
      story.wait(minutes(11)).kept();
      return story.person('cleo', { type: 'claim' }).kept('cleo');
    };
    const [proposal] = proposed(times(10, late));
    expect(proposal?.sentence).toBe(
      'Begin the ladder desk with its second rung: nobody of the first took 10 of 10 cases.',
    );
    const intime = (n: number) =>
      asked(`${n + 50}.00`, { fresh: true })
        .person('ann', { type: 'claim' })
        .kept('ann');
    expect(proposed([...times(10, late), ...times(5, intime)])).toEqual([]);
  });
});

describe('more oversight', () => {
  const judged = (n: number, verdict: 'right' | 'wrong'): Kept => {
    const story = asked(`${n + 1}.00`);
    const { permitId: sampleId = '', digest } = story.run.permits[0] ?? {};
    story.events = [
      { type: 'StepSampled', sample: { sampleId, step: 'pay', key: `${n + 1}.00`, digest } as never },
      { type: 'SampleReviewed', sampleId, verdict, comment: null },
    ];
    return story.kept('ann');
  };

  test('is proposed from few samples that were wrong, and comes first', () => {
    const wrong = [...times(leastForMore, (n) => judged(n, 'wrong')), judged(20, 'right')];
    const all = proposed([...wrong, ...times(12, (n) => signed(`${200 + n}.00`))]);
    expect(all.map(({ direction }) => direction)).toEqual(['more', 'less']);
    expect(all[0]?.sentence).toBe(
      'Let "small" ask before pay is carried out (sign-off is asked for): of 4 that were looked at afterwards 3 were wrong.',
    );
    expect(all[0]?.backtest.changes).toMatchObject([{ from: 'continue', to: 'approval', less: false, steps: 4 }]);
  });

  test('not from fewer', () => {
    expect(proposed(times(leastForMore - 1, (n) => judged(n, 'wrong')))).toEqual([]);
  });
});

describe('the difference of two texts', () => {
  test('shows what went, what came, and two lines around it', () => {
    const lines = (...texts: string[]) => texts.join('\n');
    const before = lines('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
    const after = lines('a', 'b', 'c', 'D', 'e', 'f', 'g', 'h', 'i');
    expect(lineDiff(before, after).map(({ kind, text }) => `${kind[0]}${text}`)).toEqual([
      'sb',
      'sc',
      'rd',
      'aD',
      'se',
      'sf',
      'sg',
      'sh',
      'ai',
    ]);
    expect(lineDiff(before, before)).toEqual([]);
  });
});
