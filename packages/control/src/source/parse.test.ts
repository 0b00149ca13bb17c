import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { controlDigest, parseControl } from '../index.ts';
import { everyType, parsed, problemsIn, shownProblems } from '../sample.testing.ts';

const minimal = 'control: a\nabout: b\nowner: role:c\nsteps:\n  go: { risk: low, effect: none }\n';

describe('a control', () => {
  test('has defaults for everything that is not a decision of its owner', () => {
    expect(parsed(`${minimal}approvals: { s: { from: role:x } }\n`)).toMatchObject({
      name: 'a',
      subject: {},
      facts: [],
      rules: [],
      steps: [{ name: 'go', offline: 'refuse', idempotent: true, arguments: {}, editable: [] }],
      approvals: [
        {
          groups: [{ from: 'role:x', quorum: 1 }],
          exclude: ['requester'],
          veto: 'any',
          dwellMs: 0,
          mustOpen: false,
          withinMs: 86_400_000,
          onExpiry: { kind: 'handoff', to: 'role:c' },
        },
      ],
      stuck: { idleMs: 600_000, sameStep: 3, attempts: 3, steps: 200, costUsd: null },
      packet: { title: 'a: {step}', sections: [{ name: 'policy', show: 'rules' }] },
      onLookupFailure: 'handoff',
      afterClaim: null,
    });
  });

  test('finds facts in their records by their names', () => {
    const at = Object.fromEntries(parsed(everyType('')).facts.map((fact) => [fact.name, fact.at]));
    expect(at).toMatchObject({ amount: '/amount', 'other.count': '/other', tier: '/tier' });
    const facts =
      'facts:\n  a.b: { from: lookup, source: s, type: int }\n  c.d: { from: agent, type: int }\n  attempts: { from: system }\n';
    expect(parsed(minimal + facts).facts.map(({ at: place, type }) => [place, type])).toEqual([
      ['/b', 'int'],
      ['/c/d', 'int'],
      ['/attempts', 'int'],
    ]);
  });

  test('gives an argument of money the currencies of the fact that is read from it', () => {
    expect(parsed(everyType('')).steps[0]?.arguments.amount).toMatchObject({ type: 'money', currency: ['EUR', 'USD'] });
  });

  test('is named by what it says: comments and layout do not count, one threshold does', () => {
    const rule = '  - { id: r, at: pay, when: count > 3, then: handoff, because: b }';
    const digest = (text: string) => controlDigest(parsed(text));
    expect(digest(everyType(rule))).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(digest(`# a comment\n${everyType(rule.replace('count > 3', '"count > 3"'))}`)).toBe(digest(everyType(rule)));
    expect(digest(everyType(rule.replace('3', '4')))).not.toBe(digest(everyType(rule)));
  });
});

test('a rule is checked at each of its steps: what an argument is at one says nothing of another', () => {
  const at = (scale: number) => `{ risk: low, effect: none, arguments: { score: { type: decimal, scale: ${scale} } } }`;
  const text = (coarse: number) =>
    `control: a\nabout: b\nowner: role:c\nsteps:\n  fine: ${at(2)}\n  coarse: ${at(coarse)}\n` +
    'rules:\n  - { id: r, when: args.score > 0.85, then: handoff, because: d }\n';
  expect(parseControl(text(2)).ok).toBe(true);
  expect(parseControl(text(3)).ok).toBe(true);
  expect(shownProblems(text(1))).toEqual([
    '8:33 args.score has at most 1 digits after the point; 0.85 does not fit. Round the number.',
  ]);
});

/** Ten controls as a beginner writes them, and every word they get to read. */
const beginners: [string, string][] = [
  ['an empty file', ''],
  ['only a name', 'control: payments\n'],
  ['spelling', minimal.replace('risk: low', 'risk: hihg').replace('about:', 'abuot:')],
  [
    'an expression that YAML reads first',
    `${minimal}rules:\n  - id: r\n    when: "pii" in labels\n    then: continue\n`,
  ],
  [
    'a tag',
    `${minimal}facts:\n  ok: { from: agent, type: bool }\nrules:\n  - id: r\n    when: !ok\n    then: continue\n`,
  ],
  [
    'names that nobody declared',
    everyType(
      '  - { id: r, at: pya, when: amuont > EUR 5.00, then: approval, by: signoff, because: "{amuont}" }\n  - { id: s, at: pay, then: handoff, to: dsek, because: b }',
    ),
  ],
  ['money without a currency', everyType('  - { id: r, at: pay, when: amount > 500, then: handoff, because: b }')],
  [
    'a ladder that stops',
    `${minimal}ladders:\n  desk:\n    - { tell: ann }\n    - { tell: role:lead, within: 15 minutes }\n`,
  ],
  [
    'a ladder that repeats without end, in its middle, and without a time before it begins again',
    `${minimal}ladders:\n  desk:\n    - { tell: role:desk, within: 9m }\n    - { repeat: 2 }\n    - { tell: role:lead }\n    - { repeat: 99 }\n  lead:\n    - { tell: role:lead }\n    - { repeat: 2 }\n`,
  ],
  [
    'rules without what they need',
    `${minimal}rules:\n  - { id: r, then: approval }\n  - { id: r, then: forbid, by: x, because: b }\n  - { when: true }\n`,
  ],
  [
    'facts without what they need',
    `${minimal}facts:\n  a: { from: lookup, type: int }\n  b: { from: system }\n  c: { from: agent, type: decimal }\n  d: { from: agent, type: int, currency: EUR }\n  e-f: { from: agent, type: int, min: 5, max: 3 }\n  g: { from: database, type: text }\n`,
  ],
];

