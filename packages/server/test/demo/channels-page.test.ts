/** The page of `belay demo --channels`: the same case in the manner of each vendor, and what is pressed there counts. */

import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { channelsLine, type LocalVendors, startVendors, withAccounts } from '../../src/demo/channels.ts';
import { openChannelsPage } from '../../src/demo/channels-page.ts';
import type { OpenForm } from '../../src/demo/vendors/twin.ts';
import { type Listening, listen } from '../agents/listen.ts';
import { unpaced } from '../contract/contract-world.ts';
import { createWorld, invoice, sampleOrganisation, type World } from '../world.ts';

let local: LocalVendors;
let world: World;
let belay: Listening;
let page: Awaited<ReturnType<typeof openChannelsPage>>;

beforeAll(async () => {
  local = await startVendors(sampleOrganisation());
  world = await createWorld({
    controls: ['payment-approval'],
    channels: local.channels.map(unpaced),
    organisation: withAccounts(sampleOrganisation()),
    edit: (source) => `${source}\n${channelsLine(local.vendors.notion.ids.dataSource)}\n`,
  });
  belay = await listen(world);
  local.deliverTo(belay.url);
  page = await openChannelsPage({ local, belayUrl: belay.url, now: () => world.clock.now() });
  for (const vendor of [local.vendors.jira, local.vendors.notion, local.vendors.snow])
    vendor.useClock(() => world.clock.now());
});
afterAll(async () => {
  await page.close();
  await belay.away();
  await world.close();
  await local.close();
});

const settle = async (): Promise<void> => {
  await world.app.takeIn();
  await world.app.deliverOwed();
};

const handOff = async (id: string, name = 'Nordwind GmbH'): Promise<string> => {
  const agent = await world.agent(`bot-${id}`, ['payment-approval']);
  const args = invoice(world.records, id, { vendor: { ageDays: 3, name } });
  const { body } = await agent.call('startRun', { body: { control: 'payment-approval', subject: { invoiceId: id } } });
  const asked = { epoch: 1, step: 'release-payment', arguments: args, key: 'pay' };
  const gated = await agent.call('gate', { params: { runId: body.run.runId }, body: asked });
  if (gated.body.kind !== 'handoff') throw new Error(JSON.stringify(gated.body));
  await settle();
  return gated.body.caseId;
};

const looks = async (as = 'bruno'): Promise<Record<string, string>> =>
  (await (await fetch(`${page.url}/state?as=${as}`)).json()) as Record<string, string>;

type Told = { told: string[]; form: OpenForm | null; problem?: string };
/** Does something on the page; Belay works on what comes in meanwhile. */
const act = async (wish: object, headers: Record<string, string> = {}): Promise<{ status: number; body: Told }> => {
  let over = false;
  const answered = fetch(`${page.url}/do`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ as: 'bruno', ...wish }),
  }).finally(() => {
    over = true;
  });
  while (!over) {
    await settle();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const response = await answered;
  await settle();
  return { status: response.status, body: (await response.json()) as Told };
};
/** The card of a case in one column, by a button or box on it. */
const cardIn = (html: string, id: string): string => {
  const article = html.split('<article>').find((one) => one.includes(id)) ?? '';
  return /data-card="([^"]+)"/.exec(article)?.[1]?.replaceAll('&#39;', "'") ?? '';
};
const statusOf = async (caseId: string): Promise<unknown> =>
  (await (await world.person('dana')).call('getCase', { params: { caseId } })).body;
const names = (): string[] => local.channels.map((channel) => channel.name);

it('shows one case in every place, with its reason', async () => {
  await handOff('PG-1');
  const shown = await looks();
  expect(names()).toEqual(expect.arrayContaining(['slack', 'teams', 'jira', 'notion', 'servicenow']));
  for (const name of names()) {
    expect(shown[name], name).toContain('PG-1');
    expect(shown[name], name).toContain('was added 3 days ago');
  }
  expect(await (await fetch(page.url)).text()).toContain('One case in five places');
});

it('takes over where a button is pressed, and says so everywhere', async () => {
  const caseId = await handOff('PG-2');
  const card = cardIn((await looks()).slack ?? '', 'PG-2');
  const { body } = await act({ vendor: 'slack', card, deed: 'press', value: 'takeOver' });
  expect(body.told.join()).toContain('You have control');
  expect(await statusOf(caseId)).toMatchObject({ status: 'claimed', claimedBy: 'bruno' });
  const shown = await looks();
  for (const name of names()) expect(shown[name], name).toContain('Bruno Ferrari has control since');
});

it('opens the form of a button, and hands over what was typed', async () => {
  const caseId = await handOff('PG-3');
  const card = cardIn((await looks()).teams ?? '', 'PG-3');
  await act({ vendor: 'teams', card, deed: 'press', value: 'takeOver' });
  const asked = await act({ vendor: 'teams', card, deed: 'press', value: 'return' });
  expect(asked.body.form).toMatchObject({
    title: 'Return with instructions',
    fields: ['instructions', 'allowOnce'],
    labels: {
      instructions: 'What the agent is to do',
      allowOnce: 'Allow “release payment” once, with exactly these arguments',
    },
    wrong: {},
  });
  const fields = { instructions: 'Pay it', allowOnce: true };
  const sent = await act({ vendor: 'teams', card, deed: 'submit', fields });
  expect(sent.body.told.join()).toContain('Given back');
  expect(await statusOf(caseId)).toMatchObject({ status: 'returned' });
});

