/**
 * CPU time, read from /proc: what an operation costs does not depend on who else uses the machine, as its latency does.
 * Elsewhere than on Linux it is not known, and shown as NaN.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts it in hundredths of a second. */
const tickMs = 10;

type Stat = { parent: number; cpuMs: number };

const statOf = (pid: string): Stat | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [, parent = 0] = fields;
    return { parent, cpuMs: ((fields[11] ?? 0) + (fields[12] ?? 0)) * tickMs };
  } catch {
    return null;
  }
};

const processes = (): string[] => {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
};

/** Of a server process of PostgreSQL and all its backends that are still there. */
export const databaseCpuMs = (postmaster: number): number => {
  const all = processes()
    .filter((pid) => pid !== String(postmaster))
    .map(statOf);
  const backends = all.filter((stat) => stat?.parent === postmaster);
  return backends.length === 0 ? Number.NaN : backends.reduce((sum, stat) => sum + (stat?.cpuMs ?? 0), 0);
};

export const ownCpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
