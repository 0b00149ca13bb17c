/** A browser signs in with the company's identity provider, and comes back to the page that was asked for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, missing, wide } from '../../inbox/e2e/browser.ts';
import { type Listening, listen } from './agents/listen.ts';
import { type IdentityProvider, startIdentityProvider } from './identity-provider.ts';
import { createWorld, sampleOrganisation, type World } from './world.ts';

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
    world = await createWorld({ oidc: idp.settings, organisation: { ...org, people: withMail }, now: Date.now() });
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
  });
});
