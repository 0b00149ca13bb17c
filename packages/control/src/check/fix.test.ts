import { describe, expect, test } from 'vitest';
import { parsed } from '../sample.testing.ts';
import { checkControl } from './check.ts';
import { good, organisation } from './corpus.testing.ts';
import { fixControl, placeOf } from './fix.ts';

const edited = (...edits: [from: string, to: string][]): string =>
  edits.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`The good control has no "${from}".`);
    return text.replace(from, () => to);
  }, good);

describe('a safe edit', () => {
  test('changes nothing in a control without findings', () => {
    expect(fixControl(good, organisation)).toEqual({ text: good, fixed: [], left: [] });
  });

  test.each<[string, [string, string][], string[]]>([
    ['a ladder that stops, in brackets', [[', repeat: 30m', '']], ['- { tell: role:lead, repeat: 1h }']],
    [
      'a ladder that stops, on lines of its own',
      [['    - { tell: role:lead, repeat: 30m }', '    # the lead\n    - tell: role:lead # at any hour']],
      ['    # the lead\n    - tell: role:lead # at any hour\n      repeat: 1h\n'],
    ],
    ['an approval that waits', [[', on-expiry: handoff to desk', ', on-expiry: wait']], ['on-expiry: handoff to desk']],
    [
      'a forbid without a way on',
      [[', instead: Ask for another account.', '']],
      ['because: blocked, instead: handoff to desk'],
    ],
    [
      'a gap at the threshold of a rule that hands off',
      [["when: '!known', then: handoff", 'when: payee.ageDays < 90, then: handoff']],
      ["when: 'payee.ageDays <= 90', then: handoff"],
    ],
    [
      'names of no use, comments above them stay',
      [
        [
          'lists:',
          '  # asked for later\n  idle: { from: agent, type: bool } # none\n  later: { from: agent, type: bool }\nlists:',
        ],
        ['conditions:', '  idle:\n    - a\n    - b\nconditions:'],
      ],
      ['  # asked for later\nlists:\n  own: [me-1, me-2]\nconditions:'],
    ],
    [
      'the only entry of a section, and the section with it',
      [
        ['ladders:', 'channels: { slack: x }\nladders:'],
        ['lists:\n  own: [me-1, me-2]\n', 'lists:\n  own: [me-1, me-2]\n'],
      ],
      ['channels: { slack: x }'],
    ],
  ])('mends %s', (_, edits, expected) => {
    const { text, left } = fixControl(edited(...edits), organisation);
    expect(left).toEqual([]);
    for (const part of expected) expect(text).toContain(part);
    expect(checkControl(parsed(text), organisation)).toEqual([]);
  });
});

describe('an edit', () => {
  test('empties no section: it goes with its last entry', () => {
    const text = `control: a\nabout: b\nowner: role:owner\nlists:\n  idle: [x]\nsteps:\n  go: { risk: low, effect: none }\n`;
    expect(fixControl(text).text).toBe(text.replace('lists:\n  idle: [x]\n', ''));
  });

  test('is not made where it would decide for the author', () => {
    const text = edited(['has(score) && score', 'score'], ['&& known, then', '&& known && mood == "calm", then']);
    const { text: same, fixed, left } = fixControl(text, organisation);
    expect([same, fixed]).toEqual([text, []]);
    expect(left.length).toBeGreaterThan(1);
  });

  test('of a gap is shown to paste where it would let more through', () => {
    const text = edited(
      ['known: payee.ageDays > 90', 'known: payee.ageDays > 0'],
      ['payee.id && known', 'payee.id && known && amount < EUR 500.00'],
    );
    const { text: same, left } = fixControl(text, organisation);
    expect(same).toBe(text);
    const gap = left.find(({ code }) => code === 'gapAtThreshold');
    expect(gap).toMatchObject({ fix: null });
    expect(gap?.edit).toMatch(
      /Let the rule "(?:clean|large)" include it\. Write there: when: '.*amount (?:<=|>=) EUR 500\.00'/,
    );
  });

  test('for cases that no rule speaks of is a rule that speaks of them all', () => {
    const text = `control: a\nabout: b\nowner: role:owner\nfacts:\n  amount: { from: args, type: int }\nsteps:
  pay: { risk: high, effect: none, arguments: { amount: int } }\nrules:
  - { id: small, at: pay, when: amount < 5, unless: amount > 3, then: continue }\n`;
    const outside = checkControl(parsed(text)).find(({ code }) => code === 'outsidePolicy');
    const [, rule = ''] = /`(- \{.*\})`$/.exec(outside?.edit ?? '') ?? [];
    const mended = `${text}  ${rule.replace('LADDER', 'role:owner')}\n`;
    expect(rule).not.toBe('');
    expect(checkControl(parsed(mended)).map(({ code }) => code)).not.toContain('outsidePolicy');
  });

  test('is refused for what is no control', () => {
    expect(() => fixControl('control: a\n')).toThrow('cannot be read');
  });
});

test('a finding says the line at which it is mended', () => {
  const text = edited([', repeat: 30m', ''], ['has(score) && score', 'score']);
  const lines = checkControl(parsed(text), organisation).map((finding) => {
    const { line, column } = placeOf(text, finding);
    return [finding.code, text.split('\n')[line - 1]?.slice(column - 1, column + 16)];
  });
  expect(lines).toContainEqual(['ladderStops', '{ tell: role:lead']);
  expect(lines).toContainEqual(['cannotBeJudged', '{ id: unsure, at:']);
});
