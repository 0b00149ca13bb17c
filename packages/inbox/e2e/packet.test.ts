/** What stands on the page of a case or a sign-off, and how often. */
import { describe, expect, it } from 'vitest';
import { missing } from './browser.ts';
import { visiting } from './visit.ts';

describe.skipIf(missing !== null)('a packet', () => {
  const visit = visiting();

  it('says each fact once: in its section of the packet, and after it what no section says', async () => {
    const said = (name: string) => visit.page.locator(`dt[title="${name}"]`).count();
    for (const path of ['/cases/case-71', '/approvals/approval-31']) {
      await visit.open(path);
      expect([path, await said('beneficiary.ageDays'), await said('invoice.matched')]).toEqual([path, 1, 1]);
    }
    await visit.open('/cases/case-71');
    await visit.see('Other facts');
    expect(await said('confirmedByPhone')).toBe(1);
    expect(await said('amount'), 'an argument stands in what is about to happen').toBe(0);
  });
});
