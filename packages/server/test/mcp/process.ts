/** `belay mcp` as a process of its own, as an MCP client starts it. Every one started here is ended by `endAll`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from '../world.ts';
import { type McpClient, speak } from './client.ts';

const main = root('packages/server/dist/cli/main.js');
const started: ChildProcess[] = [];

export type McpProcess = {
  client: McpClient;
  trouble(): string;
  kill(): Promise<void>;
  /** ends as a client that is gone: nobody reads or writes any more; resolves when the process has ended */
  leave(): Promise<void>;
};

export const startProcess = (command: string, args: string[], env: Record<string, string> = {}): McpProcess => {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  started.push(child);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  const trouble = (): string => said;
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return {
    client: speak({ to: child.stdin, from: child.stdout, ended, trouble }),
    trouble,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async leave() {
      for (const stream of child.stdio) stream?.destroy();
      await ended;
    },
  };
};

export const startBelay = (args: string[], env: Record<string, string> = {}): McpProcess =>
  startProcess(process.execPath, [main, ...args], env);

/** A command that ends by itself. */
export const runBelay = async (args: string[], env: Record<string, string> = {}) => {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  started.push(child);
  let output = '';
  let trouble = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    trouble += chunk.toString('utf8');
  });
  const [code] = await once(child, 'close');
  return { code: code as number | null, output, trouble };
};

export const endAll = (): void => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
};
