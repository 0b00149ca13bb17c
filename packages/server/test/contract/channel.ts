/**
 * The contract every channel keeps: the same truth as the inbox, and whatever goes wrong at the vendor, on the wire or
 * with the presser changes nothing that was decided and loses nothing. The names carry the ids of the fault catalogue.
 */
import { expect } from 'vitest';
import { whoFillsIn } from './channel-forms.ts';
import { whoLinks } from './channel-linking.ts';
import { vendorContract } from './channel-vendor.ts';
import { type At, type Contract, keeps, type Promises } from './contract-world.ts';
import { corpus } from './corpus.ts';

const minutes = (count: number): number => count * 60_000;

const theWholeStory: Promises = {
  'stands in the room of the control and with the person on duty, with its reason and its exact arguments': async (
    at,
  ) => {
    await at().handOff('ST-1');
    for (const where of at().places) {
      const card = at().card('ST-1', where);
      expect(card.text).toContain('Nordwind GmbH was added 3 days ago');
      expect(card.text).toContain('beneficiary ID (beneficiaryId): ben-ST-1');
      expect(card.text).toContain('Amélie Laurent');
      expect(card.actions).toEqual(['takeOver', 'decline']);
    }
  },

  'is taken over there: control moves, and every card says who has it': async (at) => {
    const { caseId, runId } = await at().handOff('ST-2');
    await at().deliver(at().twin.press(at().card('ST-2').id, 'takeOver', at().signing('bruno')));
    const kase = await at().caseNow(caseId);
    expect(kase).toMatchObject({ status: 'claimed', claimedBy: 'bruno', runId });
    expect(
      at()
        .twin.told(at().addresses.bruno ?? '')
        .at(-1),
    ).toContain('You have control');
    for (const card of at().cards('ST-2')) {
      expect(card.text).toContain('Bruno Ferrari has control since');
      expect(card.actions).not.toContain('takeOver');
      expect(card.lines.join('\n')).toContain('Bruno Ferrari took over');
      expect(card.writes).toBe(2);
    }
  },

  'is given back there with instructions, and the agent continues with them': async (at) => {
    const { caseId, runId } = await at().handOff('ST-3');
    await at().deliver(at().twin.press(at().card('ST-3').id, 'takeOver', at().signing('bruno')));
    await at().deliver(at().twin.press(at().card('ST-3').id, 'return', at().signing('bruno')));
    expect(at().twin.form(at().addresses.bruno ?? '')?.fields).toEqual(['instructions', 'allowOnce']);
    const said = { instructions: 'Pay it: I called the supplier.', allowOnce: true };
    await at().deliver(at().twin.submit(said, at().signing('bruno')));
    expect(await at().caseNow(caseId)).toMatchObject({ status: 'returned' });
    const run = await at().agent.call('getRun', { params: { runId } });
    expect(run.body).toMatchObject({
      status: 'running',
      instructions: {
        text: 'Pay it: I called the supplier.',
        byName: 'Bruno Ferrari',
        allowOnce: [{ edited: false }],
      },
    });
    expect(at().card('ST-3')).toMatchObject({ actions: [] });
    expect(at().card('ST-3').text).toContain('Bruno Ferrari gave control back');
  },

  'is edited there: only what the control lets a person edit, and only as allowed once': async (at) => {
    const { runId } = await at().handOff('ST-4');
    await at().deliver(at().twin.press(at().card('ST-4').id, 'takeOver', at().signing('bruno')));
    await at().deliver(at().twin.press(at().card('ST-4').id, 'edit', at().signing('bruno')));
    await at().deliver(at().twin.submit({ 'argument.amount': 'EUR 80.00' }, at().signing('bruno')));
    const { body } = await at().agent.call('getRun', { params: { runId } });
    expect(body.instructions?.allowOnce).toMatchObject([
      { step: 'release-payment', edited: true, arguments: { amount: 'EUR 80.00', beneficiaryId: 'ben-ST-4' } },
    ]);
  },

  'is declined there with a reason, and the next person gets a card': async (at) => {
    const { caseId } = await at().handOff('ST-5');
    await at().deliver(at().twin.press(at().card('ST-5').id, 'decline', at().signing('amelie')));
    await at().deliver(at().twin.submit({ because: 'I am at the dentist' }, at().signing('amelie')));
    expect((await at().caseNow(caseId)).declined).toMatchObject([
      { by: 'Amélie Laurent', because: 'I am at the dentist' },
    ]);
    expect(at().card('ST-5').lines.join('\n')).toContain('Amélie Laurent said it is not theirs');
    expect(at().cards('ST-5')).toHaveLength(at().places.length === 1 ? 1 : 3);
  },

  'is finished there, and no card offers anything any more': async (at) => {
    const { caseId } = await at().handOff('ST-6');
    await at().deliver(at().twin.press(at().card('ST-6').id, 'takeOver', at().signing('bruno')));
    await at().deliver(at().twin.press(at().card('ST-6').id, 'resolve', at().signing('bruno')));
    await at().deliver(at().twin.submit({ resolution: 'Paid by hand' }, at().signing('bruno')));
    expect(await at().caseNow(caseId)).toMatchObject({ status: 'resolved' });
    for (const card of at().cards('ST-6')) expect(card).toMatchObject({ actions: [] });
  },

  'is signed off there by two people, each once': async (at) => {
    const { approvalId } = await at().askApproval('ST-7');
    const card = () => at().card('ST-7');
    expect(card().actions).toEqual(['approve', 'reject']);
    await at().deliver(at().twin.press(card().id, 'approve', at().signing('amelie')));
    expect(card().text).toContain('1 of 2 signatures');
    await at().deliver(at().twin.press(card().id, 'approve', at().signing('chidi')));
    expect(await at().approvalNow(approvalId)).toMatchObject({
      status: 'approved',
      signatures: [{ by: 'amelie' }, { by: 'chidi' }],
    });
    for (const one of at().cards('ST-7')) expect(one).toMatchObject({ actions: [] });
  },

  'is refused there with a reason': async (at) => {
    const { approvalId } = await at().askApproval('ST-8');
    await at().deliver(at().twin.press(at().card('ST-8').id, 'reject', at().signing('chidi')));
    await at().deliver(at().twin.submit({ because: 'Wrong cost centre' }, at().signing('chidi')));
    expect(await at().approvalNow(approvalId)).toMatchObject({
      status: 'rejected',
      rejectedBecause: 'Wrong cost centre',
    });
    expect(at().card('ST-8').text).toContain('Chidi Okafor refused');
  },

  'H8 what has to be read first offers no signature there, but the way to where it is read': async (at) => {
    const { approvalId } = await at().askToRead('ST-9');
    const card = at().card('ST-9');
    expect(card.actions).toEqual(['reject']);
    expect(card.text).toContain('Open to sign: it has to be before you for 30 seconds first.');
    await at().deliver(at().twin.press(card.id, 'reject', at().signing('bruno')));
    await at().deliver(at().twin.submit({ because: 'Not in dollars' }, at().signing('bruno')));
    expect(await at().approvalNow(approvalId)).toMatchObject({ status: 'rejected', rejectedBecause: 'Not in dollars' });
  },

  'has kept to all rules of the vendor': async (at) => {
    expect(at().twin.violations).toEqual([]);
  },
};

