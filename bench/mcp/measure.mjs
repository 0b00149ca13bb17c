// `npm run bench:mcp -- [--json] [--rounds N]`: what the proxy costs. In each round, one after the other: a durable commit
// of one row, a call of the gate alone, a message and a call of a tool without the proxy, the same with it; one step of the
// SDK, and the same through each adapter.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { inProject, openBelay } from './belay.mjs';

const control = `control: echoes
about: One tool that says back what it hears.
owner: role:finance-operations
subject: { client: string }
steps:
  echo: { risk: high, effect: irreversible, arguments: { message: string } }
rules:
  - id: short
    at: echo
    when: size(args.message) < 100
    then: continue
stuck: { idle: 1h, same-step: 100000, attempts: 1000, steps: 1000000 }
`;
const warmUp = 100;
const server = [process.execPath, fileURLToPath(new URL('echo-server.mjs', import.meta.url))];

const connect = async ([command, ...args], env = process.env) => {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
  const waiting = new Map();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line);
    waiting.get(message.id)?.(message);
  });
  let last = 0;
  const request = (method, params = {}) =>
    new Promise((resolve) => {
      waiting.set(++last, resolve);
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: last, method, params })}\n`);
    });
  await request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench' } });
  const call = async (message) => {
    const { result } = await request('tools/call', { name: 'echo', arguments: { message } });
    if (result?.content?.[0]?.text !== message) throw new Error(`Not the echo: ${JSON.stringify(result)}`);
  };
  return { ping: () => request('ping'), call, end: () => child.stdin.end() };
};

/** The gate as any agent asks it over HTTP. */
const openGate = async ({ url, key, control }) => {
  const post = async (path, body) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    return response.json();
  };
  const { run, epoch } = await post('/v1/runs', { control, subject: { client: 'gate' } });
  return async (index) => {
    const step = { step: 'echo', arguments: { message: `m${index}` }, key: `k${index}`, redeem: true };
    const { kind } = await post(`/v1/runs/${run.runId}/gate`, { epoch, ...step });
    if (kind !== 'continue') throw new Error(`The gate said ${kind}.`);
  };
};

/** LangChain's adapter uses its framework's classes: it is measured where examples/stacks is installed. */
const openLangchain = async (run) => {
  if (!existsSync(inProject('examples/stacks/node_modules/langchain'))) {
    console.error('LangChain is left out: examples/stacks is not installed (npm --prefix examples/stacks ci).');
    return {};
  }
  const { placeBelay } = await import('../../examples/stacks/test/place.mjs');
  placeBelay();
  const { langchainStep } = await import('../../examples/stacks/test/langchain-step.mjs');
  return { langchain: langchainStep(run) };
};

/**
 * One step of an agent through the SDK alone, and through each adapter: the calls that the framework makes for one tool call.
 * What the framework itself does is not in it.
 */
const openAdapters = async ({ url, key, control }) => {
  const sdk = (path) => import(pathToFileURL(inProject(`packages/sdk/dist/${path}.js`)).href);
  const [{ createBelay }, aiSdk, openai, mastra, claude] = await Promise.all(
    ['index', 'ai-sdk', 'openai-agents', 'mastra', 'claude'].map(sdk),
  );
  const run = await createBelay({ url, key, watch: false }).start({ control, subject: { client: 'adapters' } });
  const said = ({ message }) => message;
  const ai = aiSdk.guard(run, { echo: { execute: said } });
  const invoke = async (_context, input) => said(JSON.parse(input));
  const [openaiTool] = openai.guard(run, [{ type: 'function', name: 'echo', invoke }]);
  const { echo: mastraTool } = mastra.guard(run, { echo: { execute: said } });
  const { hooks } = claude.guard(run, {});
  const fire = (event, input) => hooks[event].at(-1).hooks[0](input, undefined, { signal: run.signal });
  const of = (name, index) => ({ id: `${name}-${index}`, input: { message: `m${index}` } });
  const arms = {
    step: ({ id, input }) => run.step('echo', input, ({ arguments: args }) => said(args), { key: id }),
    aiSdk: async ({ id, input }) => {
      await ai.toolApproval({ toolCall: { toolCallId: id, toolName: 'echo', input } });
      await ai.tools.echo.execute(input, { toolCallId: id });
    },
    openaiAgents: async ({ id, input }) => {
      await openaiTool.needsApproval({}, input, id);
      await openaiTool.invoke({}, JSON.stringify(input), { toolCall: { callId: id } });
    },
    mastra: ({ id, input }) => mastraTool.execute(input, { agent: { toolCallId: id } }),
    claude: async ({ id, input }) => {
      await fire('PreToolUse', { tool_name: 'echo', tool_use_id: id, tool_input: input });
      await fire('PostToolUse', { tool_use_id: id, tool_response: said(input) });
    },
    ...(await openLangchain(run)),
  };
  return {
    names: Object.keys(arms).filter((name) => name !== 'step'),
    arms: Object.fromEntries(Object.entries(arms).map(([name, arm]) => [name, (index) => arm(of(name, index))])),
    close: () => run.close(),
  };
};

const percentile = (values, share) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
};
const round = (value) => Number(value.toPrecision(3));

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '600' } },
});
const rounds = Number(values.rounds);
const belay = await openBelay(control);
try {
  const { pool } = belay.database;
  await pool.query('CREATE TABLE bench_rows (id bigserial PRIMARY KEY, body jsonb NOT NULL)');
  const body = JSON.stringify({ text: 'x'.repeat(1_500) });
  const direct = await connect(server);
  const proxy = [belay.command, 'mcp', '--control', belay.control, '--pins', join(belay.folder, 'pins.json'), '--'];
  const gated = await connect([process.execPath, ...proxy, ...server], belay.environment);
  const adapters = await openAdapters(belay);
  const arms = {
    commit: () => pool.query({ name: 'bench', text: 'INSERT INTO bench_rows (body) VALUES ($1)', values: [body] }),
    gate: await openGate(belay),
    directMessage: () => direct.ping(),
    proxiedMessage: () => gated.ping(),
    directCall: (index) => direct.call(`m${index}`),
    gatedCall: (index) => gated.call(`m${index}`),
    ...adapters.arms,
  };
  const took = Object.fromEntries(Object.keys(arms).map((name) => [name, []]));
  for (let index = 0; index < rounds + warmUp; index++) {
    // Another first each time: what stands before an arm must not always be the same.
    const order = Object.entries(arms);
    order.push(...order.splice(0, index % order.length));
    for (const [name, arm] of order) {
      const before = performance.now();
      await arm(index);
      if (index >= warmUp) took[name].push(performance.now() - before);
      // The report of a gated call follows its answer: it must not fall into the next measurement.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  direct.end();
  gated.end();
  await adapters.close();
  const of = (share) =>
    Object.fromEntries(Object.entries(took).map(([name, all]) => [name, round(percentile(all, share))]));
  const p50 = of(0.5);
  const report = {
    rounds,
    p50Ms: p50,
    p99Ms: of(0.99),
    hopP50Ms: round(p50.proxiedMessage - p50.directMessage),
    gatedCallInCommits: round((p50.gatedCall - p50.directCall) / p50.commit),
    gatedCallInGateCalls: round((p50.gatedCall - p50.directCall) / p50.gate),
    adapterOverStepP50Ms: Object.fromEntries(adapters.names.map((name) => [name, round(p50[name] - p50.step)])),
    load: loadavg().map(round),
  };
  if (values.json) console.log(JSON.stringify(report));
  else {
    for (const name of Object.keys(took))
      console.log(`${name.padEnd(15)} p50 ${p50[name]} ms  p99 ${report.p99Ms[name]} ms`);
    console.log(
      `hop over direct ${report.hopP50Ms} ms; a gated call costs ${report.gatedCallInCommits} durable commits more`,
    );
    const over = Object.entries(report.adapterOverStepP50Ms).map(([name, ms]) => `${name} ${ms} ms`);
    console.log(`adapters over one step of the SDK: ${over.join(', ')}; load ${report.load.join(' ')}`);
  }
} finally {
  await belay.close();
}