it.each(['slack', 'teams'])(
  'shows a form of %s that was refused again, as often as it is sent: why, and what was typed',
  async (vendor) => {
    const id = `PG-form-${vendor}-`;
    const caseId = await handOff(id);
    const card = cardIn((await looks())[vendor] ?? '', id);
    await act({ vendor, card, deed: 'press', value: 'takeOver' });
    const asked = await act({ vendor, card, deed: 'press', value: 'edit' });
    expect(asked.body.form?.typed).toEqual({ 'argument.amount': 'EUR 120.00', instructions: '' });
    expect(asked.body.form?.labels).toEqual({
      'argument.amount': 'amount',
      instructions: 'What the agent should know',
    });
    const fields = { 'argument.amount': '', instructions: 'Pay what was agreed' };
    for (const _again of [1, 2]) {
      const { form } = (await act({ vendor, card, deed: 'submit', fields })).body;
      expect(form?.wrong).toEqual({ 'argument.amount': expect.stringContaining('The argument amount') });
      expect(form?.typed).toEqual(fields);
    }
    const sent = await act({ vendor, card, deed: 'submit', fields: { ...fields, 'argument.amount': 'EUR 80.00' } });
    expect(sent.body).toMatchObject({ form: null, told: [expect.stringContaining('as you edited it')] });
    expect(await statusOf(caseId)).toMatchObject({ status: 'returned' });
  },
);

it.each([
  ['jira', 'comment', '/take-over'],
  ['jira', 'status', 'In Progress'],
  ['notion', 'comment', '/take-over'],
  ['notion', 'status', 'Claimed'],
  ['servicenow', 'comment', '/take-over'],
  ['servicenow', 'status', '2'],
])('takes over where records are worked in: %s, by %s %s', async (vendor, deed, value) => {
  const id = `PG-${vendor}-${deed}-`;
  const caseId = await handOff(id);
  const card = cardIn((await looks())[vendor] ?? '', id);
  await act({ vendor, card, deed, value });
  for (let tries = 0; tries < 100; tries++) {
    await settle();
    if (((await statusOf(caseId)) as { status: string }).status === 'claimed') break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(await statusOf(caseId)).toMatchObject({ status: 'claimed', claimedBy: 'bruno' });
  const shown = await looks();
  for (const name of names()) expect(shown[name], name).toContain('Bruno Ferrari has control since');
});

it('tells whoever writes on a record what does not count, and where it does', async () => {
  const caseId = await handOff('PG-6');
  const card = cardIn((await looks()).jira ?? '', 'PG-6');
  await act({ vendor: 'jira', card, deed: 'comment', value: '/take-over' });
  const { body } = await act({ vendor: 'jira', card, deed: 'comment', value: '/allow Pay it.' });
  expect(body.told.join()).toContain(`Decide in the inbox (http://belay.test/cases/${caseId})`);
  expect((await looks()).jira).toContain(`<a href="http://belay.test/cases/${caseId}"`);
});

it('C22 tells whoever presses a stale button who has it', async () => {
  const caseId = await handOff('PG-4');
  const card = cardIn((await looks('amelie')).slack ?? '', 'PG-4');
  const dana = await world.person('dana');
  const { revision } = (await dana.call('getCase', { params: { caseId } })).body;
  await dana.call('claimCase', { params: { caseId }, body: { revision } });
  const { body } = await act({ as: 'amelie', vendor: 'slack', card, deed: 'press', value: 'takeOver' });
  expect(body.told.join()).toContain('Dana Whitfield has control since');
});

it('C24 shows what others wrote as text', async () => {
  await handOff('PG-5', '<script>alert(1)</script><img src=x onerror=alert(1)>');
  for (const html of Object.values(await looks())) expect(html).not.toMatch(/<script|<img/);
  expect((await looks()).slack).toContain('&lt;script&gt;');
});

it('is there for a page of its own on this machine, and for nobody else', async () => {
  const wish = { vendor: 'slack', card: 'x', deed: 'press', value: 'takeOver' };
  expect((await act(wish, { origin: 'https://evil.example' })).status).toBe(403);
  expect((await act({ ...wish, as: 'mallory' })).status).toBe(400);
  expect((await act(wish)).body.problem).toContain('there is no button');
  expect((await fetch(`${page.url}/state?as=mallory`)).status).toBe(400);
  expect((await fetch(`${page.url}/nothing`)).status).toBe(404);
  const { port } = new URL(page.url);
  const rebound = await new Promise<number | undefined>((resolve) =>
    request({ port, host: '127.0.0.1', path: '/state?as=dana', headers: { host: 'evil.example' } }, (response) => {
      resolve(response.resume().statusCode);
    }).end(),
  );
  expect(rebound).toBe(403);
});
