/** An account of a channel that is nobody's yet becomes somebody's, at the inbox. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleToken, startMock } from '../dev/mock-server.ts';
import { sampleLink } from '../dev/sample-channels.ts';
import { built, launch, missing, narrow, picture, wide } from './browser.ts';

describe.skipIf(missing !== null)('linking an account', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  const visited = async (signedIn: boolean, work: (page: Page, url: string) => Promise<void>): Promise<void> => {
    const server = await startMock(built, { signedIn });
    const page = await (await browser.newContext({ viewport: wide })).newPage();
    try {
      await work(page, server.url);
    } finally {
      await page.context().close();
      await server.close();
    }
  };

  it('brings whoever is signed out back to the link after signing in, and links once', () =>
    visited(false, async (page, url) => {
      await page.goto(`${url}/link?token=${sampleLink}`);
      await page.getByText('You are signed out').waitFor();
      await page.goto(`${url}/login?token=${sampleToken}`);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('U02ANN').waitFor();
      expect(new URL(page.url()).pathname).toBe('/link');
      await page.getByText('ann@belay.example').waitFor();
      await picture(page, 'link-account');
      await page.getByRole('button', { name: 'This Slack account is mine' }).click();
      await page.getByText('Your Slack account is linked.').waitFor();
      await page.getByText('You have control.').waitFor();
      await page.setViewportSize(narrow);
      await picture(page, 'link-account-done-narrow');
      await page.goto(`${url}/link?token=${sampleLink}`);
      await page.getByText('This link was used, has expired').waitFor();
    }));

  it('shows beside it how each channel is doing, and what to do where one is down', () =>
    visited(true, async (page, url) => {
      await page.goto(url);
      await page.getByRole('link', { name: 'Channels 1 not working' }).click();
      await page.getByText('Make a new token there').waitFor();
      await page.getByText('the oldest since').first().waitFor();
      await picture(page, 'channels');
      await page.setViewportSize(narrow);
      await picture(page, 'channels-narrow');
    }));

  it('says where such links come from when there is none', () =>
    visited(true, async (page, url) => {
      await page.goto(`${url}/link`);
      await page.getByText('This page is opened by the link that a channel gives you').waitFor();
    }));
});
