/**
 * Passes a permitted call on to the server of the tools and tells Belay what became of it. The client gets the answer as
 * soon as it is there; the report follows. A call whose answer never came is reported as unknown, and never made again.
 */
import { digestOf, type GateAnswer, type JsonObject, type ReportResult } from '@belay/protocol';
import type { AnyRun } from './hold.ts';
import type { Answer, RpcError } from './json-rpc.ts';
import type { OpenCall, OpenCalls } from './open-calls.ts';
import type { ToolCall } from './request.ts';
import { editedText, notDone, withText } from './words.ts';

/** The server of the tools, as one client's call reaches it. */
export type Upstream = {
  /** sends the call on; rejects when no answer will come */
  call(params: JsonObject): Promise<Answer>;
  /** a request of the proxy's own */
  ask(method: string, params: JsonObject): Promise<Answer>;
};

/** `answer`: as the server gave it, to be passed on unchanged. */
export type Reply = { answer: Answer } | { result: JsonObject } | { error: RpcError };

export type Granted = Extract<GateAnswer, { kind: 'continue' }>;
type Round = { run: AnyRun; open: OpenCall; granted: Granted };

const largestRecorded = 32_768;
const longestError = 4_000;

const asksForInput = ({ result }: Answer): boolean => result?.resultType === 'input_required';

const errorIn = (result: JsonObject): string => {
  const parts = Array.isArray(result.content) ? result.content : [];
  const said = parts.flatMap((part) =>
    part !== null && typeof part === 'object' && 'text' in part ? [part.text] : [],
  );
  return said.join('\n').slice(0, longestError) || 'The tool said that it failed.';
};

/** What a repeated call with the same key will get; a large result is left out of the record. */
const recorded = (result: JsonObject): JsonObject =>
  JSON.stringify(result).length <= largestRecorded
    ? result
    : { content: [{ type: 'text', text: 'The result was too large to be kept.' }] };

const reportOf = ({ result, error, unsure, outside }: Answer, granted: Granted): ReportResult => {
  if (error !== undefined) {
    const said = `${error.code}: ${error.message}`.slice(0, longestError);
    if (unsure && granted.permit.token !== null) return { status: 'unknown', error: said };
    return { status: 'failed', error: said, ...(outside || unsure ? { outside: true } : {}) };
  }
  if (result?.isError === true) return { status: 'failed', error: errorIn(result) };
  return { status: 'done', value: recorded(result ?? {}) };
};

/** No connection was made, so nothing was sent. */
const neverSent = new Set(['ECONNREFUSED', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND']);

/** No answer will come. What was never sent, and what has no effect, is no question for a person: the world failed. */
const lost = (tool: string, granted: Granted, cause: unknown): { report: ReportResult; result: JsonObject } => {
  if (neverSent.has(String((cause as { code?: unknown }).code))) {
    const error = 'The server of the tools could not be reached.';
    return {
      report: { status: 'failed', error, outside: true },
      result: notDone(`${error} ${tool} was not carried out.`),
    };
  }
  const error = 'The server of the tools ended before it answered.';
  return {
    report: granted.permit.token === null ? { status: 'failed', error, outside: true } : { status: 'unknown', error },
    result: notDone(`The server ended before it answered. Whether ${tool} was carried out is not known.`),
  };
};

const roundName = ({ tool, arguments: args }: ToolCall, state: unknown): string =>
  digestOf([tool, args, typeof state === 'string' ? state : null]);

export const createCarryOut = (calls: OpenCalls) => {
  /** on their way, by the key of their step */
  const reports = new Map<string, Promise<void>>();
  /** calls that the server has answered with a question to its user: the same call comes again, under the same permit */
  const rounds = new Map<string, Round>();

  /** `carriedOut`: the arguments that were sent on; null when nothing was */
  const report = (run: AnyRun, key: string, result: ReportResult, carriedOut: JsonObject | null): void => {
    // The client's answer goes out first: making and sending the report would hold it up.
    const answered = new Promise<void>((resolve) => setImmediate(resolve));
    // A refused report means that control has moved: the next call learns it. What is not delivered, Belay asks about.
    const sent = answered.then(() => run.settle(key, result, carriedOut ?? undefined)).catch(() => {});
    reports.set(key, sent);
    void sent.finally(() => reports.get(key) === sent && reports.delete(key));
  };

  const carryOut = async (round: Round, call: ToolCall, params: JsonObject, upstream: Upstream): Promise<Reply> => {
    const { run, open, granted } = round;
    let answer: Answer;
    try {
      answer = await upstream.call({ ...params, name: open.tool, arguments: granted.arguments });
    } catch (cause) {
      const { report: ended, result } = lost(open.tool, granted, cause);
      report(run, open.key, ended, granted.arguments);
      calls.over(open);
      return { result };
    }
    if (asksForInput(answer)) {
      rounds.set(roundName(call, answer.result?.requestState), round);
      return { answer };
    }
    report(run, open.key, reportOf(answer, granted), granted.arguments);
    calls.over(open);
    if (answer.result === undefined || !granted.edited) return { answer };
    return { result: withText(answer.result, [editedText(granted.arguments)]) };
  };

  return {
    carryOut,
    /** What became of this step is told before anybody asks for it again: or a person would be asked about it. */
    told: async (key: string): Promise<void> => reports.get(key),
    /** The permit was given and is not used: the client went away meanwhile. */
    unused(run: AnyRun, open: OpenCall): Reply {
      const said = 'Not carried out: the client took the call back.';
      report(run, open.key, { status: 'failed', error: said }, null);
      calls.over(open);
      return { result: notDone(said) };
    },
    /** The further round of a call that has its permit already; null when there is none. */
    further(call: ToolCall, upstream: Upstream): Promise<Reply> | null {
      const name = roundName(call, call.params.requestState);
      const round =
        call.params.inputResponses === undefined && call.params.requestState === undefined
          ? undefined
          : rounds.get(name);
      if (round === undefined) return null;
      rounds.delete(name);
      if (round.run.signal.aborted) throw round.run.signal.reason;
      return carryOut(round, call, call.params, upstream);
    },
    anyUnanswered: () => rounds.size > 0,
    async end(): Promise<void> {
      const never: ReportResult = { status: 'failed', error: 'The server asked for input that never came.' };
      for (const { run, open, granted } of rounds.values()) report(run, open.key, never, granted.arguments);
      rounds.clear();
      await Promise.all(reports.values());
    },
  };
};

export type CarryOut = ReturnType<typeof createCarryOut>;
