/** Never run: that each adapter fits the types of its framework, and a run with the types of its control. */
import { type Options, query } from '@anthropic-ai/claude-agent-sdk';
import type { Run } from '@belay/sdk';
import { guard, resume } from '@belay/sdk/ai-sdk';
import * as claude from '@belay/sdk/claude';
import { belayMiddleware } from '@belay/sdk/langchain';
import * as mastra from '@belay/sdk/mastra';
import * as openai from '@belay/sdk/openai-agents';
import { Agent as MastraAgent } from '@mastra/core/agent';
import type { MastraLanguageModelV2Mock } from '@mastra/core/test-utils/llm-mock';
import { createTool } from '@mastra/core/tools';
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
    generateText({ model, messages: resume(saved), ...guard(run, tools, { price: { input: 3, output: 15 } }) }),
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

export const mastraAgent = async (run: Run<Payments>, model: MastraLanguageModelV2Mock, runId: string) => {
  const tools = {
    release_payment: createTool({
      id: 'release_payment',
      description: 'Pays an invoice.',
      inputSchema: z.object({ amount: z.string() }),
      execute: async ({ amount }) => ({ paid: amount }),
    }),
  };
  const agent = new MastraAgent({ id: 'a', name: 'a', instructions: '', model, tools: mastra.guard(run, tools) });
  await agent.generate('Settle the invoice.', mastra.runOptions(run));
  return agent.resumeGenerate(mastra.resumeData, { runId, ...mastra.runOptions(run) });
};

export const claudeAgent = (run: Run<Payments>, options: Options, sessionId: string) => {
  const own = { PreToolUse: [{ matcher: 'Bash', hooks: [async () => ({})] }] };
  return [
    query({ prompt: 'Settle the invoice.', options: claude.guard(run, { ...options, hooks: own }) }),
    claude.counted(run, query({ prompt: 'Settle the invoice.', options: claude.guard(run, options) })),
    claude.resume(query, { prompt: 'Go on.', options: { ...claude.guard(run, options), resume: sessionId } }),
  ];
};
