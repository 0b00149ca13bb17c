import { describe, expect, it } from 'vitest';
import { approvals, runs } from '../../dev/fixtures.ts';
import { hitBy, sortedRuns, standingOf } from './working.ts';

const now = Date.UTC(2026, 10, 23, 9, 0);
const sample = runs(now);

describe('runs', () => {
  it('names what a stop hits: unfinished runs in its scope that no person holds', () => {
    const all = hitBy(sample, 'everything', null);
    expect(all.length).toBeGreaterThan(2);
    expect(all.every((run) => run.status === 'running' || run.status === 'held')).toBe(true);
    const agentId = all[0]?.agentId ?? '';
    expect(new Set(hitBy(sample, 'agent', agentId).map((run) => run.agentId))).toEqual(new Set([agentId]));
    expect(hitBy(sample, 'control', 'no-such-control')).toEqual([]);
  });

  it('says that a run waits for a sign-off only while one is missing', () => {
    const [running] = sample.filter((run) => run.status === 'running');
    const [asked] = approvals(now).filter(({ status }) => status === 'waiting');
    if (running === undefined || asked === undefined) throw new Error('the fixtures have no such run or approval');
    expect(standingOf({ ...running, approvals: [asked] })).toBe('unsigned');
    expect(standingOf({ ...running, approvals: [{ ...asked, status: 'approved' }] })).toBe('running');
    expect(standingOf({ ...running, status: 'held', approvals: [asked] })).toBe('held');
  });

  it('puts the runs that need a person first', () => {
    const statuses = sortedRuns(sample).map((run) => run.status);
    expect(statuses).toEqual([...statuses].sort((a, b) => rank(a) - rank(b)));
    expect(statuses[0]).toBe('held');
  });
});

const rank = (status: string) => ['held', 'taken', 'running', 'finished'].indexOf(status);
