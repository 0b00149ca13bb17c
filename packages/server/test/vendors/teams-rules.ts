/**
 * What Teams refuses and what it would make of texts: the Bot Connector's own definitions, the official schema of
 * Adaptive Cards 1.5, and the documented limits. Nothing here knows what sends to it.
 */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { cardsOf, inputsOf, isObject, objectsIn, type Value } from '../../src/demo/vendors/teams-shapes.ts';
import type { TeamsJudge } from '../../src/demo/vendors/teams-store.ts';

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

const versionMost = 1.5;
const refreshMost = 60;
const actionsMost = 6;

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

export const teamsJudge: TeamsJudge = {
  activity: activityProblems,
  conversation: conversationProblems,
  card: cardProblems,
};
export { activeIn, activeParts, textsIn } from '../../src/demo/vendors/teams-shapes.ts';
