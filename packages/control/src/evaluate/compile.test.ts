import { describe, expect, test } from 'vitest';
import type { GateInput } from '../model.ts';
import { compiled, everyType, parsed, usableInput } from '../sample.testing.ts';
import { compileControl } from './compile.ts';

const rule = (id: string, then: string, more = ''): string => `  - { id: ${id}, at: pay, then: ${then}${more} }`;
const pay = usableInput('pay');
const withFacts = (input: GateInput, change: Partial<GateInput>): GateInput => ({ ...input, ...change });

describe('outcomes', () => {
  test('a high-risk step that no rule lets through is handed to the owner', () => {
    const verdict = compiled(everyType('')).decide(pay);
    expect(verdict).toMatchObject({ outcome: 'handoff', house: 'outsidePolicy', decidedBy: null });
    expect(verdict.requirements).toMatchObject([{ kind: 'handoff', to: 'role:owner', rule: null }]);
  });

  test('a low-risk step continues when nothing fires', () => {
    expect(compiled(everyType('')).decide(usableInput('look'))).toMatchObject({
      outcome: 'continue',
      house: 'lowRisk',
    });
  });

  test('an unknown step is handed to the owner, with the nearest name', () => {
    const verdict = compiled(everyType('')).decide({ ...pay, step: 'lok' });
    expect(verdict).toMatchObject({ outcome: 'handoff', house: 'unknownStep' });
    expect(verdict.because).toContain('Did you mean "look"?');
  });

  test('requirements accumulate, strictest first, in file order within one kind', () => {
    const rules = [
      rule('go', 'continue'),
      rule('sign', 'approval', ', by: sign-off, because: s'),
      rule('stop', 'forbid', ', because: f, instead: Wait.'),
      rule('ask', 'handoff', ', to: desk, because: h'),
      rule('ask-again', 'handoff', ', because: h2'),
    ];
    const verdict = compiled(everyType(rules.join('\n'))).decide(pay);
    expect(verdict.requirements.map(({ kind, rule: id, to, by, instead }) => [kind, id, to ?? by ?? instead])).toEqual([
      ['handoff', 'ask', 'desk'],
      ['handoff', 'ask-again', 'role:owner'],
      ['forbid', 'stop', 'Wait.'],
      ['approval', 'sign', 'sign-off'],
      ['continue', 'go', null],
    ]);
    expect(verdict).toMatchObject({ outcome: 'handoff', decidedBy: 'ask', house: null });
    expect(verdict.fired).toEqual(['go', 'sign', 'stop', 'ask', 'ask-again']);
  });

  test('a forbid that hands off instead is both', () => {
    const verdict = compiled(everyType(rule('own', 'forbid', ', because: f, instead: handoff to desk'))).decide(pay);
    expect(verdict.requirements.map(({ kind, rule: id, to }) => [kind, id, to])).toEqual([
      ['handoff', 'own', 'desk'],
      ['forbid', 'own', null],
    ]);
  });

  test('`unless` silences its own rule and no other', () => {
    const rules = [
      rule('a', 'handoff', ', because: a, unless: urgent'),
      rule('b', 'approval', ', by: sign-off, because: b'),
    ];
    const control = compiled(everyType(rules.join('\n')));
    expect(control.decide(pay).fired).toEqual(['a', 'b']);
    expect(control.decide(withFacts(pay, { agent: { ...pay.agent, urgent: true } })).fired).toEqual(['b']);
  });
});

const fires = (when: string, input: GateInput = pay): boolean => {
  const verdict = compiled(
    everyType(`  - { id: r, at: pay, when: '${when}', then: approval, by: sign-off, because: b }`),
  ).decide(input);
  if (verdict.house === 'badFact') throw new Error(verdict.because);
  return verdict.fired.includes('r');
};

