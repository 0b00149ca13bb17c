/**
 * The part of the contract in which somebody fills in a form that does not count: it stays open, says why where that is,
 * keeps what was typed, and counts when it is put right.
 */
import { expect } from 'vitest';
import type { At, Promises } from './contract-world.ts';

const formOf = (at: At, personId: string) => {
  const form = at().twin.form(at().addresses[personId] ?? '');
  if (form === null) throw new Error(`nothing is open for ${personId}`);
  return form;
};

const pressed = (at: At, id: string, personId: string, action: string) =>
  at().deliver(at().twin.press(at().card(id).id, action, at().signing(personId)));
const sent = (at: At, personId: string, fields: Record<string, string | boolean>) =>
  at().deliver(at().twin.submit(fields, at().signing(personId)));

/** Bruno has taken a case over and has a form of it before him. */
const before = async (at: At, id: string, action: string) => {
  const ids = await at().handOff(id);
  await pressed(at, id, 'bruno', 'takeOver');
  await pressed(at, id, 'bruno', action);
  return ids;
};

export const whoFillsIn: Promises = {
  'an amount that is none is said at its field, everything typed is kept, and put right it counts once': async (at) => {
    const { caseId, runId } = await before(at, 'FO-1', 'edit');
    const words = 'I asked the supplier. ✓ <b>"80"</b>';
    await sent(at, 'bruno', { 'argument.amount': 'eighty euros', instructions: words });
    const form = formOf(at, 'bruno');
    expect(form.wrong).toEqual({ 'argument.amount': expect.stringContaining('The argument amount is not an amount') });
    expect(form.typed).toMatchObject({ 'argument.amount': 'eighty euros', instructions: words });
    expect(await at().caseNow(caseId)).toMatchObject({ status: 'claimed' });
    expect((await at().entries('PressRefused')).at(-1)).toMatchObject({ action: 'edit', subject: `case:${caseId}` });
    await sent(at, 'bruno', { 'argument.amount': 'EUR 80.00' });
    expect(at().twin.form(at().addresses.bruno ?? '')).toBeNull();
    const { body } = await at().agent.call('getRun', { params: { runId } });
    expect(body.instructions).toMatchObject({ text: words, allowOnce: [{ arguments: { amount: 'EUR 80.00' } }] });
    const returns = (await at().entries('CaseReturned')).filter((event) => event.caseId === caseId);
    expect(returns).toHaveLength(1);
  },

  'a reason of blanks is said at its field, as often as it is sent': async (at) => {
    const { caseId } = await at().handOff('FO-2');
    await pressed(at, 'FO-2', 'amelie', 'decline');
    for (const because of [' ', '   ']) {
      await sent(at, 'amelie', { because });
      expect(formOf(at, 'amelie').wrong).toEqual({ because: '“Why” is needed.' });
    }
    expect((await at().caseNow(caseId)).declined).toEqual([]);
    await sent(at, 'amelie', { because: 'I am at the dentist' });
    expect((await at().caseNow(caseId)).declined).toMatchObject([{ because: 'I am at the dentist' }]);
  },

  'a text that is too long is said at its field with how much fits, and stays whole': async (at) => {
    const { caseId } = await before(at, 'FO-3', 'resolve');
    const resolution = `${'Paid by hand. '.repeat(142)}Then I called.`;
    await sent(at, 'bruno', { resolution });
    const form = formOf(at, 'bruno');
    expect(form.wrong).toEqual({ resolution: '“What you did” has 2002 characters; 2000 fit.' });
    expect(await at().caseNow(caseId)).toMatchObject({ status: 'claimed' });
  },

  'a tick that was set is still set': async (at) => {
    await before(at, 'FO-4', 'return');
    await sent(at, 'bruno', { instructions: ' ', allowOnce: true });
    expect(formOf(at, 'bruno')).toMatchObject({
      wrong: { instructions: '“What the agent is to do” is needed.' },
      typed: { allowOnce: true },
    });
  },

  'a form of a case that was finished meanwhile says by whom, with what was typed to take along': async (at) => {
    const { caseId } = await before(at, 'FO-5', 'return');
    const { revision } = await at().caseNow(caseId);
    const bruno = await at().world.person('bruno');
    await bruno.call('resolveCase', { params: { caseId }, body: { revision, resolution: 'Done' } });
    await sent(at, 'bruno', { instructions: 'Pay it: I called the supplier.' });
    const told = at()
      .twin.told(at().addresses.bruno ?? '')
      .at(-1);
    expect(told).toContain('Nothing was changed');
    expect(told).toContain('finished the work');
    expect(told).toContain('Pay it: I called the supplier.');
  },

  'a form of a case that changed and is still theirs says so, and sent again it counts for what stands now': async (
    at,
  ) => {
    const { caseId } = await before(at, 'FO-6', 'return');
    const bruno = await at().world.person('bruno');
    const revision = async () => (await at().caseNow(caseId)).revision;
    await bruno.call('releaseCase', { params: { caseId }, body: { revision: await revision(), because: 'Back' } });
    await bruno.call('claimCase', { params: { caseId }, body: { revision: await revision() } });
    await sent(at, 'bruno', { instructions: 'Go on then' });
    const form = formOf(at, 'bruno');
    expect(form.text).toMatch(/Nothing was changed: this card had changed.*Bruno Ferrari has control/s);
    expect(form.typed).toMatchObject({ instructions: 'Go on then' });
    expect(await at().caseNow(caseId)).toMatchObject({ status: 'claimed' });
    await sent(at, 'bruno', {});
    expect(await at().caseNow(caseId)).toMatchObject({ status: 'returned' });
  },

  'whoever has not got the case is told who has before they write anything': async (at) => {
    await at().handOff('FO-8');
    await pressed(at, 'FO-8', 'bruno', 'takeOver');
    await pressed(at, 'FO-8', 'amelie', 'return');
    const amelie = at().addresses.amelie ?? '';
    expect(at().twin.form(amelie)).toBeNull();
    expect(at().twin.told(amelie).at(-1)).toMatch(/^Nothing was changed\. Bruno Ferrari has control since /);
  },

  'a form that is delivered twice is decided once, and answered the same': async (at) => {
    await before(at, 'FO-7', 'resolve');
    const form = at().twin.submit({ resolution: ' ' }, at().signing('bruno'));
    const refusals = async () => (await at().entries('PressRefused')).length;
    const counted = await refusals();
    const first = await at().deliver(form.clone());
    const again = await at().world.app.fetch(form.clone());
    expect([again.status, await again.text()]).toEqual([first.status, await first.text()]);
    expect(await refusals()).toBe(counted + 1);
  },

  'and the vendor understood every answer': async (at) => {
    expect(at().twin.violations).toEqual([]);
  },
};
