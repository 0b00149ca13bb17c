/**
 * The calls that were let in and are not over. MCP has no lasting name for a call, so each gets a key here; the same call
 * made again while it waits for a person is that call, and not another one. What an earlier process let in is read from
 * the run's timeline.
 */
import { digestOf, type Json, type JsonObject } from '@belay/protocol';
import type { Ticket } from '@belay/sdk';
import type { Hold } from './hold.ts';
import { isObject } from './json-rpc.ts';
import type { ToolCall } from './request.ts';
import type { StepOf } from './steps.ts';
import type { Timeline } from './timeline.ts';

export type OpenCall = {
  hold: Hold;
  key: string;
  tool: string;
  step: string;
  arguments: JsonObject;
  /** what is sent to the server of the tools, but for the arguments */
  params: JsonObject;
  /** what a person has to decide first */
  waits: Ticket | null;
};

export type OpenCalls = {
  /** the waiting call that this one repeats, or a new one */
  enter(call: ToolCall): OpenCall;
  /** the call of a ticket, also of an earlier process; null when there is none */
  recall(ticket: string, tools: () => Promise<string[]>): Promise<OpenCall | null>;
  over(call: OpenCall): void;
  /** does any call wait for a person? */
  anyWaiting(): boolean;
};

export type Holds = { main: Hold; of(runId: string): Promise<Hold> };

const nameOf = ({ tool, arguments: args }: { tool: string; arguments: JsonObject }): string => digestOf([tool, args]);

export const ticketOf = (runId: string, key: string): string => `${runId}/${key}`;

const split = (ticket: string): { runId: string; key: string } => {
  const at = ticket.indexOf('/');
  return { runId: ticket.slice(0, at), key: ticket.slice(at + 1) };
};

/** The last time that the gate was asked with this key. */
const askedWith = async (timeline: Timeline, runId: string, key: string): Promise<JsonObject | null> => {
  let asked: JsonObject | null = null;
  for await (const { type, event } of timeline.entries(runId))
    if (type === 'StepGated' && event.key === key) asked = event;
  return asked;
};

export const createOpenCalls = (holds: Holds, timeline: Timeline, stepOf: StepOf, newKey: () => string): OpenCalls => {
  const byKey = new Map<string, OpenCall>();
  const byName = new Map<string, OpenCall>();

  const keep = (call: OpenCall): OpenCall => {
    byKey.set(call.key, call);
    return call;
  };

  const fromTimeline = async (ticket: string, tools: () => Promise<string[]>): Promise<OpenCall | null> => {
    const { runId, key } = split(ticket);
    const asked = runId === '' ? null : await askedWith(timeline, runId, key).catch(() => null);
    if (asked === null) return null;
    const { step, arguments: args } = asked as { step: string; arguments: Json };
    const tool = (await tools()).find((name) => stepOf(name) === step);
    if (tool === undefined || !isObject(args)) return null;
    return { hold: await holds.of(runId), key, tool, step, arguments: args, params: { name: tool }, waits: null };
  };

  return {
    enter(call) {
      const { tool, arguments: args } = call;
      const named = call.key === null ? undefined : byKey.get(call.key);
      const waiting = call.key === null ? byName.get(nameOf(call)) : undefined;
      if (named !== undefined && nameOf(named) === nameOf(call)) return named;
      if (waiting !== undefined && waiting.waits !== null) return waiting;
      const { arguments: _, inputResponses: __, requestState: ___, ...params } = call.params;
      const key = call.key ?? newKey();
      const entered: OpenCall = {
        hold: holds.main,
        key,
        tool,
        step: stepOf(tool),
        arguments: args,
        params,
        waits: null,
      };
      byName.set(nameOf(call), entered);
      return keep(entered);
    },
    recall: async (ticket, tools) => {
      const known = byKey.get(split(ticket).key);
      if (known !== undefined) return known;
      const found = await fromTimeline(ticket, tools);
      return found === null ? null : keep(found);
    },
    over(call) {
      byKey.delete(call.key);
      if (byName.get(nameOf(call)) === call) byName.delete(nameOf(call));
    },
    anyWaiting: () => [...byKey.values()].some((call) => call.waits !== null),
  };
};
