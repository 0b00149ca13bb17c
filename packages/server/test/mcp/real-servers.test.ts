/**
 * Servers and clients of others through the proxy, as they come from npm. They are installed apart (bench/mcp); without
 * them these tests are skipped and say so in one line, with BELAY_CI_NO_SKIP=1 they fail.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkControl, parseControl } from '@belay/control';
import type { JsonObject } from '@belay/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../world.ts';
import { connect, read, type ToolResult } from './client.ts';
import { installed, missing } from './installed.ts';
import { endAll, runBelay, startBelay } from './process.ts';
import { beside, openStage, type Stage, until } from './stage.ts';

type OfficialClient = {
  connect(transport: object): Promise<void>;
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(call: { name: string; arguments: JsonObject }): Promise<JsonObject>;
  getServerVersion(): { name: string };
  close(): Promise<void>;
};
const load = (path: string): Promise<Record<string, new (...args: unknown[]) => OfficialClient>> =>
  import(pathToFileURL(join(installed, path)).href);

const v1 = async () => ({
  Client: (await load('@modelcontextprotocol/sdk/dist/esm/client/index.js')).Client,
  Transport: (await load('@modelcontextprotocol/sdk/dist/esm/client/stdio.js')).StdioClientTransport,
});
const v2 = async () => ({
  Client: (await load('@modelcontextprotocol/client/dist/index.mjs')).Client,
  Transport: (await load('@modelcontextprotocol/client/dist/stdio.mjs')).StdioClientTransport,
});

const servers = {
  filesystem: (folder: string) => [join(installed, '@modelcontextprotocol/server-filesystem/dist/index.js'), folder],
  memory: (_folder: string) => [join(installed, '@modelcontextprotocol/server-memory/dist/index.js')],
  git: (_folder: string) => [join(installed, '@cyanheads/git-mcp-server/dist/index.js')],
};
type Server = keyof typeof servers;

let stage: Stage;
const clients: OfficialClient[] = [];

const environment = (): Record<string, string> => ({
  ...(process.env as Record<string, string>),
  BELAY_URL: stage.listening.url,
  BELAY_KEY: stage.secret,
  MEMORY_FILE_PATH: join(stage.folder, 'memory.json'),
  MCP_TRANSPORT_TYPE: 'stdio',
  MCP_LOG_LEVEL: 'error',
});

const open = async (library: typeof v1, server: Server, run: string): Promise<OfficialClient> => {
  const { Client, Transport } = await library();
  if (Client === undefined || Transport === undefined) throw new Error('The client is not where it was.');
  const own = ['--control', stage.control, '--run', run, '--pins', join(stage.folder, `pins-${server}.json`)];
  const command = [root('packages/server/dist/cli/main.js'), 'mcp', ...own, '--', process.execPath];
  const args = [...command, ...servers[server](stage.folder)];
  const transport = new Transport({ command: process.execPath, args, env: environment(), stderr: 'ignore' });
  const client = new Client({ name: `official-${server}`, version: '1' });
  await client.connect(transport);
  clients.push(client);
  return client;
};

const call = async (client: OfficialClient, name: string, args: JsonObject): Promise<ToolResult> =>
  read(await client.callTool({ name, arguments: args }));

const skipped = missing('real MCP servers');
beforeAll(async () => {
  if (!skipped) stage = await openStage(beside('real-servers.control.yaml'));
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close().catch(() => {});
  endAll();
});
afterAll(() => stage?.close());

describe.skipIf(skipped)('real servers', () => {
  it.each([
    ['v1', v1],
    ['v2', v2],
  ] as const)(
    'filesystem, with the official client %s: read at once, written once after a sign-off',
    async (name, library) => {
      writeFileSync(join(stage.folder, 'in.txt'), 'invoice 5000');
      const path = join(stage.folder, `out-${name}.txt`);
      const first = await open(library, 'filesystem', `files-${name}`);
      expect(first.getServerVersion().name).toBe('secure-filesystem-server');
      const { tools } = await first.listTools();
      expect(tools.length).toBeGreaterThan(10);
      expect(tools.at(-1)?.name).toBe('belay_wait');
      expect((await call(first, 'read_text_file', { path: join(stage.folder, 'in.txt') })).text).toBe('invoice 5000');
      const waiting = await call(first, 'write_file', { path, content: 'Pay ACME 4200' });
      expect(waiting).toMatchObject({ isError: true, text: expect.stringContaining('a person decides first') });
      expect(existsSync(path)).toBe(false);
      await first.close();
      await stage.approve(waiting.ticket);
      const second = await open(library, 'filesystem', `files-${name}`);
      expect((await call(second, 'belay_wait', { ticket: waiting.ticket })).text).toContain('Successfully wrote');
      expect(readFileSync(path, 'utf8')).toBe('Pay ACME 4200');
      writeFileSync(path, 'changed since');
      expect((await call(second, 'belay_wait', { ticket: waiting.ticket })).text).toContain('carried out already');
      expect(readFileSync(path, 'utf8')).toBe('changed since');
      expect((await call(second, 'move_file', { source: path, destination: `${path}.x` })).text).toContain(
        'Files stay',
      );
    },
  );

  it('memory: a takeover stops it, a return lets it go on', async () => {
    const client = await open(v1, 'memory', 'memory');
    const entities = [{ name: 'Ada', entityType: 'person', observations: ['likes cats'] }];
    expect((await call(client, 'create_entities', { entities })).text).toContain('Ada');
    const run = (await stage.runs()).find(({ subject }) => subject.client === 'official-memory');
    const kase = await stage.takeOver(run?.runId ?? '');
    const refused = await call(client, 'read_graph', {});
    expect(refused).toMatchObject({ isError: true, text: expect.stringContaining('Dana Whitfield has taken over') });
    await stage.giveBack(kase, { instructions: 'Go on.' });
    expect((await call(client, 'read_graph', {})).text).toContain('likes cats');
  });

  it('git: reads and commits under the control', async () => {
    const repository = join(stage.folder, 'repository');
    mkdirSync(repository);
    const client = await open(v1, 'git', 'git');
    const made = await call(client, 'git_init', { path: repository });
    expect(made.isError).toBe(false);
    await until('the repository is there', async () => existsSync(join(repository, '.git')));
    expect((await call(client, 'git_status', { path: repository })).isError).toBe(false);
    expect((await call(client, 'git_reset', { path: repository })).text).toContain('History stays');
  });
});

/** A client of others, in a process of its own, on a Node that it runs on. */
const inspector = (config: string, ...args: string[]): Promise<{ code: number | null; said: string }> => {
  const program = join(installed, '@modelcontextprotocol/inspector/clients/launcher/build/index.js');
  const child = spawn(
    join(installed, 'node/bin/node'),
    [program, '--cli', '--config', config, '--server', 'files', ...args],
    {
      env: { ...process.env, MCP_INSPECTOR_SECRET_STORE: 'memory' },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 50_000,
    },
  );
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, said })));
};

