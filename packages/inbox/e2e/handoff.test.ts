/** From the list to the case, to control, and back: what a person does all day. */
import { describe, expect, it } from 'vitest';
import { missing, picture } from './browser.ts';
import { visiting } from './visit.ts';

describe.skipIf(missing !== null)('taking over and giving back', () => {
  const visit = visiting();

  it('leads from the list to the case, to control, and back to the agent with instructions', async () => {
    await visit.open('/');
    await picture(visit.page, 'inbox');
    await visit.page.getByRole('link', { name: 'Pay Nordwind Logistics GmbH EUR 12,400.00' }).click();
    await visit.see('Payment policy 3.1');
    await visit.see('checked by your browser');
    await picture(visit.page, 'case');
    expect(await visit.page.getByText('You have control').count()).toBe(0);
    await visit.button(/^Take over/).click();
    await visit.see('You have control since');
    await visit.see('Ann Berg took over from ap-agent.');
    expect(visit.world.run('run-2041').holder.id).toBe('ann');

    await visit.button(/^Return with instructions/).click();
    await visit.page.getByRole('textbox', { name: 'Instructions' }).fill('Confirmed by phone. Pay the first half.');
    await visit.page.getByRole('textbox', { name: 'amount' }).fill('6,200.00');
    await visit.see('amount: EUR 6,200.00 instead of EUR 12,400.00.');
    await visit.see('Before that it still needs a sign-off: finance sign-off.');
    await picture(visit.page, 'return', false);
    await visit.button('Return to ap-agent').click();
    await visit.see('ap-agent has control again.');
    const { instructions, holder } = visit.world.run('run-2041');
    expect(holder.id).toBe('ap-agent');
    expect(instructions).toMatchObject({
      text: 'Confirmed by phone. Pay the first half.',
      allowOnce: [
        { step: 'release-payment', edited: true, arguments: { amount: 'EUR 6200.00', invoiceId: 'INV-2041' } },
      ],
    });
  });

  it('gives back unchanged, and says what a person did by themselves', async () => {
    await visit.open('/cases/case-71');
    await visit.button(/^Take over/).click();
    await visit.button('Give back unchanged').click();
    await visit.see('ap-agent has control again.');
    expect(visit.world.run('run-2041').instructions?.unchanged).toBe(true);

    await visit.open('/cases/case-70');
    await visit.button(/^Take over/).click();
    await visit.button(/^Return with instructions/).click();
    await visit.page.getByLabel('I did it myself').check();
    expect(await visit.button('Return to care-agent').isDisabled()).toBe(true);
    await visit.page.getByLabel(/^Reference/).fill('Voucher 88');
    await visit.button('Return to care-agent').click();
    await visit.see('care-agent has control again.');
    expect(visit.world.run('run-8812').instructions?.doneByMe).toMatchObject([
      { step: 'refund', reference: 'Voucher 88' },
    ]);
  });

  it('takes a case from another person only with a reason', async () => {
    await visit.open('/cases/case-69');
    await visit.button('Take it from Bo Lindqvist…').click();
    const confirm = visit.page.getByRole('button', { name: 'Take it from Bo Lindqvist', exact: true });
    expect(await confirm.isDisabled()).toBe(true);
    await visit.page.getByLabel(/^Why do you take it/).fill('Agreed by phone.');
    await confirm.click();
    await visit.see('You have control since');
    await visit.see('Did it happen?');
    await visit.button('It happened…').click();
    await visit.page.getByLabel('Reference').fill('SEPA-1');
    await visit.button('Record that it happened').click();
    await visit.see('said that “release-payment” happened');
  });
});

describe.skipIf(missing !== null)('editing what the agent may do', () => {
  const visit = visiting();

  it('sends nothing while an argument is wrong, and never another amount than was typed', async () => {
    const { page, world } = visit;
    world.cases = world.cases.map((one) =>
      one.caseId === 'case-71' && one.step !== null
        ? {
            ...one,
            step: { ...one.step, arguments: { ...one.step.arguments, fee: 'EUR 9.00' }, editable: ['amount', 'fee'] },
          }
        : one,
    );
    await visit.open('/cases/case-71');
    await visit.button(/^Take over/).click();
    await visit.button(/^Return with instructions/).click();
    const send = visit.button('Return to ap-agent');
    const amount = page.getByRole('textbox', { name: 'amount' });
    await amount.fill('620,50');
    await visit.see('Digits, a point, digits: 1250.00');
    await page.getByRole('textbox', { name: 'fee' }).fill('7.00');
    expect(await send.isDisabled(), 'the other field is still wrong').toBe(true);
    await page.getByLabel('Neither').check();
    await page.getByLabel('Let the agent do it once').check();
    expect(await amount.inputValue()).toBe('12400.00');
    expect(await send.isDisabled(), 'nothing on the page is wrong any more').toBe(false);
    await amount.fill('6,200.50');
    await send.click();
    await visit.see('ap-agent has control again.');
    expect(world.run('run-2041').instructions?.allowOnce[0]?.arguments).toMatchObject({
      amount: 'EUR 6200.50',
      fee: 'EUR 7.00',
    });
  });
});
