/** Promise 6: every surface tells the same truth, and a stale button changes nothing, whichever surface was first. */
import { labelAndName, sayName } from '@belay/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSlack } from '../../src/channels/slack/index.ts';
import { type ContractWorld, contractWorld } from '../contract/contract-world.ts';
import { type SlackTwin, startSlackTwin } from '../contract/twins/slack.ts';

let slack: SlackTwin;
let at: ContractWorld;

beforeAll(async () => {
  slack = await startSlackTwin();
  at = await contractWorld({
    channel: createSlack(slack.values, { fetch, responseHosts: [slack.origin] }),
    twin: slack,
    room: '#treasury',
    addresses: { amelie: 'U02AMELIE', bruno: 'U02BRUNO', chidi: 'U02CHIDI', dana: 'U02DANA' },
    stranger: 'U0STRANGER',
  });
});
afterAll(() => at.close());

describe('a case that stands in Slack and in the inbox', () => {
  it('was claimed in the inbox: the cards settle, and the old button tells who has it and since when', async () => {
    const { caseId } = await at.handOff('SU-1');
    const stale = slack.press(at.card('SU-1').id, 'takeOver', at.signing('amelie'));
    const bruno = await at.world.person('bruno');
    const { revision } = await at.caseNow(caseId);
    await bruno.call('claimCase', { params: { caseId }, body: { revision } });
    await at.world.app.deliverOwed();

    for (const card of at.cards('SU-1')) {
      expect(card.text).toContain('Bruno Ferrari has control since Mon 7 Dec, 10:00 CET');
      expect(card.actions).not.toContain('takeOver');
      expect(card.lines.at(-1)).toContain('Bruno Ferrari took over');
    }
    const before = await at.caseNow(caseId);
    at.world.moveClock('1m');
    await at.deliver(stale);
    expect(await at.caseNow(caseId)).toEqual(before);
    expect(slack.told('U02AMELIE').at(-1)).toMatch(
      /Nothing was changed.*Bruno Ferrari has control since Mon 7 Dec, 10:00 CET/s,
    );
  });

  it('was claimed in Slack: the inbox shows who, and its old button changes nothing', async () => {
    const { caseId } = await at.handOff('SU-2');
    const seen = await at.caseNow(caseId);
    await at.deliver(slack.press(at.card('SU-2').id, 'takeOver', at.signing('bruno')));
    const dana = await at.world.person('dana');
    const pressed = await dana.call('claimCase', { params: { caseId }, body: { revision: seen.revision } });
    expect(pressed).toMatchObject({ status: 409, problem: { code: 'stale_revision' } });
    expect(pressed.problem.detail).toContain('Bruno Ferrari');
    expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed', claimedByName: 'Bruno Ferrari' });
  });

  it('was taken from somebody: they are told by whom and why, themselves, and nobody else is', async () => {
    const { caseId } = await at.handOff('SU-9');
    await at.deliver(slack.press(at.card('SU-9').id, 'takeOver', at.signing('bruno')));
    const dana = await at.world.person('dana');
    const body = { revision: (await at.caseNow(caseId)).revision, reason: 'The bank closes at noon.' };
    await dana.call('claimCase', { params: { caseId }, body });
    await at.world.app.deliverOwed();
    expect(slack.told('U02BRUNO').at(-1)).toMatch(
      /^Dana Whitfield took “Pay Nordwind GmbH EUR \d+\.00” over from you: The bank closes at noon\. http.*\/cases\/case_\w+$/,
    );
    expect(slack.told('U02AMELIE').join()).not.toContain('over from you');
  });

  it('says the same in both: state, reason, owner, arguments and revision', async () => {
    const { caseId } = await at.handOff('SU-3');
    const kase = await at.caseNow(caseId);
    const card = at.card('SU-3');
    expect(card.text).toContain(kase.because);
    expect(card.text).toContain(kase.ownerNames.join(', '));
    for (const [name, value] of Object.entries(kase.step?.arguments ?? {}))
      expect(card.text).toContain(`${labelAndName(sayName(name), name)}: ${value}`);
    const { rows } = await at.world.pool.query(
      'SELECT DISTINCT shown_revision, last_state FROM cards WHERE subject = $1',
      [`case:${caseId}`],
    );
    expect(rows).toEqual([{ shown_revision: kase.revision, last_state: kase.status }]);
  });

  it('took over by an operator who never saw the card: waiting sign-offs are no longer asked for anywhere', async () => {
    const { approvalId, runId } = await at.askApproval('SU-4');
    const stale = slack.press(at.card('SU-4').id, 'approve', at.signing('chidi'));
    const dana = await at.world.person('dana');
    await dana.call('takeOver', { params: { runId }, body: { reason: 'The supplier called' } });
    await at.world.app.deliverOwed();
    for (const card of at.cards('SU-4').filter((one) => one.text.includes('Sign off')))
      expect(card.actions).toEqual([]);
    await at.deliver(stale);
    expect(await at.approvalNow(approvalId)).toMatchObject({ status: 'void', signatures: [] });
    expect(slack.told('U02CHIDI').at(-1)).toContain('because control moved');
  });

  it('kept to all rules of Slack', () => {
    expect(slack.violations).toEqual([]);
  });
});
