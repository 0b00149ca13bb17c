/** `belay mcp` and `belay mcp init` with what people get wrong: a sentence that names it and the remedy, no trace, nothing lost. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../world.ts';
import { connect } from './client.ts';
import { noteTools } from './definitions.ts';
import { endAll, runBelay, startBelay } from './process.ts';
import { beside } from './stage.ts';

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

it('what it writes passes the check with the two people of the guide, and not with one', async () => {
  await init('--http', url, '--header', 'authorization=Bearer s3cret');
  const people = root('examples/mcp-organisation.yaml');
  const withTwo = await runBelay(['check', out(), '--org', people]);
  expect(withTwo).toMatchObject({ code: 0, output: expect.stringContaining('0 errors, 0 warnings') });
  const alone = join(folder, 'alone.yaml');
  writeFileSync(alone, readFileSync(people, 'utf8').replace(/^ {2}ben:.*\n/m, ''));
  expect((await runBelay(['check', out(), '--org', alone])).output).toContain('when ann is the requester');
});

describe('whoever starts the proxy reads', () => {
  const nowhere = { BELAY_URL: 'http://127.0.0.1:9', BELAY_KEY: 'a-key' };
  const notes = ['--', process.execPath, beside('note-server.mjs'), '/dev/null', '/dev/null'];

  it('that its pins are none, before anything is called', async () => {
    const pins = join(folder, 'pins.json');
    writeFileSync(pins, 'no pins');
    const { code, trouble } = await runBelay(['mcp', '--control', 'notes', '--pins', pins, ...notes], nowhere);
    expect({ code, trouble }).toEqual({ code: 1, trouble: expect.stringContaining('remove it to pin them afresh') });
    expect(trouble).not.toContain('    at ');
    expect(readFileSync(pins, 'utf8')).toBe('no pins');
  });

  it('that the key is more than a key, before anything is called', async () => {
    const whole = { ...nowhere, BELAY_KEY: 'Key key_1 of clerk. It is shown once:\nbk_1' };
    const { code, trouble } = await runBelay(['mcp', '--control', 'notes', ...notes], whole);
    expect({ code, trouble }).toEqual({ code: 2, trouble: expect.stringContaining('The key holds more than a key.') });
    expect(trouble).toContain('BELAY_KEY');
    expect(trouble).not.toContain('    at ');
  });

  it('why calls are refused that no model can mend', async () => {
    const definitions = join(folder, 'definitions.json');
    writeFileSync(definitions, JSON.stringify(noteTools()));
    const server = ['--', process.execPath, beside('note-server.mjs'), join(folder, 'effects.jsonl'), definitions];
    const options = ['mcp', '--control', 'notes', '--pins', join(folder, 'fresh.json'), ...server];
    const { client, trouble } = startBelay(options, nowhere);
    await connect(client);
    expect((await client.call('read_note', { title: 'a' })).text).toContain('Nothing was carried out.');
    await client.close();
    expect(trouble()).toMatch(/belay: read_note was refused: .*127\.0\.0\.1:9/);
  });
});
