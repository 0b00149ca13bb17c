// The model of the Claude stack: Anthropic's Messages API on loopback, scripted. The Claude Agent SDK has no test model of
// its own; the program that it starts asks whatever ANTHROPIC_BASE_URL names.
import { once } from 'node:events';
import { createServer } from 'node:http';

const textOf = (content) => (typeof content === 'string' ? content : JSON.stringify(content));

const block = (index, content_block, delta) => [
  { type: 'content_block_start', index, content_block },
  { type: 'content_block_delta', index, delta },
  { type: 'content_block_stop', index },
];
const callBlock = ({ id, name, args }, index) =>
  block(
    index,
    { type: 'tool_use', id, name, input: {} },
    { type: 'input_json_delta', partial_json: JSON.stringify(args) },
  );
const textBlock = (text) => block(0, { type: 'text', text: '' }, { type: 'text_delta', text });

const stream = (response, model, blocks, stop_reason, tokens) => {
  const message = { id: `msg_${Date.now()}`, type: 'message', role: 'assistant', model, content: [] };
  const usage = { input_tokens: tokens, output_tokens: 1 };
  const events = [
    { type: 'message_start', message: { ...message, stop_reason: null, stop_sequence: null, usage } },
    ...blocks,
    { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 1 } },
    { type: 'message_stop' },
  ];
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  response.end();
};

/** Answers each question of the main conversation with the next calls, and with "done" when there are none left. */
export const scriptedModel = async (turns, tokens = 1) => {
  const seen = [];
  const left = [...turns];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (!/^\/v1\/messages(\?|$)/.test(request.url)) {
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ input_tokens: 1, data: [] }));
    }
    const asked = JSON.parse(body);
    const main = (asked.tools ?? []).some(({ name }) => name.startsWith('mcp__'));
    if (main) seen.push(asked.messages.map(({ role, content }) => ({ role, content: textOf(content) })));
    const calls = main ? (left.shift() ?? []) : [];
    const blocks = calls.length > 0 ? calls.flatMap(callBlock) : textBlock('done');
    stream(response, asked.model, blocks, calls.length > 0 ? 'tool_use' : 'end_turn', main ? tokens : 1);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, seen, close: () => server.close() };
};
