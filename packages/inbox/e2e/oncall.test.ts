/** Who is on call: seen at a glance, changed by mouse and by keyboard alone. */
import { describe, expect, it } from 'vitest';
import { missing, picture } from './browser.ts';
import { visiting } from './visit.ts';

describe.skipIf(missing !== null)('the on-call page', () => {
  const visit = visiting();
  const treasury = () => visit.page.getByRole('region', { name: 'Money that leaves the house', exact: true });

  it('shows who is told now, the calendar, and where nobody is', async () => {
    await visit.open('/');
    await visit.page.getByRole('link', { name: 'On call' }).click();
    await visit.see('Money that leaves the house');
    await visit.see(/in these two weeks nobody is on call/);
    await picture(visit.page, 'on-call');
    await visit.page.getByRole('button', { name: 'A week further' }).click();
    await visit.page.getByRole('button', { name: 'Today' }).click();
  });

  it('lets somebody take a shift by pressing on it, and withdraw that again', async () => {
    await visit.open('/on-call');
    await treasury()
      .getByRole('button', { name: /^Change: (Bo|Cem)/ })
      .first()
      .click();
    const dialog = visit.page.getByRole('dialog');
    await dialog.getByLabel('Why?').fill('I know this customer');
    await picture(visit.page, 'on-call-change', false);
    await dialog.getByRole('button', { name: 'Put on call' }).click();
    await visit.see('I know this customer');
    expect(visit.world.oncall.overrides).toMatchObject([{ personId: 'ann', schedule: 'treasury' }]);
    expect(visit.world.oncall.overrides[0]?.replaces).toMatch(/bo|cem/);
    await visit.button('Withdraw').click();
    await visit.page.getByText('I know this customer', { exact: true }).waitFor({ state: 'detached' });
    expect(visit.world.oncall.overrides).toEqual([]);
  });

  it('enters an absence and a swap by keyboard alone', async () => {
    await visit.open('/on-call');
    await visit.see('Money that leaves the house');
    await visit.page.keyboard.press('a');
    await visit.page.getByRole('dialog', { name: 'Add an absence' }).waitFor();
    await visit.page.keyboard.press('Escape');
    await visit.page.getByRole('dialog').waitFor({ state: 'detached' });
    await treasury().getByRole('button', { name: 'Change a shift…' }).focus();
    await visit.page.keyboard.press('Enter');
    const dialog = visit.page.getByRole('dialog');
    await dialog.getByRole('radio', { name: 'Somebody is on call instead' }).focus();
    await visit.page.keyboard.press('ArrowRight');
    await dialog.getByLabel('The other').focus();
    await visit.page.keyboard.type('Cem');
    await visit.page.keyboard.press('ArrowDown');
    await visit.page.keyboard.press('Enter');
    await dialog.getByLabel('Why?').focus();
    await visit.page.keyboard.type('holiday');
    await visit.page.keyboard.press('Enter');
    await visit.see('holiday');
    const holiday = { schedule: 'treasury', because: 'holiday' };
    expect(visit.world.oncall.overrides).toMatchObject([
      { personId: 'ann', replaces: 'cem', ...holiday },
      { personId: 'cem', replaces: 'ann', ...holiday },
    ]);
    const line = treasury().getByRole('listitem').filter({ hasText: 'holiday' });
    expect(await line.allInnerTexts()).toEqual([
      expect.stringMatching(/^Ann .* and Cem .* swap their turns \(primary\)/),
    ]);
    await line.getByRole('button', { name: 'Withdraw' }).click();
    await line.waitFor({ state: 'detached' });
    expect(visit.world.oncall.overrides).toEqual([]);
  });

  it('announces a drill, and shows what became of it', async () => {
    await visit.open('/on-call');
    await visit.see('None so far.');
    await visit.button('Announce a drill…').click();
    await visit.page.getByRole('dialog').getByRole('button', { name: 'Announce the drill' }).click();
    await visit.see('waiting for somebody to take over');
    expect(visit.world.oncall.drills).toMatchObject([{ target: 'oncall:treasury', withinMs: 900_000 }]);
    await picture(visit.page, 'on-call-drill');
  });
});

describe.skipIf(missing !== null)('the calendar', () => {
  const visit = visiting();

  it('keeps every name readable where the line of the present crosses it', async () => {
    await visit.open('/on-call');
    const treasury = visit.page.getByRole('region', { name: 'Money that leaves the house', exact: true });
    const hand = treasury.locator('[class*="hand"] span');
    const name = treasury.getByRole('list', { name: 'told' }).getByRole('button').first().locator('span');
    await name.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await name.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    // The letters alone: at its edges the name shares pixels with the line.
    const clip = { x: Math.ceil(x), y: Math.ceil(y) + 4, width: Math.floor(width) - 1, height: Math.floor(height) - 9 };
    await hand.evaluate(
      (line, at) => {
        line.style.insetInlineStart = `${at - (line.parentElement?.getBoundingClientRect().left ?? 0)}px`;
      },
      x + width / 2,
    );
    const crossed = await visit.page.screenshot({ clip });
    await hand.evaluate((line) => line.remove());
    expect(crossed.equals(await visit.page.screenshot({ clip }))).toBe(true);
  });
});

