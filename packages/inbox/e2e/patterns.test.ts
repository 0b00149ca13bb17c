/** What keeps coming back, on one page: sentences with bars and cases, and a change with its proof beside it. */
import { readFileSync } from 'node:fs';
import type { APIResponse } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { missing, picture } from './browser.ts';
import { visiting } from './visit.ts';

/** Who is signed in, with less right. */
const operatorOnly = async (answer: APIResponse): Promise<object> => {
  const { person, ...rest } = await answer.json();
  return { ...rest, person: { ...person, access: ['operator'] } };
};

describe.skipIf(missing !== null)('the patterns', () => {
  const visit = visiting();

  it('stand in sentences with their counts and lead to concrete cases, from the keyboard too', async () => {
    await visit.open('/patterns');
    await visit.see('Release payment waited for a sign-off because of "above-limit" 13 times of 61');
    await visit.see('Through, nothing changed');
    await visit.see('Judged wrong');
    await visit.see('ledger is to know it: mend it there');
    await picture(visit.page, 'patterns');
    await visit.page.keyboard.press('j');
    await visit.page.keyboard.press('Enter');
    await visit.page.waitForURL('**/approvals/approval-31');
  });

  it('what people and systems wrote stays text', async () => {
    await visit.open('/patterns');
    await visit.see('I called them <b>back</b>. Pay the old account.');
  });

  it('are exported as they stand, as samples and exceptions are', async () => {
    await visit.open('/patterns');
    await visit.see('13 times of 61');
    const shown = await visit.page.locator('h3').filter({ hasText: ' of 61' }).count();
    const [file] = await Promise.all([visit.page.waitForEvent('download'), visit.button('Export').click()]);
    const [head, ...rows] = readFileSync(await file.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(head).toContain('pattern,step,rule,asks,times,of,runs,"through, nothing changed"');
    expect(rows.filter((row) => row.includes(' of 61'))).toHaveLength(shown);
    expect(rows[0]).toContain('above-limit');
  });

  it('keep control and period in the address, and say when nothing came back', async () => {
    await visit.open('/patterns?control=payment-approval&days=90');
    expect(await visit.page.getByRole('combobox', { name: 'Period' }).inputValue()).toBe('The last 90 days');
    await visit.page.getByRole('combobox', { name: 'Period' }).click();
    await visit.page.getByRole('option', { name: 'The last 7 days' }).click();
    await visit.page.waitForURL('**/patterns?control=payment-approval&days=7');
    await visit.open('/patterns?control=support-escalation');
    await visit.see('Nothing came back in this time');
  });

  it('a proposal stands as a diff with its backtest beside it, and becomes a draft with one press', async () => {
    await visit.open('/patterns');
    await visit.see('Of 61 steps, 51 would be decided as they were, 10 with less oversight.');
    expect(await visit.page.getByLabel('Change of the control').textContent()).toContain('amount > EUR 609.00');
    expect(visit.world.controls.draft('payment-approval')).toBeNull();
    await visit.button('Make a draft').click();
    await visit.see('The draft waits for a second person');
    const draft = visit.world.controls.draft('payment-approval');
    expect([draft?.draftedBy, draft?.source.includes('amount > EUR 609.00')]).toEqual(['ann', true]);
  });

  it('somebody who designs no controls reads it, and cannot draft it', async () => {
    await visit.page.route('**/v1/me', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: await operatorOnly(answer) });
    });
    await visit.open('/patterns');
    await visit.see('A designer can make a draft of it.');
    expect(await visit.button('Make a draft').count()).toBe(0);
  });

  it('stands on a narrow page in the dark', async () => {
    await visit.page.emulateMedia({ colorScheme: 'dark' });
    await visit.page.setViewportSize({ width: 390, height: 740 });
    await visit.open('/patterns');
    await visit.see('13 times of 61');
    await picture(visit.page, 'patterns-narrow');
    const wide = await visit.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
  });
});
