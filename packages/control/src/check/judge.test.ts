import { describe, expect, test } from 'vitest';
import { everyType, parsed, problemsIn } from '../sample.testing.ts';
import { controlDigest } from '../source/parse.ts';
import { checkControl } from './check.ts';
import { acceptableCodes, findingCodes } from './finding.ts';
import { acceptLine, judgeFindings } from './judge.ts';

const untied = '  - { id: small, at: pay, when: count < 3, then: continue }';
const withOne = (rules: string, more = ''): string =>
  everyType(rules, more).replace('{ tell: role:desk }', '{ tell: role:desk, repeat: 1h }');
const accepting = (text: string) => parsed(withOne(untied, `accepts:\n  ${text}\n`));
const judged = (control: ReturnType<typeof parsed>) => judgeFindings(control, checkControl(control), false);

describe('a control is published', () => {
  test('not with a warning that nobody gave a reason for', () => {
    const { publishable, refused } = judged(parsed(withOne(untied)));
    expect(publishable).toBe(false);
    expect(refused.map(({ code }) => code)).toEqual(['untiedArguments']);
  });

  test('with the reason, which is kept beside the finding', () => {
    const { publishable, findings } = judged(accepting('- { finding: untiedArguments, of: pay, because: By hand. }'));
    expect(publishable).toBe(true);
    expect(findings.find(({ code }) => code === 'untiedArguments')?.accepted).toBe('By hand.');
  });

  test('not when the reason is for something else', () => {
    const { publishable, stale } = judged(accepting('- { finding: untiedArguments, of: look, because: By hand. }'));
    expect(publishable).toBe(false);
    expect(stale).toEqual([{ finding: 'untiedArguments', of: 'look', because: 'By hand.' }]);
  });

  test('a reason for what only people can cause is not called outlived where no people were looked at', () => {
    const control = accepting('- { finding: quorumTight, because: A small team. }');
    const stale = (organisation: boolean) => judgeFindings(control, checkControl(control), organisation).stale.length;
    expect([stale(false), stale(true)]).toEqual([0, 1]);
  });

  test('never with an error: it cannot be accepted at all', () => {
    expect(acceptableCodes.every((code) => findingCodes[code] === 'warning')).toBe(true);
    const [problem] = problemsIn(withOne(untied, 'accepts:\n  - { finding: neverFires, because: x }\n'));
    expect(problem?.message).toContain('accepts[0].finding must be one of');
    const dead = parsed(
      everyType(`${untied}\n  - { id: dead, at: pay, when: count > 3 && count < 2, then: continue }`),
    );
    const { refused } = judged({ ...dead, accepts: [{ finding: 'neverFires', of: null, because: 'x' }] });
    expect(refused.map(({ code }) => code)).toContain('neverFires');
  });
});

test('the line that is offered accepts the finding, once it has a reason', () => {
  const [found] = checkControl(parsed(withOne(untied))).filter(({ severity }) => severity === 'warning');
  if (found === undefined) throw new Error('there is no warning');
  expect(judged(accepting(acceptLine(found))).publishable).toBe(true);
});

test('a control that accepts nothing keeps its digest; a reason is part of what a version is', () => {
  expect(Object.hasOwn(parsed(withOne(untied)), 'accepts')).toBe(false);
  const [one, other] = ['By hand.', 'Otherwise.'].map((because) =>
    controlDigest(accepting(`- { finding: untiedArguments, because: ${because} }`)),
  );
  expect(one).not.toBe(other);
});
