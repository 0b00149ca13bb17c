/** Taking over without being entitled needs a reason, tells a second person at once, and waits for a review. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld, type World } from '../world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

it('break-glass leaves a reason, somebody told and a review that comes back until it is done', async () => {
  const agent = await world.agent('payables');
  const emre = await world.person('emre');
  const { body } = await agent.call('startRun', {
    body: { control: 'payment-approval', subject: { invoiceId: 'BG-1' } },
  });
  const params = { runId: body.run.runId };
  expect((await emre.call('takeOver', { params, body: {} })).problem.code).toBe('not_entitled');
  expect((await emre.call('takeOver', { params, body: { breakGlass: true } })).problem.code).toBe(
    'takeover_needs_reason',
  );
  const taken = await emre.call('takeOver', {
    params,
    body: { breakGlass: true, reason: 'It pays twice and nobody answers.' },
  });
  expect(taken.body).toMatchObject({ status: 'claimed', claimedBy: 'emre' });
  const timeline = await emre.call('runEntries', { params });
  const used = timeline.body.items.find((entry) => entry.type === 'BreakGlassUsed');
  expect(used?.event.told).toEqual(expect.arrayContaining(['dana', 'amelie']));
  expect((await emre.call('reviewBreakGlass', { params, body: { comment: 'I was right' } })).problem.code).toBe(
    'separation_of_duties',
  );

  await emre.call('resolveCase', {
    params: { caseId: taken.body.caseId },
    body: { revision: taken.body.revision, resolution: 'Stopped the payment by phone.' },
  });
  await world.fastForward('24h');
  const dana = await world.person('dana');
  const finished = await dana.call('getRun', { params });
  expect(finished.body).toMatchObject({ status: 'finished', review: { usedByName: 'Emre Yilmaz' } });
  expect(Date.parse(finished.body.nextDueAt ?? '')).toBeGreaterThan(world.clock.now());

  const reviewed = await dana.call('reviewBreakGlass', {
    params,
    body: { comment: 'Justified; payables’ limit was wrong.' },
  });
  expect(reviewed.body).toMatchObject({ review: null, nextDueAt: null });
});
