/**
 * JSON-RPC as MCP speaks it, in both eras, without an SDK: the proxy must pass on what it does not know. What a client
 * sends is read strictly, because a message that two programs read differently would be approved as one and run as other.
 */
import type { Readable } from 'node:stream';
import { CanonicalError, type Json, type JsonObject, parseStrict } from '@belay/protocol';

export type MessageId = string | number;
export type RpcError = { code: number; message: string; data?: Json };
/** What the server of the tools answered, and the text it came in. */
export type Answer = {
  text: string;
  result?: JsonObject;
  error?: RpcError;
  /** it failed in a way that does not tell whether the call was carried out */
  unsure?: true;
  /** its server was down or busy and took no call: a failure of the world, not of the agent */
  outside?: true;
};

/** Longest message of a client; the gate takes smaller ones still. */
const longestMessage = 16 * 1024 * 1024;

export const parseError = -32700;
export const invalidRequest = -32600;
export const invalidParams = -32602;
export const internalError = -32603;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const objectOr = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

/** A message of a client, or why it is none. */
export const readStrictly = (text: string): { message: JsonObject } | { error: RpcError } => {
  try {
    const value = parseStrict(text, longestMessage);
    if (isObject(value)) return { message: value };
    return { error: { code: invalidRequest, message: 'Send one JSON-RPC message at a time, not a batch.' } };
  } catch (error) {
    if (!(error instanceof CanonicalError)) throw error;
    return { error: { code: parseError, message: error.message } };
  }
};

/** A message of the server; null when it is not one. */
export const readLoosely = (text: string): JsonObject | null => {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
};

export const idOf = (message: JsonObject): MessageId | null => {
  const { id } = message;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
};

/** An answer to a request, as opposed to a request or notification of the server's own. */
export const answerOf = (message: JsonObject, text: string): Answer | null => {
  if (message.method !== undefined || message.id === undefined) return null;
  if (isObject(message.error)) return { text, error: message.error as unknown as RpcError };
  return isObject(message.result) ? { text, result: message.result } : null;
};

export const resultText = (id: MessageId, result: JsonObject): string => JSON.stringify({ jsonrpc: '2.0', id, result });

export const errorText = (id: MessageId | null, error: RpcError): string =>
  JSON.stringify({ jsonrpc: '2.0', id, error });

/** Calls `onLine` for each line; resolves when the stream has ended. */
export const eachLine = (stream: Readable, onLine: (line: string) => void): Promise<void> =>
  new Promise((resolve) => {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      const lines = chunk.split('\n');
      lines[0] = rest + (lines[0] ?? '');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    });
    stream.on('close', resolve);
    stream.on('end', resolve);
    stream.on('error', () => resolve());
  });
