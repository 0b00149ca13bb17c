/** Cards of any kind for the tests of renderers: empty to huge, every state, every script, texts that want to act. */
import fc from 'fast-check';
import type { Card, CardButton } from '../engine/delivery/cards.ts';

const hostile = fc.constantFrom(
  '<!channel>',
  '<@U1>',
  '<https://a|b>',
  '\u202Eevil',
  'a\u200Bb',
  '\n\n',
  '',
  '`x`',
  '𝔘𝔫𝔦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👩‍👩‍👧',
  'Ωμέγα',
  'हिन्दी',
  '漢字',
  'عربى',
);
const short = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 60 }), hostile);
const long = fc.oneof(
  short,
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.integer({ min: 1, max: 100_000 }).map((n) => 'x'.repeat(n)),
  fc.integer({ min: 1, max: 2_000 }).map((n) => '👩‍👩‍👧'.repeat(n)),
);

const buttons: CardButton[] = [
  { action: 'takeOver', label: 'Take over', confirm: null, needsArguments: false },
  { action: 'decline', label: 'Not mine', confirm: null, needsArguments: false },
  { action: 'return', label: 'Return with instructions', confirm: null, needsArguments: false },
  { action: 'edit', label: 'Edit, then allow', confirm: null, needsArguments: true },
  { action: 'resolve', label: 'Finish it myself', confirm: null, needsArguments: false },
  { action: 'release', label: 'Put it back', confirm: 'Others are asked again.', needsArguments: false },
  { action: 'approve', label: 'Approve', confirm: 'This cannot be undone.', needsArguments: true },
  { action: 'reject', label: 'Reject', confirm: null, needsArguments: false },
];

const step = fc.record({
  name: short,
  risk: fc.constantFrom('low' as const, 'high' as const),
  label: short,
  effect: fc.constantFrom('none' as const, 'reversible' as const, 'irreversible' as const),
  digest: fc.constant(`sha256:${'0'.repeat(64)}`),
  arguments: fc.array(fc.record({ name: short, label: short, value: long }), { maxLength: 30 }),
});

export const anyCard: fc.Arbitrary<Card> = fc.record({
  subject: fc.record({
    kind: fc.constantFrom('case' as const, 'approval' as const),
    id: fc.constant('case_0123456789'),
  }),
  runId: fc.constant('run_1'),
  control: short,
  agentId: short,
  state: fc.constantFrom(
    'open' as const,
    'claimed' as const,
    'returned' as const,
    'resolved' as const,
    'cancelled' as const,
    'waiting' as const,
    'approved' as const,
    'used' as const,
    'rejected' as const,
    'expired' as const,
    'void' as const,
  ),
  settled: fc.boolean(),
  revision: fc.nat(),
  urgency: fc.nat(),
  title: long,
  sentence: long,
  who: long,
  until: fc.option(long),
  dueAt: fc.option(fc.integer({ min: 0, max: 4_102_444_800_000 })),
  heldBy: fc.option(
    fc.record({
      name: short,
      addresses: fc.constant({ jira: 'account-1', notion: 'user-1', servicenow: 'bruno.ferrari' }),
    }),
  ),
  concerned: fc.array(fc.record({ name: short, addresses: fc.uuid().map((teams) => ({ teams })) }), { maxLength: 90 }),
  step: fc.option(step),
  facts: fc.array(fc.record({ label: short, value: long, origin: fc.constantFrom('agent', 'lookup', null) }), {
    maxLength: 40,
  }),
  also: fc.array(long, { maxLength: 10 }),
  agentWords: fc.option(long),
  buttons: fc.subarray(buttons),
  noSignature: fc.constant(null),
  urlLabel: fc.constant('Open in the inbox'),
  url: fc.constant('https://belay.example/cases/case_0123456789'),
});
