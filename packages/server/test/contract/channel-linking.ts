/**
 * The part of the contract in which somebody presses whose account is nobody's yet, and links it themselves: only who
 * holds the account and is signed in does, once, soon; and what they pressed counts as if they pressed it then.
 */
import { expect } from 'vitest';
import type { At, Promises } from './contract-world.ts';

const strangersMail = 'stranger@example.com';

/** What somebody whose account is unknown is given for themselves when they press. */
const linkFor = async (at: At, id: string, action = 'takeOver'): Promise<string> => {
  await at().deliver(at().twin.press(at().card(id).id, action, at().signing(at().stranger)));
  // A record of a desk has no forms: the words are written at once.
  if (at().twin.form(at().stranger) !== null)
    await at().deliver(at().twin.submit({ because: 'Not my supplier' }, at().signing(at().stranger)));
  const told = at().twin.told(at().stranger).at(-1) ?? '';
  const token = /http:\/\/belay\.test\/link\?token=([\w.%-]+)/.exec(told)?.[1];
  if (token === undefined) throw new Error(`no link in: ${told}`);
  return decodeURIComponent(token);
};

const toldNow = (at: At): string => at().twin.told(at().stranger).at(-1) ?? '';
const linked = async (at: At): Promise<unknown[]> =>
  (await at().entries('AccountLinked')).map((event) => (event as { accounts?: unknown[] }).accounts?.[0]);

const unlink = async (at: At, personId: string, accountId: string | null): Promise<void> => {
  await (await at().world.person(personId)).call('withdrawEntered', { params: { id: accountId ?? '' } });
};

