/** Notion's rules: the types of its own client as JSON Schema for calls and answers, and its documented limits. */
import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { type Call, type Judge, objectOf, type Reply, textOf } from '../../src/demo/vendors/vendor-server.ts';

const ajv = new Ajv({ strict: false });
const schema = (name: string): ValidateFunction =>
  ajv.compile(
    JSON.parse(readFileSync(new URL(`../contract/specs/notion/${name}.schema.json`, import.meta.url), 'utf8')),
  );

const calls = {
  createPage: schema('create-page'),
  updatePage: schema('update-page'),
  createComment: schema('create-comment'),
  append: schema('append'),
  query: schema('query'),
  updateDataSource: schema('update-data-source'),
};
const answers: Record<string, ValidateFunction> = {
  page: schema('page'),
  comment: schema('comment'),
  data_source: schema('data-source'),
  database: schema('database'),
  user: schema('user'),
};

const problemsOf = (check: ValidateFunction, value: unknown): string[] =>
  check(value)
    ? []
    : [
        (check.errors ?? [])
          .slice(0, 3)
          .map((one) => `${one.instancePath} ${one.message}`)
          .join(', '),
      ];

const objectsIn = (value: unknown): Record<string, unknown>[] => {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  if (typeof value !== 'object' || value === null) return [];
  return [value as Record<string, unknown>, ...Object.values(value).flatMap(objectsIn)];
};

/** Lengths of developers.notion.com/reference/request-limits. */
const limits = (body: unknown): string[] => {
  const size = Buffer.byteLength(JSON.stringify(body ?? null));
  return [
    ...(size > 500_000 ? [`a request of ${size} bytes`] : []),
    ...objectsIn(body).flatMap((one) => [
      ...(typeof one.content === 'string' && one.content.length > 2_000
        ? [`a text of ${one.content.length} characters of 2,000`]
        : []),
      ...(typeof one.url === 'string' && one.url.length > 2_000 ? ['a link of more than 2,000 characters'] : []),
      ...['rich_text', 'title', 'people', 'children'].flatMap((name) => {
        const list = one[name];
        return Array.isArray(list) && list.length > 100 ? [`${name} has ${list.length} of 100`] : [];
      }),
    ]),
  ];
};

/** The parameters of the client's method: the path's ids beside the body. */
const checkOf = ({ method, path, body }: Call): [ValidateFunction, unknown] | null => {
  const [, , room, id, part] = path.split('/');
  const given = objectOf(body);
  switch (`${method} ${room}${part === undefined ? '' : `/${part}`}`) {
    case 'POST pages':
      return [calls.createPage, given];
    case 'PATCH pages':
      return [calls.updatePage, { page_id: id, ...given }];
    case 'POST comments':
      return [calls.createComment, given];
    case 'PATCH blocks/children':
      return [calls.append, { block_id: id, ...given }];
    case 'POST data_sources/query':
      return [calls.query, { data_source_id: id, ...given }];
    case 'PATCH data_sources':
      return [calls.updateDataSource, { data_source_id: id, ...given }];
    default:
      return null;
  }
};

const ofCall = (call: Call): string[] => {
  const check = checkOf(call);
  return [...(check === null ? [] : problemsOf(...check)), ...limits(call.body)];
};

const ofReply = (_call: Call, { status, body }: Reply): string[] => {
  if (status >= 400) return [];
  const said = objectOf(body);
  const one = (value: unknown): string[] => {
    const check = answers[textOf(objectOf(value).object)];
    return check === undefined ? [] : problemsOf(check, value);
  };
  return Array.isArray(said.results) ? said.results.flatMap(one) : one(said);
};

export const notionJudge: Judge = { ofCall, ofReply };

/** What a reader could click or be called by. */
export const activeInRichText = (value: unknown): string[] =>
  objectsIn(value).flatMap((one) => [
    ...(one.type === 'mention' ? ['a mention'] : []),
    ...(typeof one.href === 'string' ? [one.href] : []),
  ]);
