// Vercel AI SDK 7. Between the regions: what an application writes. The rest is the scripted model.
import { readFileSync, writeFileSync } from 'node:fs';
import { resume as answered, guard } from '@belay/sdk/ai-sdk';
import { generateText, isStepCount, tool } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';

const usage = { inputTokens: { total: 1, noCache: 1 }, outputTokens: { total: 1, text: 1 } };
const saying = (text) => ({
  content: [{ type: 'text', text }],
  finishReason: { unified: 'stop' },
  usage,
  warnings: [],
});
const calling = (calls) => ({
  content: calls.map(({ id, name, args }) => ({
    type: 'tool-call',
    toolCallId: id,
    toolName: name,
    input: JSON.stringify(args),
  })),
  finishReason: { unified: 'tool-calls' },
  usage,
  warnings: [],
});

const scripted = (replies) => {
  const seen = [];
  const doGenerate = async ({ prompt }) => {
    seen.push(prompt);
    return replies.shift() ?? saying('done');
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

const go = async ({ run, tools: written, config }, replies, messages) => {
  const { model, seen } = scripted(replies);
  const tools = toolsOf(written);
  const stopWhen = isStepCount(8);
  // region one-line
  const result = await generateText({ model, messages, stopWhen, ...guard(run, tools) });
  const paused = result.content.some((part) => part.type === 'tool-approval-request' && !part.isAutomatic);
  if (paused) writeFileSync(config.saved, JSON.stringify([...messages, ...result.responseMessages]));
  // endregion
  return { paused, modelSaw: JSON.stringify(seen.at(-1)), modelCalls: seen.length };
};

export const start = (agent) => go(agent, [calling(agent.calls)], [{ role: 'user', content: 'Settle the invoice.' }]);

export const resume = (agent) => go(agent, [], answered(JSON.parse(readFileSync(agent.config.saved, 'utf8'))));
