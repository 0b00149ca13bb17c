/**
 * What vendors' syntaxes would make of texts of others: mrkdwn, Markdown, HTML. What makes a text harmless to read
 * at all is the same everywhere (protocol/src/inert.ts).
 */
import { clipped, oneLine, visible } from '@belay/protocol';

export { clip, clipped, deceptive, oneLine, pieces, visible } from '@belay/protocol';

/** Making a text visible costs time for each of its characters: of a very long one only what could be shown is looked at. */
const looked = (text: string, max: number): string => clipped(text, 4 * max);
export const clippedText = (text: string, max: number): string => clipped(visible(looked(text, max)), max);
export const clippedLine = (text: string, max: number): string => clipped(oneLine(looked(text, max)), max);

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
