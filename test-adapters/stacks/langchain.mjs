// LangChain on LangGraph, with its checkpoints in PostgreSQL. Between the regions: what an application writes. The rest is
// the scripted model.
import { belayMiddleware } from '@belay/sdk/langchain';
import { fakeModel } from '@langchain/core/testing';
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import { AIMessage, createAgent, tool } from 'langchain';

const toolsOf = (tools) =>
  tools.map(({ name, description, schema, execute }) =>
    tool((args, context) => execute(args, context?.signal), { name, description, schema }),
  );

const go = async ({ run, tools: written, calls, config }, input, from = (_agent, thread) => thread) => {
  const seen = [];
  const answer = (messages) => {
    seen.push(messages.map(({ type, content }) => ({ type, content })));
    return new AIMessage('done');
  };
  const calling = calls.map(({ id, name, args }) => ({ id, name, args }));
  const scripted = input === null ? fakeModel() : fakeModel().respondWithTools(calling);
  const model = scripted.respond(answer).respond(answer);
  const tools = toolsOf(written);
  const checkpointer = PostgresSaver.fromConnString(config.checkpoints);
  await checkpointer.setup();
  const thread = { configurable: { thread_id: calls[0].id } };
  // region one-line
  const agent = createAgent({ model, tools, checkpointer, middleware: [belayMiddleware(run)] });
  const result = await agent.invoke(input, await from(agent, thread));
  const paused = (result.__interrupt__ ?? []).length > 0;
  // endregion
  return { paused, modelSaw: JSON.stringify(seen.at(-1) ?? result.messages), modelCalls: seen.length };
};

export const start = (agent) => go(agent, { messages: 'Settle the invoice.' });

export const resume = (agent) => go(agent, null);

/** Takes the thread up from the checkpoint before the tools, although it has gone on since. */
export const replay = (agent) =>
  go(agent, null, async (host, thread) => {
    for await (const { next, config } of host.graph.getStateHistory(thread)) if (next.includes('tools')) return config;
    throw new Error('No checkpoint before the tools.');
  });
