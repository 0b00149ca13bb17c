// Claude Agent SDK: an agent that settles an invoice, under Belay. `options` is for createBelay; `work` says what the run is
// about: { control, subject, key }; `settings` are the SDK's own, and may need the run's signal. A session that waits is kept
// on the disk of this machine.
import { query } from '@anthropic-ai/claude-agent-sdk';
import { createBelay } from '@belay/sdk';
import { counted, guard, resume } from '@belay/sdk/claude';

const settleIt = (run, options) => counted(run, query({ prompt: 'Settle the invoice.', options }));

/** `sessionId` is what to keep while people decide; null when nobody has to. */
export const settle = async ({ options, work, price, settings }, go = settleIt) => {
  let result;
  // region run
  const run = await createBelay(options).start(work);
  for await (const message of go(run, guard(run, settings(run.signal), { price }))) {
    if (message.type === 'result') result = message;
  }
  // endregion
  return { run, result, sessionId: result.terminal_reason === 'tool_deferred' ? result.session_id : null };
};

/** On this machine, when people have decided. */
// region resume
export const goOn = (agent, sessionId) =>
  settle(agent, (_run, options) => resume(query, { prompt: 'Go on.', options: { ...options, resume: sessionId } }));
// endregion
