// docs/reference/ is written by this file from the catalogues in packages/protocol, so that it cannot lie.
// `node scripts/check.mjs --fix` writes the pages; the check fails when a page and its catalogue differ.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

const generated =
  '<!-- Written by scripts/check/reference.mjs. Change the catalogue, then run `npm run check -- --fix`. -->';
const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
const page = (...blocks) => `${[generated, ...blocks].join('\n\n')}\n`;
const table = (head, rows) =>
  [
    `| ${head.join(' | ')} |`,
    `|${head.map(() => '---').join('|')}|`,
    ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
  ].join('\n');

export const errorsPage = (catalogue) => {
  const entry = ([code, { status, title, remedy, retryable }]) =>
    [`## ${code}`, `${status}. ${title}`, `${remedy}${retryable ? ' The same request may succeed later.' : ''}`].join(
      '\n\n',
    );
  return page(
    '# Errors',
    'Every refusal of the HTTP API is [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem+json with one of these codes. A code is never reused.',
    ...Object.entries(catalogue).map(entry),
  );
};

export const eventsPage = (catalogue) =>
  page(
    '# Events',
    'Every entry of the evidence log carries one of these. A name is never reused for another meaning.',
    table(
      ['event', 'meaning'],
      Object.entries(catalogue).map(([type, meaning]) => [`\`${type}\``, meaning]),
    ),
  );

const anchor = (name) => `[${name}](#${name.toLowerCase()})`;

/** A JSON Schema as a reader would say it: `string`, `list of RunView`, `"a" or "b"`. */
const say = (schema) => {
  if (schema.$ref) return schema.$ref.startsWith('#/$defs/__') ? 'any JSON' : anchor(schema.$ref.split('/').at(-1));
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.length > 4 ? 'any JSON' : choices.map(say).join(' or ');
  if (schema.type === 'array') return `list of ${say(schema.items ?? {})}`;
  if (schema.type === 'object' && schema.properties) return `{ ${Object.keys(schema.properties).join(', ')} }`;
  if (schema.type === 'object') return 'object';
  return [schema.type ?? 'any JSON'].flat().join(' or ');
};

const limits = (schema) =>
  [
    schema.minLength > 1 && `at least ${schema.minLength} characters`,
    schema.maxLength && `at most ${schema.maxLength} characters`,
    schema.minimum > Number.MIN_SAFE_INTEGER && `from ${schema.minimum}`,
    schema.maximum < Number.MAX_SAFE_INTEGER && `up to ${schema.maximum}`,
    schema.default !== undefined && `default \`${JSON.stringify(schema.default)}\``,
  ].filter(Boolean);

const fields = (schema) => {
  const must = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) => [
    `\`${name}\``,
    say(field),
    must.has(name) ? 'yes' : '',
    [field.description, ...limits(field)].filter(Boolean).join('; '),
  ]);
  return rows.length === 0 ? 'Nothing.' : table(['field', 'type', 'must', 'notes'], rows);
};

const body = (schema) => (schema.properties ? fields(schema) : `${say(schema)}.`);
const callers = {
  agent: 'an agent (API key)',
  person: 'a signed-in person',
  any: 'an agent or a person',
  public: 'anybody',
};

/** Descriptions and the names of shapes live in zod's global registry. */
const shapeOf = (schema, io) => z.toJSONSchema(schema, { io, unrepresentable: 'any' });
const titled = (title, text) => (text.startsWith('|') ? `${title}:\n\n${text}` : `${title}: ${text}`);

const answerOf = (route) => {
  if (route.media)
    return route.media === 'text/event-stream' ? 'a stream of server-sent events.' : `\`${route.media}\`.`;
  const known = z.globalRegistry.get(route.answer)?.id;
  return known ? `${anchor(known)}.` : body(shapeOf(route.answer, 'output'));
};

const routeSection = (route) =>
  [
    `### ${route.method} ${route.path}`,
    `${route.summary} For ${callers[route.caller]}.`,
    route.query && Object.keys(route.query.shape).length > 0 && titled('Query', fields(shapeOf(route.query, 'input'))),
    route.body && titled('Body', body(shapeOf(route.body, 'input'))),
    titled('Answer', answerOf(route)),
  ]
    .filter(Boolean)
    .join('\n\n');

const shapeSection = ([name, schema]) => {
  const { $defs = {}, ...top } = shapeOf(schema, 'output');
  const shape = $defs[name] ?? top;
  const choices = shape.oneOf ?? shape.anyOf;
  const choice = (one) => titled(`\`kind\` ${say(one.properties.kind)}`, fields(one));
  return [`### ${name}`, ...(choices ? choices.map(choice) : [body(shape)])].join('\n\n');
};

