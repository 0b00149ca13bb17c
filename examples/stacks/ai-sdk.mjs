// Vercel AI SDK: an agent that settles an invoice, under Belay. `options` is for createBelay; `work` says what the run is
// about: { control, subject, key }.
import { createBelay } from '@belay/sdk';
import { guard, resume } from '@belay/sdk/ai-sdk';
import { generateText, isStepCount } from 'ai';

/** `messages` is what to keep while people decide; null when nobody has to. */
export const settle = async ({ options, work, price, model, tools, messages }) => {
  // region run
  const run = await createBelay(options).start(work);
  const result = await generateText({ model, messages, stopWhen: isStepCount(8), ...guard(run, tools, { price }) });
  // endregion
  const paused = result.content.some((part) => part.type === 'tool-approval-request' && !part.isAutomatic);
  return { run, result, messages: paused ? [...messages, ...result.responseMessages] : null };
};

/** In any process, when people have decided. */
// region resume
export const goOn = (agent, saved) => settle({ ...agent, messages: resume(saved) });
// endregion
