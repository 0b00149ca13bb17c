// Mastra, with its snapshots in PostgreSQL. Between the regions: what an application writes. The rest is the scripted model.
import { readFileSync, writeFileSync } from 'node:fs';
import { guard, resumeData, runOptions } from '@belay/sdk/mastra';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { MastraLanguageModelV2Mock } from '@mastra/core/test-utils/llm-mock';
import { createTool } from '@mastra/core/tools';
import { PostgresStore } from '@mastra/pg';

const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
const saying = (text) => ({ content: [{ type: 'text', text }], finishReason: 'stop', usage, warnings: [] });
const calling = (calls) => ({
  content: calls.map(({ id, name, args }) => ({
    type: 'tool-call',
    toolCallId: id,
    toolName: name,
    input: JSON.stringify(args),
  })),
  finishReason: 'tool-calls',
  usage,
  warnings: [],
});

const scripted = (replies) => {
  const seen = [];
  const doGenerate = async ({ prompt }) => {
    seen.push(prompt);
    return replies.shift() ?? saying('done');
  };
  return { model: new MastraLanguageModelV2Mock({ doGenerate }), seen };
};

const toolsOf = (tools) =>
  Object.fromEntries(
    tools.map(({ name, description, schema, execute }) => [
      name,
      createTool({
        id: name,
        description,
        inputSchema: schema,
        execute: (args, { abortSignal }) => execute(args, abortSignal),
      }),
    ]),
  );

/** Mastra drops a snapshot when its run has ended; the copy stands for a storage that was restored. */
const table = 'mastra_workflow_snapshot';
const copyFile = ({ saved }) => `${saved}.snapshot`;
const keepCopy = async (storage, config, runId) => {
  const rows = await storage.db.any(`SELECT to_jsonb(s) AS row FROM ${table} s WHERE run_id = $1`, [runId]);
  writeFileSync(copyFile(config), JSON.stringify(rows.map(({ row }) => row)));
};
const restoreCopy = async (config) => {
  const storage = storageOf(config);
  for (const row of JSON.parse(readFileSync(copyFile(config), 'utf8')))
    await storage.db.none(`INSERT INTO ${table} SELECT * FROM jsonb_populate_record(null::${table}, $1::jsonb)`, [
      JSON.stringify(row),
    ]);
  await storage.close();
};
const storageOf = (config) => new PostgresStore({ id: 'snapshots', connectionString: config.checkpoints });

const go = async ({ run, tools: written, config }, replies, work) => {
  const { model, seen } = scripted(replies);
  const tools = toolsOf(written);
  const storage = storageOf(config);
  const clerkOf = (guarded) =>
    new Mastra({
      logger: false,
      storage,
      agents: { clerk: new Agent({ id: 'clerk', name: 'clerk', instructions: 'Pay.', model, tools: guarded }) },
    }).getAgent('clerk');
  // region one-line
  const agent = clerkOf(guard(run, tools));
  const result = await work(agent, runOptions(run));
  const paused = result.finishReason === 'suspended';
  if (paused) writeFileSync(config.saved, result.runId);
  // endregion
  if (result.error) throw result.error;
  if (paused) await keepCopy(storage, config, result.runId);
  return { paused, modelSaw: JSON.stringify(seen.at(-1)), modelCalls: seen.length };
};

export const start = (work) =>
  go(work, [calling(work.calls)], (agent, options) => agent.generate('Settle the invoice.', options));

export const resume = (work) =>
  go(work, [], (agent, options) =>
    agent.resumeGenerate(resumeData, { runId: readFileSync(work.config.saved, 'utf8'), ...options }),
  );

export const replay = async (work) => {
  await restoreCopy(work.config);
  return resume(work);
};
