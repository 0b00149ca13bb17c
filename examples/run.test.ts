/** The two examples as somebody runs them: programs of their own, with a Belay and a database of their own. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const { DATABASE_URL: _, ...env } = process.env;

beforeAll(async () => {
  await run(process.execPath, [at('../node_modules/typescript/bin/tsc'), '-b', at('.')]);
}, 120_000);

const outputOf = async (name: string): Promise<string> =>
  (await run(process.execPath, [at(`dist/${name}/main.js`)], { env, timeout: 100_000 })).stdout;

describe('examples that run by themselves', () => {
  it('payment-approval: eight wrong invoices with people, the rest signed as one and paid exactly', async () => {
    const said = await outputOf('payment-approval');
    expect(said).toContain('2. 8 need judgement');
    expect(said).toMatch(/signs the other 31 in one decision: sha256:/);
    expect(said).toContain('The bank has paid 31 invoices');
    expect(said).toContain('The ledger is exactly what was signed.');
  }, 110_000);

  it('support-escalation: the packet on one page, taken over, edited, and sent exactly so', async () => {
    const said = await outputOf('support-escalation');
    expect(said).toContain('T-1 is simple: sent, and nobody was asked.');
    expect(said).toContain('“About 40 orders an hour are lost.” (customer)');
    expect(said).toContain('“We will credit you the fees of today.” (support)');
    expect(said).toContain('The agent tries once more: FENCED');
    expect(said).toContain('"A fix is being rolled out now;');
  }, 110_000);
});
