// An MCP server of notes for the tests, over stdio, without an SDK: every effect is a line of a file, so that it can be
// counted. Its definitions come from a file that a test may change. Arguments: the effects file, the definitions file.
import { appendFileSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [effects, definitions] = process.argv.slice(2);
const say = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const text = (said, more = {}) => ({ content: [{ type: 'text', text: said }], ...more });
const effect = (what) => appendFileSync(effects, `${JSON.stringify(what)}\n`);
const open = new Map();

const tools = {
  read_note: ({ title }) => text(`Note ${title}`),
  write_note: (args) => {
    effect(args);
    return text(`Wrote ${args.title}`, { structuredContent: { title: args.title } });
  },
  delete_note: (args) => {
    effect({ deleted: args.title });
    return text('Deleted');
  },
  fail: () => text('There is no such note.', { isError: true }),
  crash: (args) => {
    effect({ crashed: args });
    process.exit(7);
  },
  confirm: (args, { inputResponses, requestState }) => {
    if (inputResponses?.sure === undefined)
      return {
        resultType: 'input_required',
        inputRequests: { sure: { method: 'roots/list', params: {} } },
        requestState: 'r1',
      };
    effect({ confirmed: args, requestState });
    return text('Confirmed', { resultType: 'complete' });
  },
};

const handlers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: { listChanged: true } },
    serverInfo: { name: 'notes', version: '1.0.0' },
  }),
  ping: () => ({}),
  'tools/list': ({ cursor }) => {
    const all = JSON.parse(readFileSync(definitions, 'utf8'));
    const half = Math.ceil(all.length / 2);
    return cursor === undefined ? { tools: all.slice(0, half), nextCursor: '2' } : { tools: all.slice(half) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params = {}, result } = JSON.parse(line);
  if (method === undefined) say({ id: open.get(id), result: text(`The client answered ${JSON.stringify(result)}`) });
  else if (id === undefined) {
    if (method === 'notifications/change') say({ method: 'notifications/tools/list_changed' });
  } else if (method === 'tools/call' && params.name === 'ask_client') {
    open.set('s1', id);
    say({ id: 's1', method: 'sampling/createMessage', params: {} });
  } else if (method === 'tools/call' && params.name === 'stay') {
    // Carries it out and never answers.
    effect({ stayed: params.arguments.title });
  } else if (method === 'tools/call') {
    const tool = tools[params.name];
    if (tool === undefined) say({ id, error: { code: -32602, message: `Unknown tool: ${params.name}` } });
    else say({ id, result: tool(params.arguments ?? {}, params) });
  } else if (method in handlers) say({ id, result: handlers[method](params) });
  else say({ id, error: { code: -32601, message: 'Method not found' } });
}
