/** Jira's rules: Atlassian's own description of its REST API for calls and answers, and what a document may contain. */
import { readFileSync } from 'node:fs';
import { type Document, OpenAPIBackend } from 'openapi-backend';
import { type Call, type Judge, objectOf, type Reply, textOf } from '../../src/demo/vendors/vendor-server.ts';

const definition = JSON.parse(
  readFileSync(new URL('../contract/specs/jira/openapi.json', import.meta.url), 'utf8'),
) as Document;
const formats = ['int32', 'int64', 'uri', 'date-time', 'date', 'email', 'binary', 'float', 'double', 'uuid'];

const api = new OpenAPIBackend({
  definition,
  quick: true,
  strict: false,
  validate: true,
  // An item without `toString` would be seen with the one of every object.
  ajvOpts: { strict: false, ownProperties: true, formats: Object.fromEntries(formats.map((name) => [name, true])) },
});

const nodes = new Set([
  'doc',
  'paragraph',
  'text',
  'hardBreak',
  'heading',
  'bulletList',
  'orderedList',
  'listItem',
  'codeBlock',
  'blockquote',
  'panel',
  'rule',
  'expand',
  'table',
  'tableRow',
  'tableHeader',
  'tableCell',
  'mention',
  'inlineCard',
  'status',
  'date',
  'emoji',
]);
const marks = new Set(['strong', 'em', 'code', 'link', 'strike', 'underline', 'subsup', 'textColor']);

/** What Jira says about a document (ADF): unknown nodes and marks, empty texts, marks within code. */
export const documentProblems = (document: unknown, inCode = false): string[] => {
  const { type, text, content, marks: given } = objectOf(document);
  const name = textOf(type);
  const wrongMarks = (Array.isArray(given) ? given.map((mark) => textOf(objectOf(mark).type)) : []).filter(
    (mark) => !marks.has(mark) || inCode,
  );
  return [
    ...(nodes.has(name) ? [] : [`there is no node ${name}`]),
    ...(name === 'text' && textOf(text) === '' ? ['an empty text'] : []),
    ...wrongMarks.map((mark) => `the mark ${mark} may not stand here`),
    ...(Array.isArray(content)
      ? content.flatMap((inner) => documentProblems(inner, inCode || name === 'codeBlock'))
      : []),
  ];
};

/** What a reader could click or be called by: mentions, cards, links. */
export const activeInDocument = (document: unknown): string[] => {
  const { type, content, marks: given } = objectOf(document);
  const here = ['mention', 'inlineCard'].includes(textOf(type)) ? [textOf(type)] : [];
  const links = (Array.isArray(given) ? given : []).filter((mark) => objectOf(mark).type === 'link');
  const inner = Array.isArray(content) ? content.flatMap(activeInDocument) : [];
  return [...here, ...links.map((link) => JSON.stringify(link)), ...inner];
};

const documentsIn = ({ body }: Call): unknown[] => {
  const { fields, body: comment } = objectOf(body);
  return [objectOf(fields).description, comment].filter((one) => one !== undefined && one !== null);
};

/** The service desk's approvals are not part of the platform's description. */
const described = (path: string): boolean => !path.startsWith('/rest/servicedeskapi/');

const requestOf = ({ method, path, query, headers, body }: Call) => ({ method, path, query, headers, body });

const ofCall = (call: Call): string[] => {
  if (!described(call.path))
    return call.method === 'GET' ? [] : ['an approval is answered by the person who is asked, never by an account'];
  const { valid, errors } = api.validateRequest(requestOf(call));
  const said = (errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  const tooLong = documentsIn(call).some((document) => JSON.stringify(document).length > 32_767);
  return [
    ...(valid ? [] : said.length > 0 ? said : ['Jira does not know this call']),
    ...documentsIn(call).flatMap((document) => documentProblems(document)),
    ...(tooLong ? ['a document of more than 32,767 characters'] : []),
  ];
};

const ofReply = (call: Call, { status, body }: Reply): string[] => {
  if (!described(call.path) || status >= 400 || body === undefined) return [];
  const operation = api.router.matchOperation(requestOf(call));
  // Its description names one link where Jira answers a list of them.
  if (operation?.operationId === undefined || operation.operationId === 'getRemoteIssueLinks') return [];
  const { errors } = api.validateResponse(body, operation.operationId, status);
  return (errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
};

/** Reads the description once; the same judge serves every site. */
export const jiraJudge = async (): Promise<Judge> => {
  await api.init();
  return { ofCall, ofReply };
};
