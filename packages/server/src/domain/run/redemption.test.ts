import { describe, expect, it } from 'vitest';
import { controlWith, pay, Story } from '../story.testing.ts';

const looking = controlWith(
  '  fresh: { from: agent, type: bool }',
  '  fresh: { from: lookup, source: book, type: bool }',
);
const book = (fresh: boolean | null) => ({ book: { ok: true as const, value: { fresh } } });
const granted = (args = pay('10.00')): Story => {
  const told = new Story();
  told.control = looking;
  told.ask({ args, redeem: false, looked: book(false) });
  return told;
};
const redeem = (told: Story, looked: object) =>
  told.agent({ type: 'redeem', permitId: told.run.permits[0]?.permitId ?? '', looked } as never);

describe('a permit that is redeemed later', () => {
  it('rests on what is so then', () => {
    expect(redeem(granted(), book(false)).types).toEqual(['PermitRedeemed']);
    const changed = redeem(granted(), book(true));
    expect(changed.refused).toBe('permit_not_redeemable');
    expect(changed.events).toMatchObject([
      { type: 'PermitVoided', because: expect.stringContaining('The payee is new.') },
    ]);
  });
  it('is not redeemed when nobody can say', () => {
    expect(redeem(granted(), { book: { ok: false, problem: 'down' } }).refused).toBe('permit_not_redeemable');
    expect(redeem(granted(), book(null)).refused).toBe('permit_not_redeemable');
  });
  it('keeps its signature where the rules ask for it still', () => {
    const told = new Story();
    told.control = looking;
    told.ask({ args: pay('500.00'), looked: book(false) }).sign('ben');
    told.ask({ args: pay('500.00'), redeem: false, looked: book(false) });
    expect(redeem(told, book(false)).types).toEqual(['PermitRedeemed', 'ApprovalUsed']);
  });
  it('is looked at again too when the gate is asked once more with its key', () => {
    expect(granted().ask({ args: pay('10.00'), looked: book(true) }).answer.kind).toBe('handoff');
    expect(granted().ask({ args: pay('10.00'), looked: book(false) }).answer.kind).toBe('continue');
  });
});
