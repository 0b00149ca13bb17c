/**
 * Three hundred cards that stay the same: every state, many scripts, nothing to a megabyte in each place where others
 * write. What a renderer makes of them is held against its vendor's schema and limits.
 */
import type { Card, CardButton, CardState } from '../engine/delivery/cards.ts';

const states: readonly CardState[] = [
  'open',
  'claimed',
  'returned',
  'resolved',
  'cancelled',
  'waiting',
  'approved',
  'used',
  'rejected',
  'expired',
  'void',
];

/** Latin to Cuneiform; joined, combining, right to left, invisible, unpaired; and texts that want to act. */
const writings: readonly string[] = [
  'Zahlung prüfen: ß, Œ, ñ, ŷ',
  'Ελληνικά κείμενα',
  'Кириллица и ӝ',
  'हिन्दी क्षत्रिय',
  'தமிழ் நூல்',
  'ไทยไม่มีวรรค',
  'ខ្មែរ ភាសា',
  'မြန်မာ စာ',
  '漢字仮名交じり文',
  '한국어 조합형 한글',
  'العربية مع تشكيلٍ',
  'עברית עם נִקּוּד',
  'ქართული ენა',
  'Հայերեն գիր',
  'አማርኛ ፊደል',
  'ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ',
  '𒀀𒁁𒂂 𓀀𓀁 𝔘𝔫𝔦',
  '👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👍🏽 🇫🇷',
  'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉a̴l̶g̷o̸',
  '\u202Eevil\u2066 \u200B\u200D\uFEFF \u00AD',
  'lone \uD83D surrogate \uDE00',
  'tab\tline\nreturn\r\u0000\u0007\u001B[31m',
  '<!channel> <@U1> <https://a|b> &lt;',
  '*bold* _it_ `code` [a](https://b) ![x](https://c) {{DATE(2026)}}',
  'h1. title {code} [~accountid:1] | table |',
  '<script>alert(1)</script> <at>Bruno</at> [code]<b>x</b>[/code]',
  '',
  ' ',
];
const lengths: readonly number[] = [0, 1, 12, 75, 150, 255, 2_000, 3_001, 32_768, 100_000];
const megabyte = 1_048_576;
/** Where the megabyte stands, in the last cards. */
const places = [
  'title',
  'sentence',
  'who',
  'argument',
  'arguments',
  'fact',
  'facts',
  'also',
  'words',
  'until',
] as const;

/** A writing, again and again, until it is so many UTF-16 units long. */
const text = (writing: string, length: number): string =>
  (writing === '' ? 'x' : writing).repeat(Math.ceil(length / Math.max(1, writing.length))).slice(0, length);

const buttons: readonly CardButton[] = [
  { action: 'takeOver', label: 'Take over', confirm: null, needsArguments: false },
  { action: 'decline', label: 'Not mine', confirm: null, needsArguments: false },
  { action: 'return', label: 'Return with instructions', confirm: null, needsArguments: false },
  { action: 'edit', label: 'Edit, then allow', confirm: null, needsArguments: true },
  { action: 'resolve', label: 'Finish it myself', confirm: null, needsArguments: false },
  { action: 'release', label: 'Put it back', confirm: 'Others are asked again.', needsArguments: false },
  { action: 'approve', label: 'Approve', confirm: 'This cannot be undone.', needsArguments: true },
  { action: 'reject', label: 'Reject', confirm: null, needsArguments: false },
];

const at = <T>(all: readonly T[], n: number): T => all[n % all.length] as T;

const card = (n: number): Card => {
  const state = at(states, n);
  const writing = at(writings, Math.floor(n / 3));
  const write = (m: number): string => text(at(writings, Math.floor(n / 3) + m), at(lengths, n + m));
  const isCase = n % 11 < 5;
  return {
    subject: { kind: isCase ? 'case' : 'approval', id: `case_${n}` },
    runId: `run_${n}`,
    control: 'payment-approval',
    agentId: 'pay-bot',
    state,
    settled: !['open', 'claimed', 'waiting'].includes(state),
    revision: n,
    urgency: n % 100,
    title: write(0),
    sentence: write(1),
    who: write(2),
    until: n % 4 === 0 ? null : text(writing, at(lengths, n + 3)),
    dueAt: n % 4 === 0 ? null : n * 1_000_000_000,
    heldBy: state === 'claimed' ? { name: text(writing, 40), addresses: { jira: 'a', notion: 'b' } } : null,
    concerned: Array.from({ length: n % 70 }, (_, m) => ({
      name: text(writing, 40),
      addresses: { teams: `aad00000-2222-4333-8444-${String(m).padStart(12, '0')}` },
    })),
    step:
      n % 7 === 0
        ? null
        : {
            name: text(writing, 20),
            risk: at(['low', 'high'] as const, n),
            label: text(writing, 20),
            effect: at(['none', 'reversible', 'irreversible'] as const, n),
            digest: `sha256:${'0'.repeat(64)}`,
            arguments: Array.from({ length: n % 12 }, (_, m) => ({
              name: `argument${m}`,
              label: `argument${m}`,
              value: write(m),
            })),
          },
    facts: Array.from({ length: n % 9 }, (_, m) => ({
      label: text(writing, 12),
      value: write(m + 4),
      origin: at(['agent', 'lookup', null], m),
    })),
    also: Array.from({ length: n % 5 }, (_, m) => write(m + 5)),
    agentWords: n % 3 === 0 ? null : write(6),
    buttons: buttons.filter((_, m) => (n + m) % 3 !== 0),
    noSignature: null,
    urlLabel: 'Open in the inbox',
    url: `https://belay.example/cases/case_${n}`,
  };
};

const withMegabyte = (base: Card, n: number): Card => {
  const huge = text(at(writings, n), megabyte);
  const step = base.step ?? { name: 's', label: 's', risk: 'low', effect: 'none', digest: 'sha256:0', arguments: [] };
  switch (at(places, n)) {
    case 'title':
    case 'sentence':
    case 'who':
    case 'until':
      return { ...base, [at(places, n)]: huge };
    case 'argument':
      return { ...base, step: { ...step, arguments: [{ name: 'note', label: 'note', value: huge }] } };
    case 'arguments':
      return {
        ...base,
        step: {
          ...step,
          arguments: Array.from({ length: 4_096 }, (_, m) => ({
            name: `a${m}`,
            label: `a${m}`,
            value: huge.slice(0, 256),
          })),
        },
      };
    case 'fact':
      return { ...base, facts: [{ label: huge.slice(0, 1_000), value: huge, origin: null }] };
    case 'facts':
      return {
        ...base,
        facts: Array.from({ length: 1_024 }, () => ({ label: 'f', value: huge.slice(0, 1_024), origin: 'agent' })),
      };
    case 'also':
      return { ...base, also: [huge, huge.slice(0, 10)] };
    case 'words':
      return { ...base, agentWords: huge };
  }
};

const count = 300;
const hugeCount = 40;
export const corpusOfCards: readonly Card[] = Array.from({ length: count }, (_, n) =>
  n < count - hugeCount ? card(n) : withMegabyte(card(n), n),
);
