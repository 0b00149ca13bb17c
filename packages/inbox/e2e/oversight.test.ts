/** The quiet part of the house: what continued and was drawn, and what went another way than the rules. */
import { readFileSync } from 'node:fs';
import type { Route } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { missing, narrow, picture } from './browser.ts';
import { visiting } from './visit.ts';

describe.skipIf(missing !== null)('looking afterwards', () => {
  const visit = visiting();
  const waiting = () => visit.world.oversight.samples.filter(({ verdict }) => verdict === null).length;

  it('a sample is fine with one press, taken back with one more, and sent when the page is left', async () => {
    await visit.open('/samples');
    await visit.see('INV-201');
    await picture(visit.page, 'samples');
    await visit.button('Fine').first().click();
    await visit.see('Looked at, fine: INV-201');
    expect(await visit.button('Fine').count()).toBe(2);
    await visit.button('Undo').click();
    expect(await visit.button('Fine').count()).toBe(3);
    expect(waiting()).toBe(3);
    await visit.button('Fine').first().click();
    await visit.page.getByRole('link', { name: 'Looked at' }).click();
    await visit.page.getByRole('link', { name: /^Runs/ }).click();
    await visit.page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor();
    await visit.page.getByRole('link', { name: /^Samples/ }).click();
    await visit.see('INV-202');
    expect(waiting()).toBe(2);
  });

  it('a sample that was said to be fine stays so when the tab is closed at once', async () => {
    await visit.open('/samples');
    await visit.button('Fine').first().click();
    await visit.see('Looked at, fine: INV-201');
    await visit.page.close({ runBeforeUnload: true });
    await expect.poll(waiting, { timeout: 5_000 }).toBe(2);
  });

  it('samples do not come back while what was said of them is under way', async () => {
    const held: Route[] = [];
    await visit.page.route('**/review', (route) => void held.push(route));
    await visit.open('/samples');
    await visit.button('Fine').first().click();
    await visit.see('Looked at, fine: INV-201');
    await visit.button('Fine').first().click();
    await visit.see('Looked at, fine: INV-202');
    await visit.button('Fine').first().click();
    await visit.see('Looked at, fine: INV-203');
    expect(await visit.button('Fine').count()).toBe(0);
    for (const route of held) await route.continue();
    await visit.page.getByRole('link', { name: 'Samples 1 to look at' }).waitFor();
    expect(await visit.button('Fine').count()).toBe(0);
  });

  it('a sample that was wrong takes one word, which goes to whoever puts it right', async () => {
    await visit.open('/samples');
    await visit.button('Wrong…').first().click();
    await visit.page.getByRole('textbox', { name: /^What was wrong/ }).fill('Not our supplier.');
    await picture(visit.page, 'samples-wrong', false);
    await visit.button('It was wrong').click();
    await visit.see('Looked at, wrong: INV-201');
    await visit.open('/samples?show=done');
    await visit.see('Wrong, says Ann Berg: Not our supplier.');
    expect(visit.world.oversight.samples[0]).toMatchObject({ verdict: 'wrong', comment: 'Not our supplier.' });
  });
});

describe.skipIf(missing !== null)('the register', () => {
  const visit = visiting();

  it('is filtered, keeps its filter in its address, and is exported as it stands', async () => {
    await visit.open('/exceptions');
    await visit.see('Bo Lindqvist used break-glass');
    await picture(visit.page, 'exceptions');
    const [file] = await Promise.all([visit.page.waitForEvent('download'), visit.button('Export').click()]);
    expect(readFileSync(await file.path(), 'utf8').split('\r\n')).toHaveLength(5);
    await visit.page.getByLabel('Only with a review due').check();
    await visit.page.getByText('Dana Okafor stopped everything').waitFor({ state: 'detached' });
    await visit.page.reload();
    await visit.see('A review is due');
    expect(await visit.page.getByLabel('Only with a review due').isChecked()).toBe(true);
    await visit.open('/exceptions?to=2001-01-01');
    await visit.see('Nothing matches the filter.');
  });

  it('stands on a narrow page in the dark', async () => {
    await visit.page.emulateMedia({ colorScheme: 'dark' });
    await visit.page.setViewportSize(narrow);
    for (const path of ['samples', 'exceptions']) {
      await visit.open(`/${path}`);
      await visit.page.locator('main li').first().waitFor();
      await picture(visit.page, `${path}-narrow`);
      const wide = await visit.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide).toBeLessThanOrEqual(0);
    }
  });
});
