// Vercel AI SDK: the framework's own test model, scripted.
import { readFileSync, writeFileSync } from 'node:fs';
import { createBelay } from '@belay/sdk';
import { guard, resume as resumed } from '@belay/sdk/ai-sdk';
import { generateText, isStepCount, tool } from 'ai';
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

/** The same with a tool beside the guarded ones for which the host asks its own user. */
const beside = async ({ options, work, model, tools, own, messages }) => {
  const run = await createBelay(options).start(work);
  const guarded = guard(run, tools);
  const result = await generateText({
    model,
    messages,
    stopWhen: isStepCount(8),
    ...guarded,
    tools: { ...guarded.tools, [own.name]: tool({ ...own, inputSchema: own.schema }) },
    toolApproval: (asked) =>
      asked.toolCall.toolName === own.name ? { type: 'user-approval', reason: 'Really?' } : guarded.toolApproval(asked),
  });
  const open = result.content.some((part) => part.type === 'tool-approval-request' && !part.isAutomatic);
  return { messages: open ? [...messages, ...result.response.messages] : null };
};

export const startBeside = (agent) =>
  go(agent, agent.turns, (host) => beside({ ...host, messages: [{ role: 'user', content: 'Settle the invoice.' }] }));

/** The host's user says no; for the rest Belay answers. */
export const resumeBeside = (agent) => {
  const saved = JSON.parse(readFileSync(agent.config.saved, 'utf8'));
  const asked = saved.flatMap(({ content }) => (Array.isArray(content) ? content : []));
  const content = asked
    .filter(({ type, reason }) => type === 'tool-approval-request' && reason === 'Really?')
    .map(({ approvalId }) => ({ type: 'tool-approval-response', approvalId, approved: false }));
  return go(agent, [], (host) => beside({ ...host, messages: resumed([...saved, { role: 'tool', content }]) }));
};
