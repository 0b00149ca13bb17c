/** Letting somebody sign in one's stead: seen, entered by keyboard, refused in clear words, ended early. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { missing, picture, wide } from './browser.ts';
import { visiting } from './visit.ts';

const sizes = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
];

const pictures = async (page: Page, name: string): Promise<void> => {
  for (const size of sizes)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      await picture(page, `${name}-${size.width}-${colorScheme}`, false);
      const wider = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
      expect(wider, `${name} at ${size.width} px scrolls sideways`).toBe(false);
    }
  await page.setViewportSize(wide);
};

/** By the keyboard alone, as in every field where a person is chosen. */
const choose = async (page: Page, label: string, name: string): Promise<void> => {
  await page.getByRole('combobox', { name: label }).focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(name);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
};

describe.skipIf(missing !== null)('delegations', () => {
  const visit = visiting();
  const dialog = () => visit.page.getByRole('dialog', { name: 'Let somebody sign' });
  const rows = () => visit.page.getByRole('main').getByRole('listitem');

  it('are seen from the approvals, mine first', async () => {
    await visit.open('/approvals');
    await pictures(visit.page, 'approvals');
    await visit.page.getByRole('link', { name: 'Delegations' }).click();
    await visit.see('Parental leave.');
    expect(await rows().allInnerTexts()).toEqual([
      expect.stringMatching(/Ann Berg signs in the stead of Bo Lindqvist: only release-payment/),
      expect.stringMatching(/Dana Okafor signs in the stead of Cem Aydin: every approval\s+now, until/),
    ]);
    await pictures(visit.page, 'delegations');
  });

  it('are made in a dialog that keeps what was typed when they are refused, and ended early', async () => {
    await visit.open('/approvals/delegations');
    await visit.see('Parental leave.');
    const opener = visit.button('Let somebody sign…');
    await opener.focus();
    await visit.page.keyboard.press('Enter');
    const send = dialog().getByRole('button', { name: 'Let them sign' });
    await send.waitFor();
    expect(await send.isDisabled()).toBe(true);
    await choose(visit.page, 'Who may sign', 'Bo');
    await dialog()
      .getByLabel(/^To\b/)
      .fill(new Date(Date.now() + 25 * 86_400_000).toISOString().slice(0, 16));
    await dialog().getByLabel('Why?').fill('On leave.');
    await visit.page.keyboard.press('Enter');
    const refusal = dialog().getByRole('alert');
    await refusal.getByText('bo has delegated back to ann in that time, perhaps through others.').waitFor();
    await refusal.getByText('Withdraw the other delegation first, or name somebody else.').waitFor();
    expect(await dialog().getByLabel('Why?').inputValue()).toBe('On leave.');
    expect(visit.world.delegations.items).toHaveLength(2);
    await pictures(visit.page, 'delegate-refused');
    await choose(visit.page, 'Who may sign', 'Cem');
    await dialog().getByLabel('Only approvals named').fill('release-payment');
    await dialog().getByLabel('Why?').focus();
    await visit.page.keyboard.press('Enter');
    await dialog().waitFor({ state: 'detached' });
    await visit.see('On leave.');
    expect(visit.world.delegations.items.at(-1)).toMatchObject({
      from: 'ann',
      to: 'cem',
      approval: 'release-payment',
      because: 'On leave.',
    });
    expect(await opener.evaluate((button) => button === document.activeElement)).toBe(true);
    for (const one of ['Cem Aydin for Ann Berg', 'Ann Berg for Bo Lindqvist', 'Dana Okafor for Cem Aydin'])
      await visit.button(`Withdraw: ${one}`).click();
    await visit.see('Everybody signs for themselves.');
    expect(visit.world.delegations.items).toEqual([]);
    await pictures(visit.page, 'delegations-none');
  });

  it('are named on the approval that is signed by one', async () => {
    const [first] = visit.world.approvals.filter(({ approvalId }) => approvalId === 'approval-31');
    if (first !== undefined) first.you = { ...first.you, instead: [{ personId: 'bo', name: 'Bo Lindqvist' }] };
    await visit.open('/approvals/approval-31');
    await visit.see('you sign in the stead of Bo Lindqvist.');
  });
});
