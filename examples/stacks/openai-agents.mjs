// OpenAI Agents SDK: an agent that settles an invoice, under Belay. `options` is for createBelay; `work` says what the run is
// about: { control, subject, key }.
import { createBelay } from '@belay/sdk';
import { guard, resume, runOptions } from '@belay/sdk/openai-agents';
import { Agent, RunState } from '@openai/agents';

/** `state` is what to keep while people decide; null when nobody has to. */
export const settle = async (
  { options, work, price, runner, model, tools },
  inputFor = () => 'Settle the invoice.',
) => {
  // region run
  const run = await createBelay(options).start(work);
  const agent = new Agent({ name: 'payables', model, tools: guard(run, tools, { price }) });
  const result = await runner.run(agent, await inputFor(agent), runOptions(run));
  // endregion
  return { run, result, state: result.interruptions.length > 0 ? result.state.toString() : null };
};

/** In any process, when people have decided. */
// region resume
export const goOn = (agent, saved) => settle(agent, async (host) => resume(await RunState.fromString(host, saved)));
// endregion
