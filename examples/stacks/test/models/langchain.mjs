// LangChain on LangGraph: the framework's own test model, scripted; checkpoints in PostgreSQL.
import { fakeModel } from '@langchain/core/testing';
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import { AIMessage, tool } from 'langchain';
import { goOn, settle } from '../../langchain.mjs';

const toolsOf = (tools) =>
  tools.map(({ name, description, schema, execute }) =>
    tool((args, context) => execute(args, context?.signal), { name, description, schema }),
  );

const go = async ({ tools, turns, config, ...agent }, work) => {
  const seen = [];
  const usage_metadata = { input_tokens: config.tokens ?? 1, output_tokens: 1, total_tokens: (config.tokens ?? 1) + 1 };
  const answer = (tool_calls) => (messages) => {
    seen.push(messages.map(({ type, content }) => ({ type, content })));
    return new AIMessage({ content: tool_calls.length === 0 ? 'done' : '', tool_calls, usage_metadata });
  };
  let model = fakeModel();
  for (const calls of [...turns, [], []])
    model = model.respond(answer(calls.map(({ id, name, args }) => ({ id, name, args, type: 'tool_call' }))));
  const checkpointer = PostgresSaver.fromConnString(config.checkpoints);
  await checkpointer.setup();
  const thread = { configurable: { thread_id: config.calls[0].id } };
  const { result, paused } = await work({ ...agent, model, tools: toolsOf(tools), checkpointer, thread }, thread);
  return { paused, modelSaw: JSON.stringify(seen.at(-1) ?? result.messages), modelCalls: seen.length };
};

export const start = (agent) => go(agent, (host) => settle(host));

export const resume = (agent) => go({ ...agent, turns: [] }, (host) => goOn(host));

/** Takes the thread up from the checkpoint before the tools, although it has gone on since. */
export const replay = (agent) =>
  go({ ...agent, turns: [] }, (host, thread) =>
    goOn(host, async ({ graph }) => {
      for await (const { next, config } of graph.getStateHistory(thread)) if (next.includes('tools')) return config;
      throw new Error('No checkpoint before the tools.');
    }),
  );
