/** One visitor per test: a fresh sample world, a fresh browser context, and nothing that goes wrong unnoticed. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { startMock } from '../dev/mock-server.ts';
import { built, launch, wide } from './browser.ts';

type Server = Awaited<ReturnType<typeof startMock>>;

/** Errors of the page and requests to any other host. A refusal of the API is not an error of the page. */
const watch = (page: Page, own: string): string[] => {
  const failures: string[] = [];
  page.on('pageerror', (error) => failures.push(error.message));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== own) failures.push(`A request went to ${request.url()}`);
  });
  page.on('console', (message) => {
    const refused = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !refused) failures.push(message.text());
  });
  return failures;
};

const open = async (page: Page, address: string): Promise<void> => {
  await page.goto(address);
  await page.getByRole('heading', { level: 1 }).waitFor();
};

/** Registers the hooks of a suite; what it returns is valid within each test. */
export const visiting = () => {
  let browser: Browser;
  let server: Server;
  let context: BrowserContext;
  let page: Page;
  let failures: string[];

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    server = await startMock(built);
    context = await browser.newContext({ viewport: wide, locale: 'en-GB', reducedMotion: 'reduce' });
    page = await context.newPage();
    failures = watch(page, server.url);
  });
  afterEach(async () => {
    await context.close();
    await server.close();
    expect(failures).toEqual([]);
  });

  return {
    get page() {
      return page;
    },
    get mock() {
      return server.mock;
    },
    get world() {
      return server.world;
    },
    get url() {
      return server.url;
    },
    open: (path: string) => open(page, server.url + path),
    button: (name: string | RegExp) => page.getByRole('button', { name }),
    see: (text: string | RegExp) => page.getByText(text).first().waitFor(),
  };
};