describe('conditions', () => {
  test.each([
    'amount == EUR 50.00',
    'amount * 2 + EUR 5.00 > EUR 100.00',
    'amount >= fee',
    'currency(amount) in ["EUR"]',
    'currency(amount) != "USD"',
    'score >= 0.9',
    'count in [1, 3]',
    'count != other.count',
    '!urgent',
    'urgent == false',
    'tier in ["gold", "silver"]',
    'country != "FR"',
    'subject.startsWith("Re:")',
    'subject.contains("an o")',
    'subject.endsWith("order")',
    'size(subject) == 12',
    '"internal" in labels',
    'labels.all(l, l.startsWith("in"))',
    'labels.exists(l, l in ["a", "internal"])',
    'size(labels) < 2',
    'wait == duration("15m")',
    'due <= date("2026-01-31")',
    'hour(receivedAt) == 10',
    'weekday(receivedAt) == "sat"',
    'receivedAt < timestamp("2026-02-01T00:00:00+01:00")',
    'has(score)',
    '!has(maybe)',
    'fallback == 7',
    'small',
    'urgent ? count > 50 : count < 50',
    '!(args.id in listed(own-accounts))',
    'urgent || count == 3 && !urgent',
  ])('%s holds', (when) => {
    expect(fires(when)).toBe(true);
    expect(fires(`!(${when})`)).toBe(false);
  });

  test('an optional fact of a record that could not be asked is not merely absent', () => {
    const rules =
      'rules:\n  - { id: ok, at: pay, when: args.id == id, then: continue }\n  - { id: stop, at: pay, when: has(deep.blocked) && deep.blocked, then: handoff, because: b }';
    const facts =
      '  id: { from: lookup, source: crm, type: string }\n  deep.blocked: { from: lookup, source: erp, at: /deep/blocked, type: bool, optional: true }';
    const control = compiled(
      `control: a\nabout: b\nowner: role:o\nfacts:\n${facts}\nsteps:\n  pay: { risk: high, effect: irreversible, arguments: { id: string } }\n${rules}\n`,
    );
    const asked = (erp: object) =>
      control.decide({
        ...{ step: 'pay', arguments: { id: 'x' }, agent: {}, system: {} },
        looked: { crm: { ok: true, value: { id: 'x' } }, ...erp },
      } as GateInput);
    expect(asked({ erp: { ok: true, value: {} } }).outcome).toBe('continue');
    expect(asked({ erp: { ok: true, value: { deep: {} } } }).outcome).toBe('continue');
    const verdict = asked({ erp: { ok: false, problem: 'timed out' } });
    expect([verdict.outcome, verdict.house]).toEqual(['handoff', 'badFact']);
    expect(verdict.because).toContain('deep blocked could not be looked up in erp: timed out');
    for (const broken of [[], null, 'x', { ok: 1 }]) expect(asked({ erp: broken }).house).toBe('badFact');
  });

  test('an optional fact is asked for with has, and is an error without it', () => {
    expect(fires('has(maybe) && maybe > 3')).toBe(false);
    expect(fires('has(maybe) && maybe > 3', withFacts(pay, { agent: { ...pay.agent, maybe: 4 } }))).toBe(true);
    expect(() => fires('maybe > 3')).toThrow('Belay cannot judge this step: maybe is missing.');
    expect(() => fires('urgent || maybe > 3')).toThrow('maybe is missing');
    expect(() => fires('size(labels) > 9 || maybe > 3 || !urgent')).toThrow('maybe is missing');
  });

  test('money in another currency is never equal, and has no order', () => {
    const dollars = withFacts(pay, { arguments: { ...pay.arguments, amount: 'USD 50.00' } });
    expect(() => fires('amount > EUR 5.00', dollars)).toThrow('amount is not in EUR, which a rule compares it with');
    expect(() => fires('amount > fee', dollars)).toThrow('amount is in another currency than fee');
    expect(fires('currency(amount) == "EUR" && amount > EUR 5.00', dollars)).toBe(false);
    expect(fires('amount != EUR 50.00 && !(amount == EUR 50.00) && amount != fee', dollars)).toBe(true);
  });
});

