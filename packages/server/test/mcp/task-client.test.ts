/**
 * The protocol's own library for tasks, as a client of the gate server: it asks once, and gets the answer when a person has
 * decided. It is installed apart (bench/mcp); without it these tests are skipped and say so, with BELAY_CI_NO_SKIP=1 they fail.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { JsonObject } from '@belay/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gateClients } from './gate-client.ts';
import { installed, missing } from './installed.ts';
import { openStage, type Stage, until } from './stage.ts';

type Outcome = { status: string; result: { content: { text: string }[] } };
type Execution = { kind: string; settle(): Promise<{ outcome: Outcome }> };
type Session = { callTool(name: string, args: JsonObject, more?: object): Promise<Execution>; close(): Promise<void> };
type Client = {
  connect(transport: object): Promise<void>;
  listTools(): Promise<{ tools: JsonObject[] }>;
  close(): Promise<void>;
};

const load = (path: string) => import(pathToFileURL(join(installed, '@modelcontextprotocol', path)).href);

const skipped = missing('the protocol’s own client of tasks');
let stage: Stage;
const closing: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  if (!skipped) stage = await openStage();
});
afterAll(async () => {
  for (const one of closing) await one.close().catch(() => {});
  await stage?.close();
});

const connected = async (mode: string): Promise<Client> => {
  const { Client, StreamableHTTPClientTransport } = await load('client/dist/index.mjs');
  const client = new Client({ name: 'tasks', version: '1' }, { versionNegotiation: { mode } });
  const headers = { authorization: `Bearer ${stage.secret}` };
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${stage.listening.url}/mcp`), { requestInit: { headers } }),
  );
  closing.push(client);
  return client;
};

/** Since 2026-07-28 the library leaves sending to its host. */
const rawDispatch = async ({ method, params }: { method: string; params: JsonObject }) => {
  const { postStateless } = gateClients(() => ({ ...stage.listening, secret: stage.secret }));
  const { result, error } = await postStateless(method, params);
  return error === undefined ? { kind: 'result', result } : { kind: 'error', error };
};

const framing = { protocolVersion: '2026-07-28', clientInfo: { name: 'tasks', version: '1' }, clientCapabilities: {} };
const eras = [
  { era: '2025-11-25', mode: 'legacy', more: {} },
  { era: '2026-07-28', mode: 'auto', more: { rawDispatch, v2RequestFraming: framing } },
];

describe.skipIf(skipped).each(eras)('in $era', ({ era, mode, more }) => {
  it('asks the gate once, and is answered when a person has signed', async () => {
    const { createTaskSessionFromClient, toolDeclarationFromMcpTool } = await load('ext-tasks/dist/client/index.js');
    const client = await connected(mode);
    const { tools } = await client.listTools();
    const declared = tools.find(({ name }) => name === 'belay_gate');
    const session: Session = createTaskSessionFromClient(client, { endpointId: `gate-${era}`, ...more });
    closing.unshift(session);
    const begun = await session.callTool('belay_start', {
      control: stage.control,
      subject: { client: `tasks-${era}` },
      key: `tasks-${era}`,
    });
    const { outcome: started } = await begun.settle();
    const run = /(run_\S+\.\d+)\./.exec(started.result.content[0]?.text ?? '')?.[1] ?? '';
    const step = { run, step: 'write-note', key: 'k1', arguments: { title: 'pay' } };
    const execution = await session.callTool('belay_gate', step, {
      task: { preference: 'prefer' },
      declaration: toolDeclarationFromMcpTool(declared),
    });
    expect(execution.kind).toBe('task');
    const settled = execution.settle();
    const ticket = `${run.replace(/\.\d+$/, '')}/k1`;
    await until('the sign-off is asked for', async () => (await stage.runOf(ticket)).approvals.length > 0);
    await stage.approve(ticket);
    const { outcome } = await settled;
    expect(outcome.status, JSON.stringify(outcome)).toBe('completed');
    expect(outcome.result.content[0]?.text).toContain('Call belay_gate again with the same key');
  });
});
