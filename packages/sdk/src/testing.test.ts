import { describe, expect, it } from 'vitest';
import { BelayError, Fenced, Paused, Refused } from './errors.ts';
import { belayMatchers, createTestBelay, type TestBelayOptions } from './testing.ts';
import { thrownBy } from './world.testing.ts';

expect.extend(belayMatchers);

const control = `control: refunds
about: Pays money back.
owner: role:support
subject: { ticketId: string }
facts:
  amount: { from: args, type: money, currency: [EUR], max: 10_000.00 }
  angry: { from: lookup, source: crm, type: bool }
steps:
  refund: { risk: high, effect: irreversible, arguments: { amount: money }, editable: [amount] }
  delete-ticket: { risk: high, effect: irreversible, arguments: {} }
rules:
  - { id: small, at: refund, when: amount <= EUR 100.00, then: continue }
  - { id: large, at: refund, when: amount > EUR 100.00, then: approval, by: lead, because: "{amount} is a lot." }
  - { id: angry, at: refund, when: angry, then: handoff, to: role:support, because: The customer is angry. }
  - { id: never, at: delete-ticket, when: true, then: forbid, because: Tickets are kept., instead: Close it. }
approvals:
  lead: { from: role:lead, within: 1h, on-expiry: handoff to role:support }
ladders:
  after-claim: { idle: 2h, then: next-rung }
stuck: { idle: 10m, same-step: 10, attempts: 3, steps: 200 }
on-lookup-failure: handoff
`;

const people = { lena: ['lead', 'support'], sam: ['support'] };
const open = async (more: Partial<TestBelayOptions> = {}) => {
  const test = createTestBelay({ controls: control, people, sources: { crm: () => ({ angry: false }) }, ...more });
  const run = await test.belay().start({ control: 'refunds', subject: { ticketId: 'T-1' }, key: 'T-1' });
  return { test, run, story: () => test.story(run.id) };
};
const paid: unknown[] = [];
const pay = ({ arguments: args }: { arguments: unknown }) => {
  paid.push(args);
  return 'paid';
};

const twoRungs = control
  .replace('ladders:', 'ladders:\n  support: [{ tell: role:support, within: 15m }, { tell: role:lead, within: 15m }]')
  .replace('to: role:support, because: The customer', 'to: support, because: The customer');

describe('a clock that is moved over several things', () => {
  it('lets each happen at its time', async () => {
    const { test, run, story } = await open({ controls: twoRungs, sources: { crm: () => ({ angry: true }) } });
    const paying = run.step('refund', { amount: 'EUR 20.00' }, pay).catch(() => {});
    await test.asked();
    const begun = test.now().getTime();
    await test.fastForward('31m');
    const told = (await story()).entries.filter(({ type }) => type === 'RungFired');
    expect(told.map(({ at }) => (at - begun) / 60_000)).toEqual([0, 15, 30]);
    expect(test.now().getTime() - begun).toBe(31 * 60_000);
    await test.person('lena').resolve(run.id, 'Done by phone.');
    await paying;
  });
});

