/** The demo's own Belay: its data directory, the sample organisation and controls, and a key for each agent. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CliProblem } from '../cli/command.ts';
import { publishAll, readOrganisation, startHost } from '../cli/host.ts';
import { createLog } from '../cli/log.ts';
import type { Organisation } from '../domain/oncall/organisation.ts';
import { type RunningServer, usedBy } from '../server.ts';
import { channelsLine, type LocalVendors, withAccounts } from './channels.ts';
import { type Outside, startOutside } from './outside.ts';

const samples = fileURLToPath(new URL('../controls/', import.meta.url));
const controls = ['payment-approval', 'support-escalation'];
const controlFile = (name: string): string => join(samples, `${name}.control.yaml`);

const markIn = (dataDir: string): string => join(dataDir, 'demo.json');

const insideOf = (dataDir: string): string[] => (existsSync(dataDir) ? readdirSync(dataDir) : []);

/** Nothing but a demo's own data is ever deleted. */
const startAnew = async (dataDir: string): Promise<void> => {
  const pid = await usedBy(dataDir);
  if (pid !== null)
    throw new CliProblem(1, `A Belay (pid ${pid}) uses ${dataDir}.`, 'Stop it first, or name another --data.');
  rmSync(dataDir, { recursive: true, force: true });
};

/** Prepares the directory; true when there is earlier work to go on with. */
export const prepareDirectory = async (dataDir: string, fresh: boolean): Promise<boolean> => {
  const inside = insideOf(dataDir);
  if (inside.length > 0 && !inside.includes('demo.json'))
    throw new CliProblem(
      1,
      `${dataDir} holds something else than a demo.`,
      'Name a new or empty directory with --data; the demo never touches other data.',
    );
  if (fresh && inside.length > 0) await startAnew(dataDir);
  const goesOn = !fresh && inside.length > 0;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (!goesOn) writeFileSync(markIn(dataDir), '{"belay":"demo"}\n');
  return goesOn;
};

export type DemoHouse = {
  server: RunningServer;
  outside: Outside;
  keyOf: (agentId: string) => string;
  close: () => Promise<void>;
};

/** Agents get new keys at each start; those of the last time end. */
const newKeys = async ({ app }: RunningServer, agents: Record<string, string>): Promise<Map<string, string>> => {
  const { accounts, clock } = app.services;
  const by = { kind: 'system' as const, id: 'demo' };
  for (const key of await accounts.listKeys())
    if (key.revokedAt === null && key.agentId in agents) await accounts.revokeKey(key.keyId, clock.now(), by);
  const keys = new Map<string, string>();
  for (const [agentId, control] of Object.entries(agents))
    keys.set(agentId, (await accounts.createKey(agentId, [control], null, clock.now(), by)).secret);
  return keys;
};

export const sampleOrganisation = (): Organisation => readOrganisation(join(samples, 'organisation.yaml'));

/** The sample controls with the rooms of the local vendors as their last line. */
const withChannels = (dataDir: string, { vendors }: LocalVendors): string[] =>
  controls.map((name) => {
    const file = join(dataDir, `${name}.control.yaml`);
    writeFileSync(file, `${readFileSync(controlFile(name), 'utf8')}\n${channelsLine(vendors.notion.ids.dataSource)}\n`);
    return file;
  });

export const openDemoHouse = async (
  dataDir: string,
  port: number,
  agents: Record<string, string>,
  local: LocalVendors | null = null,
): Promise<DemoHouse> => {
  const log = createLog('warn', join(dataDir, 'server.log'));
  const outside = await startOutside(join(dataDir, 'carried-out.jsonl'));
  const options = { dataDir, host: '127.0.0.1', port, log, sources: outside.sources, channels: local?.channels ?? [] };
  const server = await startHost(options).catch(async (error: unknown) => {
    await outside.close();
    throw error;
  });
  const close = async (): Promise<void> => {
    await server.close();
    await outside.close();
  };
  try {
    const { services } = server.app;
    if ((await services.house.organisation(true)).people.length === 0)
      await services.applyOrganisation(local === null ? sampleOrganisation() : withAccounts(sampleOrganisation()), {
        kind: 'system',
        id: 'demo',
      });
    await publishAll(server, local === null ? controls.map(controlFile) : withChannels(dataDir, local), 'dana');
    local?.deliverTo(server.url);
    const keys = await newKeys(server, agents);
    outside.trust({ keys: server.app.services.signer.publicKeys });
    return { server, outside, close, keyOf: (agentId) => keys.get(agentId) ?? '' };
  } catch (error) {
    await close();
    throw error;
  }
};
