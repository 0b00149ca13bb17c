/** A control in words: what a finance person reads, and what changed between two versions. */
import { describe, expect, it } from 'vitest';
import { missing, narrow, picture } from './browser.ts';
import { visiting } from './visit.ts';

describe.skipIf(missing !== null)('controls', () => {
  const visit = visiting();

  it('are listed, and each is a page in words with its drawing, findings and reasons', async () => {
    await visit.open('/controls');
    await picture(visit.page, 'controls');
    await visit.page.getByRole('link', { name: 'payment-approval' }).click();
    await visit.see('When amount is above EUR 500.00.');
    await visit.see('It waits for finance sign-off: 2 of finance approver.');
    await visit.see('whoever is on call for treasury, after 24 hours');
    await visit.see('Accepted because:');
    await visit.page.getByRole('img', { name: /Steps, answers of the gate/ }).waitFor();
    await picture(visit.page, 'control');
    const drawn = await visit.page.locator('figure text').allTextContents();
    expect(drawn).toEqual(expect.arrayContaining(['release payment', 'The agent goes on alone', '15 minutes']));
  });

  it('are drawn as a whole where there is room, and at full size when asked', async () => {
    await visit.page.setViewportSize({ width: 1_360, height: 900 });
    await visit.open('/controls/payment-approval');
    const drawing = visit.page.getByRole('img', { name: /Steps, answers of the gate/ });
    await drawing.waitFor();
    const hidden = () => drawing.evaluate(({ parentElement: box }) => (box ? box.scrollWidth - box.clientWidth : -1));
    expect(await hidden()).toBe(0);
    await visit.button('Full size').click();
    await visit.button('Fit to the page').waitFor();
    expect(await hidden()).toBeGreaterThan(0);
    await visit.button('Fit to the page').click();
    await visit.button('Full size').waitFor();
    expect(await hidden()).toBe(0);
  });

  it('are compared by version, less human oversight first, from the keyboard too', async () => {
    await visit.open('/controls/payment-approval');
    await visit.page.getByRole('link', { name: 'what changed' }).first().click();
    await visit.see('Something has less human oversight than before.');
    await visit.see('Finance sign-off: before 3 of finance approver');
    await visit.see(/when amount is from EUR 250\.01 to EUR 500\.00/);
    await picture(visit.page, 'comparison');
    await visit.page.getByLabel('Before').focus();
    await visit.page.getByLabel('Before').selectOption('1');
    await visit.page.waitForURL('**/compare?before=1&after=3');
    await visit.page.getByLabel('Before').selectOption('3');
    await visit.see('Every case is decided as before.');
  });

  it('with one version say that there is nothing to compare', async () => {
    await visit.open('/controls/support-escalation/compare');
    await visit.see('So far it has one version; there is nothing to compare yet.');
  });

  it('say what is missing when there is no such version', async () => {
    await visit.page.goto(`${visit.url}/controls/payment-approval?version=9`);
    await visit.see('payment-approval has no version 9.');
  });

  it('are read on a phone and on paper without what cannot be used there', async () => {
    await visit.page.setViewportSize(narrow);
    await visit.open('/controls/payment-approval');
    await visit.see('Time to a human, at worst');
    await picture(visit.page, 'control-narrow', false);
    expect(await visit.page.evaluate('document.documentElement.scrollWidth')).toBe(narrow.width);
    await visit.page.emulateMedia({ media: 'print' });
    expect(await visit.page.getByRole('navigation').first().isVisible()).toBe(false);
    expect(await visit.button('Print').isVisible()).toBe(false);
    await picture(visit.page, 'control-print', false);
  });
});
