// Claude Agent SDK. Between the regions: what an application writes. The rest is the scripted model and its surroundings.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSdkMcpServer, query, tool } from '@anthropic-ai/claude-agent-sdk';
import { resume as goOn, guard } from '@belay/sdk/claude';
import { scriptedModel } from '../messages-endpoint.mjs';

const server = 'bank';
const named = ({ id, name, args }) => ({ id, name: `mcp__${server}__${name}`, args });

const serverOf = (tools, signal) =>
  createSdkMcpServer({
    name: server,
    version: '1',
    alwaysLoad: true,
    tools: tools.map(({ name, description, schema, execute }) =>
      tool(name, description, schema.shape, async (args) => ({
        content: [{ type: 'text', text: await execute(args, signal) }],
      })),
    ),
  });

/** Nothing of this machine's own configuration, and no other traffic than to the scripted model. */
const surroundings = (folder, url) => ({
  PATH: process.env.PATH,
  HOME: folder,
  CLAUDE_CONFIG_DIR: join(folder, 'sessions'),
  ANTHROPIC_BASE_URL: url,
  ANTHROPIC_API_KEY: 'offline',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_ERROR_REPORTING: '1',
  DISABLE_AUTOUPDATER: '1',
});

const go = async ({ run, tools, config }, turns, messagesOf, folder = `${config.saved}.d`) => {
  mkdirSync(folder, { recursive: true });
  const model = await scriptedModel(turns);
  const options = {
    cwd: folder,
    model: 'claude-sonnet-4-5',
    maxTurns: 8,
    settingSources: [],
    tools: [],
    allowedTools: [`mcp__${server}`],
    mcpServers: { [server]: serverOf(tools, run.signal) },
    env: surroundings(folder, model.url),
  };
  let result;
  // region one-line
  for await (const message of messagesOf(guard(run, options))) {
    if (message.type === 'result') result = message;
  }
  const paused = result.terminal_reason === 'tool_deferred';
  if (paused) writeFileSync(config.saved, result.session_id);
  // endregion
  if (paused) cpSync(folder, `${folder}.copy`, { recursive: true });
  return { paused, modelSaw: JSON.stringify(model.seen.at(-1)), modelCalls: model.seen.length };
};

export const start = (work) =>
  go(
    work,
    work.calls.map((call) => [named(call)]),
    (options) => query({ prompt: 'Settle the invoice.', options }),
  );

/** What Claude Code died in, it does not take up by itself: its model is told, and calls again. */
const again = ({ calls, config }) =>
  config.retry ? [[named({ ...calls.at(-1), id: `${calls.at(-1).id}-again` })]] : [];

export const resume = (work) =>
  go(work, again(work), (options) =>
    goOn(query, { prompt: 'Go on.', options: { ...options, resume: readFileSync(work.config.saved, 'utf8') } }),
  );

/** The session as it was when it paused, although it has gone on since. */
export const replay = (work) => {
  const folder = `${work.config.saved}.d`;
  rmSync(folder, { recursive: true });
  cpSync(`${folder}.copy`, folder, { recursive: true });
  return resume(work);
};
