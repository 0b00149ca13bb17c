/** A Belay with one control, reachable over loopback, and its MCP proxies. One for a test file. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { AnswerOf, JsonObject } from '@belay/protocol';
import { pinFile } from '../../src/mcp/definitions.ts';
import { gatedSessions } from '../../src/mcp/session.ts';
import { runStdioProxy } from '../../src/mcp/stdio-proxy.ts';
import { stepsBy } from '../../src/mcp/steps.ts';
import { type Listening, listen } from '../agents/listen.ts';
import { createWorld, type World } from '../world.ts';
import { connect, type McpClient, speak } from './client.ts';
import { noteTools } from './definitions.ts';
import { peopleOf } from './people.ts';
import { type McpProcess, startBelay } from './process.ts';

export const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export const until = async <T>(what: string, look: () => Promise<T | null | undefined | false>): Promise<T> => {
  for (let looked = 0; looked < 600; looked++) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`It never happened: ${what}.`);
};

const linesOf = (file: string): JsonObject[] => {
  try {
    return readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  } catch {
    return [];
  }
};

/** The server of the notes, with its effects and its definitions in this folder. */
const notesIn = (folder: string) => {
  const effectsFile = join(folder, 'effects.jsonl');
  const definitions = join(folder, 'definitions.json');
  const define = (tools: JsonObject[]): void => writeFileSync(definitions, JSON.stringify(tools));
  define(noteTools());
  return {
    define,
    effects: (): JsonObject[] => linesOf(effectsFile),
    noteServer: [process.execPath, beside('note-server.mjs'), effectsFile, definitions],
  };
};

export type Stage = Awaited<ReturnType<typeof openStage>>;

export const openStage = async (control = beside('notes.control.yaml')) => {
  const world: World = await createWorld({ controls: [] });
  const name = await world.publish(readFileSync(control, 'utf8'));
  const listening: Listening = await listen(world);
  const { secret } = await world.agent('clerk', [name]);
  const people = await peopleOf(world);
  const folder = mkdtempSync(join(tmpdir(), 'belay-mcp-'));
  const { effects, define, noteServer } = notesIn(folder);
  let pins = 0;
  const pinsPath = (): string => join(folder, `pins-${pins}.json`);
  const environment = { BELAY_URL: listening.url, BELAY_KEY: secret };

  const gated = (run?: string) =>
    gatedSessions({
      url: listening.url,
      key: secret,
      control: name,
      subject: undefined,
      run,
      onBehalfOf: undefined,
      pins: pinFile(pinsPath()),
      stepOf: stepsBy({}),
      log: () => {},
    });

  /** The proxy in this process, in front of a server in its own. */
  const open: McpClient[] = [];
  const inProcess = (server: string[], run?: string): McpClient => {
    const [command = '', ...args] = server;
    const input = new PassThrough();
    const output = new PassThrough();
    let said = '';
    const log = (text: string): void => {
      said += text;
    };
    const ended = runStdioProxy({ command, args, env: process.env, input, output, log, sessionFor: gated(run) });
    const spoken = speak({ to: input, from: output, ended, trouble: () => said });
    // The same work is taken up by the same client.
    const client = run === undefined ? spoken : { ...spoken, name: `client-of-${run}` };
    open.push(client);
    return client;
  };

  return {
    ...people,
    world,
    listening,
    secret,
    folder,
    control: name,
    gated,
    noteServer,
    /** a client behind a fresh proxy of the notes */
    notes: (run?: string): Promise<McpClient> => connect(inProcess(noteServer, run)),
    proxied: (server: string[]): McpClient => inProcess(server),
    /** the same as a process of its own */
    started: (server: string[], options: string[] = []): McpProcess =>
      startBelay(['mcp', '--control', name, '--pins', pinsPath(), ...options, '--', ...server], environment),
    runOfClient: async (client: McpClient): Promise<AnswerOf<'getRun'>> => {
      const run = (await people.runs()).find(({ subject }) => subject.client === client.name);
      if (run === undefined) throw new Error(`${client.name} has no run.`);
      return run;
    },
    define,
    /** nothing is pinned any more, and the tools are as they were */
    forgetTools: () => {
      pins++;
      define(noteTools());
    },
    effects,
    close: async () => {
      await Promise.all(open.map((client) => client.close()));
      await listening.away().catch(() => {});
      await world.close();
      rmSync(folder, { recursive: true });
    },
  };
};
