// `node scripts/pictures.mjs`: plays the demo with its local vendors and takes a picture of one case in the inbox and in
// each of the five, for docs/pictures. Needs a built checkout and the distribution's Chromium.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const pictures = join(root, 'docs/pictures');
const vendors = ['slack', 'teams', 'jira', 'notion', 'servicenow'];
const shownCase = 'INV-2053';
const boundMs = 90_000;

/** The first line of the demo: the addresses of its pages. */
const addressesOf = (demo) =>
  new Promise((resolve, reject) => {
    let said = '';
    demo.stdout.on('data', (chunk) => {
      said += chunk;
      const first = said.slice(0, said.indexOf('\n') + 1);
      if (first !== '') resolve(JSON.parse(first));
    });
    demo.on('exit', (code) => reject(new Error(`the demo ended with ${code}`)));
  });

const takeInbox = async (browser, loginLink) => {
  const page = await browser.newPage({ viewport: { width: 1_280, height: 900 }, deviceScaleFactor: 1.5 });
  await page.goto(loginLink);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Pay Solstice Data Centres').first().click({ timeout: boundMs });
  await page.getByRole('button', { name: 'Take over' }).waitFor();
  await page.screenshot({ path: join(pictures, 'inbox.png') });
  console.log('docs/pictures/inbox.png');
};

const takeChannels = async (browser, channelsUrl) => {
  const page = await browser.newPage({ viewport: { width: 2_100, height: 1_400 } });
  await page.goto(channelsUrl);
  await page.selectOption('#as', 'bruno');
  await page.addStyleTag({ content: '.cards { max-height: none !important } article { break-inside: avoid }' });
  for (const name of vendors) {
    const card = page.locator(`#${name} article`, { hasText: shownCase }).first();
    await card.waitFor({ timeout: boundMs });
    await card.screenshot({ path: join(pictures, `channel-${name}.png`) });
    console.log(`docs/pictures/channel-${name}.png`);
  }
};

const take = async ({ loginLink, channelsUrl }) => {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  try {
    await takeInbox(browser, loginLink);
    await takeChannels(browser, channelsUrl);
  } finally {
    await browser.close();
  }
};

mkdirSync(pictures, { recursive: true });
const dataDir = mkdtempSync(join(tmpdir(), 'belay-pictures-'));
const args = ['packages/server/dist/cli/main.js', 'demo', '--channels', '--json', '--port', '0', '--speed', 'fast'];
const demo = spawn(process.execPath, [...args, '--data', join(dataDir, 'demo')], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  await take(await addressesOf(demo));
} finally {
  const ended = new Promise((resolve) => demo.once('exit', resolve));
  demo.kill('SIGINT');
  await ended;
  rmSync(dataDir, { recursive: true, force: true });
}