describe.skipIf(skipped)('the Inspector’s command line', () => {
  it('lists the tools, reads at once, and is told that a person decides about what it writes', async () => {
    const config = join(stage.folder, 'inspector.json');
    const options = ['mcp', '--control', stage.control, '--pins', join(stage.folder, 'pins-inspector.json')];
    const args = [root('packages/server/dist/cli/main.js'), ...options, '--', process.execPath];
    const { BELAY_URL = '', BELAY_KEY = '' } = environment();
    const files = {
      command: process.execPath,
      args: [...args, ...servers.filesystem(stage.folder)],
      env: { BELAY_URL, BELAY_KEY },
    };
    writeFileSync(config, JSON.stringify({ mcpServers: { files } }));
    writeFileSync(join(stage.folder, 'seen.txt'), 'invoice 7000');

    const listed = await inspector(config, '--method', 'tools/list');
    expect(JSON.parse(listed.said).tools.at(-1).name).toBe('belay_wait');
    const call = (tool: string, ...given: string[]) =>
      inspector(config, '--method', 'tools/call', '--tool-name', tool, ...given.flatMap((arg) => ['--tool-arg', arg]));
    const read = await call('read_text_file', `path=${join(stage.folder, 'seen.txt')}`);
    expect(read).toMatchObject({ code: 0, said: expect.stringContaining('invoice 7000') });
    const path = join(stage.folder, 'unseen.txt');
    const written = await call('write_file', `path=${path}`, 'content=free');
    expect(written.said).toContain('a person decides first');
    expect(written.code).not.toBe(0);
    expect(existsSync(path)).toBe(false);
  });
});

describe.skipIf(skipped)('the commands beside it', () => {
  it('the configuration in the guide starts the proxy, but for names and places', async () => {
    const { mcpServers } = JSON.parse(readFileSync(root('examples/mcp-client-configuration.json'), 'utf8'));
    const { command, args, env } = mcpServers.files;
    expect([command, Object.keys(env)]).toEqual(['belay', ['BELAY_URL', 'BELAY_KEY']]);
    const ours = args
      .slice(0, args.indexOf('--'))
      .map((word: string) => (word === 'team-files' ? stage.control : word));
    const options = [...ours, '--pins', join(stage.folder, 'guide.json'), '--', process.execPath];
    const { client } = startBelay([...options, ...servers.filesystem(stage.folder)], environment());
    await connect(client);
    expect((await client.call('read_text_file', { path: join(stage.folder, 'in.txt') })).text).toBe('invoice 5000');
  });

  it.each(Object.keys(servers) as Server[])(
    '%s: `belay mcp init` writes a control that parses and checks',
    async (server) => {
      const file = join(stage.folder, `${server}.control.yaml`);
      const command = [process.execPath, ...servers[server](stage.folder)];
      const { code, trouble } = await runBelay(
        ['mcp', 'init', '--control', server, '--out', file, '--', ...command],
        environment(),
      );
      expect(code, trouble).toBe(0);
      const parsed = parseControl(readFileSync(file, 'utf8'), file);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
      expect(checkControl(parsed.control).filter(({ severity }) => severity === 'error')).toEqual([]);
      const high = parsed.control.steps.filter(({ risk }) => risk === 'high').map(({ name }) => name);
      const expected = { filesystem: ['write-file'], memory: ['delete-entities'], git: ['git-push', 'git-reset'] }[
        server
      ];
      expect(high).toEqual(expect.arrayContaining(expected));
    },
  );

  it('shadow mode lets a real server work, and leaves a log that `belay replay` reads', async () => {
    const control = join(stage.folder, 'filesystem.control.yaml');
    const log = join(stage.folder, 'shadow.jsonl');
    const options = ['mcp', '--shadow', log, '--control', control, '--', process.execPath];
    const { client, trouble } = startBelay([...options, ...servers.filesystem(stage.folder)], environment());
    await connect(client);
    const path = join(stage.folder, 'shadow.txt');
    expect((await client.call('write_file', { path, content: 'free' })).text).toContain('Successfully wrote');
    expect(await client.close()).toBe(0);
    expect(trouble()).toContain('0 steps of 1 in 1 run would have continued');
    const { output } = await runBelay(['replay', '--control', control, '--log', log, '--json']);
    expect(JSON.parse(output)).toMatchObject({ steps: 1 });
  });
});
