// Vercel AI SDK: the framework's own test model, scripted.
import { readFileSync, writeFileSync } from 'node:fs';
import { tool } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { goOn, settle } from '../../ai-sdk.mjs';
import { scriptedBy, toolsBy } from '../language-model.mjs';

const scripted = scriptedBy({
  Mock: MockLanguageModelV4,
  ended: (unified) => ({ unified }),
  used: (tokens) => ({ inputTokens: { total: tokens, noCache: tokens }, outputTokens: { total: 1, text: 1 } }),
});
const toolsOf = toolsBy((made) => tool(made));

const go = async ({ tools, config, ...agent }, turns, work) => {
  const { model, seen } = scripted(turns, config);
  const { messages } = await work({ ...agent, model, tools: toolsOf(tools) });
  if (messages !== null) writeFileSync(config.saved, JSON.stringify(messages));
  return { paused: messages !== null, modelSaw: JSON.stringify(seen.at(-1)), modelCalls: seen.length };
};

export const start = (agent) =>
  go(agent, agent.turns, (host) => settle({ ...host, messages: [{ role: 'user', content: 'Settle the invoice.' }] }));

export const resume = (agent) =>
  go(agent, [], (host) => goOn(host, JSON.parse(readFileSync(agent.config.saved, 'utf8'))));
