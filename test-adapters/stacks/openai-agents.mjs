// OpenAI Agents SDK. Between the regions: what an application writes. The rest is the scripted model.
import { readFileSync, writeFileSync } from 'node:fs';
import { resume as answered, guard, runOptions } from '@belay/sdk/openai-agents';
import { Agent, Runner, RunState, tool } from '@openai/agents';
import { assistantMessage, functionCall, modelResponder, ScriptedModel } from '@openai/agents-core/testing';

const scripted = (replies) => {
  const seen = [];
  const turn = (reply) =>
    modelResponder(({ request }) => {
      seen.push(request.input);
      return reply;
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

const go = async ({ run, tools: written, config }, replies, inputFor) => {
  const { model, seen } = scripted(replies);
  const tools = toolsOf(written);
  // region one-line
  const agent = new Agent({ name: 'payables', model, tools: guard(run, tools) });
  const result = await runner.run(agent, await inputFor(agent), runOptions(run));
  const paused = result.interruptions.length > 0;
  if (paused) writeFileSync(config.saved, result.state.toString());
  // endregion
  return { paused, modelSaw: JSON.stringify(seen.at(-1)), modelCalls: seen.length };
};

export const start = (agent) => go(agent, [calling(agent.calls)], () => 'Settle the invoice.');

export const resume = (agent) =>
  go(agent, [], async (host) => answered(await RunState.fromString(host, readFileSync(agent.config.saved, 'utf8'))));
