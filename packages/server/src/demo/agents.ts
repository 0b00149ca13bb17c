/** Starts the two agents as processes of their own, hears what they say, and ends them by their process ids. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Mission, Told } from './told.ts';

const program = fileURLToPath(new URL('./agent.js', import.meta.url));

export type AgentProcess = { agentId: string; ended: Promise<number>; stop: () => Promise<void> };

const graceMs = 3_000;

const stopChild = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  child.stdin?.end();
  child.kill('SIGTERM');
  await exited;
  clearTimeout(timer);
};

/** `onTrouble` gets what the process writes when it breaks. */
export const startAgent = (
  mission: Mission,
  onTold: (told: Told) => void,
  onTrouble: (text: string) => void,
): AgentProcess => {
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'pipe'] });
  createInterface({ input: child.stdout }).on('line', (line) => onTold(JSON.parse(line) as Told));
  createInterface({ input: child.stderr }).on('line', onTrouble);
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify(mission)}\n`);
  const ended = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : 1));
  return { agentId: mission.agentId, ended, stop: () => stopChild(child) };
};
