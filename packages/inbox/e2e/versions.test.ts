/** How a version comes into force: by a second person, and for runs that are under way already. */
import { describe, expect, it } from 'vitest';
import { missing, picture } from './browser.ts';
import { visiting } from './visit.ts';

describe.skipIf(missing !== null)('versions', () => {
  const visit = visiting();
  const looser = (text: string) => text.replace('amount > EUR 500.00', 'amount > EUR 900.00');

  it('wait for a second person, who publishes or withdraws with a reason', async () => {
    visit.world.controls.keepDraft('payment-approval', 'bo', looser);
    await visit.open('/controls/payment-approval');
    await visit.see('A new version waits for a second person.');
    await visit.see(/when amount is from EUR 500\.01 to EUR 900\.00/);
    await picture(visit.page, 'draft', false);
    await visit.button('Withdraw…').click();
    await visit.page.getByLabel(/^Why\?/).fill('EUR 900 is too much.');
    await visit.button('Withdraw it').click();
    await visit.page.getByText('A new version waits').waitFor({ state: 'detached' });
    expect(visit.world.controls.withdrawn).toBe('EUR 900 is too much.');
    visit.world.controls.keepDraft('payment-approval', 'bo', looser);
    await visit.open('/controls/payment-approval');
    await visit.button('Publish it').click();
    await visit.see('version 4, published by');
    await visit.see('drafted by');
  });

  it('cannot be published by who drafted them', async () => {
    visit.world.controls.keepDraft('payment-approval', 'ann', looser);
    await visit.open('/controls/payment-approval');
    await visit.see('You drafted it: another designer publishes it.');
    expect(await visit.button('Publish it').isDisabled()).toBe(true);
  });

  it('that are stricter take live runs over, after how many was shown, with a reason', async () => {
    await visit.open('/controls/payment-approval');
    await visit.see(/^Version 2, 1 open run: stays as it is/);
    expect(await visit.button(/^Move/).count()).toBe(0);
    visit.world.controls.keepDraft('payment-approval', 'bo', (text) => text.replace('> EUR 500.00', '> EUR 400.00'));
    await visit.open('/controls/payment-approval');
    await visit.button('Publish it').click();
    await visit.see(/^Version 3, .+: can be moved/);
    await picture(visit.page, 'move', false);
    await visit.button(/^Move \d+ runs?…/).click();
    await visit.page.getByLabel(/^Why\?/).fill('A fraud wave.');
    await visit.page.getByRole('dialog').getByRole('button', { name: /^Move/ }).click();
    await visit.see(/^\d+ runs? moved\.$/);
    expect(visit.world.controls.moved.get('payment-approval 3')).toBe('A fraud wave.');
  });
});
