/** Servers and clients of others come from bench/mcp, a package of its own: most who work here need not install them. */
import { existsSync } from 'node:fs';
import { root } from '../world.ts';

export const installed = root('bench/mcp/node_modules');

/** Says once what is skipped for want of them; in CI that is a failure. */
export const missing = (what: string): boolean => {
  if (existsSync(installed)) return false;
  const sentence = `Skipped: ${what}, because bench/mcp is not installed (npm --prefix bench/mcp ci).`;
  if (process.env.BELAY_CI_NO_SKIP === '1') throw new Error(sentence);
  console.warn(sentence);
  return true;
};