const state = async (at: At, caseId: string) => (await at().caseNow(caseId)).status;

const whoPresses: Promises = {
  'C1 a forged delivery is refused, stores nothing and changes nothing': async (at) => {
    const { caseId } = await at().handOff('WH-1');
    const counted = at().world.app.refusals.get(at().channel.name) ?? 0;
    const before = await at().world.pool.query('SELECT count(*) FROM inbound');
    for (const signature of ['none', 'wrong', 'tampered'] as const) {
      const forged = at().twin.press(at().card('WH-1').id, 'takeOver', at().signing('bruno', { signature }));
      expect((await at().deliver(forged)).status).toBe(401);
    }
    expect((await at().world.pool.query('SELECT count(*) FROM inbound')).rows).toEqual(before.rows);
    expect(at().world.app.refusals.get(at().channel.name)).toBe(counted + 3);
    expect(await state(at, caseId)).toBe('open');
  },

  'C3 a delivery from six minutes ago or from the future is refused': async (at) => {
    const { caseId } = await at().handOff('WH-3');
    for (const shift of [-minutes(6), minutes(6)]) {
      const old = at().twin.press(
        at().card('WH-3').id,
        'takeOver',
        at().signing('bruno', { at: at().world.clock.now() + shift }),
      );
      expect((await at().deliver(old)).status).toBe(401);
    }
    expect(await state(at, caseId)).toBe('open');
  },

  'C3 a replay within the window is taken once': async (at) => {
    const { caseId } = await at().handOff('WH-33');
    const press = at().twin.press(at().card('WH-33').id, 'takeOver', at().signing('bruno'));
    await at().deliver(press);
    const bruno = await at().world.person('bruno');
    const { body } = await bruno.call('getCase', { params: { caseId } });
    await bruno.call('releaseCase', {
      params: { caseId },
      body: { revision: body.revision, because: 'Back to the desk' },
    });
    expect((await at().deliver(press)).status).toBeLessThan(300);
    expect(await state(at, caseId)).toBe('open');
  },

  'C5 a delivery of another workspace changes nothing, however well it is signed': async (at) => {
    const { caseId } = await at().handOff('WH-5');
    await at().deliver(
      at().twin.press(at().card('WH-5').id, 'takeOver', at().signing('bruno', { workspace: 'T0OTHER' })),
    );
    expect(await state(at, caseId)).toBe('open');
  },

  'C6 somebody whose account is not linked is told how it gets linked, and it is kept': async (at) => {
    const { caseId } = await at().handOff('WH-6');
    await at().deliver(at().twin.press(at().card('WH-6').id, 'takeOver', at().signing(at().stranger)));
    expect(await state(at, caseId)).toBe('open');
    const told = at().twin.told(at().stranger).at(-1) ?? '';
    expect(told).toContain('is not linked to a person');
    if (at().channel.answersInPublic) expect(told).not.toContain('/link?token=');
    expect((await at().entries('PressRefused')).at(-1)).toMatchObject({ address: at().stranger, action: 'takeOver' });
  },

  'C6 what somebody pressed before their account was linked counts once it is, if nothing has changed': async (at) => {
    const [first, second] = [await at().handOff('WH-67'), await at().handOff('WH-68')];
    const stranger = at().signing(at().stranger);
    for (const id of ['WH-67', 'WH-68']) await at().deliver(at().twin.press(at().card(id).id, 'takeOver', stranger));
    const dana = await at().world.person('dana');
    const { revision } = await at().caseNow(second.caseId);
    await dana.call('claimCase', { params: { caseId: second.caseId }, body: { revision } });
    const unlink = await at().link('farah', at().stranger);
    at().world.moveClock('2m');
    await at().world.app.takeIn();
    await at().world.app.deliverOwed();
    expect(await at().caseNow(second.caseId)).toMatchObject({ claimedBy: 'dana' });
    const { status, claimedBy } = await at().caseNow(first.caseId);
    expect([status, claimedBy]).toEqual(['claimed', 'farah']);
    await unlink();
  },

  'C6 somebody who is not entitled is told who is': async (at) => {
    const { caseId } = await at().handOff('WH-66');
    await at().deliver(at().twin.press(at().card('WH-66').id, 'takeOver', at().signing('emre')));
    expect(await state(at, caseId)).toBe('open');
    expect(
      at()
        .twin.told(at().addresses.emre ?? '')
        .at(-1),
    ).toContain('Bruno Ferrari');
  },

  'C7 a press that carries the id of something else is answered, and changes nothing': async (at) => {
    const { caseId } = await at().handOff('WH-70');
    const { approvalId } = await at().askApproval('WX-7');
    for (const subject of ['case:case_nothing', `approval:${approvalId}`]) {
      await at().deliver(at().twin.pressOn(at().card('WH-70').id, 'takeOver', subject, at().signing('bruno')));
      expect(
        at()
          .twin.told(at().addresses.bruno ?? '')
          .at(-1),
      ).toContain('Nothing was changed');
    }
    expect(await state(at, caseId)).toBe('open');
    expect(await at().approvalNow(approvalId)).toMatchObject({ status: 'waiting' });
  },

  'C8 a delivery is acknowledged when it is stored, and what came twice is done once': async (at) => {
    const { caseId } = await at().handOff('WH-8');
    const press = at().twin.press(at().card('WH-8').id, 'takeOver', at().signing('bruno'));
    const answers = await Promise.all([1, 2, 3].map(() => at().world.app.fetch(press.clone())));
    expect(answers.map((answer) => answer.ok)).toEqual([true, true, true]);
    if (!at().channel.answersInline) expect(await state(at, caseId)).toBe('open');
    await Promise.all([at().world.app.takeIn(), at().world.app.takeIn()]);
    expect(await state(at, caseId)).toBe('claimed');
    const claims = (await at().entries('CaseClaimed')).filter((event) => event.caseId === caseId);
    expect(claims).toHaveLength(1);
  },

  'C8 what was acknowledged is done after a restart, although nobody presses again': async (at) => {
    const { caseId } = await at().handOff('WH-88');
    const press = at().twin.press(at().card('WH-88').id, 'takeOver', at().signing('bruno'));
    expect((await at().world.app.fetch(press)).ok).toBe(true);
    await at().world.restart();
    await at().world.app.takeIn();
    expect(await state(at, caseId)).toBe('claimed');
  },

  'C22 a stale button changes nothing, and its presser is told who and when': async (at) => {
    const { caseId } = await at().handOff('WH-22');
    const stale = at().twin.press(at().card('WH-22').id, 'takeOver', at().signing('chidi'));
    const dana = await at().world.person('dana');
    const { body } = await dana.call('getCase', { params: { caseId } });
    await dana.call('claimCase', { params: { caseId }, body: { revision: body.revision } });
    await at().deliver(stale);
    expect(await at().caseNow(caseId)).toMatchObject({ status: 'claimed', claimedBy: 'dana' });
    expect(
      at()
        .twin.told(at().addresses.chidi ?? '')
        .at(-1),
    ).toMatch(/Nothing was changed.*Dana Whitfield has control since .*CET/s);
  },

  'C22 two people who press at once: one has it, the other is told who': async (at) => {
    const { caseId } = await at().handOff('WH-23');
    const id = at().card('WH-23').id;
    const [first, second] = [
      at().twin.press(id, 'takeOver', at().signing('bruno')),
      at().twin.press(id, 'takeOver', at().signing('dana')),
    ];
    await at().world.app.fetch(first);
    await at().deliver(second);
    const { claimedBy } = await at().caseNow(caseId);
    const loser = claimedBy === 'bruno' ? 'dana' : 'bruno';
    expect(
      at()
        .twin.told(at().addresses[loser] ?? '')
        .at(-1),
    ).toContain('has control since');
  },

  'C22 a form that was opened before the case moved on changes nothing': async (at) => {
    const { caseId } = await at().handOff('WH-24');
    await at().deliver(at().twin.press(at().card('WH-24').id, 'takeOver', at().signing('bruno')));
    await at().deliver(at().twin.press(at().card('WH-24').id, 'return', at().signing('bruno')));
    const bruno = await at().world.person('bruno');
    const { body } = await bruno.call('getCase', { params: { caseId } });
    await bruno.call('resolveCase', { params: { caseId }, body: { revision: body.revision, resolution: 'Done' } });
    await at().deliver(at().twin.submit({ instructions: 'Go on' }, at().signing('bruno')));
    expect(await state(at, caseId)).toBe('resolved');
    expect(
      at()
        .twin.told(at().addresses.bruno ?? '')
        .at(-1),
    ).toContain('finished the work');
  },
};

