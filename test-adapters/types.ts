/** Never run: that each adapter fits the types of its framework, and a run with the types of its control. */
import type { Run } from '@belay/sdk';
import { guard, resume } from '@belay/sdk/ai-sdk';
import { belayMiddleware } from '@belay/sdk/langchain';
import * as openai from '@belay/sdk/openai-agents';
import { Agent, type FunctionTool, type Model, Runner, RunState } from '@openai/agents';
import { generateText, type LanguageModel, type ModelMessage, streamText, ToolLoopAgent, tool } from 'ai';
import { createAgent } from 'langchain';
import { z } from 'zod';

type Payments = {
  subject: { invoiceId: string };
  steps: { 'release-payment': { arguments: { invoiceId: string; amount: string }; facts: { urgent?: boolean } } };
};

export const aiSdk = (run: Run<Payments>, model: LanguageModel, saved: ModelMessage[]) => {
  const tools = {
    release_payment: tool({
      inputSchema: z.object({ amount: z.string() }),
      execute: async ({ amount }) => ({ paid: amount }),
    }),
  };
  const { abortSignal, ...settings } = guard(run, tools);
  const agent = new ToolLoopAgent({ model, ...settings });
  return [
    generateText({ model, messages: resume(saved), ...guard(run, tools) }),
    streamText({ model, prompt: 'Settle the invoice.', ...guard(run, tools) }),
    agent.generate({ prompt: 'Settle the invoice.', abortSignal }),
  ];
};

export const openaiAgents = async (run: Run<Payments>, model: Model, tools: FunctionTool[], saved: string) => {
  const agent = new Agent({ name: 'payables', model, tools: openai.guard(run, tools) });
  const state = openai.resume(await RunState.fromString(agent, saved));
  return new Runner().run(agent, state, openai.runOptions(run));
};

export const langchain = (run: Run<Payments>) =>
  createAgent({ model: 'any', tools: [], middleware: [belayMiddleware(run)] });
