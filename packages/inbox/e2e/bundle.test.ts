/** What is served: only our own files, no schema library, nothing that asks another host for anything. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { built } from './browser.ts';

const isBuilt = existsSync(`${built}/index.html`);

describe.skipIf(!isBuilt)('the built inbox', () => {
  const read = async (ending: string) => {
    const names = (await readdir(`${built}/assets`)).filter((name) => name.endsWith(ending));
    return (await Promise.all(names.map((name) => readFile(`${built}/assets/${name}`, 'utf8')))).join('\n');
  };

  it('carries no schema library: the protocol is used by its types alone', async () => {
    const script = await read('.js');
    expect(script).not.toContain('ZodError');
    expect(script).not.toContain('strictObject');
  });

  it('names no other host in its page and styles, and no inline script', async () => {
    const page = await readFile(`${built}/index.html`, 'utf8');
    expect(page).not.toMatch(/https?:\/\//);
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(await read('.css')).not.toMatch(/url\(["']?(https?:|data:font)/);
  });

  it('stays small enough to open on a phone; what only some read comes when they open it', async () => {
    const page = await readFile(`${built}/index.html`, 'utf8');
    const first = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((found) => found[1] ?? '');
    const scripts = await Promise.all(first.map((name) => readFile(`${built}/${name}`, 'utf8')));
    expect(first.length).toBeGreaterThan(0);
    expect(gzipSync(scripts.join('\n')).length).toBeLessThan(260_000);
    expect(gzipSync(await read('.js')).length).toBeLessThan(300_000);
  });
});
