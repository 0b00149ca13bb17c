/** A browser signs in with the company's identity provider, and comes back to the page that was asked for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, missing, wide } from '../../inbox/e2e/browser.ts';
import { type Listening, listen } from './agents/listen.ts';
import { type IdentityProvider, startIdentityProvider } from './identity-provider.ts';
import { type Client, createWorld, invoice, sampleOrganisation, type World } from './world.ts';

const behindMs = 11 * 60_000;

/** A payment in another currency waits for the treasury lead. */
const toSign = async (world: World, lead: Client): Promise<string> => {
  const agent = await world.agent('payables');
  const subject = { invoiceId: 'B-1' };
  const { runId } = (await agent.call('startRun', { body: { control: 'payment-approval', subject } })).body.run;
  const args = invoice(world.records, 'B-1', { erp: { amount: 'USD 120.00' } });
  const asked = { epoch: 1, step: 'release-payment', arguments: args, key: 'pay' };
  await agent.call('gate', { params: { runId }, body: asked });
  const [waiting] = (await lead.call('listApprovals', { query: { runId } })).body.items;
  if (waiting === undefined) throw new Error('nothing waits for a signature');
  return waiting.approvalId;
};

describe.skipIf(missing !== null)('in a browser', () => {
  let idp: IdentityProvider;
  let world: World;
  let belay: Listening;
  let browser: Awaited<ReturnType<typeof launch>>;

  beforeAll(async () => {
    const { people, ...org } = sampleOrganisation();
    const withMail = people.map((one) => ({ ...one, email: `${one.personId}@example.com` }));
    idp = await startIdentityProvider({
      'sub-bruno': { email: 'bruno@example.com', email_verified: true },
      stranger: {},
    });
    world = await createWorld({
      controls: ['payment-approval'],
      oidc: idp.settings,
      organisation: { ...org, people: withMail },
      edit: (text) => text.replace('from: role:treasury-lead\n', 'from: role:treasury-lead\n    fresh-sign-in: 10m\n'),
      // Behind the clock of the provider, towards which it is moved.
      now: Date.now() - behindMs,
    });
    belay = await listen(world);
    browser = await launch([`belay.test:80 ${new URL(belay.url).host}`]);
  });
  afterAll(async () => {
    await browser.close();
    await belay.away();
    await world.close();
    await idp.close();
  });

  it('signs in, comes back to the page that was asked for, and goes out again', async () => {
    const page = await (await browser.newContext({ viewport: wide })).newPage();
    await page.goto('http://belay.test/controls/payment-approval');
    await page.getByRole('link', { name: 'Sign in with Acme' }).click();
    await page.getByRole('button', { name: 'sub-bruno' }).click();
    await page.getByRole('button', { name: 'Bruno' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/controls/payment-approval');
    await page.getByRole('button', { name: 'Bruno' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in with Acme' }).waitFor();
  });

  it('says on a page why somebody stays outside, and how to go on', async () => {
    const page = await (await browser.newContext({ viewport: wide })).newPage();
    await page.goto('http://belay.test/sign-in?to=/runs');
    await page.getByRole('button', { name: 'stranger' }).click();
    await page.getByRole('heading', { name: 'You are not signed in' }).waitFor();
    await page.getByText(`channel link PERSON sign-in`).waitFor();
    await page.getByRole('link', { name: 'Other ways to sign in' }).click();
    await page.getByRole('link', { name: 'Sign in with Acme' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/runs');
  });

  it('signs in again where a signature asks for it, and comes back to the same page to sign', async () => {
    const bruno = await world.person('bruno');
    const approvalId = await toSign(world, bruno);
    const address = `http://belay.test/approvals/${approvalId}`;
    const page = await (await browser.newContext({ viewport: wide })).newPage();
    await page.clock.install({ time: world.clock.now() });
    await page.goto(address);
    await page.getByRole('link', { name: 'Sign in with Acme' }).click();
    await page.getByRole('button', { name: 'sub-bruno' }).click();
    await page.getByRole('button', { name: 'Approve' }).waitFor();
    world.moveClock('11m');
    await page.clock.setFixedTime(world.clock.now());
    await page.reload();
    await page.getByRole('link', { name: 'Sign in again to sign' }).click();
    await page.getByRole('button', { name: 'sub-bruno' }).click();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Everybody needed has signed').waitFor();
    expect(page.url()).toBe(address);
    const { signatures } = (await bruno.call('getApproval', { params: { approvalId } })).body;
    expect(signatures).toMatchObject([{ by: 'bruno', signIn: { method: 'company', amr: ['pwd', 'otp'] } }]);
  });
});
