/** Starts agent.mjs as a process and reads what it says. Every process started here is ended by `endAll`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('agent.mjs', import.meta.url));
const started: ChildProcess[] = [];

export type Said = { event: string; at: number; [more: string]: unknown };
export type AgentProcess = {
  /** the next thing of this kind that it says; an error that was not expected fails the test */
  says: (event: string) => Promise<Said>;
  tell: () => void;
  kill: () => Promise<void>;
};

export const startAgent = (config: object): AgentProcess => {
  const child = spawn(process.execPath, [program, JSON.stringify(config)], { stdio: ['pipe', 'pipe', 'pipe'] });
  started.push(child);
  let trouble = '';
  child.stderr.on('data', (chunk: Buffer) => {
    trouble += chunk.toString('utf8');
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async says(event) {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`The agent ended before it said "${event}". ${trouble}`);
        const said = JSON.parse(value as string) as Said;
        if (said.event === event) return said;
        if (said.event === 'error') throw new Error(`The agent failed: ${value}`);
      }
    },
    tell: () => child.stdin.write('go\n'),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
};

export const endAll = (): void => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
};
