/** Reads and validates what comes in: bounded, strict JSON, no unknown field, and a hint at what was probably meant. */
import { didYouMean, type Json, parseStrict, problem } from '@belay/protocol';
import type { z } from 'zod';
import { Refused } from './problem.ts';

export const bodyBytesMax = 1_048_576;

const tooLarge = (): Refused => new Refused(problem('body_too_large', `A body may have ${bodyBytesMax} bytes.`));

/** The raw bytes of the body, never more of it in memory than allowed. */
export const readBytes = async (request: Request): Promise<Buffer> => {
  const announced = request.headers.get('content-length');
  if (Number(announced ?? 0) > bodyBytesMax) throw tooLarge();
  // Never longer than announced: the HTTP server cuts it there. Taken whole, because a stream costs more than a decision.
  if (announced !== null) return Buffer.from(await request.arrayBuffer());
  if (request.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > bodyBytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const readBody = async (request: Request): Promise<string> => {
  const bytes = await readBytes(request);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refused(problem('invalid_json', 'The body is not UTF-8.'));
  }
};

type Issue = z.core.$ZodIssue;

const knownKeys = (schema: z.ZodType, path: PropertyKey[]): string[] => {
  let at: unknown = schema;
  for (const key of path) {
    const shape = (at as { shape?: Record<PropertyKey, unknown> }).shape;
    const unwrapped = shape?.[key] ?? (at as { element?: unknown }).element;
    at = (unwrapped as { unwrap?: () => unknown } | undefined)?.unwrap?.() ?? unwrapped;
  }
  return Object.keys((at as { shape?: object } | undefined)?.shape ?? {});
};

const said = (issue: Issue, schema: z.ZodType): { path: string; message: string }[] => {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), message: issue.message }];
  const known = knownKeys(schema, issue.path);
  return issue.keys.map((key) => ({
    path: [...path, key].join('.'),
    message: `There is no field "${key}".${didYouMean(key, known)}`,
  }));
};

const check = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap((issue) => said(issue, schema));
  const detail = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join(' ');
  throw new Refused(problem('invalid_request', detail, { errors }));
};

/** A validated body, and the text it came from for its digest. */
export const parseBody = async <T>(schema: z.ZodType<T>, request: Request): Promise<{ value: T; json: Json }> => {
  const text = await readBody(request);
  const json = text.trim() === '' ? {} : parseStrict(text);
  return { value: check(schema, json), json };
};

export const parseQuery = <T>(schema: z.ZodType<T>, url: URL): T => check(schema, Object.fromEntries(url.searchParams));
