/**
 * Weak facts from what customer and agent wrote. They are claims, found by words, and are declared so in the
 * control: no rule lets a step through because of them.
 */

const yes =
  /\b(yes|yeah|yep|sure|ok|okay|oui|sí|ja|confirm(ed|ing)?|correct|agreed?|proceed|go ahead|sounds good|looks? (good|perfect|correct))\b/i;

/** The customer's last words hold a word of agreement. */
export const confirms = (customer: string): boolean => yes.test(customer);

const paymentWord = /\b(card|visa|mastercard|amex|certificate|payment|pay|charge)\b/i;
const lastFour = /\b(?:ending (?:in|with)|ends (?:in|with)|last four(?: digits)?(?: are| is)?)\s*:?\s*(\d{4})\b/i;

/** Last four digits of the card in the customer's newest words about payment; null when those name none. */
export const namedCard = (customer: readonly string[]): string | null => {
  const newest = customer.findLast((words) => paymentWord.test(words));
  return newest?.match(lastFour)?.[1] ?? null;
};

const reasons: [string, RegExp][] = [
  ['airline', /\b(airline|you|they)( has| have)? cancell?ed\b|flight (was|got|has been) cancell?ed/i],
  [
    'healthOrWeather',
    /\b(sick|ill|illness|unwell|health|medical|surgery|hospital|injur\w+|doctor|fever|weather|storm|snow|hurricane)\b/i,
  ],
];

/** The reason for a cancellation as far as the customer's words tell; "other" is everything else. */
export const reasonGiven = (customer: readonly string[]): string =>
  reasons.find(([, pattern]) => customer.some((words) => pattern.test(words)))?.[0] ?? 'other';

const refusal =
  /\b(cannot|can't|can not|unable to|not able to|not possible|not eligible|not allowed|do(es)? not allow|doesn't allow|don't have (the )?(capability|ability|access))\b/i;

/** The agent tells the customer that something cannot be done. */
export const refuses = (agent: string): boolean => refusal.test(agent);

const topics: [string, RegExp][] = [
  ['compensation', /\b(compensat\w+|voucher|goodwill|gesture)\b/i],
  ['cancel', /\b(cancel|cancell?ing|cancell?ed|cancellation of)\b|\bticket cancell?ation\b/i],
  [
    'changeFlights',
    /\b(re-?schedul\w+|chang\w+ (the |their |his |her )?(dates?|flights?)|change[^.]{0,20} of a basic economy)\b/i,
  ],
  ['removeBags', /\bremov\w+ (a |the |one |\d )?(checked )?(bag|baggage|luggage)/i],
  ['passengers', /\b(passenger name|name on|(remov|add)\w* (a |the |one )?passenger|change (the |a )?passenger)/i],
  ['other', /\brefund (for|of)[^.]{0,40}\binsurance\b|\bwaive\b|\berror\b/i],
];

/** What a request to a human is about, as far as the agent's summary tells; "other" when nothing known is in it. */
export const topicsOf = (summary: string): string[] => {
  const found = topics.filter(([, pattern]) => pattern.test(summary)).map(([topic]) => topic);
  return found.length === 0 ? ['other'] : found;
};

/** The records named in the newest words that name any of them. */
export const namedIn = (words: readonly string[], ids: readonly string[]): string[] => {
  const newest = words.findLast((text) => ids.some((id) => text.includes(id)));
  return newest === undefined ? [] : ids.filter((id) => newest.includes(id));
};
