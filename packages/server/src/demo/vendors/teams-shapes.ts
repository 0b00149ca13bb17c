/** Reading what stands in Teams: cards, their buttons and texts, and what its Markdown makes of a text. */
export type Value = Record<string, unknown>;
export const isObject = (value: unknown): value is Value =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const cardType = 'application/vnd.microsoft.card.adaptive';

/** What nobody sees: what buttons carry, how a card refreshes, and what stands in for a button elsewhere. */
const unseen = ['data', 'refresh', 'fallback'];

/** Every object below a value that is seen, itself first. */
export const objectsIn = (value: unknown): Value[] => {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  if (!isObject(value)) return [];
  return [value, ...Object.entries(value).flatMap(([name, inner]) => (unseen.includes(name) ? [] : objectsIn(inner)))];
};

export const inputsOf = (content: unknown): Value[] =>
  objectsIn(content).filter((one) => String(one.type).startsWith('Input.'));
export const actionsOf = (content: unknown): Value[] =>
  objectsIn(content).filter((one) => String(one.type).startsWith('Action.'));
export const cardsOf = (activity: Value): Value[] =>
  ((activity.attachments ?? []) as Value[])
    .filter((one) => one.contentType === cardType && isObject(one.content))
    .map((one) => one.content as Value);

/** Verbs may have a prefix of the sender's: `x:takeOver` is `takeOver`. */
export const wordOf = (action: Value): string => {
  const data = isObject(action.data) ? action.data : {};
  const word = [action.verb, data.action, data.verb, action.id].find((one) => typeof one === 'string');
  return String(word ?? '').replace(/^.*:/, '');
};

const messageMost = 100 * 1_024;
/** In UTF-16, as Teams counts. */
export const isTooLarge = (body: string): boolean => body.length * 2 > messageMost;

/** What is escaped has lost its meaning; what is left can have one. */
const unescaped = (text: string): string => text.replace(/\\[\\`*_{}[\]()#+\-.!|<>~&@$^=:"']/g, '');
/** As it is read. */
const asRead = (text: string): string => text.replace(/\\([\\`*_{}[\]()#+\-.!|<>~&@$^=:"'])/g, '$1');

const markdownMarks = [
  /!?\[[^\]]*\]\([^)]*\)/g,
  /(\*\*|__)(?=\S).+?\1/g,
  /(?<![\w*])[*_](?=\S)[^*_\n]+[*_](?![\w*])/g,
  /`[^`]+`/g,
  /<\/?[a-z][^>]*>/gi,
  /\{\{(?:DATE|TIME)\([^)]*\)\}\}/g,
  /\bhttps?:\/\/\S+/gi,
];
/** Links, formats, mentions and dates that Teams makes of a markdown text. */
export const activeIn = (markdown: string): string[] =>
  markdownMarks.flatMap((mark) => unescaped(markdown).match(mark) ?? []);

/** `TextRun` and what is typed are shown as they are; these are not. */
const markdownOf = (one: Value): string[] => {
  if (one.type === 'TextBlock') return [String(one.text)];
  if (one.type === 'FactSet') return ((one.facts ?? []) as Value[]).flatMap((f) => [String(f.title), String(f.value)]);
  return [];
};

/** What of a card would do something, or load something, by itself or when somebody touches it. */
export const activeParts = (content: unknown, isOurs: (url: string) => boolean): string[] =>
  objectsIn(content).flatMap((one) => [
    ...markdownOf(one).flatMap(activeIn),
    ...(one.type === 'mention' || one.type === 'Image' || one.type === 'Media' ? [JSON.stringify(one)] : []),
    ...(typeof one.url === 'string' && !isOurs(one.url) ? [one.url] : []),
    ...(one.backgroundImage === undefined ? [] : [JSON.stringify(one.backgroundImage)]),
  ]);

const textOf = (one: Value): string[] => {
  switch (one.type) {
    case 'TextBlock':
      return [asRead(String(one.text))];
    case 'RichTextBlock':
      return [
        ((one.inlines ?? []) as unknown[]).map((run) => (isObject(run) ? String(run.text) : String(run))).join(''),
      ];
    case 'FactSet':
      return ((one.facts ?? []) as Value[]).map((f) =>
        asRead(`${String(f.title).replace(/:$/, '')}: ${String(f.value)}`),
      );
    case 'Input.Text':
    case 'Input.Toggle':
      return [String(one.label ?? one.title ?? '')];
    default:
      return [];
  }
};

/** A card as it is read, one line a text. */
export const textsIn = (content: unknown): string[] => objectsIn(content).flatMap(textOf);
export const plainText = asRead;
