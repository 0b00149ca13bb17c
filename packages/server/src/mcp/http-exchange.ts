/** One HTTP exchange with the server of the tools: what is sent on, and its answer as JSON, as events, or as neither. */
import http from 'node:http';
import https from 'node:https';
import type { JsonObject } from '@belay/protocol';

export type Headers = http.IncomingHttpHeaders;

/** Belong to one connection, or are made anew; a body that is read here must not be compressed. */
const notPassedOn = new Set([
  'host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'accept-encoding',
  'upgrade',
  'te',
  'trailer',
]);

export const passedOn = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !notPassedOn.has(name)));

/** Since 2026-07-28 headers repeat what the body says; those of another message would contradict it. */
export const headersFor = (headers: Headers, method: string, params: JsonObject): Headers => {
  if (headers['mcp-method'] === undefined) return headers;
  const { name } = params;
  const kept = Object.entries(headers).filter(([key]) => key !== 'mcp-name' && !key.startsWith('mcp-param-'));
  const named = typeof name === 'string' ? { 'mcp-name': name } : {};
  return { ...Object.fromEntries(kept), 'mcp-method': method, ...named };
};

export type Sent = { url: URL; method: string; headers: Headers; body: string | null; signal: AbortSignal };

const agents = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({ keepAlive: true }),
};

export const send = ({ url, method, headers, body, signal }: Sent): Promise<http.IncomingMessage> =>
  new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:';
    const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const request = (secure ? https : http).request(
      url,
      { method, headers: { ...passedOn(headers), ...length }, agent: agents[secure ? 'https:' : 'http:'], signal },
      resolve,
    );
    request.on('error', reject);
    request.end(body ?? undefined);
  });

export const isEventStream = ({ headers }: http.IncomingMessage): boolean =>
  headers['content-type']?.startsWith('text/event-stream') ?? false;

const formType = /^application\/x-www-form-urlencoded(?:\s*;\s*charset=utf-8)?$/i;
/** Also behind what decoders drop, and in other encodings. */
const likeMessage = /^[\s\0\ufeff\ufffd]*[{[]/;

/** A form and nothing else (signing in), however the server reads types and addresses: never a message that was dressed up. */
export const isForm = (headers: Headers, body: string): boolean =>
  formType.test(headers['content-type'] ?? '') && headers['content-encoding'] === undefined && !likeMessage.test(body);

export const isJson = (headers: Headers): boolean => headers['content-type']?.startsWith('application/json') ?? false;

export const bodyOf = async (
  message: http.IncomingMessage,
  limit = Number.POSITIVE_INFINITY,
): Promise<string | null> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};
