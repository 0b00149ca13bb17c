// Mastra: the framework's own test model, scripted; snapshots in PostgreSQL.
import { readFileSync, writeFileSync } from 'node:fs';
import { MastraLanguageModelV2Mock } from '@mastra/core/test-utils/llm-mock';
import { createTool } from '@mastra/core/tools';
import { PostgresStore } from '@mastra/pg';
import { goOn, settle } from '../../mastra.mjs';
import { scriptedBy, toolsBy } from '../language-model.mjs';

const scripted = scriptedBy({
  Mock: MastraLanguageModelV2Mock,
  ended: (reason) => reason,
  used: (tokens) => ({ inputTokens: tokens, outputTokens: 1, totalTokens: tokens + 1 }),
});
const toolsOf = toolsBy((made, id) => createTool({ id, ...made }));

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

const go = async ({ tools, config, ...agent }, turns, work) => {
  const { model, seen } = scripted(turns, config);
  const storage = storageOf(config);
  const { result, runId } = await work({ ...agent, storage, model, tools: toolsOf(tools) });
  if (result.error) throw result.error;
  if (runId !== null) {
    writeFileSync(config.saved, runId);
    await keepCopy(storage, config, runId);
  }
  return { paused: runId !== null, modelSaw: JSON.stringify(seen.at(-1)), modelCalls: seen.length };
};

export const start = (agent) => go(agent, agent.turns, settle);

export const resume = (agent) => go(agent, [], (host) => goOn(host, readFileSync(agent.config.saved, 'utf8')));

export const replay = async (agent) => {
  await restoreCopy(agent.config);
  return resume(agent);
};
