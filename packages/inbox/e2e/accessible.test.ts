/** axe-core over every page, light and dark: no known barrier, contrast included. */
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMock } from '../dev/mock-server.ts';
import { sampleLink } from '../dev/sample-channels.ts';
import { built, launch, missing, wide } from './browser.ts';

const pages = [
  '/',
  '/?show=closed',
  '/cases/case-71',
  '/cases/case-70',
  '/cases/case-69',
  '/approvals',
  '/approvals/approval-31',
  '/approvals/delegations',
  '/samples',
  '/exceptions',
  '/patterns',
  '/runs',
  '/runs/run-2044',
  '/controls',
  '/controls/payment-approval',
  '/controls/payment-approval/compare?before=1&after=3',
  '/on-call',
  '/organisation',
  '/channels-health',
  `/link?token=${sampleLink}`,
  '/login?token=x',
];

type Found = { violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] };

const coloured = [
  '/',
  '/cases/case-71',
  '/cases/case-70',
  '/runs',
  '/on-call',
  '/exceptions',
  '/patterns',
  '/channels-health',
  ...pages.filter((path) => path.startsWith('/controls')),
];

/** Dark differs only in colour: the pages with every colour on them are enough. */
const schemes = [
  { colorScheme: 'light', pages },
  { colorScheme: 'dark', pages: coloured },
] as const;

describe.skipIf(missing !== null).each(schemes)('without barriers, $colorScheme', ({ colorScheme, pages }) => {
  let browser: Browser;
  let mock: Awaited<ReturnType<typeof startMock>>;
  let page: Page;

  beforeAll(async () => {
    browser = await launch();
    mock = await startMock(built);
    page = await browser.newPage({ viewport: wide, colorScheme, reducedMotion: 'reduce' });
    mock.world.claim(mock.world.person('ann'), 'case-71', { revision: 1 });
  });
  afterAll(async () => {
    await browser.close();
    await mock.close();
  });

  it.each(pages)('%s', async (path) => {
    await page.goto(mock.url + path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('load');
    await page.locator('[class*=Skeleton]').first().waitFor({ state: 'detached' });
    await page.evaluate(axe.source);
    const found = (await page.evaluate('axe.run()')) as Found;
    const said = found.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join('\n')}`,
    );
    expect(said).toEqual([]);
  });
});