describe('facts that cannot be used', () => {
  const control = compiled(
    everyType(
      [
        rule('go', 'continue', ', when: count < 50'),
        rule('sign', 'approval', ', by: sign-off, because: s, when: amount > EUR 5.00'),
        rule('gold', 'handoff', ', because: g, when: tier == "gold"'),
      ].join('\n'),
    ),
  );

  test('are named, with every requirement that does not need them kept', () => {
    const verdict = control.decide(withFacts(pay, { looked: { crm: { ok: false, problem: 'timed out' } } }));
    expect(verdict).toMatchObject({ outcome: 'handoff', house: 'badFact', decidedBy: null, fired: ['go', 'sign'] });
    expect(verdict.because).toBe('Belay cannot judge this step: tier could not be looked up in crm: timed out.');
    expect(verdict.requirements.map(({ kind }) => kind)).toEqual(['handoff', 'approval']);
    expect(verdict.facts[0]).toMatchObject({
      name: 'tier',
      value: null,
      source: 'crm',
      problem: expect.stringContaining('timed out'),
    });
  });

  test('in one rule leave alone another that asked for it with has', () => {
    const rules = [
      rule('go', 'continue', ', when: maybe > 3'),
      rule('stop', 'handoff', ', to: desk, because: h, unless: has(maybe)'),
    ];
    for (const order of [rules, [...rules].reverse()]) {
      const verdict = compiled(everyType(order.join('\n'))).decide(pay);
      expect(verdict.requirements.map(({ rule: id, to }) => [id, to])).toEqual([
        [null, 'role:owner'],
        ['stop', 'desk'],
      ]);
    }
  });

  test('are all named at once', () => {
    const verdict = control.decide({ step: 'pay', arguments: {}, agent: {}, system: { count: 101 }, looked: {} });
    expect(verdict.facts.map(({ name, problem }) => `${name} ${problem}`)).toEqual([
      'count is above 100, the largest declared value',
      'amount is missing',
      'tier was not looked up in crm',
    ]);
  });

  test('do not matter at a step whose rules do not read them', () => {
    expect(control.decide({ step: 'look', arguments: {}, agent: {}, system: {}, looked: {} }).outcome).toBe('continue');
  });

  test('are not found in what an object inherits', () => {
    const inherited = Object.assign({}, JSON.parse('{"__proto__": {"amount": "EUR 1.00"}, "fee": "EUR 1.00"}'));
    const verdict = control.decide(withFacts(pay, { arguments: inherited }));
    expect(verdict.because).toBe('Belay cannot judge this step: amount is missing.');
  });
});

describe('a failed lookup on a low-risk step', () => {
  const rules =
    '  - { id: gold, at: look, when: tier == "gold", then: handoff, because: g }\n  - { id: many, at: look, when: count > 50, then: handoff, because: m }';
  const failed = withFacts(usableInput('look'), { looked: { crm: { ok: false, problem: 'timed out' } } });
  const lenient = compiled(everyType(rules, 'on-lookup-failure: continue'));

  test('hands off, unless the control says that it may continue', () => {
    expect(compiled(everyType(rules)).decide(failed)).toMatchObject({ outcome: 'handoff', house: 'badFact' });
    expect(lenient.decide(failed)).toMatchObject({ outcome: 'continue', house: 'lowRisk' });
  });

  test('still asks the rules that can be judged', () => {
    expect(lenient.decide(withFacts(failed, { system: { count: 51 } }))).toMatchObject({
      outcome: 'handoff',
      decidedBy: 'many',
    });
  });

  test('excuses nothing else: a bad record, a lookup that was forgotten, a high-risk step', () => {
    expect(lenient.decide(withFacts(failed, { system: { count: 'x' } })).house).toBe('badFact');
    expect(lenient.decide(withFacts(failed, { looked: { crm: { ok: true, value: {} } } })).house).toBe('badFact');
    expect(lenient.decide(withFacts(failed, { looked: {} })).house).toBe('badFact');
    const high = compiled(everyType(rules.replaceAll('at: look', 'at: pay'), 'on-lookup-failure: continue'));
    expect(high.decide({ ...failed, step: 'pay' }).house).toBe('badFact');
  });
});

