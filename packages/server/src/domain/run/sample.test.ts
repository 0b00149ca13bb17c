import { describe, expect, it } from 'vitest';
import { controlWith, minutes, pay, Story } from '../story.testing.ts';
import { limitsOf, nextDue } from './due.ts';
import { isDrawn, reviewSample } from './sample.ts';

const reviewing = (share: string) =>
  controlWith('approvals:\n', `review: { sample: ${share}, of: continued, by: role:desk }\napprovals:\n`);
const done = { type: 'report', key: 'k', result: { status: 'done', value: null } } as never;

const paid = (share: string, onBehalfOf: string | null = null): Story => {
  const told = new Story(onBehalfOf);
  told.control = reviewing(share);
  return told.ask({ args: pay('10.00') }).agent(done);
};
const review = (told: Story, who: string, requesters: string[] = []) => {
  const sampleId = told.run.samples[0]?.sampleId ?? '';
  return told.decided({ kind: 'person', id: who }, (run, context) =>
    reviewSample(run, { sampleId, verdict: 'right', comment: null }, requesters, context),
  );
};

describe('sampled review', () => {
  it('draws the declared share, by the permit alone', () => {
    const ids = Array.from({ length: 20_000 }, (_, n) => `permit_${n}`);
    const drawn = ids.filter((id) => isDrawn(id, 200)).length / ids.length;
    expect(drawn).toBeGreaterThan(0.015);
    expect(drawn).toBeLessThan(0.025);
    expect(isDrawn('permit_1', 200)).toBe(isDrawn('permit_1', 200));
  });
  it('is of what continued by rule and is done, at high risk', () => {
    expect(paid('100%').types).toEqual(['PermitReported', 'StepSampled']);
    expect(paid('0%').types).toEqual(['PermitReported']);
    const signed = new Story();
    signed.control = reviewing('100%');
    signed
      .ask({ args: pay('500.00') })
      .sign('ben')
      .ask({ args: pay('500.00') })
      .agent(done);
    expect(signed.types).toEqual(['PermitReported']);
    signed
      .ask({ step: 'note', args: {}, key: 'n' })
      .agent({ type: 'report', key: 'n', result: { status: 'done', value: null } } as never);
    expect(signed.types).toEqual(['PermitReported']);
  });
  it('is said once, by who is asked, and not by whom the agent acts for', () => {
    const told = paid('100%');
    expect(review(told, 'eve').refused).toBe('not_entitled');
    expect(review(told, 'ann', ['ann']).refused).toBe('separation_of_duties');
    expect(review(told, 'ann').types).toEqual(['SampleReviewed']);
    expect(told.run.samples).toEqual([]);
    expect(review(told, 'ann').refused).toBe('not_found');
  });
  it('outlives the run', () => {
    const told = paid('100%').agent({ type: 'finish', outcome: null } as never);
    expect(told.run.samples).toHaveLength(1);
    expect(review(told, 'ann').types).toEqual(['SampleReviewed']);
  });
  it('that nobody looks at is told about again, then asked of the owner, then of the administrators', () => {
    const told = paid('100%').agent({ type: 'finish', outcome: null } as never);
    const [first] = told.run.samples;
    const rounds = Array.from({ length: 4 }, () => {
      told.wait(7 * 24 * minutes(60));
      return told.events.filter(({ type }) => type === 'SampleReminded');
    });
    expect(rounds.map(([event]) => (event as { asked?: string } | undefined)?.asked)).toEqual([
      first?.asked,
      'role:owners',
      'role:administrators',
      'role:administrators',
    ]);
    expect(rounds[1]?.[0]).toMatchObject({ told: ['cleo'] });
    expect(review(told, 'cleo').types).toContain('SampleReviewed');
  });
  it('outlives the run, and so do its reminders', () => {
    const told = paid('100%').agent({ type: 'finish', outcome: null } as never);
    expect(nextDue(told.run, limitsOf({ control: told.control }))?.kind).toBe('sample');
  });
  it('that was wrong is put right by a person while the run goes on', () => {
    const told = paid('100%');
    const sampleId = told.run.samples[0]?.sampleId ?? '';
    told.decided({ kind: 'person', id: 'ann' }, (run, context) =>
      reviewSample(run, { sampleId, verdict: 'wrong', comment: 'Not his order.' }, [], context),
    );
    expect(told.types).toEqual(['SampleReviewed', 'CaseOpened', 'RungFired']);
    expect(told.run.case).toMatchObject({ title: 'Put “pay” right', reasons: [{ kind: 'judgedWrong' }] });
  });
});

describe('a contradiction', () => {
  it('is settled by a person, and then the key answers', () => {
    const told = new Story().ask({ args: pay('10.00') }).wait(11 * 60_000);
    const permitId = told.run.permits[0]?.permitId ?? '';
    told.person('cleo', { type: 'settle', permitId, happened: 'notDone' } as never);
    const ended = told.ended.permits.at(-1) ?? null;
    told.agent({ type: 'report', key: 'k', result: { status: 'done', value: 1 } } as never);
    expect(told.run.contradicted).toHaveLength(1);
    expect(told.person('cleo', { type: 'settle', permitId, happened: 'done' } as never).refused).toBe('not_in_doubt');
    expect(told.person('dirk', { type: 'settle', permitId, happened: 'done', ended } as never).refused).toBe(
      'not_entitled',
    );
    told.person('cleo', { type: 'settle', permitId, happened: 'done', reference: 'R-1', ended } as never);
    expect(told.types).toEqual(['ContradictionSettled']);
    expect(told.run.contradicted).toEqual([]);
    const settled = told.ended.permits.at(-1) ?? null;
    expect(told.ask({ args: pay('10.00'), settled }).answer).toMatchObject({ kind: 'done', reference: 'R-1' });
  });
});
