import { describe, expect, it } from 'vitest';
import { emptyOrganisation } from '../domain/oncall/organisation.ts';
import { person } from '../domain/oncall/schedule.testing.ts';
import type { Run } from '../domain/run/run.ts';
import type { Owed } from './delivery/card-store.ts';
import { planNotice } from './delivery/notice.ts';
import { tellsOf } from './tell.ts';

const run = { runId: 'run_1', agentId: 'payables', control: { name: 'payments' } } as Run;
const people = [person('ann', { name: 'Ann Meier' }), person('ben', { name: 'Ben Roth', addresses: { chat: 'U7' } })];
const channels = new Map([['chat', { name: 'chat', tell: async () => ({ kind: 'delivered' }) }]]);

const planned = async (rows: { body: unknown }[]): Promise<Owed[]> => {
  const owed: Owed[] = [];
  const ports = {
    channels,
    url: 'http://belay.test',
    clock: { now: () => 0 },
    house: { organisation: async () => ({ ...emptyOrganisation, people }) },
    cards: { owe: async (more: Owed[]) => void owed.push(...more) },
  } as never;
  for (const row of rows) await planNotice(ports, row as never);
  return owed;
};

const owedFor = async (told: string[], reason: string): Promise<Owed[]> =>
  planned(tellsOf(run, [{ event: { type: 'BreakGlassUsed', reason, told, reviewDueAt: 0 }, by: { id: 'ann' } }]));

describe('somebody who is told beside the cards', () => {
  it('reads who used break-glass by name, and their reason as they wrote it', async () => {
    const [notice] = await owedFor(['ben'], 'Invoice {ben} is paid twice.');
    expect(notice).toMatchObject({
      lane: 'chat',
      body: {
        place: { kind: 'person', address: 'U7' },
        text: 'Ann Meier used break-glass on run run_1 of payables under payments: Invoice {ben} is paid twice. A review is due. http://belay.test/runs/run_1',
      },
    });
  });

  it('reads the same of what an older build owed, which had the person in braces and no field for them', async () => {
    const older = async (text: string) => {
      const [notice] = await planned([{ body: { personId: 'ben', text, path: '/runs/run_1' } }]);
      return (notice?.body as { text?: string } | undefined)?.text;
    };
    expect(await older('{ann} used break-glass on run run_1: Invoice {ben} is paid twice. A review is due.')).toBe(
      'Ann Meier used break-glass on run run_1: Invoice {ben} is paid twice. A review is due. http://belay.test/runs/run_1',
    );
    expect(await older('The review of a break-glass is due.')).toBe(
      'The review of a break-glass is due. http://belay.test/runs/run_1',
    );
  });

  it('needs an account on a channel that can tell a person: others read it in the inbox', async () => {
    expect(await owedFor(['ann', 'nobody'], 'It pays twice.')).toEqual([]);
  });
});