describe.skipIf(missing !== null)('what is entered wrong', () => {
  const visit = visiting();

  it('says what is wrong with a time, and what a time counts as where clocks change', async () => {
    const own = await visit.page.context().newCDPSession(visit.page);
    await own.send('Emulation.setTimezoneOverride', { timezoneId: 'Europe/Paris' });
    await visit.open('/on-call');
    await visit.button('Add an absence…').click();
    const dialog = visit.page.getByRole('dialog');
    await dialog.getByLabel('From').fill('2027-03-28T02:30');
    await dialog.getByText('there is no 02:30, 03:30 counts').waitFor();
    await dialog.getByLabel('To').fill('2027-03-27T02:30');
    await dialog.getByText('The end has to be after the beginning.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Add the absence' }).isDisabled()).toBe(true);
    await picture(visit.page, 'on-call-odd-time', false);
  });

  it('says why the house refuses what was entered, and keeps the form', async () => {
    const detail = 'It is over already: the past cannot be changed.';
    await visit.page.route('**/absences', (route) =>
      route.fulfill({
        status: 422,
        json: {
          code: 'invalid_request',
          title: 'The request is not of the documented form.',
          detail,
          remedy: 'Read it.',
        },
      }),
    );
    await visit.open('/on-call');
    await visit.button('Add an absence…').click();
    const dialog = visit.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Add the absence' }).click();
    await dialog.getByRole('alert').getByText(detail).waitFor();
    expect(await dialog.getByRole('alert').textContent()).not.toContain('documented form');
    expect(await dialog.getByRole('button', { name: 'Add the absence' }).isEnabled()).toBe(true);
  });
});

describe.skipIf(missing !== null)('a calendar file', () => {
  const visit = visiting();

  it('says first why nothing of a file can be read', async () => {
    await visit.open('/on-call');
    await visit.button('Import a calendar…').click();
    const dialog = visit.page.getByRole('dialog');
    const [chooser] = await Promise.all([
      visit.page.waitForEvent('filechooser'),
      dialog.getByRole('button', { name: 'Calendar file' }).click(),
    ]);
    await chooser.setFiles({ name: 'notes.ics', mimeType: 'text/calendar', buffer: Buffer.from('Dear all,') });
    await dialog.getByRole('button', { name: 'Show what is added' }).click();
    const said = dialog.getByRole('alert');
    await said.getByText('This is not an iCalendar text that can be read.').waitFor();
    expect(await dialog.getByText('Nothing new is in it.').count()).toBe(0);
    await picture(visit.page, 'on-call-unread', false);
  });

  it('reads a calendar file: shows what it would add, adds it, and takes it back', async () => {
    await visit.open('/on-call');
    await visit.button('Import a calendar…').click();
    const dialog = visit.page.getByRole('dialog');
    expect(await dialog.getByRole('button', { name: 'Show what is added' }).isDisabled()).toBe(true);
    const text = ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'RRULE:FREQ=SECONDLY', 'END:VEVENT', 'END:VCALENDAR'].join('\r\n');
    const file = { name: 'holidays.ics', mimeType: 'text/calendar', buffer: Buffer.from(text) };
    const [chooser] = await Promise.all([
      visit.page.waitForEvent('filechooser'),
      dialog.getByRole('button', { name: 'Calendar file' }).click(),
    ]);
    await chooser.setFiles(file);
    await dialog.getByRole('button', { name: 'Show what is added' }).click();
    await dialog.getByText('1 absence would be added').waitFor();
    await dialog.getByText(/is on call for treasury in that time/).waitFor();
    await dialog.getByText(/repeats by a rule that is not followed/).waitFor();
    expect(visit.world.oncall.absences).toEqual([]);
    await picture(visit.page, 'on-call-import', false);
    await dialog.getByRole('button', { name: 'Add 1 absence' }).click();
    await dialog.getByText('1 absence added.').waitFor();
    expect(visit.world.oncall.absences).toHaveLength(1);
    await dialog.getByRole('button', { name: 'Take them back' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(visit.world.oncall.absences).toEqual([]);
  });
});

describe.skipIf(missing !== null)('the organisation', () => {
  const visit = visiting();

  it('links an account that belongs to nobody to a person, and takes that back', async () => {
    await visit.open('/organisation');
    const nobody = visit.page.getByRole('region', { name: 'Accounts that belong to nobody' });
    const row = nobody.getByRole('listitem').filter({ hasText: 'U0OLEKSA' });
    await row.getByText('pressed 2 times').waitFor();
    expect(await row.getByRole('button', { name: 'Link' }).isDisabled()).toBe(true);
    await row.getByLabel('Whose is Slack U0OLEKSA?').click();
    await visit.page.keyboard.type('Bo');
    await visit.page.keyboard.press('ArrowDown');
    await visit.page.keyboard.press('Enter');
    await picture(visit.page, 'organisation-unknown');
    await row.getByRole('button', { name: 'Link' }).click();
    await nobody.getByText(/is Bo Lindqvist now/).waitFor();
    expect(visit.world.oncall.linked).toMatchObject([{ personId: 'bo', address: 'U0OLEKSA' }]);
    await row.waitFor({ state: 'detached' });
    await nobody.getByRole('button', { name: 'Undo' }).click();
    await row.waitFor();
    expect(visit.world.oncall.linked).toEqual([]);
  });

  it('is edited as its file, after what it changes was shown', async () => {
    await visit.open('/organisation');
    await visit.see('Bo Lindqvist');
    await picture(visit.page, 'organisation');
    await visit.button('Edit…').click();
    const file = visit.page.getByLabel('Organisation file (YAML)');
    await visit.button('Show what changes').click();
    await visit.see('Nothing changes.');
    await file.fill((await file.inputValue()).replace('[treasury]', '[treasury, treasury-lead]'));
    await visit.button('Show what changes').click();
    await visit.see('bo gets the role treasury-lead.');
    await picture(visit.page, 'organisation-edit');
    await visit.button('Apply').click();
    await visit.button('Edit…').waitFor();
    expect(visit.world.oncall.source).toContain('treasury-lead');
  });
});
