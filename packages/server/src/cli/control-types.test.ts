import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Control, parseControl } from '@belay/control';
import { describe, expect, it } from 'vitest';
import { controlTypes } from './control-types.ts';

const root = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

const control = (name: string): Control => {
  const parsed = parseControl(readFileSync(root(`controls/${name}.control.yaml`), 'utf8'));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.control;
};

const typescript = controlTypes([control('payment-approval'), control('support-escalation')]);

const program = (steps: string): string => `
import { createBelay } from '@belay/sdk';
import './belay.d.ts';
const belay = createBelay({ url: 'http://127.0.0.1', key: 'k' });
const run = await belay.start({ control: 'payment-approval', subject: { invoiceId: 'i' } });
const ticket = await belay.start({ control: 'support-escalation', subject: { ticketId: 't' } });
${steps}
`;

/** What the compiler says about an agent that uses the types. */
const compile = (steps: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'belay-types-'));
  try {
    writeFileSync(join(folder, 'belay.d.ts'), typescript);
    writeFileSync(join(folder, 'agent.ts'), program(steps));
    const paths = {
      '@belay/sdk': [root('packages/sdk/dist/index.d.ts')],
      '@belay/protocol': [root('packages/protocol/dist/index.d.ts')],
      zod: [root('node_modules/zod/index.d.ts')],
    };
    const options = {
      module: 'nodenext',
      target: 'es2023',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      allowImportingTsExtensions: true,
      types: [],
      lib: ['es2023', 'dom', 'esnext.disposable'],
      paths,
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['agent.ts'] }));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const tsc = root('node_modules/typescript/bin/tsc');
    return spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], { encoding: 'utf8' }).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

describe('types of controls', () => {
  it('declare all controls once, with what each step takes', () => {
    expect(typescript.match(/controls: \{/g)).toHaveLength(1);
    expect(typescript).toContain(
      "'release-payment': { arguments: { invoiceId: string; beneficiaryId: string; amount: string }; facts: { confidence?: string } };",
    );
    expect(typescript).toContain("role: 'viewer' | 'editor' | 'admin'");
    expect(typescript).toContain("'hold-invoice': { arguments: { invoiceId: string; note?: string }");
    expect(typescript).toContain("sentiment?: 'calm' | 'annoyed' | 'angry'; topics?: string[]");
  });

  it('nest the facts that an agent sends nested', () => {
    const parsed = control('payment-approval');
    const confidence = parsed.facts.find(({ name }) => name === 'confidence');
    if (confidence === undefined) throw new Error('the sample control has lost its agent fact');
    const facts = [{ ...confidence, at: '/reading/page/confidence' }];
    expect(controlTypes([{ ...parsed, facts }])).toContain('facts: { reading?: { page?: { confidence?: string } } }');
  });

  it('let an agent that keeps to them compile, and no other', () => {
    const payment = "{ invoiceId: 'i', beneficiaryId: 'b', amount: 'EUR 1.00' }";
    expect(compile(`await run.step('release-payment', ${payment}, ({ arguments: a }) => a.amount);`)).toBe('');
    expect(compile(`await run.step('release-paiment', ${payment}, () => 1);`)).toContain('release-paiment');
    expect(compile("await run.step('release-payment', { invoiceId: 'i' }, () => 1);")).toContain('beneficiaryId');
    expect(compile("await ticket.step('close-ticket', { ticketId: 5 }, () => 1);")).toContain('number');
  });
});
