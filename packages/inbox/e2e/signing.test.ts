/** Many sign-offs as one, and one of them edited. */
import { describe, expect, it } from 'vitest';
import { missing, narrow, picture, wide } from './browser.ts';
import { visiting } from './visit.ts';

describe.skipIf(missing !== null)('signing', () => {
  const visit = visiting();

  it('signs a payment run as one, with what was left out still waiting', async () => {
    await visit.open('/approvals');
    await visit.see('3 sign-offs of one kind');
    await visit.see('EUR 9,860.00 is more than three times the usual.');
    await picture(visit.page, 'approvals-batch');
    await visit.page.emulateMedia({ colorScheme: 'dark' });
    await visit.page.setViewportSize(narrow);
    await picture(visit.page, 'approvals-batch-narrow');
    await visit.page.setViewportSize(wide);
    expect(await visit.page.getByLabel(/^Sign: Pay Castell/).isChecked()).toBe(false);
    await visit.see('EUR 1,568.25');
    await visit.button('Sign 2…').click();
    await visit.button(/^Sign 2$/).click();
    await visit.page.getByText('3 sign-offs of one kind').waitFor({ state: 'detached' });
    expect(['approval-40', 'approval-41', 'approval-42'].map((id) => visit.world.approval(id).status)).toEqual([
      'approved',
      'approved',
      'waiting',
    ]);
  });

  it('keeps what was ticked while somebody signs in again, and for nobody else', async () => {
    const ticked = (name: RegExp) => visit.page.getByLabel(name).isChecked();
    await visit.open('/approvals');
    await visit.page.getByLabel(/^Sign: Pay Castell/).check();
    await visit.page.getByLabel(/^Sign: Pay Papeterie/).uncheck();
    await visit.page.goto('about:blank');
    await visit.open('/approvals');
    await visit.see('3 sign-offs of one kind');
    expect([await ticked(/^Sign: Pay Castell/), await ticked(/^Sign: Pay Papeterie/)]).toEqual([true, false]);
    await visit.page.route('**/v1/me', async (route) => {
      const answer = await route.fetch();
      const { person, ...rest } = await answer.json();
      await route.fulfill({ response: answer, json: { ...rest, person: { ...person, personId: 'bo' } } });
    });
    await visit.open('/approvals');
    await visit.see('3 sign-offs of one kind');
    expect([await ticked(/^Sign: Pay Castell/), await ticked(/^Sign: Pay Papeterie/)]).toEqual([false, true]);
  });

  it('edits, sees the difference, and cannot sign what it changed; Escape loses nothing', async () => {
    await visit.open('/approvals/approval-31');
    await visit.button('Edit…').click();
    await visit.page.getByLabel('amount').fill('7000.00');
    await visit.page.getByLabel(/^Why/).fill('The discount was forgotten.');
    await visit.page.keyboard.press('Escape');
    await visit.button('Edit…').click();
    expect(await visit.page.getByLabel('amount').inputValue()).toBe('7000.00');
    await picture(visit.page, 'approval-edit', false);
    await visit.button('Ask for the new version').click();
    await visit.see('You changed it: somebody else must sign.');
    await visit.see('Changed by Ann Berg');
    await picture(visit.page, 'approval-edited');
    await visit.page.emulateMedia({ colorScheme: 'dark' });
    await visit.page.setViewportSize(narrow);
    await picture(visit.page, 'approval-edited-narrow');
  });
});
