/** Debian's Chromium for the tests of the pages. Where it is missing they are skipped, and say so in one line. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';
export const built = fileURLToPath(new URL('../dist', import.meta.url));
const pictures = fileURLToPath(new URL('../.artifacts', import.meta.url));

export const missing = ((): string | null => {
  if (!existsSync(executablePath)) return `${executablePath} is missing: apt-get install -y chromium`;
  if (!existsSync(`${built}/index.html`)) return 'The inbox is not built: npm run build -w @belay/inbox';
  return null;
})();
if (missing !== null) console.warn(`Tests of the pages are skipped. ${missing}`);

/** `hosts`: names that lead to an address of this machine, such as `belay.test:80 127.0.0.1:4700`. */
export const launch = (hosts: string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...hosts.map((host) => `--host-resolver-rules=MAP ${host}`),
    ],
  });

export const wide = { width: 1360, height: 900 };
export const narrow = { width: 375, height: 740 };

/** A picture for people to look at; nothing is compared with it. */
export const picture = async (page: Page, name: string, fullPage = true): Promise<void> => {
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: `${pictures}/${name}.png`, fullPage });
};
