import { describe, expect, test } from 'vitest';
import { type ReplayIo, type ReplayOptions, replay } from './replay.ts';

const control = `
control: supplier-payment
about: Pays invoices.
owner: role:finance
facts:
  payee.ageDays: { from: lookup, source: vendors, type: int, min: 0 }
  vip: { from: agent, type: bool, optional: true }
  sameStep: { from: system }
steps:
  read-invoice: { risk: low, effect: none }
  pay: { risk: high, effect: irreversible, arguments: { amount: money } }
rules:
  - { id: clean, at: pay, when: payee.ageDays > 90, then: continue }
  - id: new-payee
    at: pay
    when: payee.ageDays <= 90
    then: handoff
    because: "The payee was added {payee.ageDays} days ago."
  - { id: claimed, at: pay, when: has(vip) && vip, then: approval, by: sign-off, because: "The agent says vip." }
  - { id: again, at: read-invoice, when: sameStep >= 2, then: handoff, because: "It reads in circles." }
approvals: { sign-off: { from: role:finance } }
`;

const step = (over: object = {}) =>
  JSON.stringify({
    run: 'run-1',
    step: 'pay',
    arguments: { amount: 'EUR 10.00' },
    facts: { 'payee.ageDays': 200 },
    at: '2026-11-23T09:30:00Z',
    ...over,
  });

const run = async (lines: string[], options: Partial<ReplayOptions> = {}, files: Record<string, string> = {}) => {
  let out = '';
  let err = '';
  const known: Record<string, string> = { 'c.yaml': control, 'l.jsonl': lines.join('\n'), ...files };
  const text = (file: string): string => {
    if (known[file] === undefined) throw new Error(`no such file: ${file}`);
    return known[file];
  };
  const io: ReplayIo = {
    read: async (file) => text(file),
    lines: async function* (file) {
      yield* text(file).split('\n');
    },
    out: (chunk) => {
      out += chunk;
    },
    err: (chunk) => {
      err += chunk;
    },
  };
  const code = await replay({ control: 'c.yaml', log: 'l.jsonl', json: false, label: false, ...options }, io);
  return { code, out, err, json: () => JSON.parse(out) };
};

describe('replay', () => {
  test('decides each step with the rules of the control and reports in words', async () => {
    const { code, out } = await run([step(), step({ facts: { 'payee.ageDays': 3 } })]);
    expect(code).toBe(0);
    expect(out).toContain('1 step of 2 in 1 run would have continued; this 1 would have reached you');
    expect(out).toContain('The payee was added 3 days ago.');
  });

  test('puts looked-up facts and claims where the control says that they come from', async () => {
    const { json } = await run([step({ facts: { 'payee.ageDays': 200, vip: true } })], { json: true });
    expect(json().outcomes.approval).toBe(1);
  });

  test('a fact that the log does not have is a handoff that says so, never silently false', async () => {
    const { json } = await run([step({ facts: {} })], { json: true });
    expect(json().reasons[0]).toMatchObject({ reason: 'badFact', outcome: 'handoff' });
  });

  test('a step that the control does not know is a handoff', async () => {
    const { json } = await run([step({ step: 'wire' })], { json: true });
    expect(json().reasons[0]).toMatchObject({ reason: 'unknownStep', outcome: 'handoff' });
  });

  test('counts for each run what Belay counts', async () => {
    const read = { step: 'read-invoice', arguments: {}, facts: {} };
    const other = step({ ...read, run: 'run-2' });
    const { json } = await run([step(read), other, step(read), other, step(read)], { json: true });
    expect(json().outcomes).toMatchObject({ continue: 4, handoff: 1 });
    expect(json().reasons.find(({ reason }: { reason: string }) => reason === 'again').example.line).toBe(5);
  });

  test('counts right and wrong holds, and lists what was decided against its label', async () => {
    const young = { 'payee.ageDays': 3 };
    const { json } = await run(
      [
        step({ label: 'right' }),
        step({ label: 'right', facts: young }),
        step({ label: 'wrong', facts: young }),
        step({ label: 'wrong' }),
      ],
      { json: true, label: true },
    );
    expect(json().labels).toEqual([
      { label: 'right', continued: 1, stopped: 1 },
      { label: 'wrong', continued: 1, stopped: 1 },
    ]);
    expect(json().againstLabel.map(({ line }: { line: number }) => line)).toEqual([2, 4]);
  });

  test('a fact that is made of a list at the gate is in a log what was made of it', async () => {
    const usual = control.replace(
      '  vip:',
      '  payee.usual: { from: lookup, source: vendors, at: /payments, take: median, of: /amount, type: money, currency: [EUR], max: 100.00 }\n  vip:',
    );
    const files = {
      'c.yaml': usual.replace('when: payee.ageDays > 90,', 'when: payee.ageDays > 90 && payee.usual > EUR 5.00,'),
    };
    const known = (amount: string) => step({ facts: { 'payee.ageDays': 200, 'payee.usual': amount } });
    const { json } = await run([known('EUR 9.00'), known('EUR 4.00')], { json: true }, files);
    expect(
      json()
        .reasons.map(({ reason }: { reason: string }) => reason)
        .toSorted(),
    ).toEqual(['clean', 'outsidePolicy']);
  });
});

