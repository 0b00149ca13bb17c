/** Agents without the SDK: the recipes of docs/how-to/plain-http.md, run as they stand against a real Belay. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { routes } from '@belay/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Listening, listen } from '../packages/server/test/agents/listen.ts';
import { needs } from '../packages/server/test/needs.ts';
import { type Client, createWorld, invoice, type World } from '../packages/server/test/world.ts';
import { runWorkflow, type Workflow } from './plain-http/n8n.testing.ts';

const beside = (path: string): string => fileURLToPath(new URL(`plain-http/${path}`, import.meta.url));

let world: World;
let listening: Listening;
let key: string;
let people: Client[];
let folder: string;

beforeAll(async () => {
  world = await createWorld();
  listening = await listen(world);
  key = (await world.agent('payables')).secret;
  people = await Promise.all(['bruno', 'chidi', 'dana'].map((id) => world.person(id)));
  folder = mkdtempSync(join(tmpdir(), 'belay-plain-http-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await listening.away().catch(() => {});
  await world.close();
});

type Payment = ReturnType<typeof invoice>;
const effectsOf = (id: string): string => join(folder, `${id}.jsonl`);
const paid = (id: string): unknown[] => {
  try {
    return readFileSync(effectsOf(id), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  } catch {
    return [];
  }
};

const run = async (
  command: string[],
  { invoiceId, beneficiaryId, amount }: Payment,
  url = listening.url,
  agentKey = key,
) => {
  const [program = '', ...args] = command;
  const child = spawn(program, [...args, invoiceId, beneficiaryId, amount], {
    env: { ...process.env, BELAY_URL: url, BELAY_KEY: agentKey, EFFECTS: effectsOf(invoiceId) },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 50_000,
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  let trouble = '';
  child.stderr.on('data', (chunk) => {
    trouble += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, said, trouble };
};

/** A Belay that lets the step through, and is down when it is told what became of it. */
const openDying = async () => {
  const server = createServer(async (request, response) => {
    if (/\/(report|finish)$/.test(request.url ?? '')) return void response.writeHead(503).end();
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method = 'GET', url = '', headers } = request;
    const answer = await fetch(`${listening.url}${url}`, {
      method,
      headers: { authorization: headers.authorization ?? '', 'content-type': 'application/json' },
      ...(method === 'GET' ? {} : { body }),
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
};

const until = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
  for (let looked = 0; looked < 600; looked++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('It never happened.');
};

/** Two people sign as soon as they are asked. */
const signOff = async (id: string): Promise<void> => {
  for (const person of people.slice(0, 2)) {
    const approval = await until(async () =>
      (await person.call('listApprovals', { query: {} })).body.items.find((one) => one.arguments.invoiceId === id),
    );
    const { approvalId, revision, digest } = approval;
    expect((await person.call('approve', { params: { approvalId }, body: { revision, digest } })).ok).toBe(true);
  }
};

describe.each([
  ['Python', 'python3', ['python3', beside('pay_invoice.py')]],
  ['curl', 'curl', ['sh', beside('pay-invoice.sh')]],
] as const)('an agent in %s', (name, needed, command) => {
  const skip = needs(needed) || (name === 'curl' && needs('jq'));
  it.skipIf(skip)('pays what the control lets through, once', async () => {
    const payment = invoice(world.records, `${name}-1`);
    expect(await run([...command], payment)).toMatchObject({ code: 0 });
    expect((await run([...command], payment)).code).not.toBe(0);
    expect(paid(payment.invoiceId)).toEqual([payment]);
  });

  it.skipIf(skip)('carries out exactly what was let through, whatever signs are in it', async () => {
    const payment = invoice(world.records, `${name} \\n \\t "3"`);
    expect(await run([...command], payment)).toMatchObject({ code: 0 });
    expect(paid(payment.invoiceId)).toEqual([payment]);
  });

  it.skipIf(skip)('says why Belay refused', async () => {
    const payment = invoice(world.records, `${name}-refused`);
    const { code, said, trouble } = await run([...command], payment, listening.url, 'bk_wrong');
    expect(code).not.toBe(0);
    expect(said + trouble).toContain('This API key is unknown here.');
    expect(paid(payment.invoiceId)).toEqual([]);
  });

  it.skipIf(skip)('waits for a sign-off, and pays after it', async () => {
    const payment = invoice(world.records, `${name}-2`, { erp: { amount: 'EUR 800.00' } });
    const [ended] = await Promise.all([run([...command], payment), signOff(payment.invoiceId)]);
    expect(ended.code).toBe(0);
    expect(paid(payment.invoiceId)).toEqual([payment]);
  });

  it.skipIf(skip)('says that it has paid when Belay is gone after that, and a person is asked', async () => {
    const payment = invoice(world.records, `${name}-4`);
    const dying = await openDying();
    expect(await run([...command], payment, dying.url)).toMatchObject({
      code: 0,
      said: expect.stringMatching(/"paid": ?"now"|"kind":"continue"/),
    });
    await dying.close();
    expect(paid(payment.invoiceId)).toEqual([payment]);
  });

  it.skipIf(skip)('pays nothing when nobody answers, or somebody who is not Belay', async () => {
    const payment = invoice(world.records, `${name}-3`);
    expect((await run([...command], payment, 'http://127.0.0.1:9')).code).not.toBe(0);
    expect(paid(payment.invoiceId)).toEqual([]);
  });
});

describe('the workflow for n8n', () => {
  const workflow = JSON.parse(readFileSync(beside('n8n-pay-invoice.json'), 'utf8')) as Workflow;

  it('is whole: every connection leads to a node, every request is one of the API’s', () => {
    const names = new Set(workflow.nodes.map((node) => node.name));
    for (const [from, { main }] of Object.entries(workflow.connections))
      for (const name of [from, ...main.flat().map(({ node }) => node)]) expect(names).toContain(name);
    const known = Object.values(routes).map(({ method, path }) => `${method} ${path.replace(/:\w+/g, '*')}`);
    for (const { parameters, type } of workflow.nodes.filter((node) => node.type.endsWith('.httpRequest'))) {
      const path = parameters.url
        ?.replace(/^=\{\{.*?\}\}/, '')
        .replace(/\{\{.*?\}\}/g, '*')
        .replace(/\?.*$/, '');
      expect(known, type).toContain(`${parameters.method} ${path}`);
    }
  });

  const carryOut = async (payment: Payment): Promise<{ effects: unknown[]; error: string | null }> => {
    const effects: unknown[] = [];
    const { error } = await runWorkflow(workflow, { ...payment, belay: listening.url }, key, (made) =>
      effects.push(made),
    );
    return { effects, error };
  };

  it('pays what the control lets through, once', async () => {
    const payment = invoice(world.records, 'n8n-1');
    expect(await carryOut(payment)).toEqual({ effects: [{ paid: payment }], error: null });
    expect(await carryOut(payment)).toMatchObject({ effects: [], error: expect.stringContaining('409') });
  });

  it('waits for a sign-off, and pays after it', async () => {
    const payment = invoice(world.records, 'n8n-2', { erp: { amount: 'EUR 800.00' } });
    const [ended] = await Promise.all([carryOut(payment), signOff('n8n-2')]);
    expect(ended).toEqual({ effects: [{ paid: payment }], error: null });
  });

  it('stops when a person has taken over', async () => {
    const payment = invoice(world.records, 'n8n-3', { vendor: { ageDays: 3 } });
    const running = carryOut(payment);
    const [bruno] = people as [Client];
    const kase = await until(async () =>
      (await bruno.call('listCases', { query: {} })).body.items.find((one) => one.subject.invoiceId === 'n8n-3'),
    );
    await bruno.call('claimCase', { params: { caseId: kase.caseId }, body: { revision: kase.revision } });
    expect(await running).toMatchObject({ effects: [], error: expect.stringContaining('409') });
  });
});
