/** The OpenAPI document and the page that shows it, both made from the table of routes. */
import { errorCatalogue, routes } from '@belay/protocol';
import { z } from 'zod';

type Schema = Record<string, unknown>;
const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Schema => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Schema;
  return rest;
};

type Route = {
  method: string;
  path: string;
  caller: string;
  summary: string;
  body?: z.ZodType;
  query?: z.ZodObject;
  answer?: z.ZodType;
  media?: string;
};

const security = {
  agent: [{ apiKey: [] }],
  person: [{ session: [] }],
  any: [{ apiKey: [] }, { session: [] }],
  public: [],
};

const parametersOf = ({ path, query }: Route): Schema[] => {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: schemaOf(schema as z.ZodType, 'input'),
  }));
  return [...inPath, ...inQuery];
};

const operation = (name: string, route: Route): Schema => ({
  operationId: name,
  summary: route.summary,
  security: security[route.caller as keyof typeof security],
  parameters: parametersOf(route),
  ...(route.body === undefined
    ? {}
    : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body, 'input') } } } }),
  responses: {
    '200': {
      description: 'OK',
      content: route.media
        ? { [route.media]: { schema: { type: 'string' } } }
        : { 'application/json': { schema: route.answer === undefined ? {} : schemaOf(route.answer, 'output') } },
    },
    default: {
      description: 'A problem (RFC 9457)',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  },
});

const problemSchema: Schema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'remedy', 'retryable'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    remedy: { type: 'string' },
    retryable: { type: 'boolean' },
    code: { type: 'string', enum: Object.keys(errorCatalogue) },
  },
};

export const openapi = (version: string): Schema => {
  const paths: Record<string, Schema> = {};
  for (const [name, route] of Object.entries(routes) as [string, Route][]) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Belay',
      version,
      description: 'The escalation control for AI employees.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'belay_session' },
      },
      schemas: { Problem: problemSchema },
    },
  };
};

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);
const block = (title: string, schema: z.ZodType | undefined, io: 'input' | 'output'): string =>
  schema === undefined
    ? ''
    : `<h4>${title}</h4><pre>${escapeHtml(JSON.stringify(schemaOf(schema, io), null, 2))}</pre>`;

const section = ([name, route]: [string, Route]): string =>
  `<details id="${name}"><summary><b>${route.method}</b> <code>${escapeHtml(route.path)}</code> <span>${escapeHtml(route.summary)}</span></summary>
   <p>Called by: ${route.caller === 'any' ? 'agents and people' : route.caller}</p>${block('Query', route.query, 'input')}${block('Body', route.body, 'input')}${block('Answer', route.answer, 'output')}</details>`;

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
pre{overflow:auto;padding:1rem;border:1px solid #8884;border-radius:8px;font-size:13px}details{border-bottom:1px solid #8884;padding:.5rem 0}
summary{cursor:pointer}summary span{opacity:.75}code{font-size:14px}td,th{text-align:left;padding:.25rem .75rem .25rem 0;vertical-align:top}`;

/** One page with every route and every error, readable without scripts. */
export const docsPage = (version: string): string => {
  const errors = Object.entries(errorCatalogue).map(
    ([code, e]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${e.status}</td><td>${escapeHtml(e.title)}</td><td>${escapeHtml(e.remedy)}</td></tr>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Belay API</title><style>${style}</style>
<h1>Belay API <small>${escapeHtml(version)}</small></h1><p>Machine-readable: <a href="/openapi.json">/openapi.json</a>. <a href="#errors">Errors</a></p>
${(Object.entries(routes) as [string, Route][]).map(section).join('\n')}
<h2 id="errors">Errors</h2><table><tr><th>code</th><th>status</th><th>means</th><th>remedy</th></tr>${errors.join('')}</table></html>`;
};
