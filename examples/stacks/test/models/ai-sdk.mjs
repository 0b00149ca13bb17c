// Vercel AI SDK: the framework's own test model, scripted.
import { readFileSync, writeFileSync } from 'node:fs';
import { tool } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { goOn, settle } from '../../ai-sdk.mjs';

const usageOf = ({ tokens = 1 }) => ({
  inputTokens: { total: tokens, noCache: tokens },
  outputTokens: { total: 1, text: 1 },
});
const saying = (text, config) => ({
  content: [{ type: 'text', text }],
  finishReason: { unified: 'stop' },
  usage: usageOf(config),
  warnings: [],
});
const calling = (calls, config) => ({
  content: calls.map(({ id, name, args }) => ({
    type: 'tool-call',
    toolCallId: id,
    toolName: name,
    input: JSON.stringify(args),
  })),
  finishReason: { unified: 'tool-calls' },
  usage: usageOf(config),
  warnings: [],
});

const scripted = (replies, config) => {
  const seen = [];
  const doGenerate = async ({ prompt }) => {
    seen.push(prompt);
    return replies.shift() ?? saying('done', config);
  };
  return { model: new MockLanguageModelV4({ doGenerate }), seen };
};

const toolsOf = (tools) =>
  Object.fromEntries(
    tools.map(({ name, description, schema, execute }) => [
      name,
      tool({
        description,
        inputSchema: schema,
        execute: (args, { abortSignal }) => execute(args, abortSignal),
      }),
    ]),
  );

const go = async ({ tools, config, ...agent }, replies, work) => {
  const { model, seen } = scripted(replies, config);
  const { messages } = await work({ ...agent, model, tools: toolsOf(tools) });
  if (messages !== null) writeFileSync(config.saved, JSON.stringify(messages));
  return { paused: messages !== null, modelSaw: JSON.stringify(seen.at(-1)), modelCalls: seen.length };
};

export const start = (agent) =>
  go(
    agent,
    agent.turns.map((calls) => calling(calls, agent.config)),
    (host) => settle({ ...host, messages: [{ role: 'user', content: 'Settle the invoice.' }] }),
  );

export const resume = (agent) =>
  go(agent, [], (host) => goOn(host, JSON.parse(readFileSync(agent.config.saved, 'utf8'))));
