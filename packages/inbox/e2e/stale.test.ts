/** The page stays true: other people act, connections break, buttons grow old. */
import { describe, expect, it } from 'vitest';
import { missing, picture } from './browser.ts';
import { visiting } from './visit.ts';

describe.skipIf(missing !== null)('the same truth for everybody', () => {
  const visit = visiting();

  it('says “you have control” only after the server’s answer', async () => {
    await visit.open('/cases/case-71');
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await visit.page.route('**/claim', async (route) => {
      await held;
      await route.continue();
    });
    await visit.button(/^Take over/).click();
    await visit.page.locator('#take-over[data-loading]').waitFor();
    expect(await visit.page.getByText('You have control').count()).toBe(0);
    answer();
    await visit.see('You have control since');
  });

  it('shows who was faster when a button is stale, and changes nothing', async () => {
    await visit.page.route('**/v1/feed*', (route) => route.abort());
    await visit.open('/cases/case-71');
    visit.world.claim(visit.world.person('bo'), 'case-71', { revision: 1 });
    await visit.button(/^Take over/).click();
    const note = visit.page.getByRole('alert');
    await note.getByText('Bo Lindqvist took over from ap-agent.').waitFor();
    await note.getByText('Nothing was changed.').waitFor();
    await visit.see('Bo Lindqvist has control');
    await picture(visit.page, 'stale', false);
    expect(visit.world.run('run-2041').holder.id).toBe('bo');
  });

  it('says in the open drawer that somebody took the case, and keeps what was written', async () => {
    await visit.open('/cases/case-71');
    await visit.button(/^Take over/).click();
    await visit.button(/^Return with instructions/).click();
    const drawer = visit.page.getByRole('dialog', { name: 'Return with instructions' });
    await drawer.getByRole('textbox', { name: 'Instructions' }).fill('Half a thought');
    const { revision } = visit.world.case('case-71');
    visit.world.claim(visit.world.person('bo'), 'case-71', { revision, reason: 'my customer' });
    await drawer.getByRole('alert').getByText('Bo Lindqvist has control now').waitFor();
    expect(await drawer.getByRole('textbox', { name: 'Instructions' }).inputValue()).toBe('Half a thought');
    expect(await drawer.getByRole('button', { name: 'Return to ap-agent' }).isDisabled()).toBe(true);
  });

  it('tells whoever lost a case who took it and why: on its page, and in the list', async () => {
    await visit.open('/cases/case-71');
    await visit.button(/^Take over/).click();
    await visit.see('You have control since');
    visit.world.claim(visit.world.person('bo'), 'case-71', { revision: 2, reason: 'My customer called.' });
    await visit.page
      .getByRole('status')
      .getByText('Bo Lindqvist took this over from you: My customer called.')
      .waitFor();
    await visit.open('/');
    await visit.page.getByRole('listitem').getByText('Bo Lindqvist took it from you').waitFor();
  });

  it('is live: what others do appears, and a lost connection is said and mended', async () => {
    await visit.open('/');
    await visit.see('Live');
    visit.world.claim(visit.world.person('bo'), 'case-71', { revision: 1 });
    await visit.page
      .getByRole('listitem')
      .filter({ hasText: 'Nordwind' })
      .getByText('Bo Lindqvist has control')
      .waitFor();
    visit.mock.hangUp();
    await visit.see('Reconnecting');
    visit.world.claim(visit.world.person('bo'), 'case-72', { revision: 1 });
    await visit.page.getByRole('status').getByText('Live').waitFor();
    await visit.page
      .getByRole('listitem')
      .filter({ hasText: 'T-8815' })
      .getByText('Bo Lindqvist has control')
      .waitFor();
  });
});
