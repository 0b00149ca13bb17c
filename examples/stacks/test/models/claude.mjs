// Claude Agent SDK: it has no test model, so that the program it brings asks a scripted endpoint on this machine.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSdkMcpServer, tool } from '@anthropic-ai/claude-agent-sdk';
import { goOn, settle } from '../../claude.mjs';
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

const go = async ({ tools, config, ...agent }, turns, work) => {
  const folder = `${config.saved}.d`;
  mkdirSync(folder, { recursive: true });
  const model = await scriptedModel(turns, config.tokens);
  const settings = (signal) => ({
    cwd: folder,
    model: 'claude-sonnet-4-5',
    maxTurns: 8,
    settingSources: [],
    tools: [],
    allowedTools: [`mcp__${server}`],
    mcpServers: { [server]: serverOf(tools, signal) },
    env: surroundings(folder, model.url),
  });
  const { sessionId } = await work({ ...agent, settings });
  if (sessionId !== null) {
    writeFileSync(config.saved, sessionId);
    cpSync(folder, `${folder}.copy`, { recursive: true });
  }
  return { paused: sessionId !== null, modelSaw: JSON.stringify(model.seen.at(-1)), modelCalls: model.seen.length };
};

/** It makes one call at a time. */
export const start = (agent) =>
  go(
    agent,
    agent.turns.flat().map((call) => [named(call)]),
    (host) => settle(host),
  );

/** What Claude Code died in, it does not take up by itself: its model is told, and calls again. */
const again = ({ config }) =>
  config.retry ? [[named({ ...config.calls.at(-1), id: `${config.calls.at(-1).id}-again` })]] : [];

export const resume = (agent) =>
  go(agent, again(agent), (host) => goOn(host, readFileSync(agent.config.saved, 'utf8')));

/** The session as it was when it paused, although it has gone on since. */
export const replay = (agent) => {
  const folder = `${agent.config.saved}.d`;
  rmSync(folder, { recursive: true });
  cpSync(`${folder}.copy`, folder, { recursive: true });
  return resume(agent);
};
