/** What both benchmarks of the gate measure on: a server and a bare loop as processes, on one database server. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseOrganisation } from '../../packages/server/src/domain/oncall/parse.ts';
import { type Connection, open } from './connection.ts';
import { type Program, start } from './process.ts';
import type { Ready, Sample } from './server.ts';

const inProject = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const serverProgram = new URL('server.ts', import.meta.url);
const bareProgram = new URL('bare.ts', import.meta.url);
export const builtServer = inProject('packages/server/dist');
export const callersMax = 32;

/** As the agent, unless told otherwise. */
type Connect = (headers?: Record<string, string>) => Promise<Connection>;
export type Bench = { server: Program; bare: Program; ready: Ready; connect: Connect };

/** Let through by the first of twenty rules, with a signed permit. */
export const gateBody = (runId: string, redeem = true): string =>
  JSON.stringify({
    epoch: 1,
    step: 'release',
    arguments: { invoiceId: runId, beneficiaryId: 'ben-1', amount: 'EUR 120.00' },
    key: 'release-1',
    attempt: 'a',
    facts: { matched: true, country: 'fr', ageDays: 400 },
    redeem,
  });

export const started = async (connection: Connection, invoiceId: string): Promise<string> => {
  const body = JSON.stringify({ control: 'bench-payments', subject: { invoiceId } });
  const { status, text } = await connection.post('/v1/runs', body);
  if (status !== 200) throw new Error(text);
  return (JSON.parse(text) as { run: { runId: string } }).run.runId;
};

const openBench = async (build: string, dataDir: string): Promise<Bench> => {
  const organisation = parseOrganisation(readFileSync(inProject('controls/organisation.yaml'), 'utf8'), 'it');
  if (!organisation.ok) throw new Error(JSON.stringify(organisation.problems));
  const control = inProject('bench/gate/gate.control.yaml');
  const server = start(serverProgram, { build, dataDir, control, organisation: organisation.organisation });
  const ready = await server.said<Ready>();
  const connect: Bench['connect'] = (headers) => open(ready.url, headers ?? { authorization: `Bearer ${ready.key}` });
  const connection = await connect();
  const runId = await started(connection, 'sample');
  connection.close();
  const call = { path: `/v1/runs/${runId}/gate`, body: JSON.parse(gateBody(runId)) as object };
  const { sample } = await server.ask<{ sample: Sample }>({ ask: 'sample', call });
  const bare = start(bareProgram, { databaseUrl: ready.bareUrl, postmaster: ready.postmaster, sample, callersMax });
  await bare.said();
  return { server, bare, ready, connect };
};

export const withBench = async (build: string, work: (bench: Bench) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'belay-bench-'));
  try {
    const bench = await openBench(build, join(folder, 'data'));
    try {
      await work(bench);
    } finally {
      await bench.bare.end();
      await bench.server.end();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
