/**
 * What every local vendor shares: a server on loopback that keeps a state, holds each call and each answer against the
 * vendor's own rules, and can be told to misbehave. Nothing here is written for Belay's adapters: a vendor below
 * follows its vendor's documents, and its rules come from outside (test/vendors), where the schemas are.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json, JsonObject } from '@belay/protocol';

export type Call = {
  method: string;
  path: string;
  query: Record<string, string>;
  /** names in lower case */
  headers: Record<string, string>;
  /** parsed JSON; null when there is none */
  body: Json;
};
export type Reply = { status: number; body?: unknown; headers?: Record<string, string> };

/** The vendor's schema and limits. What it says is wrong is a violation, and the call is refused. */
export type Judge = { ofCall(call: Call): string[]; ofReply(call: Call, reply: Reply): string[] };
export const lenient: Judge = { ofCall: () => [], ofReply: () => [] };

/** What the vendor does next, once for each; then it behaves again. */
export type Fault =
  | { kind: 'limit'; seconds: number }
  | { kind: 'error'; status: number }
  /** does it, and cuts the connection before it says so */
  | { kind: 'cut' }
  /** does not do it, and cuts */
  | { kind: 'hangUp' }
  /** does not do it, and never answers */
  | { kind: 'hang' }
  /** does it, later */
  | { kind: 'delay'; ms: number };
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
};

export type VendorServer = {
  origin: string;
  next(...faults: Fault[]): void;
  state(state: State): void;
  /** calls that reached the vendor, whatever became of them */
  calls(): number;
  violations: string[];
  close(): Promise<void>;
};

const read = async (request: IncomingMessage): Promise<Call> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const url = new URL(request.url ?? '/', 'http://localhost');
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
  );
  const json = (headers['content-type'] ?? '').includes('json') && text !== '';
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers,
    body: json ? (JSON.parse(text) as Json) : text === '' ? null : text,
  };
};

const write = (response: ServerResponse, { status, body, headers }: Reply): void => {
  const type = { 'content-type': 'application/json;charset=UTF-8' };
  response.writeHead(status, body === undefined ? headers : { ...type, ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
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

const serve = async (
  memory: Memory,
  { vendor, judge }: { vendor: Answers; judge: Judge },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const call = await read(request);
  memory.calls += 1;
  if (memory.state === 'down') return write(response, vendor.failed(503));
  if (memory.state === 'revoked') return write(response, vendor.revoked());
  const fault = vendor.writes(call) ? memory.faults.shift() : undefined;
  switch (fault?.kind) {
    case 'limit':
      return write(response, vendor.limited(fault.seconds));
    case 'error':
      return write(response, vendor.failed(fault.status));
    case 'hangUp':
      return void request.socket.destroy();
    case 'hang':
      return;
    case 'delay':
      await new Promise((resolve) => setTimeout(resolve, fault.ms));
      return write(response, judged(memory, vendor, judge, call));
    case 'cut':
      judged(memory, vendor, judge, call);
      return void request.socket.destroy();
    case undefined:
      write(response, judged(memory, vendor, judge, call));
  }
};

export const startVendorServer = async (vendor: Answers, judge: Judge, port = 0): Promise<VendorServer> => {
  const memory: Memory = { faults: [], state: 'up', calls: 0, violations: [] };
  const server = createServer((request, response) => {
    serve(memory, { vendor, judge }, request, response).catch((error: unknown) => {
      memory.violations.push(String(error));
      write(response, vendor.failed(500));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    next: (...faults) => void memory.faults.push(...faults),
    state: (state) => {
      memory.state = state;
    },
    calls: () => memory.calls,
    violations: memory.violations,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
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
