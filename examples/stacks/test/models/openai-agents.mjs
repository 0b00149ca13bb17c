// OpenAI Agents SDK: the framework's own test model, scripted.
import { readFileSync, writeFileSync } from 'node:fs';
import { createBelay } from '@belay/sdk';
import { guard, resume as resumed, runOptions } from '@belay/sdk/openai-agents';
import { Agent, Runner, RunState, tool, Usage } from '@openai/agents';
import { assistantMessage, functionCall, modelResponder, ScriptedModel } from '@openai/agents-core/testing';
import { goOn, settle } from '../../openai-agents.mjs';

const scripted = (replies, { tokens = 1 }) => {
  const seen = [];
  const turn = (reply) =>
    modelResponder(({ request }) => {
      seen.push(request.input);
      return { output: reply, usage: new Usage({ inputTokens: tokens, outputTokens: 1, totalTokens: tokens + 1 }) };
    });
  const turns = [...replies, [assistantMessage('done')], [assistantMessage('done')]];
  return { model: new ScriptedModel(turns.map(turn)), seen };
};

const calling = (calls) => calls.map(({ id, name, args }) => functionCall(name, args, { callId: id }));

const toolsOf = (tools) =>
  tools.map(({ name, description, schema, execute }) =>
    tool({
      name,
      description,
      parameters: schema,
      errorFunction: null,
      execute: (args, _context, details) => execute(args, details?.signal),
    }),
  );

const runner = new Runner({ tracingDisabled: true });

const go = async ({ tools, config, ...agent }, replies, work) => {
  const { model, seen } = scripted(replies, config);
  const { state } = await work({ ...agent, runner, model, tools: toolsOf(tools) });
  if (state !== null) writeFileSync(config.saved, state);
  return { paused: state !== null, modelSaw: JSON.stringify(seen.at(-1)), modelCalls: seen.length };
};

export const start = (agent) => go(agent, agent.turns.map(calling), settle);

export const resume = (agent) => go(agent, [], (host) => goOn(host, readFileSync(agent.config.saved, 'utf8')));

/** The same with a tool beside the guarded ones for which the host asks its own user. */
const beside =
  (inputFor) =>
  async ({ options, work, runner, model, tools, own }) => {
    const run = await createBelay(options).start(work);
    const asking = tool({ ...own, parameters: own.schema, needsApproval: true });
    const agent = new Agent({ name: 'payables', model, tools: [...guard(run, tools), asking] });
    const result = await runner.run(agent, await inputFor(agent), runOptions(run));
    return { state: result.interruptions.length > 0 ? result.state.toString() : null };
  };

export const startBeside = (agent) =>
  go(
    agent,
    agent.turns.map(calling),
    beside(() => 'Settle the invoice.'),
  );

/** Nobody has answered for the host's own tool yet. */
export const resumeBeside = (agent) => {
  const saved = readFileSync(agent.config.saved, 'utf8');
  return go(
    agent,
    [],
    beside(async (host) => resumed(await RunState.fromString(host, saved))),
  );
};
