import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { good } from '../check/corpus.testing.ts';
import { compileControl } from '../evaluate/compile.ts';
import { everyType, parsed } from '../sample.testing.ts';
import { compareControls } from './compare.ts';

const between = (from: string, to: string) => {
  if (!good.includes(from)) throw new Error(`The good control has no "${from}".`);
  return compareControls(parsed(good), parsed(good.replace(from, to)));
};

describe('two versions', () => {
  test('that say the same have no changes', () => {
    expect(between('id: young', 'id: youthful')).toEqual({ changes: [], notes: [], weaker: false });
  });

  test('are told apart by one case at the moved threshold', () => {
    const { changes, weaker } = between('amount > EUR 500.00', 'amount > EUR 600.00');
    expect(weaker).toBe(true);
    expect(changes.map(({ step, from, to }) => [step, from, to])).toEqual([['pay', 'approval', 'continue']]);
    expect(changes[0]?.sentence).toBe(
      'Pay, when amount is from EUR 500.01 to EUR 600.00, and nothing else decides: it waited for a sign-off; now the agent goes on alone.',
    );
    expect(changes[0]?.example).toMatch(/^With amount EUR .+ Before: large Now: The rule "clean" lets it through\.$/);
  });

  test('show a sign-off that is lost behind a handoff', () => {
    const { changes } = between('when: amount > EUR 500.00', 'when: amount > EUR 500.00 && known');
    expect(changes.map(({ sentence, weaker }) => [sentence, weaker])).toEqual([
      [
        expect.stringMatching(
          /^Pay, .+: it needed sign-off and needs it no more, although it still is handed to a person\.$/,
        ),
        true,
      ],
    ]);
  });

  test('show less oversight first', () => {
    const stricter = ['known: payee.ageDays > 90', 'known: payee.ageDays > 60'] as const;
    const moved = good.replace(...stricter).replace('amount > EUR 500.00', 'amount > EUR 400.00');
    const { changes, weaker } = compareControls(parsed(good), parsed(moved));
    const pairs = new Map(changes.map(({ from, to, weaker: less }) => [`${from} ${to}`, [from, to, less]]));
    expect([...pairs.values()]).toEqual([
      ['handoff', 'continue', true],
      ['handoff', 'approval', true],
      ['handoff', 'forbid', true],
      ['continue', 'approval', false],
    ]);
    expect(weaker).toBe(true);
  });

  test.each([
    ['quorum: 2', 'quorum: 1', /^Sign-off: before 2 of approver, never the requester; now 1 of approver/, true],
    ['quorum: 2', 'quorum: 3', /now 3 of approver/, false],
    ['owner: role:owner', 'owner: role:other', /^Every path ended with owner, and ends with other now/, false],
    [
      'within: 10m',
      'within: 90m',
      /^The ladder desk tells otherwise\. Before: .+ after 10 minutes.+ Now: .+ after 1 hour 30 minutes/,
      false,
    ],
    ['max: 5_000', 'max: 6_000', /^The fact payee age days is declared otherwise\. It takes what/, true],
    ['  look: { risk: low, effect: none }\n', '', /^The step look is gone/, false],
    ['steps:\n', 'steps:\n  more: { risk: low, effect: none }\n', /^The step more is new/, false],
  ])('note what is not about single cases: %s → %s', (from, to, sentence, weaker) => {
    const comparison = between(from, to);
    expect(comparison.notes[0]?.sentence).toMatch(sentence);
    expect(comparison.weaker).toBe(weaker);
  });

  test('say that no case was found where conditions cannot be brought together, instead of nothing', () => {
    const rule = (limit: number) =>
      `  - { id: s, at: pay, when: size(subject) > ${limit} && size(subject) > count, then: continue }`;
    const sized = (limit: number) => parsed(everyType(rule(limit)));
    const { changes, notes, weaker } = compareControls(sized(30), sized(20));
    expect(changes.length + notes.length).toBeGreaterThan(0);
    expect(weaker).toBe(true);
  });
});

