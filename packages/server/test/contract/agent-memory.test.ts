/**
 * The Belay in memory, with which users test, keeps the same, as it is written and as it is built into the SDK; and it has
 * the shape that the SDK declares for it.
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { createMemoryBelay as declared } from '../../../sdk/src/memory-belay.js';
import { createMemoryBelay } from '../../src/testing/memory-belay.ts';
import { clientOf, duration, monday, type Records, root } from '../world.ts';
import { agentContract, type ContractWorld } from './agent-contract.ts';

const written: typeof declared = createMemoryBelay;

const open = async (create: typeof declared): Promise<ContractWorld> => {
  const records: Records = {};
  const down = new Set<string>();
  const source = (name: string, id: (given: { args: Record<string, unknown> }) => unknown) =>
    [
      name,
      (given: { args: Record<string, unknown> }) => {
        if (down.has(name)) throw new Error('down');
        return records[name]?.[String(id(given))];
      },
    ] as const;
  const memory = create({
    controls: [readFileSync(root('controls/payment-approval.control.yaml'), 'utf8')],
    organisation: readFileSync(root('controls/organisation.yaml'), 'utf8'),
    sources: Object.fromEntries([
      source('vendor-master', ({ args }) => args.beneficiaryId),
      source('erp', ({ args }) => args.invoiceId),
    ]),
    now: monday,
    url: 'http://belay.test',
  });
  const as = (secret: string) => clientOf(memory, { authorization: `Bearer ${secret}` });
  return {
    records,
    down,
    agent: async (agentId) => as(memory.agentKey(agentId)),
    person: async (personId) => as(memory.session(personId)),
    fastForward: (text) => memory.advance(duration(text)),
    close: async () => {},
  };
};

agentContract('the Belay in memory', () => open(written));
agentContract('the Belay in memory as it is built', async () => {
  const built: { createMemoryBelay: typeof declared } = await import(
    pathToFileURL(root('packages/sdk/dist/memory-belay.js')).href
  );
  return open(built.createMemoryBelay);
});
