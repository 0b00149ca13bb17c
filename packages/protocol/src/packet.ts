/**
 * The packet: what a person sees of a step before they decide. Belay makes it from the control, the arguments and the
 * facts; nothing in it is the agent's description. Values travel beside their text, so that each surface can say them in
 * its reader's language.
 */
import { z } from 'zod';
import { digest, json, origin, outcomeKind } from './words.ts';

export const packetRow = z.strictObject({
  label: z.string().describe('what people call it'),
  name: z.string().nullable().describe('exact name of the fact, argument or rule; null: it has none'),
  text: z.string().describe('the value in words, in English'),
  value: json.describe('the value itself; null when it is missing or the row is a sentence'),
  type: z.string().nullable().describe('money, date, duration ...: how `value` is read; null: as text'),
  origin: origin.nullable(),
  source: z.string().nullable().describe('system of record, or the policy text that a rule cites'),
  problem: z.string().nullable().describe('why it could not be used'),
});
export type PacketRow = z.infer<typeof packetRow>;

export const attachment = z.strictObject({
  name: z.string().describe('name of the file'),
  mediaType: z.string(),
  bytes: z.int().nonnegative(),
  digest: digest.describe('sha256:<hex> of its bytes'),
});
export type Attachment = z.infer<typeof attachment>;

export const packetRule = z.strictObject({
  rule: z.string().nullable().describe('null: no rule but the house asks'),
  kind: outcomeKind,
  because: z.string(),
  cites: z.string().nullable(),
  read: z
    .array(z.strictObject({ name: z.string(), label: z.string(), text: z.string(), threshold: z.string() }))
    .describe('what made it fire: the value, and the threshold in words'),
});

export const packetView = z.strictObject({
  sentence: z.string().describe('the step in one line'),
  step: z.string().describe('what people call the step'),
  arguments: z.array(packetRow),
  attachments: z.array(attachment.extend({ argument: z.string() })),
  sections: z.array(z.strictObject({ section: z.string(), rows: z.array(packetRow) })),
  rules: z.array(packetRule),
  exceptional: z.array(z.string()).describe('what is unusual for this beneficiary or customer, one sentence each'),
  nearest: z
    .array(z.string())
    .optional()
    .describe(
      'the nearest change of one fact with which fewer people were needed, a sentence each; absent: not worked out',
    ),
  onYes: z.string().nullable().describe('what happens when it is approved'),
  onNo: z.string().nullable().describe('what happens when it is not'),
  completeness: z.strictObject({
    percent: z.int().min(0).max(100),
    least: z.int().min(0).max(100).nullable().describe('below this nobody can approve; null: the control sets none'),
    missing: z.array(z.strictObject({ label: z.string(), because: z.string() })),
  }),
});
export type PacketView = z.infer<typeof packetView>;
