import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addInbox } from './static.ts';

const script = 'export const word = "belay";\n'.repeat(1_000);
const app = new Hono();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-inbox-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Belay</title>');
  writeFileSync(join(folder, 'assets', 'index.js'), script);
  writeFileSync(join(folder, 'assets', 'letters.woff2'), script);
  addInbox(app, folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const get = (path: string, encoding = 'gzip, br') => app.request(path, { headers: { 'accept-encoding': encoding } });

it('a script comes compressed, kept for good, and is what was built', async () => {
  const response = await get('/assets/index.js');
  expect(response.headers.get('content-encoding')).toBe('gzip');
  expect(response.headers.get('vary')).toBe('Accept-Encoding');
  expect(response.headers.get('cache-control')).toContain('immutable');
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(bytes.length).toBeLessThan(script.length / 10);
  expect(gunzipSync(bytes).toString()).toBe(script);
});

it('nothing is compressed for whoever cannot read it, nor what is compressed already', async () => {
  for (const response of [await get('/assets/index.js', 'identity'), await get('/assets/letters.woff2')]) {
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(await response.text()).toBe(script);
  }
});

it('an address of the web app is its page, a file that is not there is not found, and nothing outside is served', async () => {
  expect(await (await get('/cases/case_1', 'identity')).text()).toContain('<title>Belay</title>');
  expect((await get('/assets/other.js')).status).toBe(404);
  expect((await get('/../../etc/passwd', 'identity')).headers.get('content-type')).toContain('text/html');
});