export const httpPage = (routes, named) => {
  for (const [id, schema] of Object.entries(named))
    z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id });
  return page(
    '# HTTP API',
    'Bodies and answers are JSON in camelCase. Instants are ISO 8601 UTC strings. Refusals are listed in [errors](errors.md). The same routes as OpenAPI: `GET /openapi.json`.',
    '## Routes',
    ...Object.values(routes).map(routeSection),
    '## Shapes',
    ...Object.entries(named).map(shapeSection),
  );
};

export const cliPage = (commands, everywhere) => {
  const options = (list) =>
    Object.entries(list).map(([name, { value, about }]) => [`\`--${name}${value ? ` ${value}` : ''}\``, about]);
  const section = ({ name, summary, takes, options: own, examples }) =>
    [
      `## belay ${name}`,
      summary,
      `\`\`\`sh\nbelay ${[name, ...takes].join(' ')}\n\`\`\``,
      Object.keys(own).length > 0 && table(['option', 'means'], options(own)),
      examples.length > 0 &&
        table(
          ['for example', ''],
          examples.map(({ line, about }) => [`\`${line}\``, about]),
        ),
    ]
      .filter(Boolean)
      .join('\n\n');
  return page(
    '# Command line',
    'Every command takes these options too. Exit codes: 0 done; 1 refused, or a negative finding; 2 called wrongly; 3 the server cannot be reached.',
    table(['option', 'means'], options(everywhere)),
    ...commands.map(section),
  );
};

const block = (text) => `\`\`\`yaml\n${text.replace(/\n$/, '')}\n\`\`\``;
const acceptance = {
  error: 'An error: a control that has it cannot be published.',
  warning:
    'A warning: a control is published with it only when it says why it is right as it is, under `accepts`, with this code.',
  notice: 'A notice: good to know. It keeps nothing from being published.',
};

const findingPage = ([code, severity], { means, control, organisation }) =>
  page(
    `# ${code}`,
    means,
    acceptance[severity],
    ...[control, organisation]
      .filter(Boolean)
      .flatMap((example) => [
        `With it${example === organisation ? ', in the organisation' : ''}:`,
        block(example.bad),
        'Without it:',
        block(example.good),
      ]),
    'The [control and the organisation](../findings.md#the-examples) that these lines belong to, and every other finding.',
  );

export const findingPages = ({ findingCodes, explained, exampleControl, exampleOrganisation }) => [
  {
    path: 'docs/reference/findings.md',
    text: page(
      '# Findings of the check',
      '`belay check` proves what a control can lead to. Each finding has a sentence, the line, one case that was replayed, and an edit. These are all of them.',
      table(
        ['finding', 'severity', 'means'],
        Object.entries(findingCodes).map(([code, severity]) => [
          `[${code}](findings/${code}.md)`,
          severity,
          explained[code].means,
        ]),
      ),
      '## The examples',
      'Every page shows two versions of a few lines of this control, or of this organisation. As they stand here nothing is found in them.',
      block(exampleControl),
      block(exampleOrganisation),
    ),
  },
  ...Object.entries(findingCodes).map(([code, severity]) => ({
    path: `docs/reference/findings/${code}.md`,
    text: findingPage([code, severity], explained[code]),
  })),
];

const isView = ([name, value]) =>
  /View$|^gateAnswer$|^attached$|^controlNews$/.test(name) && value instanceof z.ZodType;
const pascal = (name) => name[0].toUpperCase() + name.slice(1);

const load = (root, path) => {
  const built = join(root, path);
  if (!existsSync(built)) throw new Error(`${path} is not there: run \`npm run build\`.`);
  return import(pathToFileURL(built).href);
};

/** @returns {Promise<{path: string, text: string}[]>} what the reference pages have to say now */
export const referencePages = async (root) => {
  const protocol = await load(root, 'packages/protocol/dist/index.js');
  const control = await load(root, 'packages/control/dist/index.js');
  const { commands } = await load(root, 'packages/server/dist/cli/table.js');
  const { everywhere } = await load(root, 'packages/server/dist/cli/command.js');
  const named = Object.fromEntries(
    Object.entries(protocol)
      .filter(isView)
      .map(([name, schema]) => [pascal(name), schema]),
  );
  return [
    { path: 'docs/reference/cli.md', text: cliPage(commands, everywhere) },
    { path: 'docs/reference/errors.md', text: errorsPage(protocol.errorCatalogue) },
    { path: 'docs/reference/events.md', text: eventsPage(protocol.eventCatalogue) },
    { path: 'docs/reference/http.md', text: httpPage(protocol.routes, named) },
    ...findingPages(control),
  ];
};
