import { describe, expect, it } from 'vitest';
import { counted } from './claude-usage.ts';
import { resume, runOptions } from './openai-agents.ts';
import type { Spending } from './pulse.ts';
import { reportUsage, setPrice } from './usage.ts';
import { payment, world } from './world.testing.ts';

const reporting = () => {
  const told: Spending[] = [];
  return { told, run: { report: (spending: Spending) => void told.push(spending) } };
};
const from = async function* <M>(messages: M[]): AsyncGenerator<M> {
  yield* messages;
};
const drain = async (messages: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of messages);
};

describe('what a model used', () => {
  it('is told in tokens, and in money where its price is known', () => {
    const { told, run } = reporting();
    reportUsage(run, { inputTokens: 1_000_000, outputTokens: 500_000 });
    setPrice(run, { input: 3, output: 15 });
    reportUsage(run, { inputTokens: 1_000_000, outputTokens: 500_000 });
    expect(told).toEqual([{ tokens: 1_500_000 }, { tokens: 1_500_000, costUsd: 10.5 }]);
  });

  it.each([undefined, {}, { inputTokens: Number.NaN }, { outputTokens: -3 }])('is not made up from %o', (usage) => {
    const { told, run } = reporting();
    reportUsage(run, usage);
    expect(told).toEqual([]);
  });
});

describe('the Claude Agent SDK', () => {
  const usage = { input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 2 };
  const assistant = (id: string) => ({ type: 'assistant', message: { id, usage } });
  const result = (total_cost_usd: number) => ({ type: 'result', total_cost_usd });

  it('tells tokens once for a message in several parts, and what each result adds to the cost', async () => {
    const { told, run } = reporting();
    await drain(counted(run, from([assistant('a'), assistant('a'), result(0.5), assistant('b'), result(0.75)])));
    expect(told).toEqual([{ tokens: 17 }, { costUsd: 0.5 }, { tokens: 17 }, { costUsd: 0.25 }]);
  });

  it('of a session taken up, the cost from before is not told again', async () => {
    const { told, run } = reporting();
    await drain(counted(run, from([result(0.5), result(0.75)]), { resumed: true }));
    expect(told).toEqual([{ costUsd: 0.25 }]);
  });

  it('with a price, the cost is not told twice', async () => {
    const { told, run } = reporting();
    setPrice(run, { input: 1, output: 1 });
    await drain(counted(run, from([assistant('a'), result(0.5)])));
    expect(told).toEqual([{ tokens: 17, costUsd: 17 / 1_000_000 }]);
  });
});

describe('the OpenAI Agents SDK adds up', () => {
  it('what a saved state had used was told by the process that used it', async () => {
    const { server, belay } = await world();
    const run = await belay.start(payment);
    const usage = { inputTokens: 100, outputTokens: 10 };
    resume({ getInterruptions: () => [], approve: () => {}, usage });
    const ends: ((context: { usage: typeof usage }) => void)[] = [];
    const agent = { on: (_event: 'agent_end', listener: (typeof ends)[0]) => void ends.push(listener) };
    const { callModelInputFilter } = runOptions(run);
    callModelInputFilter({ modelData: { input: [] }, agent } as never);
    callModelInputFilter({ modelData: { input: [] }, agent } as never);
    expect(ends).toHaveLength(1);
    usage.inputTokens = 130;
    ends[0]?.({ usage });
    await run.finish();
    const told = server.callsOf('heartbeat').map(({ body }) => body.tokens);
    expect(told.filter((tokens) => tokens !== undefined)).toEqual([30]);
  });
});