const whatIsShown: Promises = {
  'C24 nothing in the words of an agent or the name of a supplier mentions, links or formats': async (at) => {
    for (const [index, text] of corpus.active.entries()) {
      await at().handOff(`TX-${index}-`, { vendor: { name: text }, words: text });
      const card = at().card(`TX-${index}-`);
      expect(card.active, text).toEqual([]);
      expect(card.text).toContain('What the agent says (not checked)');
    }
    expect(at().twin.violations).toEqual([]);
  },

  'C25 invisible and direction-changing characters are shown by their code points': async (at) => {
    await at().handOff('BI-1', { words: 'pay\u200Bnow Acme\u202Egpj.exe' });
    expect(at().card('BI-1').text).toContain('pay⟦U+200B⟧now Acme⟦U+202E⟧gpj.exe');
  },

  'C25 C26 arguments that deceive or do not fit are decided in the inbox only': async (at) => {
    for (const [id, note] of [
      ['LO-1', 'x'.repeat(200_000)],
      ['LO-2', 'ACME\u202E'],
      ['LO-3', 'Аcme'],
    ] as const) {
      const args = { invoiceId: `${id}${note}` };
      const { body } = await at().agent.call('startRun', {
        body: { control: 'payment-approval', subject: { invoiceId: id } },
      });
      const escalated = await at().agent.call('gate', {
        params: { runId: body.run.runId },
        body: {
          epoch: 1,
          step: 'release-payment',
          arguments: { ...args, beneficiaryId: 'ben', amount: 'EUR 1.00' },
          key: 'pay',
        },
      });
      if (escalated.body.kind !== 'handoff') throw new Error(JSON.stringify(escalated.body));
      await at().world.app.deliverOwed();
      const { caseId } = escalated.body;
      const dana = await at().world.person('dana');
      const { revision } = await at().caseNow(caseId);
      await dana.call('claimCase', { params: { caseId }, body: { revision } });
      await at().world.app.deliverOwed();
      const card = at()
        .cards('Taken over')
        .find((one) => one.where === at().room && one.text.includes(id));
      expect(card?.actions).not.toContain('edit');
      expect(card?.text).toMatch(/in the inbox/);
    }
    expect(at().twin.violations).toEqual([]);
  },
};

export const channelContract = (contract: Contract): void => {
  keeps(contract, 'an account that is nobody’s yet', whoLinks);
  keeps(contract, 'a case from the first card to the last', theWholeStory);
  keeps(contract, 'who presses what, and when', whoPresses);
  keeps(contract, 'who fills in a form', whoFillsIn);
  keeps(contract, 'texts of others', whatIsShown);
  vendorContract(contract);
};
