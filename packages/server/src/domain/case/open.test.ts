import { describe, expect, it } from 'vitest';
import { controlWith, pay, Story } from '../story.testing.ts';

const rule = '- { id: new-payee, at: pay, when: fresh, then: handoff, to: desk, because: "The payee is new." }';
const asked = (words: string): Story => {
  const told = new Story();
  told.control = controlWith(rule, `${rule}\n  ${rule.replace('new-payee', 'unknown').replace('new.', 'unknown.')}`);
  return told.ask({ args: pay('1234.50'), facts: { fresh: true }, words });
};

describe('the words of the agent', () => {
  it('stand on the case once, however many reasons the step had', () => {
    const { run } = asked('I called them.');
    expect(run.case?.reasons.map(({ because }) => because)).toEqual(['The payee is new.', 'The payee is unknown.']);
    expect(run.case?.agentWords).toBe('I called them.');
  });

  it('are kept one after the other where they differ, also by an ending alone', () => {
    const told = asked('I called them.');
    for (const [key, question] of Object.entries({ a: 'them.', b: 'them.', c: 'Really?' }))
      told.agent({ type: 'escalate', question, options: [], key } as Parameters<Story['agent']>[0]);
    expect(told.run.case?.agentWords).toBe('I called them.\n\nthem.\n\nReally?');
  });
});
