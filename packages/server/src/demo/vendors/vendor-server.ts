/**
 * What every local vendor shares: a server on loopback that keeps a state, holds each call and each answer against the
 * vendor's own rules, and can be told to misbehave. Nothing here is written for Belay's adapters: a vendor below
 * follows its vendor's documents, and its rules come from outside (test/vendors), where the schemas are.
 */
import type { Json, JsonObject } from '@belay/protocol';
import { type Fault, listen, type Reply, send, under, type WireCall } from './faults.ts';
import { createCounter, type Limit } from './limits.ts';

export type { Fault, Reply };

export type Call = {
  method: string;
  path: string;
  query: Record<string, string>;
  /** names in lower case */
  headers: Record<string, string>;
  /** parsed JSON; null when there is none */
  body: Json;
};

/** The vendor's schema and limits. What it says is wrong is a violation, and the call is refused. */
export type Judge = { ofCall(call: Call): string[]; ofReply(call: Call, reply: Reply): string[] };
export const lenient: Judge = { ofCall: () => [], ofReply: () => [] };

export type State = 'up' | 'down' | 'revoked';

/** How one vendor answers, in its own words. */
export type Answers = {
  answer(call: Call): Reply;
  /** scripted faults meet these calls only */
  writes(call: Call): boolean;
  limited(seconds: number): Reply;
  failed(status: number): Reply;
  revoked(): Reply;
  refused(problems: string[]): Reply;
  /** the rates it documents */
  limits: readonly Limit<Call>[];
};

export type VendorServer = {
  origin: string;
  next(...faults: Fault[]): void;
  state(state: State): void;
  /** calls that reached the vendor, whatever became of them */
  calls(): number;
  violations: string[];
  /** from now on it keeps to the rates it documents */
  countBy(now: () => number): void;
  exceeded: string[];
  close(): Promise<void>;
};

const callOf = ({ method, path, query, body, request }: WireCall): Call => {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
  );
  const json = (headers['content-type'] ?? '').includes('json') && body !== '';
  const given = json ? (JSON.parse(body) as Json) : body === '' ? null : body;
  return { method, path, query: Object.fromEntries(query), headers, body: given };
};

type Memory = { faults: Fault[]; state: State; calls: number; violations: string[] };

const judged = (memory: Memory, vendor: Answers, judge: Judge, call: Call): Reply => {
  const name = `${call.method} ${call.path}`;
  const wrong = judge.ofCall(call);
  memory.violations.push(...wrong.map((problem) => `${name}: ${problem}`));
  if (wrong.length > 0) return vendor.refused(wrong);
  const reply = vendor.answer(call);
  // The vendor's own mistake: what it says is not what its schema says.
  memory.violations.push(...judge.ofReply(call, reply).map((problem) => `answer to ${name}: ${problem}`));
  return reply;
};

export const startVendorServer = async (vendor: Answers, judge: Judge, port = 0): Promise<VendorServer> => {
  const memory: Memory = { faults: [], state: 'up', calls: 0, violations: [] };
  const counter = createCounter(vendor.limits);
  const { origin, close } = await listen(async (wireCall, response) => {
    const wire = { request: wireCall.request, response };
    memory.calls += 1;
    if (memory.state === 'down') return send(response, vendor.failed(503));
    if (memory.state === 'revoked') return send(response, vendor.revoked());
    try {
      const call = callOf(wireCall);
      const fault = counter.over(call) ?? (vendor.writes(call) ? memory.faults.shift() : undefined);
      await under(fault, vendor, wire, () => judged(memory, vendor, judge, call));
    } catch (error) {
      memory.violations.push(String(error));
      send(response, vendor.failed(500));
    }
  }, port);
  return {
    origin,
    next: (...faults) => void memory.faults.push(...faults),
    state: (state) => {
      memory.state = state;
    },
    calls: () => memory.calls,
    violations: memory.violations,
    countBy: counter.countBy,
    exceeded: counter.exceeded,
    close,
  };
};

/** What a vendor sends to us, signed, in the order it happened. */
export type Callback = { headers: Record<string, string>; body: string };

/**
 * Callbacks wait here until somebody takes them: in order, each twice, or last first; late is to take them later.
 * With `deliver` they go out by themselves.
 */
export const createCallbacks = () => {
  let waiting: Callback[] = [];
  let deliver: ((callback: Callback) => void) | null = null;
  return {
    send: (callback: Callback): void => {
      if (deliver === null) waiting.push(callback);
      else deliver(callback);
    },
    take: (how: 'inOrder' | 'twice' | 'reversed' = 'inOrder'): Callback[] => {
      const taken = waiting;
      waiting = [];
      if (how === 'reversed') return taken.reverse();
      return how === 'twice' ? taken.flatMap((one) => [one, { ...one }]) : taken;
    },
    deliverBy: (by: (callback: Callback) => void): void => {
      deliver = by;
    },
  };
};
export type Callbacks = ReturnType<typeof createCallbacks>;

/** Reading a body without trusting its shape. */
export const objectOf = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
