import { expect, test } from 'vitest';
import { parseControl, recordedInput } from '../index.ts';

const declaring = (facts: string) => {
  const result = parseControl(
    `control: a\nabout: b\nowner: role:c\nfacts:\n${facts}\nsteps:\n  go: { risk: low, effect: none }\n`,
  );
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return result.control.facts;
};
const step = { step: 'go', arguments: {} };

test('a recorded fact stays in its own input, whatever place a candidate declares for it', () => {
  const facts = declaring('  seen: { from: agent, type: string, at: /__proto__/seen }');
  try {
    recordedInput(facts, step, { facts: { seen: 'yes' }, sources: {} });
    expect(Object.keys(Object.prototype)).toEqual([]);
  } finally {
    delete (Object.prototype as { seen?: unknown }).seen;
  }
});

test('a fact that was not recorded is missing, also where every object has something of its name', () => {
  const facts = declaring('  constructor: { from: agent, type: string, optional: true }');
  expect(recordedInput(facts, step, { facts: {}, sources: {} }).agent).toEqual({});
});
