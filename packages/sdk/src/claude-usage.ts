/**
 * What the Claude Agent SDK says of what its model used: tokens with each message, and the cost, which it knows itself, with
 * each result. No hook is told of either, so it is read from the messages on their way to the application.
 */
import type { GuardedRun } from './tool-call.ts';
import { hasPrice, reportUsage, type Usage } from './usage.ts';

type HostUsage = {
  input_tokens?: number;
  cache_creation_input_tokens?: number | null;
  cache_read_input_tokens?: number | null;
  output_tokens?: number;
};
type Said = { type: string; message?: unknown; total_cost_usd?: unknown };

const usageOf = (usage: HostUsage): Usage => ({
  inputTokens:
    (usage.input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0),
  outputTokens: usage.output_tokens,
});

/**
 * Passes the messages of a query on, and tells Belay what they say was spent:
 * `for await (const message of counted(run, query({ prompt, options: guard(run, options) })))`. The host tells its cost at the
 * end of a query; with a `price` given to `guard`, tokens count as they come instead. What a session had cost before it was
 * taken up (`resumed`) is left out.
 */
export async function* counted<M extends { type: string }>(
  run: Pick<GuardedRun, 'report'>,
  messages: AsyncIterable<M>,
  { resumed = false }: { resumed?: boolean } = {},
): AsyncGenerator<M> {
  let cost = resumed ? null : 0;
  /** a message comes in several parts, each with the usage of the whole */
  let last: unknown;
  for await (const message of messages) {
    const { type, message: inner, total_cost_usd: total } = message as Said;
    const { id, usage } = (inner ?? {}) as { id?: unknown; usage?: HostUsage };
    if (type === 'assistant' && usage !== undefined && id !== last) {
      last = id;
      reportUsage(run, usageOf(usage));
    }
    if (type === 'result' && typeof total === 'number') {
      if (cost !== null && total > cost && !hasPrice(run)) run.report({ costUsd: total - cost });
      cost = total;
    }
    yield message;
  }
}
