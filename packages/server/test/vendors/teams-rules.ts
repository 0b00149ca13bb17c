/**
 * What Teams refuses and what it would make of texts: the Bot Connector's own definitions, the official schema of
 * Adaptive Cards 1.5, and the documented limits. Nothing here knows what sends to it.
 */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../contract/specs/teams/${name}`, import.meta.url), 'utf8'));

const ajv = new Ajv({ strict: false, validateSchema: false, validateFormats: false });
ajv.addSchema({ $id: 'connector', ...read('connector.schema.json') });
const { $schema: _draft, ...card } = read('adaptive-card.schema.json');
const adaptive = ajv.compile({ $id: 'card', ...card });
const definitions = {
  activity: ajv.compile({ $ref: 'connector#/definitions/Activity' }),
  conversation: ajv.compile({ $ref: 'connector#/definitions/ConversationParameters' }),
};

export type Value = Record<string, unknown>;
export const isObject = (value: unknown): value is Value =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const cardType = 'application/vnd.microsoft.card.adaptive';

/** Every object below a value, itself first, but for what buttons carry and how it refreshes: nobody sees that. */
export const objectsIn = (value: unknown): Value[] => {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  if (!isObject(value)) return [];
  return [
    value,
    ...Object.entries(value).flatMap(([name, inner]) =>
      name === 'data' || name === 'refresh' ? [] : objectsIn(inner),
    ),
  ];
};

export const inputsOf = (content: unknown): Value[] =>
  objectsIn(content).filter((one) => String(one.type).startsWith('Input.'));
export const actionsOf = (content: unknown): Value[] =>
  objectsIn(content).filter((one) => String(one.type).startsWith('Action.'));
export const cardsOf = (activity: Value): Value[] =>
  ((activity.attachments ?? []) as Value[])
    .filter((one) => one.contentType === cardType && isObject(one.content))
    .map((one) => one.content as Value);

const versionMost = 1.5;
const refreshMost = 60;
const actionsMost = 6;
const messageMost = 100 * 1_024;

const unique = (what: string, ids: unknown[]): string[] =>
  new Set(ids).size === ids.length ? [] : [`${what} is there twice: ${ids.join(', ')}`];

/** Teams' own additions to the official schema, taken out before it judges. */
const official = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(official);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (name === 'msteams' ? [] : [[name, official(inner)]])),
  );
};

const isTooMany = ({ type, actions }: Value): boolean =>
  (type === 'AdaptiveCard' || type === 'ActionSet') && Array.isArray(actions) && actions.length > actionsMost;

export const cardProblems = (content: unknown): string[] => {
  if (!adaptive(official(content))) return [`card: ${ajv.errorsText(adaptive.errors?.slice(0, 5))}`];
  const root = content as Value;
  const inputs = inputsOf(root);
  const users = isObject(root.refresh) ? root.refresh.userIds : undefined;
  return [
    ...(Number(root.version) > versionMost ? [`version ${String(root.version)} is not rendered`] : []),
    ...(Array.isArray(users) && users.length > refreshMost ? [`refresh for ${users.length} people`] : []),
    ...objectsIn(root)
      .filter(isTooMany)
      .map((one) => `${String(one.type)} has more than ${actionsMost} actions`),
    ...inputs.filter((one) => typeof one.id !== 'string' || one.id === '').map(() => 'an input without an id'),
    ...unique(
      'an input',
      inputs.map((one) => one.id),
    ),
    ...objectsIn(root)
      .filter((one) => one.type === 'TextBlock' && one.text === '')
      .map(() => 'an empty TextBlock'),
  ];
};

/** In UTF-16, as Teams counts. */
export const isTooLarge = (body: string): boolean => body.length * 2 > messageMost;

export const activityProblems = (activity: unknown): string[] => {
  if (!definitions.activity(activity)) return [`activity: ${ajv.errorsText(definitions.activity.errors)}`];
  const given = activity as Value;
  const empty =
    given.type === 'message' && !given.text && !((given.attachments ?? []) as Value[]).length
      ? ['a message without text or attachment']
      : [];
  return [
    ...(given.type === undefined ? ['an activity without a type'] : []),
    ...empty,
    ...cardsOf(given).flatMap(cardProblems),
  ];
};

export const conversationProblems = (given: unknown): string[] =>
  definitions.conversation(given) ? [] : [`conversation: ${ajv.errorsText(definitions.conversation.errors)}`];

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
