import { describe, expect, it } from 'vitest';
import { silent } from '../../test/silent.ts';
import { type AuditPorts, type AuditStore, createAuditor } from './auditor.ts';
import { createLoops } from './loop.ts';

const well = { unarmedRuns: 0, unarmedCases: 0, stuckDeliveries: 0, stuckEntries: 0 };
const now = Date.parse('2026-12-07T09:00:00Z');

const auditorOf = (found: {
  counts?: Partial<typeof well>;
  dueAt?: number;
  strays?: Record<string, { last: string | null; strays: string[] }>;
}) => {
  const recorded: string[] = [];
  const asked: string[] = [];
  const page = async (after: string) => {
    asked.push(after);
    return found.strays?.[after] ?? { last: null, strays: [] };
  };
  const store: AuditStore = {
    counts: async () => ({ ...well, ...found.counts }),
    strayCases: page,
    strayApprovals: async () => ({ last: null, strays: [] }),
  };
  const ports: AuditPorts = {
    store,
    urgencies: async () => (found.dueAt === undefined ? [] : [{ dueAt: found.dueAt }]),
    clock: { now: () => now },
    log: silent,
    startLoop: createLoops({ log: silent, clock: { now: () => now } }),
    lanes: ['agents'],
    record: async (type, findings) => {
      recorded.push(`${type}: ${findings.join(' ')}`);
    },
  };
  return { auditor: createAuditor(ports), recorded, asked, found };
};

describe('the auditor', () => {
  it('finds nothing when nothing is stuck', async () => {
    const { auditor, recorded } = auditorOf({ dueAt: now - 1_000 });
    expect(await auditor.audit()).toEqual([]);
    expect(recorded).toEqual([]);
  });

  it.each([
    [{ counts: { unarmedRuns: 1 } }, '1 unfinished run has no armed next step.'],
    [{ counts: { unarmedCases: 3 } }, '3 open cases have no rung to come.'],
    [{ counts: { stuckDeliveries: 2 } }, '2 owed deliveries were not taken up for 2 minutes.'],
    [{ counts: { stuckEntries: 1 } }, '1 entry waits for a place in the evidence log for 2 minutes.'],
    [{ dueAt: now - 16_000 }, 'What was due at 2026-12-07T08:59:44.000Z has not happened: rungs fire late.'],
    [{ strays: { '': { last: null, strays: ['case_1'] } } }, 'case_1: live cases that no unfinished run carries.'],
  ])('says %j in a sentence', async (found, sentence) => {
    expect(await auditorOf(found).auditor.audit()).toEqual([sentence]);
  });

  it('records when an alarm begins and when it is over, not each minute in between', async () => {
    const { auditor, recorded, found } = auditorOf({ counts: { unarmedRuns: 1 } });
    await auditor.audit();
    await auditor.audit();
    found.counts = {};
    await auditor.audit();
    expect(recorded.map((entry) => entry.split(':')[0])).toEqual(['AuditFailed', 'AuditPassed']);
  });

  it('walks over all cases, a page an audit, and begins again', async () => {
    const { auditor, asked } = auditorOf({ strays: { '': { last: 'm', strays: [] } } });
    await auditor.audit();
    await auditor.audit();
    await auditor.audit();
    expect(asked).toEqual(['', 'm', '']);
  });
});
