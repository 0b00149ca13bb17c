// Starts an agent as a process of its own and reads what it says: one JSON line per thing that happened.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('agent.mjs', import.meta.url));
const longestMs = 60_000;
/** After one of these it says nothing more. */
const ends = new Set(['paused', 'ended', 'failed']);

export const startAgent = (config) => {
  const child = spawn(process.execPath, [program, JSON.stringify(config)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true, // leads a group: what it started itself outlives its kill -9, and is ended with the group
    env: { ...process.env, AI_SDK_LOG_WARNINGS: 'false', NODE_NO_WARNINGS: '1' },
  });
  const bound = setTimeout(() => child.kill('SIGKILL'), longestMs);
  child.once('exit', () => clearTimeout(bound));
  let trouble = '';
  child.stderr.on('data', (chunk) => {
    trouble += chunk;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    /** the next of these events; an end that was not expected fails */
    async says(...events) {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`The agent ended before it said "${events.join(' or ')}". ${trouble.slice(-1_500)}`);
        const said = JSON.parse(value);
        if (events.includes(said.event)) return said;
        if (ends.has(said.event)) throw new Error(`Instead of "${events.join(' or ')}" the agent said: ${value}`);
      }
    },
    tell: () => child.stdin.write('go\n'),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    /** itself and whatever it started */
    end() {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Nobody of the group is left.
      }
    },
  };
};
