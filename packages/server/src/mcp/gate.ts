/**
 * Decides one `tools/call`: asks Belay, and passes the call on only on an explicit `continue`, with exactly the
 * arguments that were permitted. Knows nothing of transports. What a client answers to a question decides nothing.
 */
import { digestOf, type GateAnswer, type JsonObject } from '@belay/protocol';
import { Fenced, type Ticket } from '@belay/sdk';
import type { CarryOut, Reply, Upstream } from './carry-out.ts';
import type { ChangedTools } from './changed-tool.ts';
import type { Definitions, Seen } from './definitions.ts';
import { invalidParams } from './json-rpc.ts';
import { type OpenCall, type OpenCalls, ticketOf } from './open-calls.ts';
import { callOf, envelopeOf, isStateless, opensAddresses, type ToolCall } from './request.ts';
import type { RequestState } from './request-state.ts';
import * as words from './words.ts';

export type GateParts = {
  definitions: Definitions;
  changed: ChangedTools;
  calls: OpenCalls;
  carry: CarryOut;
  state: RequestState;
  /** for whoever started the proxy */
  log(text: string): void;
};

/** One request of a client: the call, the way to the server, and the signal by which the client takes it back. */
type Asked = { call: ToolCall; upstream: Upstream; signal: AbortSignal };
type Waiting = { open: OpenCall; ticket: string; because: string; url: string };

const defaultWaitMs = 20_000;
const longestWaitMs = 50_000;
const mostPages = 100;

const forgedState = { error: { code: invalidParams, message: 'Invalid or expired requestState' } };

const waitMsOf = ({ seconds }: JsonObject): number =>
  typeof seconds === 'number' && seconds > 0 ? Math.min(seconds * 1_000, longestWaitMs) : defaultWaitMs;

