/** `belay mcp init` with what people type wrong: a sentence that names it and the remedy, and no file left behind. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteTools } from './definitions.ts';
import { endAll, runBelay } from './process.ts';

let folder: string;
let web: Server;
let url: string;

/** A web page, and behind a key an MCP server. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'belay-init-'));
  web = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    if (request.headers.authorization !== 'Bearer s3cret') return void response.writeHead(401).end('<h1>Sign in</h1>');
    const { id, method } = JSON.parse(text);
    const result = method === 'tools/list' ? { tools: noteTools() } : { serverInfo: { name: 'notes' } };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/mcp`;
});
afterAll(() => {
  web.close();
  web.closeAllConnections();
  endAll();
  rmSync(folder, { recursive: true });
});

const out = (): string => join(folder, 'written.control.yaml');
const init = (...args: string[]) => runBelay(['mcp', 'init', '--out', out(), ...args]);

describe('nothing is written and the way on is said when', () => {
  it.each([
    [
      'the command is not there',
      () => ['--', 'no-such-server'],
      /no-such-server cannot be started: .*ENOENT/,
      /after --/,
    ],
    [
      'the command ends',
      () => ['--', process.execPath, '-e', 'process.exit(3)'],
      /ended with 3 before/,
      /Start it alone/,
    ],
    ['nothing listens', () => ['--http', 'http://127.0.0.1:9/mcp'], /127\.0\.0\.1:9.* does not answer/, /the address/],
    ['it is a web page', () => ['--http', url], /does not list its tools: status 401/, /--header NAME=VALUE/],
    ['there is no server', () => [], /A server is needed/, /--http URL/],
    [
      'the owner is nobody',
      () => ['--http', url, '--header', 'authorization=Bearer s3cret', '--owner', 'nobody'],
      /owner must be person/,
      /Mend/,
    ],
  ])('%s', async (_what, args, problem, remedy) => {
    const { code, trouble } = await init(...args());
    expect(trouble).toMatch(problem);
    expect(trouble).toMatch(remedy);
    expect(trouble).not.toContain('    at ');
    expect(code).toBeGreaterThan(0);
    expect(existsSync(out())).toBe(false);
  });
});

it('a server that asks who calls is read with a header', async () => {
  const { code, output } = await init('--http', url, '--header', 'authorization=Bearer s3cret');
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('Read it before you publish it') });
  expect(existsSync(out())).toBe(true);
});
