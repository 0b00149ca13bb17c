import { describe, expect, it } from 'vitest';
import { controlWith, minutes, pay, Story } from '../story.testing.ts';
import { countersOf } from './limits.ts';

const limited = controlWith(
  'approvals:\n',
  'limits: [{ id: daily, at: pay, of: amount, per: to, window: 24h, above: EUR 150.00, then: approval, by: sign-off }]\napprovals:\n',
);
const story = (): Story => {
  const told = new Story();
  told.control = limited;
  return told;
};
const counter = (told: Story): string => countersOf(limited, told.run, 'pay', pay('100.00'))[0]?.counter ?? '';

describe('a cumulative limit', () => {
  it('asks from the first cent above it, and lets its share be counted', () => {
    const told = story();
    const name = counter(told);
    told.ask({ args: pay('100.00'), counters: { [name]: 5_000 } });
    expect(told.events).toMatchObject([
      {},
      { type: 'PermitGranted', permit: { counts: [{ counter: name, amount: 10_000, most: 15_000 }] } },
      {},
    ]);
    const over = story().ask({ args: pay('100.00'), counters: { [name]: 5_001 } });
    expect(over.answer).toMatchObject({
      kind: 'pause',
      because: 'EUR 150.01 within 1d for to x is above the limit of EUR 150.00.',
    });
    expect(over.run.approvals[0]?.facts).toContainEqual(
      expect.objectContaining({ name: 'daily', value: 'EUR 150.01', origin: 'system' }),
    );
    expect(over.run.approvals[0]?.packet?.nearest).toEqual([
      'It would have continued if amount were EUR 99.99 (it is EUR 100.00).',
    ]);
  });
  it('that people let pass is counted, and not kept any more', () => {
    const told = story();
    const counters = { [counter(told)]: 15_000 };
    told
      .ask({ args: pay('100.00'), counters })
      .sign('ben')
      .ask({ args: pay('100.00'), counters });
    expect(told.events).toMatchObject([{}, { permit: { counts: [{ amount: 10_000, most: null }] } }, {}, {}]);
  });
  it('counts a key that is decided again once', () => {
    const told = story()
      .ask({ args: pay('100.00'), redeem: false })
      .wait(minutes(2));
    expect(told.types).toContain('PermitExpired');
    const again = story().ask({ args: pay('100.00'), redeem: false });
    again.now = minutes(2);
    again.ask({ args: pay('100.00'), counters: { [counter(again)]: 10_000 } });
    expect(again.answer.kind).toBe('continue');
  });
});
