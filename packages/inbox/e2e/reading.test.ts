/** For everybody and on every screen: keyboard, hostile text, phones, an empty day. */
import { describe, expect, it } from 'vitest';
import { missing, narrow, picture } from './browser.ts';
import { visiting } from './visit.ts';

const narrowPages = [
  '/',
  '/cases/case-70',
  '/cases/case-69',
  '/approvals/approval-31',
  '/runs',
  '/runs/run-2044',
  '/controls/payment-approval',
  '/on-call',
  '/organisation',
];

describe.skipIf(missing !== null)('a page that anybody can read', () => {
  const visit = visiting();

  it('can be worked by keyboard alone', async () => {
    await visit.open('/');
    await visit.see('Refund EUR 89.00');
    await visit.page.keyboard.press('j');
    await visit.page.keyboard.press('j');
    await visit.page.keyboard.press('j');
    await visit.page.keyboard.press('k');
    await visit.page.keyboard.press('Enter');
    await visit.page.waitForURL('**/cases/case-71');
    await visit.button(/^Take over/).waitFor();
    await visit.page.keyboard.press('t');
    await visit.see('You have control since');
    await visit.page.keyboard.press('r');
    await visit.page.getByRole('textbox', { name: 'Instructions' }).pressSequentially('t r j / ?');
    await visit.page.keyboard.press('Control+Enter');
    await visit.see('ap-agent has control again.');
    expect(visit.world.run('run-2041').instructions?.text).toBe('t r j / ?');
    await visit.page.keyboard.press('i');
    await visit.page.waitForURL(`${visit.url}/`);
    await visit.page.keyboard.press('/');
    await visit.page.keyboard.type('nothing like this');
    await visit.see('Nothing matches the filter.');
    await visit.page.keyboard.press('Escape');
    await visit.page.keyboard.press('?');
    await visit.page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
  });

  it('shows hostile text as text', async () => {
    await visit.open('/cases/case-70');
    await visit.see('⟦U+202E⟧');
    await visit.see('END OF AGENT WORDS');
    await visit.button('Show the exact JSON').click();
    await visit.page.getByText('"orderId"').waitFor();
    await picture(visit.page, 'hostile');
    expect(await visit.page.evaluate('window.injected')).toBeUndefined();
    expect(await visit.page.locator('#content :is(script, iframe, img, style, [onerror], [onload])').count()).toBe(0);
    expect(await visit.page.locator('a[href^="javascript"], a[href*="attacker"]').count()).toBe(0);
    const shown = await visit.page.locator('#root').textContent();
    expect(shown).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u200B]/);
  });

  it('says the nearest change that would have needed fewer people', async () => {
    await visit.open('/cases/case-71');
    await visit.see('It would have waited for a sign-off if beneficiary.ageDays were 91 (it is 3).');
    await visit.open('/approvals/approval-31');
    await visit.see('It would have continued if amount were EUR 500.00 (it is');
  });

  it('is friendly when nothing waits', async () => {
    visit.world.cases = [];
    visit.world.approvals = [];
    await visit.open('/');
    await visit.see('Nothing waits for a person.');
    await picture(visit.page, 'empty', false);
    await visit.page.locator('#content').getByRole('link', { name: '3 agents are working.' }).last().click();
    await visit.page.waitForURL('**/runs');
  });

  it('fits a narrow phone on every page without scrolling sideways', async () => {
    await visit.page.setViewportSize(narrow);
    for (const path of narrowPages) {
      await visit.open(path);
      await visit.page.getByRole('status').getByText('Live').waitFor();
      const over = await visit.page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(over, path).toBe(0);
    }
    await visit.open('/cases/case-71');
    await picture(visit.page, 'case-narrow', false);
  });
});

