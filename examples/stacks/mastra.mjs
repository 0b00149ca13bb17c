// Mastra: an agent that settles an invoice, under Belay. `options` is for createBelay; `work` says what the run is about:
// { control, subject, key }. The storage has to outlive the process.
import { createBelay } from '@belay/sdk';
import { guard, resumeData, runOptions } from '@belay/sdk/mastra';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';

const settleIt = (agent, runSettings) => agent.generate('Settle the invoice.', runSettings);

/** `runId` is what to keep while people decide; null when nobody has to. It is Mastra's run, not Belay's. */
export const settle = async ({ options, work, price, storage, model, tools }, go = settleIt) => {
  const instructions = 'You settle invoices.';
  // region run
  const run = await createBelay(options).start(work);
  const clerk = new Agent({ id: 'clerk', name: 'clerk', instructions, model, tools: guard(run, tools, { price }) });
  const mastra = new Mastra({ logger: false, storage, agents: { clerk } });
  const result = await go(mastra.getAgent('clerk'), runOptions(run));
  // endregion
  return { run, result, runId: result.finishReason === 'suspended' ? result.runId : null };
};

/** In any process, when people have decided. */
// region resume
export const goOn = (agent, runId) =>
  settle(agent, (clerk, runSettings) => clerk.resumeGenerate(resumeData, { runId, ...runSettings }));
// endregion