describe('for people', () => {
  const control = compiled(
    everyType(
      '  - { id: go, at: pay, when: tier == "silver" && count < 50, unless: urgent, then: continue }\n  - { id: sign, at: pay, then: approval, by: sign-off, because: "{amount} over {EUR 1_000.00} for {args.id}, {step}, {maybe}", cites: Policy 1 }',
      'priority:\n  - { when: amount > EUR 10.00, add: 5, because: "{tier} customer" }\n  - { when: has(maybe) && maybe > 1, add: 9, because: never }\npacket: { title: "Pay {amount}", sections: { Facts: [amount, tier, score, count, maybe], Policy: rules, Open: unmet } }',
    ),
  );
  const large = withFacts(pay, { arguments: { ...pay.arguments, amount: 'EUR 1240.00' } });

  test('sentences are filled in', () => {
    expect(control.decide(large).because).toBe('EUR 1,240.00 over EUR 1,000.00 for acc-9, pay, unknown');
    expect(control.fill('{amount} {nothing}', large)).toBe('EUR 1,240.00 unknown');
  });

  test('cases are ordered by what matters', () => {
    expect(control.decide(large)).toMatchObject({ priority: 5, priorityBecause: ['gold customer'] });
  });

  test('the packet shows facts with their origin, the rules, and what was not met', () => {
    const verdict = control.decide(large);
    const packet = control.packet(large, verdict);
    expect(packet.sentence).toBe('Pay EUR 1,240.00');
    const [facts, policy, open] = packet.sections;
    expect(facts?.rows.map(({ label, text, type, origin, source }) => [label, text, type, origin, source])).toEqual([
      ['amount', 'EUR 1,240.00', 'money', 'args', null],
      ['tier', 'gold', 'enum', 'lookup', 'crm'],
      ['score', '0.90', 'decimal', 'agent', null],
      ['count', '3', 'int', 'system', null],
      ['maybe', 'unknown', 'int', 'agent', null],
    ]);
    expect(policy?.rows).toMatchObject([{ label: 'sign', text: verdict.because, source: 'Policy 1' }]);
    expect(open?.rows).toMatchObject([{ label: 'go', text: 'not met: tier == "silver"', origin: null }]);
  });

  test('the packet of a step that cannot be judged says so', () => {
    const blind = withFacts(large, { looked: {} });
    const { sections } = control.packet(blind, control.decide(blind));
    expect(sections[2]?.rows).toMatchObject([{ label: 'go', text: 'not known: tier == "silver"' }]);
  });

  test('facts of the rules that fired are shown with the verdict', () => {
    const verdict = compiled(everyType(rule('go', 'continue', ', when: count < 50 && tier == "gold"'))).decide(pay);
    expect(verdict.facts).toEqual([
      { name: 'count', value: 3, origin: 'system', source: null, problem: null },
      { name: 'tier', value: 'gold', origin: 'lookup', source: 'crm', problem: null },
    ]);
  });
});

test('lookups are those that the rules of the step, their sentences and its packet read', () => {
  const rules = '  - { id: gold, when: tier == "gold", then: handoff, because: "due {due}" }';
  const control = compiled(everyType(rules, 'packet: { title: "{receivedAt}", sections: { A: [country] } }'));
  expect(control.lookupsFor('look')).toEqual([{ source: 'crm', pointers: ['/due', '/tier'] }]);
  expect(control.lookupsFor('pay')).toEqual([
    { source: 'crm', pointers: ['/country', '/due', '/receivedAt', '/tier'] },
  ]);
  expect(control.lookupsFor('nothing')).toEqual([]);
});

test('arguments are checked against what the step declares', () => {
  const control = compiled(everyType(''));
  expect(control.checkArguments('pay', pay.arguments)).toEqual({ ok: true });
  expect(control.checkArguments('pay', { amount: 'EUR 5', fee: 5, subject: 'a', idd: 'x' })).toEqual({
    ok: false,
    problems: [
      'The argument fee is not an amount in EUR, USD.',
      'The argument id is missing.',
      'The step "pay" has no argument "idd". Did you mean "id"?',
    ],
    byArgument: {},
  });
  expect(control.checkArguments('pay', { ...pay.arguments, fee: 5 })).toMatchObject({
    byArgument: { fee: 'The argument fee is not an amount in EUR, USD.' },
  });
  expect(control.checkArguments('py', {})).toMatchObject({ ok: false });
});

test('a control that was not parsed without problems is refused', () => {
  const { control } = compiled(everyType(rule('go', 'continue')));
  const broken = { ...control, rules: control.rules.map((each) => ({ ...each, when: 'nothing > 3' })) };
  expect(() => compileControl(broken)).toThrow('The rule "go" cannot be compiled: There is no fact "nothing".');
});

test('hours of work are those of the zone, to the minute, with daylight saving', () => {
  const text = `control: desk
about: b
owner: role:o
facts:
  at: { from: system, type: timestamp, zone: Europe/Berlin, working: mon-fri 09:00-17:30 }
steps:
  answer: { risk: low, effect: none }
rules:
  - { id: closed, at: answer, when: '!working(at)', then: handoff, because: b }
`;
  for (const wait of [0, Number.POSITIVE_INFINITY]) {
    const control = compileControl(parsed(text), wait);
    const isOpen = (at: string) =>
      control.decide({ step: 'answer', arguments: {}, agent: {}, system: { at }, looked: {} }).outcome === 'continue';
    expect(
      ['2026-01-30T08:00:00Z', '2026-01-30T16:29:59Z', '2026-07-31T07:00:00Z', '2026-07-31T15:29:00Z'].map(isOpen),
    ).toEqual([true, true, true, true]);
    expect(
      ['2026-01-30T07:59:59Z', '2026-01-30T16:30:00Z', '2026-07-31T15:30:00Z', '2026-01-31T10:00:00Z'].map(isOpen),
    ).toEqual([false, false, false, false]);
  }
});
