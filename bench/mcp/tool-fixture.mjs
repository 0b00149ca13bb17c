// The gate server's own machinery (packages/server/src/mcp/tool-server.ts) with the tools that the official suite expects,
// for its scenarios of tasks and of input. What Belay's tools say is tested apart; here it is how they say it.
// `node tool-fixture.mjs PORT`
import { createServer } from 'node:http';
import { hostHeaderValidation, originValidation, toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { toolServer } from '../../packages/server/dist/mcp/tool-server.js';
import { prompts } from './fixture-tools.mjs';
import { askingTools, tasks, taskTools } from './tool-fixture-tools.mjs';

const build = ({ era }) => {
  const server = toolServer(
    { name: 'gate-server-fixture', version: '1.0.0' },
    era,
    { ...taskTools, ...askingTools },
    tasks,
  );
  server.registerCapabilities({ prompts: {} });
  server.setRequestHandler('prompts/list', () => ({
    prompts: [{ name: 'test_input_required_result_prompt', description: 'Asks first.' }],
  }));
  server.setRequestHandler('prompts/get', ({ params }, ctx) => prompts[params.name][0](ctx));
  return server;
};

const allowed = ['localhost', '127.0.0.1', '[::1]'];
const mayHost = hostHeaderValidation(allowed);
const mayOrigin = originValidation(allowed);
const handler = toNodeHandler(createMcpHandler(build));
const server = createServer((request, response) => {
  if (mayHost(request, response) && mayOrigin(request, response)) void handler(request, response);
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}/mcp` }));
});
