import { compileControl, type GateInput, parseControl } from '@belay/control';
import { describe, expect, it } from 'vitest';
import { incompleteRequirement } from './incomplete.ts';

const controlWith = (complete: string) => {
  const parsed = parseControl(`
control: paying
about: Pays.
owner: role:owner
facts: { name: { from: lookup, source: crm, type: string } }
steps: { pay: { risk: high, effect: irreversible } }
rules:
  - { id: sign, at: pay, when: "true", then: approval, by: two, because: "Always." }
  - { id: look, at: pay, when: "true", then: handoff, because: "Always." }
approvals: { two: { from: role:signer } }
packet: { title: Pay, ${complete} sections: { Who: [name] } }
`);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return compileControl(parsed.control);
};
const input = (looked: GateInput['looked']): GateInput => ({
  step: 'pay',
  arguments: {},
  agent: {},
  system: {},
  looked,
});
const down = input({ crm: { ok: false, problem: 'crm answered 503.' } });
const up = input({ crm: { ok: true, value: { name: 'Ann' } } });

const asked = (complete: string, given: GateInput, kinds = ['approval', 'handoff']) => {
  const control = controlWith(complete);
  const verdict = control.decide(given);
  const open = verdict.requirements.filter(({ kind }) => kinds.includes(kind));
  return incompleteRequirement(open, given, verdict, { control });
};

describe('a packet of which too little is known', () => {
  it('is handed off, saying what is missing and why', () => {
    expect(asked('complete: 50%,', down)).toMatchObject([
      {
        kind: 'handoff',
        because:
          'Only 0 % of what a signature needs is known, and 50 % is asked for: name could not be looked up in crm: crm answered 503.',
      },
    ]);
  });

  it('is no matter when enough is known, no share is asked for, or nobody is to sign', () => {
    expect(asked('complete: 50%,', up)).toEqual([]);
    expect(asked('', down)).toEqual([]);
    expect(asked('complete: 50%,', down, ['handoff'])).toEqual([]);
  });
});
