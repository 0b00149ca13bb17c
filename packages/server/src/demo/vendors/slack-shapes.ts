/** Reading what stands in Slack: blocks, their texts, and what its mrkdwn makes of a text. */
export type Block = Record<string, unknown>;
export const isBlock = (value: unknown): value is Block =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every object below a value, itself first. */
export const objectsIn = (value: unknown): Block[] => {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  return isBlock(value) ? [value, ...Object.values(value).flatMap(objectsIn)] : [];
};

export const textsIn = (blocks: unknown): string[] =>
  objectsIn(blocks).flatMap((one) => (typeof one.text === 'string' ? [one.text] : []));

export const listOf = (value: unknown): Block[] => (Array.isArray(value) ? value.filter(isBlock) : []);
export const textOfBlock = (value: unknown): string =>
  isBlock(value) && typeof value.text === 'string' ? value.text : typeof value === 'string' ? value : '';

/** What Slack makes of a mrkdwn text: mentions, links, dates. */
export const activeIn = (mrkdwn: string): string[] => mrkdwn.match(/<(?:[!@#]|https?:|mailto:)[^>]*>/g) ?? [];