export const whoLinks: Promises = {
  'C6 links itself: they sign in, say it is theirs, and what they pressed is done in their name': async (at) => {
    await at().entitle('farah', strangersMail);
    const { caseId } = await at().handOff('LK-1');
    const token = await linkFor(at, 'LK-1');
    const farah = await at().world.person('farah');
    const look = await farah.call('lookAtAccountLink', { body: { token } });
    expect(look.body).toMatchObject({
      channel: at().channel.name,
      address: at().stranger,
      person: { personId: 'farah' },
      pressed: { label: 'Take over', url: `http://belay.test/cases/${caseId}` },
      problem: null,
    });
    expect(await at().caseNow(caseId)).toMatchObject({ status: 'open' });
    const { body } = await farah.call('confirmAccountLink', { body: { token } });
    expect(body.pressed).toMatchObject({ done: true, text: expect.stringContaining('You have control') });
    expect(await at().caseNow(caseId)).toMatchObject({ status: 'claimed', claimedBy: 'farah' });
    expect(await linked(at)).toMatchObject([
      { personId: 'farah', channel: at().channel.name, address: at().stranger, accountId: body.accountId },
    ]);
    await at().world.app.deliverOwed();
    expect(toldNow(at)).toContain('You have control');
    await unlink(at, 'farah', body.accountId);
    expect(await at().entries('AccountUnlinked')).toHaveLength(1);
  },

  'C6 links itself once: the link is spent, and the next press is theirs without one': async (at) => {
    await at().handOff('LK-2');
    const token = await linkFor(at, 'LK-2');
    const farah = await at().world.person('farah');
    const { body } = await farah.call('confirmAccountLink', { body: { token } });
    const again = await farah.call('confirmAccountLink', { body: { token } });
    expect([again.status, again.problem.code]).toEqual([410, 'account_link_used']);
    const { caseId } = await at().handOff('LK-22');
    await at().deliver(at().twin.press(at().card('LK-22').id, 'takeOver', at().signing(at().stranger)));
    expect(await at().caseNow(caseId)).toMatchObject({ claimedBy: 'farah' });
    await unlink(at, 'farah', body.accountId);
  },

  'C6 is on the list of accounts that belong to nobody; an administrator says whose it is, and the press counts':
    async (at) => {
      const { caseId } = await at().handOff('LK-7');
      await at().deliver(at().twin.press(at().card('LK-7').id, 'takeOver', at().signing(at().stranger)));
      const mine = { channel: at().channel.name, address: at().stranger };
      const dana = await at().world.person('dana');
      const unknown = async () =>
        (await dana.call('listUnknownAccounts', { query: {} })).body.items.filter(
          ({ address }) => address === mine.address,
        );
      expect(await unknown()).toMatchObject([{ ...mine, title: at().channel.title }]);
      const farah = await at().world.person('farah');
      expect((await farah.call('listUnknownAccounts', { query: {} })).status).toBe(403);
      const params = { personId: 'farah' };
      expect((await farah.call('linkAccount', { params, body: mine })).status).toBe(403);
      const { body } = await dana.call('linkAccount', { params, body: mine });
      expect(await unknown()).toEqual([]);
      at().world.moveClock('2m');
      await at().world.app.takeIn();
      expect(await at().caseNow(caseId)).toMatchObject({ status: 'claimed', claimedBy: 'farah' });
      await unlink(at, 'dana', body.accountId);
      expect(await unknown()).toHaveLength(1);
    },

  'C6 links itself too late for the press: they are linked, and told who was faster': async (at) => {
    const { caseId } = await at().handOff('LK-3');
    const token = await linkFor(at, 'LK-3');
    const dana = await at().world.person('dana');
    await dana.call('claimCase', { params: { caseId }, body: { revision: (await at().caseNow(caseId)).revision } });
    const farah = await at().world.person('farah');
    const { body } = await farah.call('confirmAccountLink', { body: { token } });
    expect(body.pressed).toMatchObject({
      done: false,
      text: expect.stringContaining('Dana Whitfield has control since'),
    });
    expect(await at().caseNow(caseId)).toMatchObject({ claimedBy: 'dana' });
    await unlink(at, 'farah', body.accountId);
  },

  'C6 words that were written before linking count; a form that could not open is asked for again': async (at) => {
    const { caseId } = await at().handOff('LK-4');
    const token = await linkFor(at, 'LK-4', 'decline');
    const wrote = at().twin.form(at().stranger) !== null;
    const farah = await at().world.person('farah');
    const { body } = await farah.call('confirmAccountLink', { body: { token } });
    expect(body.pressed).toMatchObject({ label: 'Not mine', done: wrote });
    if (wrote) expect((await at().caseNow(caseId)).declined).toMatchObject([{ because: 'Not my supplier' }]);
    else {
      expect(body.pressed?.text).toContain('press it again');
      expect(await at().caseNow(caseId)).toMatchObject({ status: 'open', declined: [] });
      await at().deliver(at().twin.press(at().card('LK-4').id, 'decline', at().signing(at().stranger)));
      expect(at().twin.form(at().stranger)?.fields).toEqual(['because']);
      at().twin.forgetForm?.(at().stranger);
    }
    await unlink(at, 'farah', body.accountId);
  },

  'C6 nobody links with a link that was made up, changed, of an hour ago, or without being signed in': async (at) => {
    const { caseId } = await at().handOff('LK-5');
    const token = await linkFor(at, 'LK-5');
    const before = await linked(at);
    const farah = await at().world.person('farah');
    const [linkId = '', signature = ''] = token.split('.');
    const wrong = [
      `${linkId}x.${signature}`,
      `${linkId}.${signature.slice(0, -2)}AA`,
      linkId,
      `${linkId}.`,
      'link_1.x',
    ];
    for (const made of wrong) {
      const { status } = await farah.call('confirmAccountLink', { body: { token: made } });
      expect(status, made).toBe(410);
    }
    for (const who of [at().world.anybody, at().agent])
      expect((await who.call('confirmAccountLink', { body: { token } })).status).toBe(401);
    at().world.moveClock('16m');
    expect((await farah.call('confirmAccountLink', { body: { token } })).status).toBe(410);
    expect(await linked(at)).toEqual(before);
    expect(await at().caseNow(caseId)).toMatchObject({ status: 'open' });
  },

  'C6 nobody links an account of somebody else, nor a second one of their own': async (at) => {
    await at().entitle('farah', strangersMail);
    await at().handOff('LK-6');
    const token = await linkFor(at, 'LK-6');
    const before = await linked(at);
    // Bruno has an account there already; Farah has none, and then a mail address that is not the account's.
    const bruno = await (await at().world.person('bruno')).call('confirmAccountLink', { body: { token } });
    expect([bruno.status, bruno.problem.code]).toEqual([409, 'account_taken']);
    const look = await (await at().world.person('farah')).call('lookAtAccountLink', { body: { token } });
    if (look.body.email === null) return;
    await at().entitle('farah', 'farah@somewhere.example');
    const farah = await at().world.person('farah');
    const refused = await farah.call('confirmAccountLink', { body: { token } });
    expect([refused.status, refused.problem.code]).toEqual([409, 'account_taken']);
    expect(refused.problem.detail).toContain(strangersMail);
    expect((await farah.call('lookAtAccountLink', { body: { token } })).body.problem).toContain(strangersMail);
    expect(await linked(at)).toEqual(before);
  },

  'C6 kept to all rules of the vendor while linking': async (at) => {
    expect(at().twin.violations).toEqual([]);
  },
};
