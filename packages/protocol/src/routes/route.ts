/** What routes are made of: the shape of one, and the small schemas that many of them share. */
import { z } from 'zod';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
/** `agent`: API key. `person`: signed in. `any`: either. `public`: nobody. Rights within are checked by the route. */
export type Caller = 'agent' | 'person' | 'any' | 'public';

export type Route = {
  readonly method: Method;
  readonly path: string;
  readonly caller: Caller;
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodObject;
  readonly answer?: z.ZodType;
  /** What it answers with where that is not JSON. */
  readonly media?: 'text/event-stream' | 'text/calendar' | 'application/x-ndjson';
};

export const reason = z.string().min(1).max(2_000);
export const epoch = z.int().min(1).describe('the epoch you got at start or attach');
export const revision = z.int().min(0).describe('the revision you looked at');
export const stepName = z.string().min(1).max(120);
export const stepKey = z.string().min(1).max(200).describe('stable name of one intended effect, e.g. the tool-call id');
export const empty = z.strictObject({});
export const limit = z.coerce.number().int().min(1).max(200).default(50);
export const cursor = z.string().max(400).optional();
export const page = <T extends z.ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), next: z.string().nullable().describe('cursor of the next page') });
