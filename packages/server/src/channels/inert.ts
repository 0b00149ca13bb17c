/**
 * The one place where texts of others (agents, suppliers, customers, colleagues) are made harmless for a surface:
 * nothing in them may hide, turn around, mention, link, format, or push something else out of sight.
 */

/** Draws nothing although Unicode does not call it a format character, and selectors that change their neighbour. */
const blanks =
  '\\u034F\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u2800\\u3164\\uFFA0\\uFE00-\\uFE0F\\u{E0100}-\\u{E01EF}';
const unseen = new RegExp(`[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cn}\\p{Cs}\\u2028\\u2029${blanks}]`, 'u');
/** Joiners and selectors inside an emoji belong to its drawing. */
const emoji =
  /\p{Extended_Pictographic}\uFE0F?\p{Emoji_Modifier}?(?:\u200D\p{Extended_Pictographic}\uFE0F?\p{Emoji_Modifier}?)*/u;
const piece = new RegExp(`${emoji.source}|${unseen.source}`, 'gu');

const codePoint = (character: string): string =>
  `⟦U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟧`;

/** Invisible and direction-changing characters as their code points; line breaks stay. */
export const visible = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replace(piece, (found) => (found === '\n' || emoji.test(found) ? found : found === '\t' ? ' ' : codePoint(found)));

/** The same on one line: a value cannot pretend to be two. */
export const oneLine = (text: string): string => visible(text).replaceAll('\n', '⏎');

const words = /[\p{L}\p{M}\p{N}]+/gu;
const scripts = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
];

/** Why a reader could take it for something else: hidden characters, look-alikes of other scripts, unusual composition. */
export const deceptive = (text: string): string | null => {
  if (visible(text) !== text.replaceAll('\r\n', '\n').replaceAll('\t', ' ')) return 'invisible characters';
  if (text.normalize('NFC') !== text) return 'characters in an unusual composition';
  const mixed = (text.match(words) ?? []).some((word) => scripts.filter((script) => script.test(word)).length > 1);
  return mixed ? 'letters of different scripts in one word' : null;
};

/** At most `max` UTF-16 units, as vendors count, never half a character; says when something is missing. */
export const clip = (text: string, max: number): { text: string; whole: boolean } => {
  if (text.length <= max) return { text, whole: true };
  const end = /[\uD800-\uDBFF]/.test(text[max - 2] ?? '') ? max - 2 : max - 1;
  return { text: `${text.slice(0, Math.max(0, end))}…`, whole: false };
};

export const clipped = (text: string, max: number): string => clip(text, max).text;

/** Slack's mrkdwn: without `< > &` there is no mention, no link and no date; `*_~` and backticks lose their meaning. */
export const mrkdwn = (text: string): string =>
  visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[*_~`]/g, (mark) => ({ '*': '∗', _: '＿', '~': '∼', '`': 'ˋ' })[mark] ?? mark);

/** Markdown (Teams, mail): every mark that could begin something is escaped, addresses are cut from their scheme. */
export const markdown = (text: string): string =>
  visible(text)
    .replace(/[\\`*_{}[\]()#+\-.!|<>~&@$^=:"']/g, (mark) => (mark === '.' || mark === ':' ? mark : `\\${mark}`))
    .replace(/(https?|mailto|javascript|data|file|msteams):/gi, '$1\\:')
    .replace(/(www)\./gi, '$1\\.');

/** HTML (mail, ServiceNow journals). */
export const html = (text: string): string =>
  visible(text).replace(/[&<>"'[\]]/g, (character) => `&#${character.charCodeAt(0)};`);

/** Addresses that a mail program would make a link of, readable and dead; what is exact stays recognisable. */
export const defanged = (text: string): string =>
  text
    .replace(/(\w):\/\//g, '$1[:]//')
    .replace(/\b(javascript|data|mailto):/gi, '$1[:]')
    .replace(/\bwww\./gi, 'www[.]');
