/** Sign-offs, takeovers without a case, and stops. */
import { describe, expect, it } from 'vitest';
import { missing, picture } from './browser.ts';
import { visiting } from './visit.ts';

describe.skipIf(missing !== null)('sign-offs and stops', () => {
  const visit = visiting();

  it('signs off exactly what is shown, or refuses with a reason', async () => {
    await visit.open('/approvals/approval-31');
    await visit.see('stays in control');
    await picture(visit.page, 'approval');
    await visit.button('Approve').click();
    await visit.see('Everybody needed has signed.');
    expect(visit.world.approval('approval-31').status).toBe('approved');
  });

  it('H2: a double click, a reload and the back button are one vote', async () => {
    const sent: string[] = [];
    visit.page.on('request', (request) => void (request.url().endsWith('/approve') && sent.push(request.url())));
    await visit.open('/approvals/approval-31');
    await visit.button('Approve').dblclick();
    await visit.see('Everybody needed has signed.');
    await visit.page.reload();
    await visit.see('Everybody needed has signed.');
    await visit.open('/approvals');
    await visit.page.goBack();
    await visit.see('Everybody needed has signed.');
    expect(sent).toHaveLength(1);
    expect(visit.world.approval('approval-31').signatures.filter(({ by }) => by === 'ann')).toHaveLength(1);
  });

  it('refuses with the reason that the agent receives', async () => {
    await visit.open('/approvals/approval-31');
    await visit.button('Reject…').click();
    await visit.page.getByLabel(/^Why not/).fill('Wrong supplier.');
    await visit.button('Reject it').click();
    await visit.see('It was rejected.');
    expect(visit.world.approval('approval-31').rejectedBecause).toBe('Wrong supplier.');
  });

  it('has a use of break-glass reviewed by somebody else', async () => {
    await visit.open('/runs/run-2039');
    await visit.see('Bo Lindqvist broke the glass:');
    await visit.button('Review…').click();
    await visit.page.getByLabel(/^What do you make of it/).fill('It was right.');
    await visit.button('Record the review').click();
    await visit.see('Ann Berg reviewed the break-glass: It was right.');
    await visit.page.getByText('broke the glass:').waitFor({ state: 'detached' });
  });

  it('takes over any running agent, and stops one by name after saying what is hit', async () => {
    await visit.open('/runs/run-2045');
    await visit.button(/^Take over/).click();
    await visit.page.getByRole('dialog').getByRole('button', { name: 'Take over' }).click();
    await visit.see('You have control since');
    await visit.open('/runs');
    await picture(visit.page, 'runs');
    await visit.button('Stop…').click();
    await visit.page.getByRole('combobox', { name: 'Agent' }).click();
    await visit.page.getByRole('option', { name: 'care-agent-3' }).click();
    await visit.see('This takes control of 1 run from care-agent-3');
    await visit.page.getByLabel(/^Why\?/).fill('It answers twice.');
    await picture(visit.page, 'stop', false);
    await visit.button('Stop care-agent-3').click();
    await visit.see('Agent care-agent-3');
    expect(visit.world.run('run-8817').holder.kind).toBe('person');
  });
});

describe.skipIf(missing !== null)('a snooze', () => {
  const visit = visiting();

  it('lets a case rest until an end, and is ended early in one press', async () => {
    await visit.open('/cases/case-71');
    await visit.button('Snooze…').click();
    await visit.page.getByLabel('Three hours').check();
    await visit.page.getByLabel(/^Why can it wait/).fill('The bank opens at nine.');
    await picture(visit.page, 'snooze', false);
    await visit.button('Let it rest').click();
    await visit.see('rests until');
    await visit.see(/lets it rest until (?!\d{4}-)/);
    expect(visit.world.case('case-71').restsBecause).toBe('The bank opens at nine.');
    await picture(visit.page, 'snoozed');
    await visit.button('End the snooze').click();
    await visit.see('ended the snooze.');
    await visit.page.getByText('rests until').first().waitFor({ state: 'detached' });
    expect(visit.world.case('case-71').restsUntil).toBeNull();
  });
});