describe('a wrong control', () => {
  test.each(beginners)('%s: says where, what and how to mend it', (_, text) => {
    expect(shownProblems(text)).toMatchSnapshot();
  });

  test('shows all problems at once, in the order of the file', () => {
    const text = everyType(
      '  - { id: r, at: pay, when: cuont > 3, then: handoff, to: dsek, because: "{nothing}" }',
      'stcuk: { idle: 5m }',
    );
    const problems = problemsIn(text);
    expect(problems.map(({ code }) => code)).toEqual(['unknownName', 'unknownName', 'unknownName', 'unknownKey']);
    expect(problems.map(({ line, column }) => line * 1000 + column)).toEqual(
      [...problems.map(({ line, column }) => line * 1000 + column)].sort((a, b) => a - b),
    );
  });

  test('says only where it is not YAML: what seems to be missing may stand after that place', () => {
    expect(problemsIn('control: [x\n').map(({ code }) => code)).toEqual(['yaml']);
    expect(problemsIn(minimal.replace('about: b', 'about: [b')).map(({ code }) => code)).toEqual(['yaml']);
  });

  test('points at the very character, also in quotes and folded lines', () => {
    const place = (when: string) => {
      const text = everyType(`  - id: r\n    at: pay\n    when: ${when}\n    then: handoff\n    because: b`);
      const [problem] = problemsIn(text);
      return text.split('\n')[(problem?.line ?? 0) - 1]?.slice((problem?.column ?? 0) - 1);
    };
    expect(place('urgent && cuont > 3')).toBe('cuont > 3');
    expect(place("'urgent && cuont > 3'")).toBe("cuont > 3'");
    expect(place('"tier == \\"gold\\" && cuont > 3"')).toBe('cuont > 3"');
    expect(place('>-\n      urgent &&\n      cuont > 3')).toBe('cuont > 3');
    expect(place('urgent &&\n      cuont > 3')).toBe('cuont > 3');
  });

  test('has no anchors, aliases, merge keys or second documents', () => {
    expect(shownProblems(`${minimal}channels: &a { slack: x }\nlists: *a\n`).join()).toMatch(/no YAML anchors/);
    expect(problemsIn(`${minimal}---\ncontrol: b\n`).length).toBeGreaterThan(0);
    expect(shownProblems(`${minimal}control: b\n`).join()).toMatch(/unique/);
  });

  test.each([
    ['a null character', String.raw`"the desk\0"`],
    ['half a character', String.raw`"the desk \uD800"`],
  ])('has no text with %s, which nothing can keep', (_, about) => {
    expect(shownProblems(minimal.replace('about: b', `about: ${about}`))).toEqual([
      expect.stringMatching(/^2:8 This text holds the character U\+0000 or half a character/),
    ]);
  });

  test('may not name things after what JavaScript objects inherit', () => {
    const text = everyType(
      '  - { id: r, at: pay, when: constructor == 3 || toString, then: handoff, because: "{valueOf}" }',
    );
    expect(problemsIn(text)).toHaveLength(3);
    expect(problemsIn(`${minimal}facts:\n  __proto__: { from: agent, type: int }\n`).map(({ code }) => code)).toContain(
      'wrongName',
    );
  });

  test('asks for no sign-in that nobody could have given in time', () => {
    const asking = (within: string) => `${minimal}approvals:\n  a: { from: role:lead, fresh-sign-in: ${within} }\n`;
    expect(problemsIn(asking('59s'))).toMatchObject([
      { code: 'wrongForm', message: expect.stringContaining('minute') },
    ]);
    expect(problemsIn(asking('1m'))).toEqual([]);
  });

  test('an offline step has no effect', () => {
    expect(shownProblems(minimal.replace('effect: none', 'effect: reversible, offline: allow')).join()).toMatch(
      /has an effect/,
    );
  });
});

describe('any text', () => {
  const good = everyType(
    '  - { id: r, at: pay, when: count > 3 && tier == "gold", then: handoff, to: desk, because: "{amount}" }',
  );

  test('is parsed or refused with a place, never thrown at', () => {
    const cut = fc
      .tuple(fc.nat(good.length), fc.nat(12), fc.string({ maxLength: 8 }))
      .map(([from, length, put]) => good.slice(0, from) + put + good.slice(from + length));
    fc.assert(
      fc.property(
        fc.oneof({ weight: 1, arbitrary: fc.string({ unit: 'binary' }) }, { weight: 6, arbitrary: cut }),
        (text) => {
          const result = parseControl(text);
          if (result.ok) return;
          expect(result.problems.length).toBeGreaterThan(0);
          for (const { line, column, message, remedy } of result.problems) {
            expect(line >= 1 && column >= 1 && message !== '' && remedy !== '').toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([
    ['brackets', '['.repeat(200_000)],
    ['braces', `a: ${'{b: '.repeat(50_000)}`],
    ['sequences', '- '.repeat(50_000)],
    ['indents', Array.from({ length: 3000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['aliases', `a: &a [x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*a, *a]`).join('\n')}`],
    ['length', 'x'.repeat(1_100_000)],
  ])('with too many %s is refused', (_, text) => {
    expect(parseControl(text).ok).toBe(false);
  });
});