/** Reads the server's tools when they are not known, or not any more. */
const learnTools = async ({ definitions }: GateParts, { call, upstream }: Asked): Promise<void> => {
  const _meta = envelopeOf(call.meta);
  let cursor: string | undefined;
  for (let page = 0; !definitions.current() && page < mostPages; page++) {
    const { result } = await upstream.ask('tools/list', {
      ...(Object.keys(_meta).length === 0 ? {} : { _meta }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (result === undefined) throw new Error('The server does not list its tools.');
    cursor = typeof result.nextCursor === 'string' ? result.nextCursor : undefined;
    definitions.page(result.tools ?? [], page === 0, cursor === undefined);
  }
};

const unusable = (tool: string, seen: Seen): Reply | null => {
  if (seen.kind === 'unknown') return { error: { code: invalidParams, message: `Unknown tool: ${tool}` } };
  if (seen.kind !== 'ambiguous') return null;
  const others = seen.others.join(', ');
  return {
    result: words.notDone(
      `Not done: ${tool} and ${others} are one step to the control. The operator maps them with --step.`,
    ),
  };
};

/** The waiting answer in the best form that this client understands. */
const waitingReply = ({ state }: GateParts, { call }: Asked, { open, ticket, because, url }: Waiting): Reply => {
  if (call.tool === words.waitTool || url === '' || !opensAddresses(call.meta))
    return { result: words.waitsText(open.tool, { ticket, because, url }) };
  const message = `A person decides whether ${open.tool} is carried out. ${because}`;
  const decision = { method: 'elicitation/create', params: { mode: 'url', message, url } };
  return {
    result: { resultType: 'input_required', inputRequests: { decision }, requestState: state.seal({ ticket }) },
  };
};

type Waits = Extract<GateAnswer, { kind: 'pause' | 'handoff' | 'inDoubt' }>;

const waitsOf = (answer: Waits): Ticket => ({
  kind: answer.kind,
  key: answer.key,
  caseId: answer.kind === 'pause' ? null : answer.caseId,
  approvalIds: answer.kind === 'pause' ? answer.approvalIds : [],
  url: answer.url,
  since: 0,
});

/** The call without what its client answered to us: that is not for the server. */
const ownRound = (asked: Asked): Asked => {
  const { requestState: _, inputResponses: __, ...params } = asked.call.params;
  return { ...asked, call: { ...asked.call, params } };
};

/** Asks for one call, and carries it out when it is permitted. */
const attempt = async (parts: GateParts, asked: Asked, open: OpenCall): Promise<Reply> => {
  const { definitions, changed, calls, carry } = parts;
  await learnTools(parts, asked);
  const seen = definitions.look(open.tool);
  const refused = unusable(open.tool, seen);
  if (refused !== null) return refused;
  const run = await open.hold.run();
  const ticket = ticketOf(run.id, open.key);
  if (seen.kind === 'changed') {
    open.waits = await changed.waitsFor(run, open.tool, seen);
    const because = `${open.tool} is no longer what it was when it was accepted.`;
    if (open.waits !== null) return waitingReply(parts, asked, { open, ticket, because, url: open.waits.url });
  }
  await carry.told(open.key);
  const answer = (await run.gate(open.step, open.arguments, { key: open.key, redeem: true })) as GateAnswer;
  switch (answer.kind) {
    case 'continue': {
      open.waits = null;
      if (asked.signal.aborted) return carry.unused(run, open);
      const { call, upstream } = asked;
      const params = call.tool === words.waitTool ? { ...open.params, _meta: call.meta } : call.params;
      return carry.carryOut({ run, open, granted: answer }, call, params, upstream);
    }
    case 'forbid':
      calls.over(open);
      return { result: words.forbiddenText(answer) };
    case 'done':
      calls.over(open);
      return { result: words.doneText(open.tool, answer) };
    case 'pause':
    case 'handoff':
    case 'inDoubt':
      open.waits = waitsOf(answer);
      return waitingReply(parts, asked, { open, ticket, because: answer.because, url: answer.url });
  }
};

/** Resolves when the call can be asked for anew, with null; or with why it still waits. */
const untilDecided = async (open: OpenCall, limit: AbortSignal): Promise<string | null> => {
  let why = 'Nobody has decided yet.';
  while (!limit.aborted) {
    try {
      const run = await open.hold.run();
      if (open.waits !== null) await run.wait(open.waits, { signal: limit });
      return null;
    } catch (error) {
      if (limit.aborted) break;
      if (!(error instanceof Fenced) || error.control.by !== 'person') throw error;
      why = `${error.control.name ?? 'A person'} has taken over and not given control back.`;
      await open.hold.untilReturned(limit);
    }
  }
  return why;
};

const waitThenAttempt = async (
  asked: Asked,
  open: OpenCall,
  ticket: string,
  waitMs: number,
  once: (open: OpenCall) => Promise<Reply>,
): Promise<Reply> => {
  const limit = AbortSignal.any([AbortSignal.timeout(waitMs), asked.signal]);
  if (open.waits === null) {
    const reply = await once(open);
    if (open.waits === null) return reply;
  }
  const why = await untilDecided(open, limit);
  return why === null ? once(open) : { result: words.stillWaitsText(open.tool, ticket, why) };
};

/** What a person said when giving control back goes with the first result after it. */
const withNews = (reply: Reply, { hold }: OpenCall): Reply => {
  const given = 'answer' in reply ? reply.answer.result : 'result' in reply ? reply.result : undefined;
  if (given === undefined || given.resultType === 'input_required') return reply;
  const news = hold.takeNews();
  return news === null ? reply : { result: words.withText(given, [words.instructionsText(news)]) };
};

/** The same call twice at once is one call: the second client request gets what the first one gets. */
const createOnce = () => {
  const underWay = new Map<string, Promise<Reply>>();
  return async (key: string, perform: () => Promise<Reply>): Promise<Reply> => {
    const same = underWay.get(key);
    if (same !== undefined) {
      const reply = await same;
      if (!('answer' in reply)) return reply;
      const { result, error } = reply.answer;
      return error === undefined ? { result: result ?? {} } : { error };
    }
    const performing = perform().finally(() => underWay.delete(key));
    underWay.set(key, performing);
    return performing;
  };
};

export type Gate = (params: JsonObject, upstream: Upstream, signal: AbortSignal) => Promise<Reply>;

export const createGate = (parts: GateParts): Gate => {
  const once = createOnce();

  const decide = async (asked: Asked): Promise<Reply> => {
    const { call, upstream } = asked;
    const performed = async (open: OpenCall, round = asked): Promise<Reply> =>
      withNews(await once(open.key, () => attempt(parts, round, open)), open);
    const recall = (ticket: string): Promise<OpenCall | null> =>
      parts.calls.recall(ticket, async () => {
        await learnTools(parts, asked);
        return parts.definitions.names();
      });

    if (call.tool === words.waitTool) {
      const { ticket } = call.arguments;
      const open = typeof ticket === 'string' ? await recall(ticket) : null;
      if (open === null || typeof ticket !== 'string')
        return { result: words.notDone(`No call waits under the ticket ${ticket}. Call the tool itself.`) };
      return waitThenAttempt(asked, open, ticket, waitMsOf(call.arguments), (again) => performed(again));
    }
    const { requestState } = call.params;
    const carried = typeof requestState === 'string' ? parts.state.open(requestState) : null;
    if (carried === 'forged') return forgedState;
    if (carried !== null) {
      const open = await recall(carried.ticket);
      const same = open?.tool === call.tool && digestOf(open.arguments) === digestOf(call.arguments);
      if (open === null || !same) return forgedState;
      const round = ownRound(asked);
      return waitThenAttempt(round, open, carried.ticket, defaultWaitMs, (again) => performed(again, round));
    }
    return parts.carry.further(call, upstream) ?? performed(parts.calls.enter(call));
  };

  return async (params, upstream, signal) => {
    const call = callOf(params);
    if (call === null)
      return { error: { code: invalidParams, message: 'A call has a name, and arguments that are an object.' } };
    const reply = await decide({ call, upstream, signal }).catch((error: unknown): Reply => {
      const result = words.refusalText(error);
      if (result === null) throw error;
      // The model cannot mend a wrong key or a name that is not there: whoever started the proxy reads it too.
      if (!(error instanceof Fenced)) parts.log(`${call.tool} was refused: ${(error as Error).message}`);
      return { result };
    });
    const complete = 'result' in reply && isStateless(call.meta) && reply.result.resultType === undefined;
    return complete ? { result: { ...reply.result, resultType: 'complete' } } : reply;
  };
};
