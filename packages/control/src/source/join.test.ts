import { describe, expect, test } from 'vitest';
import { joinControl, parseControlFiles, partsElsewhere, partsOf } from './join.ts';
import { controlDigest, parseControl } from './parse.ts';

const main = `# The control itself
control: refunds
about: b
owner: role:owner
parts: [facts.part.yaml, "limits.part.yaml"] # beside it
facts:
  amount: { from: args, type: money, currency: [EUR] }

# What the agent may do
steps:
  pay: { risk: high, effect: irreversible, arguments: { amount: money } }
rules:
  - id: small
    at: pay
    when: amount < EUR 10.00 && !blocked
    then: continue
`;
const facts = {
  file: 'facts.part.yaml',
  text: 'facts:\n    # four spaces here\n    blocked: { from: lookup, source: crm, type: bool }\n',
};
const limits = (when: string) => ({
  file: 'limits.part.yaml',
  text: `# limits\nrules:\n- id: large\n  at: pay\n  when: >-\n    ${when}\n  then: handoff\n  because: b\nlists:\n  own: [a]\n`,
});
const control = { file: 'refunds.control.yaml', text: main };

describe('a control in several files', () => {
  test('is the control that one file with all of it would be', () => {
    const result = parseControlFiles(control, [facts, limits('amount >= EUR 10.00 || blocked')]);
    const whole = parseControl(`control: refunds
about: b
owner: role:owner
facts:
  amount: { from: args, type: money, currency: [EUR] }
  blocked: { from: lookup, source: crm, type: bool }
steps:
  pay: { risk: high, effect: irreversible, arguments: { amount: money } }
rules:
  - { id: small, at: pay, when: amount < EUR 10.00 && !blocked, then: continue }
  - { id: large, at: pay, when: amount >= EUR 10.00 || blocked, then: handoff, because: b }
lists: { own: [a] }
`);
    expect(result.problems).toEqual([]);
    if (!result.ok || !whole.ok) throw new Error('both can be read');
    expect(controlDigest(result.control)).toBe(controlDigest(whole.control));
    expect(result.text).toContain('  # four spaces here\n  blocked:');
    expect(parseControl(result.text).ok).toBe(true);
  });

  test.each([
    ['parts: [a.yaml, ../b.yaml]\n', '../b.yaml', 1, 17],
    ['control: x\nparts:\n  - rules/a.yaml\n  - "/etc/b.yaml" # there\n', '/etc/b.yaml', 4, 6],
    ['parts: [rules/../../b.yaml]\n', 'rules/../../b.yaml', 1, 9],
    ['parts: [C:\\\\b.yaml]\n', 'C:\\\\b.yaml', 1, 9],
    ['parts: [linked.yaml]\n', 'linked.yaml', 1, 9],
  ])('names no part from elsewhere: %j', (text, part, line, column) => {
    expect(
      partsElsewhere({ file: 'x.control.yaml', text }, (name) => (name === 'linked.yaml' ? '../a.yaml' : name)),
    ).toEqual([
      {
        code: 'parts',
        severity: 'error',
        file: 'x.control.yaml',
        line,
        column,
        message: `The part "${part}" is outside of the folder of the control.`,
        remedy: expect.stringMatching(/^Put it beside the control and write parts: \[(b|linked)\.yaml\]\.$/),
      },
    ]);
  });

  test('may name parts in folders of its own folder', () => {
    const text = 'parts: [rules/a.yaml, ./b.yaml, rules/../c.yaml, ..d.yaml]\n';
    expect(partsElsewhere({ file: 'x', text }, (name) => name)).toEqual([]);
  });

  test('names its parts, in brackets or in a list', () => {
    expect(partsOf(main)).toEqual(['facts.part.yaml', 'limits.part.yaml']);
    expect(partsOf("control: a\nparts:\n  - 'a b.yaml' # first\n  - c.yaml\nsteps: {}\n")).toEqual([
      'a b.yaml',
      'c.yaml',
    ]);
    expect(partsOf('control: a\n')).toEqual([]);
  });

  test('says in which file, line and column something is wrong', () => {
    const problems = (when: string, more = '') =>
      parseControlFiles(control, [facts, { ...limits(when), text: limits(when).text + more }]).problems.map(
        ({ file, line, column, message }) => `${file}:${line}:${column} ${message}`,
      );
    expect(problems('amuont > EUR 1.00')).toEqual([
      'limits.part.yaml:6:5 There is no fact "amuont". Did you mean "amount"? Declared facts: amount, blocked.'.replace(
        / Declared.*/,
        '',
      ),
    ]);
    expect(problems('blocked', 'owner: role:x\n')).toEqual(['limits.part.yaml:11:1 A part has no "owner".']);
    expect(problems('blocked', 'facts: { x: { from: agent, type: bool } }\n')).toEqual([
      'limits.part.yaml:11:1 "facts" is shared with the control.',
    ]);
    expect(problems('blocked', 'facts:\n  amount: { from: agent, type: bool }\n')).toEqual([
      'limits.part.yaml:12:3 This is not YAML here: Map keys must be unique.',
    ]);
    const [stray] = parseControlFiles(control, [{ file: 'x.yaml', text: '- id: a\n' }]).problems;
    expect(stray).toMatchObject({ file: 'x.yaml', line: 1, message: 'This belongs to no section.' });
  });

  test('is refused without its parts: nothing is decided by half of a control', () => {
    const [problem] = parseControl(main).problems;
    expect(problem).toMatchObject({ line: 5, message: 'The parts of this control were not read with it.' });
  });

  test('is left as it is when it has no parts', () => {
    const alone = main.replace(/parts:.*\n/, '');
    expect(joinControl({ file: 'a', text: alone }, []).text).toBe(alone);
  });
});
