import { describe, expect, it } from 'vitest';
import { affected, isStale } from './affected.ts';

const staleKeys = (stream: string, type: string) => affected({ stream, type }).map((stale) => stale.key);

describe('what an entry makes stale', () => {
  it('reloads lists when a person is needed or acts', () => {
    expect(staleKeys('run-1', 'CaseOpened')).toEqual([
      'run',
      'entries',
      'case',
      'approval',
      'runs',
      'cases',
      'approvals',
      'drills',
      'samples',
      'exceptions',
    ]);
  });

  it('leaves the inbox alone while an agent simply works', () => {
    expect(staleKeys('run-1', 'PermitGranted')).toEqual(['run', 'entries', 'case', 'approval', 'runs']);
  });

  it('knows stops, controls and the organisation', () => {
    expect(staleKeys('stop', 'StopOrdered')).toContain('stops');
    expect(staleKeys('control:payment-approval', 'ControlPublished')).toEqual(['controls', 'control']);
    expect(staleKeys('organisation', 'OrganisationApplied')).toEqual(
      expect.arrayContaining(['people', 'delegations', 'approval']),
    );
  });

  it('touches a case page only when the case belongs to the run', () => {
    const stale = { key: 'case', runId: 'run-1' };
    expect(isStale(stale, ['case', 'case-7'], { runId: 'run-1' })).toBe(true);
    expect(isStale(stale, ['case', 'case-8'], { runId: 'run-2' })).toBe(false);
    expect(isStale(stale, ['case', 'case-9'], undefined)).toBe(true);
    expect(isStale({ key: 'entries', runId: 'run-1' }, ['entries', 'run-2'], [])).toBe(false);
    expect(isStale({ key: 'cases' }, ['cases', 'live', null], { items: [] })).toBe(true);
    expect(isStale({ key: 'cases' }, ['case', 'case-7'], { runId: 'run-1' })).toBe(false);
  });
});
