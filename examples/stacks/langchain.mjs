// LangChain on LangGraph: an agent that settles an invoice, under Belay. `options` is for createBelay; `work` says what the
// run is about: { control, subject, key }. The checkpointer has to outlive the process.
import { createBelay } from '@belay/sdk';
import { belayMiddleware } from '@belay/sdk/langchain';
import { createAgent } from 'langchain';

/** `paused`: people have to decide first; the checkpoint is kept under the thread. */
export const settle = async (
  { options, work, price, model, tools, checkpointer, thread },
  input = { messages: 'Settle the invoice.' },
  from = () => thread,
) => {
  // region run
  const run = await createBelay(options).start(work);
  const agent = createAgent({ model, tools, checkpointer, middleware: [belayMiddleware(run, { price })] });
  const result = await agent.invoke(input, await from(agent));
  // endregion
  return { run, result, paused: (result.__interrupt__ ?? []).length > 0 };
};

/** In any process, when people have decided: the thread goes on where it stopped. */
// region resume
export const goOn = (agent, from) => settle(agent, null, from);
// endregion
