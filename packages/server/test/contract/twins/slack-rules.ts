/** Slack's rules for what is sent to it: its schema of blocks, its parameters of methods, its documented lengths. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import type { SlackJudge } from '../../../src/demo/vendors/slack.ts';
import { type Block, isBlock as isObject, objectsIn, textsIn } from '../../../src/demo/vendors/slack-shapes.ts';

const read = (name: string) => JSON.parse(readFileSync(new URL(`../specs/slack/${name}`, import.meta.url), 'utf8'));
const schema = read('blocks.schema.json');
type Parameter = { name: string; in: string; type: string; required?: boolean };
const methods: Record<string, Parameter[]> = read('methods.json');
/** Younger than the published specification; documented since. */
const younger: Record<string, string[]> = {
  'chat.postMessage': ['metadata'],
  'chat.update': ['metadata'],
  'chat.unfurl': ['unfurl_id', 'source'],
  'conversations.history': ['include_all_metadata'],
};

const ajv = new Ajv({ strict: false, allErrors: false });
ajv.addSchema(schema, 'slack');
const check = {
  blocks: ajv.compile({ $ref: 'slack#/definitions/SlackBlocks' }),
  modal: ajv.compile({ $ref: 'slack#/definitions/SlackModal' }),
};

const tooLong = (what: string, value: unknown, max: number): string[] => {
  const text = isObject(value) ? value.text : value;
  if (typeof text !== 'string') return [];
  return text.length > max
    ? [`${what} has ${text.length} characters of ${max}`]
    : text === ''
      ? [`${what} is empty`]
      : [];
};

const tooMany = (what: string, value: unknown, max: number): string[] =>
  Array.isArray(value) && (value.length > max || value.length === 0) ? [`${what}: ${value.length} of 1 to ${max}`] : [];

/** The lengths of docs.slack.dev/reference/block-kit. */
const lengths = (one: Block): string[] => {
  const ids = [...tooLong('block_id', one.block_id, 255), ...tooLong('action_id', one.action_id, 255)];
  switch (one.type) {
    case 'header':
      return [...ids, ...tooLong('header', one.text, 150)];
    case 'section':
      return [
        ...ids,
        ...tooLong('section', one.text, 3_000),
        ...tooMany('section fields', one.fields, 10),
        ...(Array.isArray(one.fields) ? one.fields.flatMap((field) => tooLong('section field', field, 2_000)) : []),
      ];
    case 'context':
      return [...ids, ...tooMany('context elements', one.elements, 10)];
    case 'actions':
      return [...ids, ...tooMany('actions', one.elements, 25)];
    case 'button':
      return [
        ...ids,
        ...tooLong('button', one.text, 75),
        ...tooLong('button value', one.value, 2_000),
        ...tooLong('button url', one.url, 3_000),
      ];
    case 'input':
      return [...ids, ...tooLong('input label', one.label, 2_000), ...tooLong('input hint', one.hint, 2_000)];
    case 'plain_text_input':
      return [...ids, ...tooLong('initial value', one.initial_value, 3_000)];
    case 'modal':
      return [
        ...tooLong('title', one.title, 24),
        ...tooLong('submit', one.submit, 24),
        ...tooLong('close', one.close, 24),
        ...tooLong('private_metadata', one.private_metadata, 3_000),
        ...tooLong('callback_id', one.callback_id, 255),
      ];
    default:
      if (isObject(one.confirm) && isObject(one.deny))
        return [
          ...tooLong('confirm title', one.title, 100),
          ...tooLong('confirm text', one.text, 300),
          ...tooLong('confirm', one.confirm, 30),
          ...tooLong('deny', one.deny, 30),
        ];
      if (isObject(one.text) && typeof one.value === 'string' && one.type === undefined)
        return tooLong('option', one.text, 75);
      return one.type === 'text' ? [...ids, ...tooLong('rich text', one.text, 10_000)] : ids;
  }
};

const sumMax = 13_200;

/** Problems of a list of blocks for a message (50 blocks) or a view (100). */
export const blockProblems = (blocks: unknown, most = 50): string[] => {
  if (!check.blocks(blocks)) return [`blocks: ${ajv.errorsText(check.blocks.errors)}`];
  const list = blocks as Block[];
  const ids = list.flatMap((block) => (typeof block.block_id === 'string' ? [block.block_id] : []));
  const actions = list
    .filter((block) => block.type === 'actions')
    .map((block) => (block.elements as Block[]).map((one) => one.action_id));
  const sum = textsIn(blocks).join('').length;
  return [
    ...tooMany('blocks', blocks, most),
    ...objectsIn(blocks).flatMap(lengths),
    ...(new Set(ids).size === ids.length ? [] : ['a block_id twice']),
    ...(actions.every((one) => new Set(one).size === one.length) ? [] : ['an action_id twice in one block']),
    ...(sum > sumMax ? [`msg_blocks_too_long: ${sum}`] : []),
  ];
};

export const viewProblems = (view: unknown): string[] => {
  if (!isObject(view)) return ['the view is no object'];
  const { blocks } = view;
  if (view.type === 'modal' && !check.modal(view)) return [`modal: ${ajv.errorsText(check.modal.errors)}`];
  return [...lengths(view), ...blockProblems(blocks, 100)];
};

/** Problems of the parameters of a call, as form fields. */
export const callProblems = (method: string, given: Record<string, string>): string[] => {
  const known = methods[method];
  if (known === undefined) return [`there is no method ${method}`];
  const names = [...known.map(({ name }) => name), ...(younger[method] ?? []), 'blocks'];
  const unfurlById = method === 'chat.unfurl' && given.unfurl_id !== undefined;
  return [
    ...known.filter((p) => p.required && given[p.name] === undefined && !unfurlById).map((p) => `${p.name} is missing`),
    ...Object.keys(given)
      .filter((name) => !names.includes(name))
      .map((name) => `there is no parameter ${name}`),
    ...known
      .filter(
        (p) => p.type === 'boolean' && given[p.name] !== undefined && !['true', 'false'].includes(given[p.name] ?? ''),
      )
      .map((p) => `${p.name} is not a boolean`),
  ];
};

const jsonOf = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text));

/** Everything that is wrong with one call. */
export const slackJudge: SlackJudge = (method, given) => {
  const found = method.startsWith('response_') ? [] : callProblems(method, given);
  if (given.blocks !== undefined) found.push(...blockProblems(jsonOf(given.blocks)));
  if (given.view !== undefined) found.push(...viewProblems(jsonOf(given.view)));
  if ((given.text ?? '').length > 4_000) found.push('text is longer than recommended');
  for (const one of Object.values((jsonOf(given.unfurls) ?? {}) as Record<string, Block>))
    found.push(...blockProblems(one.blocks));
  return found;
};
