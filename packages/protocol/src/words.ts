/**
 * The shared nouns of Belay, as they stand on the wire, in the database's JSON and in the evidence.
 * Every word here has a row in CONTEXT.md. Instants are ISO 8601 UTC strings on the wire.
 */
import { z } from 'zod';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export const json: z.ZodType<Json> = z.json() as unknown as z.ZodType<Json>;
export const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), json);

export const instant = z.string().describe('Instant, ISO 8601 UTC, e.g. 2026-11-23T09:30:00.000Z');
export const digest = z.string().describe('sha256:<hex> of the RFC 8785 canonical form');

/** Who did it. An agent acts with an API key, a person with a session or a linked account. */
export const actor = z.strictObject({
  kind: z.enum(['agent', 'person', 'system']),
  id: z.string(),
});
export type Actor = z.infer<typeof actor>;

/** Exact person, role or on-call schedule: `person:ann`, `role:treasury-lead`, `oncall:treasury`. */
export const target = z
  .string()
  .regex(/^(person|role|oncall):[A-Za-z0-9][A-Za-z0-9._-]*$/)
  .describe('person:ID, role:NAME or oncall:SCHEDULE');
export type Target = `person:${string}` | `role:${string}` | `oncall:${string}`;

export const origin = z
  .enum(['args', 'agent', 'system', 'lookup'])
  .describe('Where a fact comes from: arguments, claimed by the agent, counted by Belay, fetched');
export type Origin = z.infer<typeof origin>;

export const factView = z.strictObject({
  name: z.string(),
  value: json.describe('null when missing'),
  origin,
  source: z.string().nullable().describe('system of record, for lookups'),
  problem: z.string().nullable().describe('why the value could not be used'),
});
export type FactView = z.infer<typeof factView>;

/** What a fired rule asks for. Requirements accumulate; none is lost because a stricter one came first. */
export const requirement = z.strictObject({
  kind: z.enum(['handoff', 'forbid', 'approval', 'continue']),
  rule: z.string().nullable().describe('null: no rule but the house asks (outside policy, missing fact)'),
  because: z.string(),
  cites: z.string().nullable(),
  to: z.string().nullable().describe('handoff: ladder name or target'),
  by: z.string().nullable().describe('approval: name of the approval'),
  instead: z.string().nullable().describe('forbid: what the agent may do instead'),
});
export type Requirement = z.infer<typeof requirement>;

export const outcomeKind = z.enum(['continue', 'approval', 'handoff', 'forbid']);
export type OutcomeKind = z.infer<typeof outcomeKind>;

export const controlRef = z.strictObject({ name: z.string(), version: z.int(), digest });
export type ControlRef = z.infer<typeof controlRef>;

/** How and when a person showed who they are. */
export const signInView = z.strictObject({
  method: z.enum(['link', 'company']).describe('a one-time link, or the identity provider of the company'),
  at: instant.nullable().describe('when; null: nobody can say, and it counts as long ago'),
  issuer: z.string().nullable(),
  amr: z.array(z.string()).describe('methods that the provider names (RFC 8176)'),
  acr: z.string().nullable().describe('class of the authentication that the provider names'),
});
export type SignInView = z.infer<typeof signInView>;
