/** The local Teams judges as the vendor does: what its schema or its token check refuses is refused, and remembered. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cardType } from '../../src/demo/vendors/teams-shapes.ts';
import { memberId } from '../../src/demo/vendors/teams-store.ts';
import { startTeams, type TeamsVendor, teamsAddresses, teamsAppId, teamsRoom, teamsTenant } from './teams.ts';

let teams: TeamsVendor;
beforeAll(async () => {
  teams = await startTeams();
});
afterAll(() => teams.close());

const call = async (path: string, body: unknown, { method = 'POST', token = teams.botToken() } = {}) => {
  const response = await fetch(`${teams.origin}/v3/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json().catch(() => null)) as Record<string, unknown>;
  return { status: response.status, answer, headers: response.headers };
};
const room = encodeURIComponent(teamsRoom);
const withCard = (content: object) => ({ type: 'message', attachments: [{ contentType: cardType, content }] });
const card = (title: string, ...actions: object[]) => ({
  type: 'AdaptiveCard',
  version: '1.5',
  body: [
    { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: title }] },
    { type: 'FactSet', facts: [{ title: 'Amount', value: 'EUR 1\\.00' }] },
  ],
  actions,
});
const signing = (more = {}) => ({ by: teamsAddresses.bruno ?? '', at: Date.now(), ...more });

it('gives a token for the right secret only, and takes no call without one', async () => {
  const ask = (secret: string) =>
    fetch(`${teams.origin}/${teamsTenant}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: teamsAppId,
        client_secret: secret,
        scope: 'https://api.botframework.com/.default',
      }),
    });
  const given = (await (await ask(teams.appPassword)).json()) as { access_token: string };
  expect(
    (await call(`conversations/${room}/pagedmembers?pageSize=2`, null, { method: 'GET', token: given.access_token }))
      .answer,
  ).toMatchObject({
    members: [{ name: 'Amélie Laurent', aadObjectId: teamsAddresses.amelie }, {}],
    continuationToken: '2',
  });
  expect((await ask('another')).status).toBe(401);
  expect(
    (await call(`conversations/${room}/activities`, { type: 'message', text: 'x' }, { token: 'x.y.z' })).status,
  ).toBe(401);
});

it('shows a card, its thread and its edit; a press on it carries its data and the presser', async () => {
  const press = { type: 'Action.Execute', title: 'Take over', verb: 'x:takeOver', data: { subject: 'case:case_1' } };
  const { answer } = await call(`conversations/${room}/activities`, withCard(card('Pay [Nordwind](http://x)', press)));
  await call(`conversations/${room};messageid=${answer.id}/activities`, { type: 'message', text: 'Bruno took over' });
  await call(`conversations/${room}/activities/${answer.id}`, withCard(card('Pay **now**', press)), { method: 'PUT' });
  expect(teams.cards()).toMatchObject([
    {
      where: teamsRoom,
      text: 'Pay **now**\nAmount: EUR 1.00',
      actions: ['takeOver'],
      lines: ['Bruno took over'],
      writes: 2,
      active: [],
    },
  ]);
  const pressed = await teams.pressOn(teams.cards()[0]?.id ?? '', 'takeOver', 'case:case_2', signing()).json();
  expect(pressed).toMatchObject({
    type: 'invoke',
    name: 'adaptiveCard/action',
    channelId: 'msteams',
    from: { aadObjectId: teamsAddresses.bruno },
    replyToId: answer.id,
    value: { action: { verb: 'x:takeOver', data: { subject: 'case:case_2' } }, trigger: 'manual' },
  });
});

it('opens a dialog, and hands over what was typed', async () => {
  const opens = { type: 'Action.Submit', title: 'Return', data: { msteams: { type: 'task/fetch' }, action: 'return' } };
  await call(`conversations/${room}/activities`, withCard(card('With a dialog', opens)));
  const fetched = teams.press(teams.cards().at(-1)?.id ?? '', 'return', signing());
  expect(await fetched.clone().json()).toMatchObject({ name: 'task/fetch', value: { data: { action: 'return' } } });
  const inputs = { type: 'Input.Text', id: 'instructions', label: 'What to do', isMultiline: true };
  const dialog = { ...card('Dialog', { type: 'Action.Submit', title: 'Send', data: { carried: 1 } }), body: [inputs] };
  const value = { title: 'Return', card: { contentType: cardType, content: dialog } };
  await teams.heard?.(fetched, Response.json({ task: { type: 'continue', value } }));
  expect(teams.form(teamsAddresses.bruno ?? '')).toMatchObject({
    title: 'Return',
    fields: ['instructions'],
    typed: { instructions: '' },
  });
  expect(await teams.submit({ instructions: 'Pay it' }, signing()).json()).toMatchObject({
    name: 'task/submit',
    value: { data: { carried: 1, instructions: 'Pay it' } },
  });
});

it('keeps a dialog that is answered with a dialog, closes one that is answered otherwise, and reads what is said under a field', async () => {
  const by = teamsAddresses.bruno ?? '';
  const warning = { type: 'TextBlock', text: 'Needed', color: 'Attention' };
  const input = { type: 'Input.Text', id: 'because', label: 'Why', value: 'x' };
  const dialog = (body: object[]) => ({ ...card('Dialog', { type: 'Action.Submit', title: 'Send', data: {} }), body });
  const answered = (content: object) =>
    Response.json({ task: { type: 'continue', value: { title: 'Why', card: { contentType: cardType, content } } } });
  const opens = {
    type: 'Action.Submit',
    title: 'Decline',
    data: { msteams: { type: 'task/fetch' }, action: 'decline' },
  };
  await call(`conversations/${room}/activities`, withCard(card('With another dialog', opens)));
  const fetched = teams.press(teams.cards().at(-1)?.id ?? '', 'decline', signing());
  await teams.heard?.(fetched, answered(dialog([input])));
  const sent = teams.submit({ because: '' }, signing());
  await teams.heard?.(sent, answered(dialog([warning, input, warning])));
  expect(teams.form(by)).toMatchObject({ wrong: { because: 'Needed' }, typed: { because: 'x' }, text: 'Needed' });
  const closing = teams.submit({ because: 'y' }, signing());
  await teams.heard?.(closing, Response.json({ task: { type: 'message', value: 'Done' } }));
  expect(teams.form(by)?.fields).not.toContain('because');
});

it('asks for a fresh card when somebody looks: for everybody in a team of 60, above that for those who are named', async () => {
  const large = await startTeams({ others: 60 });
  const [amelie, bruno] = [teamsAddresses.amelie ?? '', teamsAddresses.bruno ?? ''];
  const refreshing = (userIds?: string[]) => ({
    ...card('Fresh'),
    refresh: { action: { type: 'Action.Execute', verb: 'fresh', data: { n: 1 } }, ...(userIds && { userIds }) },
  });
  const asksFor = async (at: TeamsVendor, content: object) => {
    const posted = await fetch(`${at.origin}/v3/conversations/${room}/activities`, {
      method: 'POST',
      headers: { authorization: `Bearer ${at.botToken()}`, 'content-type': 'application/json' },
      body: JSON.stringify(withCard(content)),
    });
    const { id } = (await posted.json()) as { id: string };
    return [amelie, bruno].map((by) => at.look(`${teamsRoom} ${id}`, signing({ by })));
  };
  const asked = async (at: TeamsVendor, content: object) => (await asksFor(at, content)).map((one) => one !== null);
  expect(await asked(teams, refreshing())).toEqual([true, true]);
  expect(await asked(teams, refreshing([]))).toEqual([false, false]);
  expect(await asked(large, refreshing())).toEqual([false, false]);
  expect(await asked(large, refreshing([memberId(bruno), amelie]))).toEqual([false, true]);
  expect(await asked(large, card('Not fresh'))).toEqual([false, false]);
  const [looked] = await asksFor(teams, refreshing());
  expect(await looked?.json()).toMatchObject({
    name: 'adaptiveCard/action',
    value: { action: { verb: 'fresh', data: { n: 1 } }, trigger: 'automatic' },
  });
  await large.close();
});

it('shows what stands in for a button where a client does not know Execute, and nothing where nothing does', async () => {
  const fallback = { type: 'Action.Submit', title: 'Take over', data: { msteams: { type: 'task/fetch' }, n: 2 } };
  const execute = { type: 'Action.Execute', title: 'Take over', verb: 'x:takeOver' };
  for (const button of [{ ...execute, fallback }, execute])
    await call(`conversations/${room}/activities`, withCard(card('Older', button)));
  const [with_, without] = teams.cards().slice(-2);
  expect(with_?.actions).toEqual(['takeOver']);
  const pressed = teams.pressInOlder(with_?.id ?? '', 'takeOver', signing());
  expect(await pressed.json()).toMatchObject({ name: 'task/fetch', value: { data: { n: 2 } } });
  expect(() => teams.pressInOlder(without?.id ?? '', 'takeOver', signing())).toThrow('shows nothing');
});

it('remembers what breaks the schema or the limits, and refuses it', async () => {
  for (const broken of [
    withCard({ type: 'AdaptiveCard', version: '1.5', body: [{ type: 'TextBlok', text: 'x' }] }),
    withCard({ ...card('x'), version: '1.6' }),
    withCard({ ...card('x'), body: [{ type: 'Input.Text' }] }),
    withCard({
      ...card('x'),
      refresh: { action: { type: 'Action.Execute', verb: 'r' }, userIds: Array(61).fill('29:1') },
    }),
    withCard(card('x', ...Array(7).fill({ type: 'Action.Execute', title: 'x', verb: 'x' }))),
    { type: 'message' },
  ])
    expect((await call(`conversations/${room}/activities`, broken)).status).toBe(400);
  expect(teams.violations.splice(0)).toHaveLength(6);
  expect((await call(`conversations/${room}/activities`, { type: 'message', text: 'x'.repeat(60_000) })).status).toBe(
    413,
  );
  expect(teams.violations.splice(0)).toHaveLength(1);
});

it('sees what would act by itself in a markdown text, and nothing in an escaped one', async () => {
  const said = (text: string) => withCard({ ...card('x'), body: [{ type: 'TextBlock', text }] });
  for (const text of [
    '[a](https://evil.example)',
    '**bold**',
    '<at>Bruno</at>',
    '{{DATE(2026-01-01)}}',
    'https://evil.example',
  ]) {
    await call(`conversations/${room}/activities`, said(text));
    expect(teams.cards().at(-1)?.active, text).not.toEqual([]);
  }
  await call(`conversations/${room}/activities`, said('\\[a\\]\\(https\\://evil.example\\) \\*\\*bold\\*\\*'));
  expect(teams.cards().at(-1)).toMatchObject({ active: [], text: '[a](https://evil.example) **bold**' });
});

it('opens one conversation a person, and shuts out a bot that was taken out', async () => {
  const open = (id: string, tenantId = teamsTenant) =>
    call('conversations', { isGroup: false, bot: { id: `28:${teamsAppId}` }, members: [{ id }], tenantId });
  const [first, second] = [await open(teamsAddresses.dana ?? ''), await open(teamsAddresses.dana ?? '')];
  expect([first.status, first.answer.id]).toEqual([201, second.answer.id]);
  expect([(await open('nobody')).status, (await open(teamsAddresses.dana ?? '', 'other')).status]).toEqual([400, 403]);
  const to = encodeURIComponent(String(first.answer.id));
  await call(`conversations/${to}/activities`, { type: 'message', text: 'Hello' });
  expect(teams.told(teamsAddresses.dana ?? '')).toEqual(['Hello']);
  teams.closeRoom(String(first.answer.id));
  expect(await call(`conversations/${to}/activities`, { type: 'message', text: 'Hello' })).toMatchObject({
    status: 403,
    answer: { subCode: 'MessageWritesBlocked' },
  });
});

it('misbehaves on request: a limit, an error, a cut after it was done, an outage', async () => {
  const post = () => call(`conversations/${room}/activities`, { type: 'message', text: 'faulty' });
  const count = () => teams.messages().filter(({ activity }) => activity.text === 'faulty').length;
  teams.next({ kind: 'limit', seconds: 3 }, { kind: 'error', status: 502 }, { kind: 'hangUp' });
  const limited = await post();
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '3']);
  expect((await post()).status).toBe(502);
  await expect(post()).rejects.toThrow();
  expect(count()).toBe(0);
  teams.next({ kind: 'cut' });
  await expect(post()).rejects.toThrow();
  expect(count()).toBe(1);
  teams.state('down');
  expect((await post()).status).toBe(503);
  teams.state('up');
  expect((await post()).status).toBe(201);
});