describe('what a replay counts and cannot count', () => {
  test('the same arguments are the same step in whatever order they stand', async () => {
    const read = (args: object) => step({ step: 'read-invoice', arguments: args, facts: {} });
    const { json } = await run(
      [read({ a: 1, b: 2 }), read({ b: 2, a: 1 }), read({ a: 1, b: 2 })],
      { json: true },
      {
        'c.yaml': control.replace(
          '{ risk: low, effect: none }',
          '{ risk: low, effect: none, arguments: { a: int, b: int } }',
        ),
      },
    );
    expect(json().outcomes).toMatchObject({ continue: 2, handoff: 1 });
  });

  test('says which limits are not added up, because a log does not tell what other runs had used', async () => {
    const limited = `${control}limits:\n  - { id: daily, of: amount, at: [pay], per: [agent], window: 24h, above: EUR 5.00, then: approval, by: sign-off }\n`;
    const { json, code } = await run([step()], { json: true }, { 'c.yaml': limited });
    expect(code).toBe(0);
    expect(json().notes).toEqual([
      'What the limit daily would have asked for is not in this: a log does not tell what other runs had used of it.',
    ]);
  });

  test('names facts that the control does not declare, with the nearest one', async () => {
    const { err, code } = await run([step({ facts: { 'payee.ageDays': 200, 'payee.ageDay': 1 } })]);
    expect(code).toBe(0);
    expect(err).toContain('"payee.ageDay" is not declared');
    expect(err).toContain('Did you mean "payee.ageDays"?');
  });
});

describe('a bad line', () => {
  const cases: [string, string, string][] = [
    ['not JSON', '{oops', 'The document is not JSON'],
    ['a name twice', '{"run":"a","run":"b"}', 'The value at /run is there twice'],
    ['not an object', '[1]', 'This is not a JSON object.'],
    ['a misspelt field', step({ fact: {} }), 'The field "fact" is not part of a step log. Did you mean "facts"?'],
    ['no run', step({ run: undefined }), 'The field "run" is missing'],
    ['no step', step({ step: 7 }), 'The field "step" is missing or not text.'],
    ['facts of another form', step({ facts: [] }), 'The field "facts" is not an object.'],
    ['no instant', step({ at: 'yesterday' }), 'The field "at" is missing or not an instant.'],
    ['a label that is no word', step({ label: 1 }), 'The field "label" is not text.'],
  ];

  test.each(cases)(
    '(%s) is named with its line number and remedy; the rest is still decided',
    async (_, bad, message) => {
      const { code, out, err } = await run([step(), bad, step()]);
      expect(code).toBe(1);
      expect(err).toContain(`l.jsonl:2 ${message}`);
      expect(out).toContain('2 steps of 2 in 1 run would have continued');
    },
  );

  test('is in the JSON report too', async () => {
    const { json } = await run(['', '{oops', step()], { json: true });
    expect(json().badLines).toEqual([
      expect.objectContaining({ line: 2, problem: expect.stringContaining('is not JSON') }),
    ]);
    expect(json().steps).toBe(1);
  });
});

describe('when nothing can be decided', () => {
  test('a missing control is named', async () => {
    const { code, err } = await run([step()], { control: 'none.yaml' });
    expect(code).toBe(2);
    expect(err).toContain('The control none.yaml cannot be read');
  });

  test('a control with mistakes is refused with their places', async () => {
    const { code, err } = await run([step()], {}, { 'c.yaml': control.replace('then: continue', 'then: go') });
    expect(code).toBe(2);
    expect(err).toMatch(/c\.yaml:\d+:\d+ /);
  });

  test('a missing log is named', async () => {
    const { code, err } = await run([step()], { log: 'none.jsonl' });
    expect(code).toBe(2);
    expect(err).toContain('The log none.jsonl cannot be read');
  });

  test('an export is told to be one, and what decides what it holds again', async () => {
    const { code, err } = await run(['{"format":"belay-evidence","formatVersion":1}', '{"logIndex":0}']);
    expect(code).toBe(2);
    expect(err).toBe(
      'The log l.jsonl is an export of evidence, and no step log.\n`belay backtest FILE` decides the recorded steps of a server again.\n',
    );
  });

  test('a log of bad lines alone is refused', async () => {
    expect((await run(['{', '{'])).code).toBe(2);
  });

  test('an empty log is not an error', async () => {
    const { code, out } = await run(['']);
    expect([code, out]).toEqual([0, 'The log has no step that could be decided.\n']);
  });
});