describe('what stands beside the rules', () => {
  const limits = (limit: string) =>
    parsed(good.replace('approvals:\n', `${limit === '' ? '' : `limits: [{ id: daily, ${limit} }]\n`}approvals:\n`));
  const daily = 'at: pay, of: amount, per: payeeId, window: 24h, above: EUR 900.00, then: approval, by: sign-off';
  test.each([
    ['a limit that is dropped', daily, '', true, /^The limit daily is gone: above EUR 900/],
    ['a limit that is new', '', daily, false, /^The limit daily is new: above EUR 900/],
    ['a raised limit', daily, daily.replace('900.00', '950.00'), true, /before above EUR 900.+ now above EUR 950/],
    ['a lowered limit', daily, daily.replace('900.00', '850.00'), false, /before above EUR 900.+ now above EUR 850/],
    ['a shorter window', daily, daily.replace('24h', '12h'), true, /within 24 hours .+ within 12 hours/],
    ['a longer window', daily, daily.replace('24h', '48h'), false, /within 24 hours .+ within 2 days/],
    ['another sum', daily, daily.replace('per: payeeId', 'per: agent'), true, /for each payee ID .+ for each agent/],
    ['a handoff less', daily.replace('approval, by: sign-off', 'handoff'), daily, true, /goes to the owner.+ asks for/],
    ['a sign-off that becomes a handoff', daily, daily.replace('approval, by: sign-off', 'handoff'), false, /goes to/],
  ])('tell the direction of %s', (_, from, to, weaker, sentence) => {
    const comparison = compareControls(limits(from), limits(to));
    expect(comparison.notes.map((note) => [note.weaker, note.sentence])).toEqual([
      [weaker, expect.stringMatching(sentence)],
    ]);
    expect(comparison.weaker).toBe(weaker);
  });

  test('a limit that counts a step no more is less oversight, however it comes about', () => {
    const perAgent = 'of: count, per: agent, window: 24h, above: 5, then: approval, by: sign-off';
    const unnamed = compareControls(limits(`at: pay, ${perAgent}`), limits(perAgent));
    expect(unnamed.notes).toContainEqual({ sentence: 'The limit daily counts pay no more.', weaker: true });
    expect(unnamed.weaker).toBe(true);

    const sums = 'of: amount, per: agent, window: 24h, above: EUR 900.00, then: approval, by: sign-off';
    const text = good.replace('approvals:\n', `limits: [{ id: daily, ${sums} }]\napprovals:\n`);
    const paying = parsed(text.replace('{ text: string }', '{ text: string, amount: money }'));
    const { notes } = compareControls(paying, parsed(text));
    expect(notes).toContainEqual({ sentence: 'The limit daily counts answer no more.', weaker: true });
    expect(compareControls(parsed(text), paying).weaker).toBe(false);
  });

  test.each([
    ['payee.blocked: { from: lookup, source: erp,', 'payee.blocked: { from: agent,', /is claimed by the agent now/],
    ['look: { risk: low, effect: none }', 'look: { risk: low, effect: none, offline: allow }', /cannot be reached/],
    ['approvals:\n', 'on-lookup-failure: continue\napprovals:\n', /goes on when a lookup fails/],
    ['approvals:\n', 'review: { sample: 2%, of: continued, by: role:owner }\napprovals:\n', null],
  ])('tell that %s became %s is less oversight', (from, to, sentence) => {
    const { notes } = between(from, to);
    const weaker = notes.filter((note) => note.weaker).map((note) => note.sentence);
    expect(weaker).toEqual(sentence === null ? [] : [expect.stringMatching(sentence)]);
  });
});

describe('what is declared', () => {
  const ranged = (most: string) =>
    good.replace('arguments: { text: string }', `arguments: { text: string, most: { type: money, max: ${most} } }`);
  const text = 'arguments: { text: string }';
  const blocked = 'source: erp, type: bool';

  test.each([
    ['a wider range', good, 'max: 5_000', 'max: 6_000'],
    ['no range', good, ', max: 10_000.00', ''],
    ['another currency', good, 'currency: [EUR]', 'currency: [EUR, USD]'],
    ['any currency', good, ', currency: [EUR], min: 0.01, max: 10_000.00', ''],
    ['one value more', good, '[calm, angry]', '[calm, angry, sad]'],
    ['any value', good, 'values: [calm, angry]', 'values: [calm, angry], open: true'],
    ['a value where one is missing', good, blocked, `${blocked}, default: false`],
    ['an argument that may be missing', good, text, 'arguments: { text: { type: string, optional: true } }'],
    ['a wider range of an argument', ranged('100.00'), 'max: 100.00', 'max: 200.00'],
    ['any arguments', good, `, ${text}`, ''],
  ])('so that %s is taken, is less oversight; the other way round it is not', (_, text, from, to) => {
    if (!text.includes(from)) throw new Error(`The control has no "${from}".`);
    const [old, next] = [parsed(text), parsed(text.replace(from, to))];
    const { notes, weaker } = compareControls(old, next);
    expect(notes.filter((note) => note.weaker).map(({ sentence }) => sentence)).toContainEqual(
      expect.stringMatching(/takes (what it did not take before|any arguments now)\.$/),
    );
    expect(weaker).toBe(true);
    expect(compareControls(next, old).weaker).toBe(false);
  });

  test('as another type, scale or zone is not proved to be no weaker', () => {
    expect(between('scale: 2', 'scale: 3').weaker).toBe(true);
    expect(
      between(
        'payee.id: { from: lookup, source: erp, type: string',
        'payee.id: { from: lookup, source: erp, type: enum, values: [a]',
      ).weaker,
    ).toBe(true);
  });

  test('as part of what the agent wants, of what was looked up, is less oversight', () => {
    const own = (from: string) => parsed(good.replace('mood: { from: agent', `mood: { from: ${from}`));
    const inArguments = good
      .replace(text, 'arguments: { text: string, mood: string }')
      .replace('mood: { from: agent', 'mood: { from: args');
    const { notes, weaker } = compareControls(own('lookup, source: crm'), parsed(inArguments));
    expect(weaker).toBe(true);
    expect(notes.map(({ sentence }) => sentence)).toContain(
      'The fact mood is part of what the agent wants to carry out now; it was looked up in CRM.',
    );
  });
});

