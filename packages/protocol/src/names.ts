/** Names of a control as people say them, wherever they stand: one way for the page, the packet, the cards and the inbox. */
import type { PacketView } from './packet.ts';

const abbreviations = new Set(
  'api bic crm csv erp eta gdpr html http https iban id ip kyc pdf pii po sku sla sms sql ssn tin ui url utc vat'.split(
    ' ',
  ),
);

const sayWord = (word: string): string => {
  const small = word.toLowerCase();
  if (abbreviations.has(small)) return small.toUpperCase();
  return small.endsWith('s') && abbreviations.has(small.slice(0, -1)) ? `${small.slice(0, -1).toUpperCase()}s` : small;
};

/**
 * `beneficiary.ibanChangedDays` is "beneficiary IBAN changed days"; `args.` is left out, `release-payment` becomes
 * "release payment". As in the middle of a sentence. What is no name but somebody's text stays as it is.
 */
export const sayName = (name: string): string => {
  if (!/^[\w.-]+$/.test(name)) return name;
  const words = name
    .replace(/^args\./, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z]{2})/g, '$1 $2')
    .split(/[\s._-]+/)
    .filter((word) => word !== '')
    .map(sayWord);
  return words.join(' ').replace(/\bsign off\b/, 'sign-off') || name;
};

/** What its author calls it, or its name in words. */
export const labelOf = ({ name, label }: { name: string; label?: string | undefined }): string =>
  label ?? sayName(name);

/** What this fact or argument is called in the packet; what the packet does not show, by its name in words. */
export const labelIn = (packet: PacketView | null, name: string): string => {
  if (packet === null) return sayName(name);
  const { arguments: args, sections, rules } = packet;
  const named = [...args, ...sections.flatMap(({ rows }) => rows), ...rules.flatMap(({ read }) => read)];
  return labelOf({ name, label: named.find((one) => one.name === name)?.label });
};

/** "finance operations", "whoever is on call for treasury", "ann". What is no target stays as it is. */
export const sayTarget = (target: string): string => {
  const [, kind, name = ''] = /^(person|role|oncall):(.+)$/.exec(target) ?? [];
  if (kind === 'oncall') return `whoever is on call for ${sayName(name)}`;
  if (kind === 'role') return sayName(name);
  return kind === 'person' ? name : target;
};

/** Under a title that says the beginning of it already: under "Beneficiary", "beneficiary age days" is "age days". */
export const labelUnder = (title: string, label: string): string => {
  const start = `${title.toLowerCase()} `;
  return title !== '' && label.toLowerCase().startsWith(start) ? label.slice(start.length) : label;
};

/** In words, and exactly where the words are not the name: "invoice ID (invoiceId)". */
export const labelAndName = (label: string, name: string): string => (label === name ? name : `${label} (${name})`);

/** As a sentence or a heading begins. */
export const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