describe.skipIf(missing !== null)('names that an agent gives to arguments', () => {
  const visit = visiting();

  it('are shown as the text of others, and are too long for a list when they are a text of their own', async () => {
    const { world } = visit;
    const name = `Belay says: approve\u202e <img src=x onerror="window.injected=1">`;
    const args = { [name]: 'EUR 1.00', ['x'.repeat(2_000)]: 'EUR 2.00' };
    world.cases = world.cases.map((one) => ({
      ...one,
      step: one.step === null ? null : { ...one.step, arguments: { ...one.step.arguments, ...args } },
      inFlight: one.inFlight.map((permit) => ({ ...permit, arguments: args })),
    }));
    world.approvals = world.approvals.map((one) => ({ ...one, before: one.arguments, arguments: args }));
    world.oversight.samples = world.oversight.samples.map((one) => ({ ...one, arguments: args }));
    for (const path of ['/', '/cases/case-71', '/cases/case-69', '/approvals/approval-31', '/samples']) {
      await visit.open(path);
      await visit.see('Belay says: approve⟦U+202E⟧ <img');
      const html = await visit.page.locator('#root').innerHTML();
      expect(html, path).not.toContain('\u202e');
      expect(await visit.page.locator('#content img').count(), path).toBe(0);
      const apart = await visit.page
        .getByText('Belay says: approve⟦U+202E⟧ <img')
        .evaluateAll((found) =>
          found.filter((one) => one.closest('.inert, code, pre') === null).map((one) => one.outerHTML.slice(0, 200)),
        );
      expect(apart, path).toEqual([]);
    }
    await visit.open('/');
    expect(await visit.page.getByText('xxxxxxxx').count(), 'a list has room for short names').toBe(0);
  });

  it('are not broken on a narrow phone when the value beside them is long', async () => {
    await visit.page.setViewportSize(narrow);
    visit.world.cases = visit.world.cases.map((one) =>
      one.step === null
        ? one
        : {
            ...one,
            step: { ...one.step, arguments: { text: 'I am sorry. I have asked our duty lead to call you today.' } },
          },
    );
    await visit.open('/');
    const name = visit.page.locator('dt .inert', { hasText: /^text$/ }).first();
    expect(await name.evaluate((one) => one.getClientRects().length)).toBe(1);
  });
});

describe.skipIf(missing !== null)('the filter of the inbox', () => {
  const visit = visiting();

  it('is of everything in it: cases and sign-offs', async () => {
    await visit.open('/');
    const signOffs = visit.page.getByRole('heading', { name: 'Waiting for a sign-off' });
    await signOffs.waitFor();
    await visit.page.getByLabel('Filter').fill('nordwind');
    await signOffs.waitFor({ state: 'detached' });
    await visit.page.getByLabel('Filter').fill('INV-3002');
    await signOffs.waitFor();
    expect(await visit.page.locator('[data-row]').count()).toBe(1);
    await visit.open('/?control=support-escalation');
    await visit.see('Refund EUR 89.00');
    expect(await signOffs.count()).toBe(0);
  });

  it('stands above sign-offs that name everybody who is asked, in words', async () => {
    const group = { quorum: 1, signed: 0, left: [] };
    visit.world.approvals = visit.world.approvals.map((one) => ({
      ...one,
      from: 'role:finance-approver and oncall:treasury',
      groups: [
        { from: 'role:finance-approver', ...group },
        { from: 'oncall:treasury', ...group },
      ],
    }));
    await visit.open('/');
    await visit.see('For finance approver and treasury on call');
  });
});

describe.skipIf(missing !== null)('words of a model', () => {
  const visit = visiting();

  it('stand beside the sentence of the house, marked and inert, and nothing where there is none', async () => {
    await visit.open('/cases/case-71');
    await visit.see('checked by your browser');
    expect(await visit.page.getByText('Written by a model').count()).toBe(0);
    const text = 'The bank details are <b>new</b>\u202e.';
    visit.world.rewording = { text, model: 'small-model' };
    await visit.open('/cases/case-71');
    const aside = visit.page.getByRole('complementary', { name: 'Written by a model' });
    await aside.waitFor();
    expect(await aside.textContent()).toContain('The bank details are <b>new</b>⟦U+202E⟧.');
    expect(await aside.textContent()).toContain('Written by a model (small-model)');
    const house = visit.world.case('case-71').because;
    expect(await visit.page.getByText(house, { exact: true }).first().isVisible()).toBe(true);
  });
});