describe('a recent sign-in that is asked of signers', () => {
  const asking = (more: string) => parsed(good.replace('from: role:approver,', `from: role:approver, ${more},`));
  test.each([
    ['fresh-sign-in: 10m', '', true],
    ['fresh-sign-in: 10m', 'fresh-sign-in: 30m', true],
    ['fresh-sign-in: 30m', 'fresh-sign-in: 10m', false],
    ['', 'fresh-sign-in: 10m', false],
  ])('%s that becomes %s', (from, to, weaker) => {
    const [before, after] = [from, to].map((more) => (more === '' ? parsed(good) : asking(more)));
    const { notes } = compareControls(before as never, after as never);
    expect(notes).toMatchObject([{ weaker, sentence: expect.stringMatching(/signed in within the last [13]0 min/) }]);
  });
});

describe('the review afterwards', () => {
  const within = (more: string) =>
    parsed(good.replace('approvals:\n', `review: { sample: 2%, of: continued, by: role:owner${more} }\napprovals:\n`));

  test('that leaves more time, also by saying none, is less oversight, the other way round more', () => {
    const [soon, unsaid] = [within(', within: 3d'), within('')];
    const sentence =
      'Of what continued, 2% by owner within 3 days was looked at afterwards, and 2% by owner within 7 days is now.';
    expect(compareControls(soon, unsaid).notes).toEqual([{ sentence, weaker: true }]);
    expect(compareControls(unsaid, soon)).toMatchObject({ notes: [{ weaker: false }], weaker: false });
    expect(compareControls(unsaid, within(', within: 7d')).notes).toEqual([]);
  });
});

describe('the budgets of a stuck run', () => {
  const within = (stuck: string) => parsed(good.replace('approvals:\n', `stuck: { ${stuck} }\napprovals:\n`));

  test.each([
    ['idle: 10m', 'idle: 20m', 'The agent may be silent: 10 minutes before, 20 minutes now.'],
    [
      'heartbeat: 1m',
      'heartbeat: 2m',
      'An agent that sends signs of life may be silent: 1 minute before, 2 minutes now.',
    ],
    ['time: 1h', 'time: 2h', 'The agent may work without a look of a person: 1 hour before, 2 hours now.'],
    ['outage: 30m', 'idle: 10m', 'Systems outside may fail: 30 minutes before, 1 hour now.'],
    ['same-step: 3', 'same-step: 4', 'The same step may be asked for: 3 times before, 4 times now.'],
    ['attempts: 2', 'attempts: 3', 'A step may be tried: 2 times before, 3 times now.'],
    ['steps: 50', 'steps: 200', 'The steps of a run may be: 50 before, 200 now.'],
    ['cost: USD 5.00', 'cost: USD 5.01', 'A run may cost: USD 5.00 before, USD 5.01 now.'],
    ['cost: USD 5.00', 'idle: 10m', 'A run may cost: USD 5.00 before, no bound of its own now.'],
    [
      'heartbeat: 1m',
      'idle: 10m',
      'An agent that sends signs of life may be silent: 1 minute before, no bound of its own now.',
    ],
  ])('%s that becomes %s brings a person later, the other way round sooner', (tight, loose, sentence) => {
    const later = compareControls(within(tight), within(loose));
    expect(later).toMatchObject({ changes: [], notes: [{ sentence, weaker: true }], weaker: true });
    const sooner = compareControls(within(loose), within(tight));
    expect(sooner).toMatchObject({ notes: [{ weaker: false }], weaker: false });
    expect(compareControls(within(tight), within(tight)).notes).toEqual([]);
  });
});

describe('the cases of a comparison', () => {
  test('agree with the decisions: each case was decided so by both', () => {
    const threshold = fc.integer({ min: 1, max: 999 });
    fc.assert(
      fc.property(threshold, fc.integer({ min: 1, max: 200 }), (euros, days) => {
        const [old, next] = [
          parsed(good),
          parsed(good.replace('EUR 500.00', `EUR ${euros}.00`).replace('> 90', `> ${days}`)),
        ];
        const { changes } = compareControls(old, next);
        for (const change of changes) {
          expect(compileControl(old).decide(change.case).outcome).toBe(change.from);
          expect(compileControl(next).decide(change.case).outcome).toBe(change.to);
        }
        const found = changes.map(({ from, to }) => `${from} ${to}`);
        expect(found.includes('approval continue')).toBe(euros > 500);
        expect(found.includes('continue approval')).toBe(euros < 500);
        expect(found.includes('handoff continue')).toBe(days < 90);
        expect(found.includes('continue handoff')).toBe(days > 90);
      }),
      { numRuns: 15 },
    );
  });
});
