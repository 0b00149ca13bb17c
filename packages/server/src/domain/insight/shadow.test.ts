import { describe, expect, test } from 'vitest';
import { count, emptyTally, reportOf, type ShadowDecision, wordsOf } from './shadow.ts';

const decision = (over: Partial<ShadowDecision>): ShadowDecision => ({
  line: 1,
  run: 'run-1',
  step: 'pay',
  label: null,
  outcome: 'continue',
  reason: 'clean',
  because: 'It is clean.',
  cites: null,
  ...over,
});

const reportFor = (...decisions: Partial<ShadowDecision>[]) => {
  const tally = emptyTally();
  for (const one of decisions) count(tally, decision(one));
  return reportOf(tally);
};

const handoff = { outcome: 'handoff', reason: 'new-payee', because: 'Nordwind was added 3 days ago.' } as const;

describe('the shadow report', () => {
  test('counts outcomes for all steps and for each', () => {
    const report = reportFor({}, { step: 'refund' }, { ...handoff, run: 'run-2' });
    expect(report).toMatchObject({ steps: 3, runs: 2, runsReachingPerson: 1 });
    expect(report.outcomes).toEqual({ continue: 2, approval: 0, handoff: 1, forbid: 0 });
    expect(report.bySteps.find(({ step }) => step === 'pay')).toMatchObject({ continue: 1, handoff: 1 });
  });

  test('groups by reason and keeps the first step of each as its example', () => {
    const report = reportFor({ ...handoff, line: 4 }, { ...handoff, line: 9 }, { ...handoff, line: 12, run: 'run-2' });
    expect(report.reasons).toEqual([
      {
        reason: 'new-payee',
        outcome: 'handoff',
        steps: 3,
        runs: 2,
        cites: null,
        example: { line: 4, run: 'run-1', step: 'pay', because: 'Nordwind was added 3 days ago.' },
      },
    ]);
  });

  test('puts what happens most first', () => {
    const report = reportFor(handoff, { reason: 'a' }, { reason: 'a' });
    expect(report.reasons.map(({ reason }) => reason)).toEqual(['a', 'new-payee']);
  });

  test('counts anything but continue as stopped, for each label', () => {
    const report = reportFor(
      { label: 'right' },
      { ...handoff, label: 'right' },
      { label: 'wrong', outcome: 'forbid' },
      { label: 'wrong', outcome: 'approval' },
      { label: 'wrong' },
      {},
    );
    expect(report.labels).toEqual([
      { label: 'right', continued: 1, stopped: 1 },
      { label: 'wrong', continued: 1, stopped: 2 },
    ]);
  });
});

describe('in words', () => {
  test('it says how many would have continued, how many would have reached a person, and why', () => {
    const words = wordsOf(reportFor({}, {}, { ...handoff, line: 7, cites: 'Payment policy 4.2' }));
    expect(words[0]).toBe('2 steps of 3 in 1 run would have continued; this 1 would have reached you, because:');
    expect(words).toContain('  1 step in 1 run (new-payee): Nordwind was added 3 days ago. [Payment policy 4.2]');
    expect(words).toContain('      for example line 7: pay in run-1');
  });

  test('it says so when nobody would have been reached', () => {
    expect(wordsOf(reportFor({}))[0]).toBe('1 step of 1 in 1 run would have continued; none would have reached you.');
  });

  test('what is forbidden is told apart from what reaches a person', () => {
    const words = wordsOf(reportFor({ outcome: 'forbid', reason: 'own-account', because: 'It is your own account.' }));
    expect(words[0]).toContain('none would have reached you');
    expect(words).toContain('Not allowed, and the agent told what to do instead: 1 step');
  });

  test('it compares with the labels', () => {
    const words = wordsOf(
      reportFor({ ...handoff, label: 'right' }, { ...handoff, label: 'wrong' }, { label: 'wrong' }),
    );
    expect(words).toContain('  Of 1 step labelled "right", 1 would have been held without need.');
    expect(words).toContain('  Of 2 steps labelled "wrong", 1 would have been stopped in time and 1 not.');
  });

  test('an empty log is said to be empty', () => {
    expect(wordsOf(reportFor())).toEqual(['The log has no step that could be decided.']);
  });
});