describe('a Belay for tests', () => {
  it('lets through what the control lets through, and tells the story', async () => {
    const { run, story } = await open();
    expect(await run.step('refund', { amount: 'EUR 20.00' }, pay)).toBe('paid');
    expect(await story()).toHaveCarriedOutOnce('refund', { amount: 'EUR 20.00' });
    expect(await story()).not.toHaveCarriedOut('refund', { amount: 'EUR 21.00' });
    expect(await story()).toBeHeldBy('agent');
    await run.finish();
    expect((await story()).run.status).toBe('finished');
  });

  it('waits for the people a test speaks for', async () => {
    const { test, run, story } = await open();
    const paying = run.step('refund', { amount: 'EUR 200.00' }, pay);
    await expect.poll(story).toWaitForSignOff('refund');
    const [refused] = await Promise.all([thrownBy(test.person('sam').approve(run.id)), null]);
    expect(refused).toMatchObject({ code: 'not_entitled' });
    await test.person('lena').approve(run.id);
    expect(await paying).toBe('paid');
  });

  it('says no with a reason, and forbids with a way on', async () => {
    const { test, run, story } = await open();
    const options = { on: 'pause' } as const;
    expect(await thrownBy(run.step('refund', { amount: 'EUR 200.00' }, pay, options))).toBeInstanceOf(Paused);
    await test.person('lena').reject(run.id, 'Too much.');
    const refused = await thrownBy(run.step('refund', { amount: 'EUR 200.00' }, pay, options));
    expect(refused).toBeInstanceOf(Refused);
    expect((refused as Refused).toModel).toContain('Too much.');
    expect(await thrownBy(run.step('delete-ticket', {}, pay))).toMatchObject({ instead: 'Close it.' });
    expect(await story()).toHaveForbidden('delete-ticket', 'Tickets are kept.');
  });

  it('moves time: a sign-off that nobody gives goes to a person, who gives control back', async () => {
    const { test, run, story } = await open();
    await thrownBy(run.step('refund', { amount: 'EUR 200.00' }, pay, { on: 'pause' }));
    await test.fastForward('61m');
    expect(test.now()).toEqual(new Date('2026-12-07T10:01:00.000Z'));
    expect((await story()).run.status).toBe('held');
    await test.person('sam').takeOver(run.id);
    expect(await story()).toBeHeldBy('sam');
    expect(await thrownBy(run.step('refund', { amount: 'EUR 1.00' }, pay))).toBeInstanceOf(Fenced);
    await test.person('sam').giveBack(run.id, { instructions: 'Pay 20.' });
    const again = await test.belay().attach(run.id);
    expect(again.instructions?.text).toBe('Pay 20.');
  });

  it('asks the sources a test gives, and hands off when one is down or says so', async () => {
    const angry = await open({ sources: { crm: ({ subject }) => ({ angry: subject.ticketId === 'T-1' }) } });
    await thrownBy(angry.run.step('refund', { amount: 'EUR 1.00' }, pay, { on: 'pause' }));
    expect(await angry.story()).toHaveHandedOff('refund', /angry/);
    await angry.test.person('sam').resolve(angry.run.id, 'Paid by hand.');
    expect((await angry.story()).run.outcome).toMatchObject({ resolution: 'Paid by hand.' });
    const down = await open({ sources: {} });
    await thrownBy(down.run.step('refund', { amount: 'EUR 1.00' }, pay, { on: 'pause' }));
    expect(await down.story()).toHaveHandedOff('refund', 'crm');
  });

  it('asks what became of a step that an earlier process left open', async () => {
    const { test, run, story } = await open();
    await run.gate('refund', { amount: 'EUR 5.00' }, { key: 'k', redeem: true });
    const next = await test.belay().attach(run.id);
    await thrownBy(next.step('refund', { amount: 'EUR 5.00' }, pay, { key: 'k', on: 'pause' }));
    await test.person('sam').settle(run.id, 'refund', { happened: 'done', reference: 'bank 7' });
    expect(await next.step('refund', { amount: 'EUR 5.00' }, () => 'again', { key: 'k' })).not.toBe('again');
    expect(await story()).toHaveCarriedOutOnce('refund');
  });

  it('names what is wrong: a control that cannot be read, a duration, a person, what is not there', async () => {
    const broken = createTestBelay({ controls: 'control: refunds\n', people });
    expect(await thrownBy(broken.fastForward('1m'))).toMatchObject({ message: expect.stringContaining('control 1:') });
    const { test, run } = await open();
    await expect(async () => test.fastForward('soon')).rejects.toThrow('"soon" is no duration.');
    expect(await thrownBy(test.person('nobody').takeOver(run.id))).toBeInstanceOf(BelayError);
    expect(await thrownBy(test.person('lena').approve(run.id))).toMatchObject({ code: 'not_found' });
    expect(await thrownBy(test.story('run_x'))).toMatchObject({ code: 'not_found' });
    expect(() => createTestBelay({ controls: control, organisation: 'people: 7' })).toThrow('organisation:');
  });
});

describe('a step whose error cannot be reported as it is', () => {
  it.each([
    [
      'an error longer than is kept, with an emoji where it is cut',
      () => Promise.reject(new Error(`${'x'.repeat(3_992)}😀`)),
    ],
    ['an error that holds half an emoji', () => Promise.reject(new Error('no such name: \uD83D'))],
  ])('keeps that a step failed: %s', async (_, fails) => {
    const { run, story } = await open();
    await thrownBy(run.step('refund', { amount: 'EUR 20.00' }, fails));
    expect((await story()).entries.find(({ type }) => type === 'PermitReported')?.event).toMatchObject({
      status: 'failed',
    });
  });
});

describe('a matcher', () => {
  it('compares arguments by what they are, in whatever order they were written', async () => {
    const asked = { to: { iban: 'DE1', name: 'Ann' } };
    const permit = { permitId: 'p', step: 'pay', arguments: { to: { name: 'Ann', iban: 'DE1' } } };
    const { story } = await open();
    const entry = { at: 0, by: 'agent' };
    const entries = [
      { type: 'PermitGranted', event: { permit }, ...entry },
      { type: 'PermitReported', event: { permitId: 'p', status: 'done' }, ...entry },
    ];
    expect({ ...(await story()), entries }).toHaveCarriedOutOnce('pay', asked);
    expect({ ...(await story()), entries }).not.toHaveCarriedOut('pay', { to: { iban: 'DE2', name: 'Ann' } });
    expect({ ...(await story()), entries }).not.toHaveCarriedOut('pay', { iban: 'DE1' });
  });
});

describe('a matcher that does not hold', () => {
  it('tells the whole story', async () => {
    const { run, story } = await open();
    await run.step('refund', { amount: 'EUR 20.00' }, pay);
    const told = belayMatchers.toHaveForbidden(await story(), 'refund');
    expect(told.pass).toBe(false);
    expect(told.message()).toContain('StepGated by agent refund continue');
  });
});

describe('what a newcomer gets wrong is named, with the remedy', () => {
  it('a control that cannot be read: its line, and not a Belay that is down', async () => {
    const test = createTestBelay({ controls: 'control: refunds\nnonsense', people });
    const error = await thrownBy(test.belay().start({ control: 'refunds', subject: {} }));
    expect(error).toBeInstanceOf(BelayError);
    expect(error).toMatchObject({ code: 'control_invalid', message: expect.stringMatching(/^control 1:\d+ /) });
  });

  it('a person who is not there', async () => {
    const { test, run } = await open();
    const error = await thrownBy(test.person('zed').takeOver(run.id));
    expect(error).toMatchObject({
      message: 'There is nobody called zed in this test.',
      remedy: expect.stringContaining('`people`'),
    });
  });
});
