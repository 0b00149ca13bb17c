/**
 * Systems of record that the gate may ask, from a YAML list. A secret stands in it by name, `${CRM_TOKEN}` or
 * `${file:/run/secrets/crm}`, and is taken from there when Belay starts, so that the file can be kept beside the controls.
 */
import { secretNamed } from '../config.ts';
import {
  fieldsOf,
  itemsOf,
  open,
  type Problem,
  type Reader,
  recordOf,
  report,
  textOf,
  type Value,
  wordOf,
} from '../domain/oncall/reader.ts';
import type { HttpSource, Source } from '../engine/lookups/lookups.ts';

export type ParsedSources = { ok: true; sources: Source[] } | { ok: false; problems: Problem[] };

const defaultTimeoutMs = 2_000;
const longestTimeoutMs = 30_000;
const longestCacheMs = 86_400_000;
const names = {
  required: ['name'],
  optional: ['url', 'headers', 'private', 'hosts', 'database', 'query', 'timeout', 'cache'],
};
const ofHttp = ['headers', 'private', 'hosts'] as const;

export type Secret = (name: string) => string | undefined;
type Fields = Map<string, Value>;

const placeholder = /\{(args|subject)\.[A-Za-z0-9_]+\}/g;

const checkHoles = (reader: Reader, node: Value, text: string, where: string): boolean => {
  if (!/[{}]/.test(text.replace(placeholder, ''))) return true;
  report(
    reader,
    node,
    `${where} has a placeholder that is not understood.`,
    'Write {args.NAME} for an argument of the step, or {subject.NAME}.',
  );
  return false;
};

/** The host of an address, its placeholders kept. */
const hostIn = (url: string): string => /^https?:\/\/([^/?#]*)/.exec(url)?.[1] ?? '';

const readUrl = (reader: Reader, node: Value, what: string, listed: boolean): string => {
  const url = textOf(reader, node, `the url of ${what}`) ?? '';
  if (url === '' || !checkHoles(reader, node, url, `the url of ${what}`)) return url;
  const filled = url.replace(placeholder, 'x');
  if (!/^https?:\/\/[^/]/.test(filled) || !URL.canParse(filled))
    report(reader, node, `the url of ${what} is no http address.`, 'Write https://erp.example.com/invoices/{args.id}.');
  else if (hostIn(url).includes('@'))
    report(reader, node, `the url of ${what} has a password.`, `Write headers: { authorization: Basic \${NAME} }.`);
  else if (hostIn(url).includes('{') && !listed)
    report(
      reader,
      node,
      `the url of ${what} lets an argument choose the host.`,
      'List the hosts that may be asked: hosts: [eu.example.com, us.example.com].',
    );
  return url;
};

const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

const readSpan = (reader: Reader, node: Value, what: string, longest: number, example: string): number | null => {
  if (node === undefined) return null;
  const [, count = '', unit = ''] = /^(\d+)(ms|s|m|h)$/.exec(textOf(reader, node, what) ?? '') ?? [];
  const ms = Number(count) * (units[unit] ?? 0);
  if (ms > 0 && ms <= longest) return ms;
  report(reader, node, `${what} is not understood.`, `Write ${example}.`);
  return null;
};

/** Names of secrets in a text, filled in. */
export const filledIn = (reader: Reader, node: Value, text: string, what: string, secret: Secret): string =>
  text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*|file:[^}]+)\}/g, (_match, name: string) => {
    const found = secret(name);
    if (found !== undefined) return found;
    const file = name.startsWith('file:') ? name.slice('file:'.length) : null;
    if (file === null)
      report(reader, node, `the environment has no ${name}, which ${what} needs.`, `Set ${name} and start again.`);
    else report(reader, node, `${file}, which ${what} needs, cannot be read.`, 'Mend the path, or who may read it.');
    return '';
  });

const readHeaders = (reader: Reader, node: Value, what: string, secret: Secret): Record<string, string> =>
  Object.fromEntries(
    fieldsOf(reader, node, `headers of ${what}`).flatMap(({ key, keyNode, value }) => {
      if (!/^[A-Za-z0-9-]+$/.test(key))
        report(reader, keyNode, `"${key}" is no name of a header.`, `Write authorization: Bearer \${ERP_TOKEN}.`);
      const text = textOf(reader, value, `the header ${key} of ${what}`);
      return text === null ? [] : [[key, filledIn(reader, value, text, what, secret)]];
    }),
  );

const readPrivate = (reader: Reader, node: Value, what: string): boolean => {
  if (node === undefined) return false;
  return wordOf(reader, node, `private of ${what}`, ['allow', 'refuse']) === 'allow';
};

const readHosts = (reader: Reader, node: Value, what: string): Pick<HttpSource, 'hosts'> => {
  if (node === undefined) return {};
  const hosts = itemsOf(reader, node, `the hosts of ${what}`).map((item) => {
    const host = textOf(reader, item, `a host of ${what}`) ?? '';
    if (host !== '' && !/^[a-z0-9.-]+$/.test(host))
      report(reader, item, `"${host}" is no host.`, 'Write its name alone: eu.example.com.');
    return host;
  });
  return { hosts };
};

const readSql = (reader: Reader, fields: Fields, what: string, secret: Secret) => {
  for (const key of ofHttp)
    if (fields.has(key))
      report(reader, fields.get(key), `${key} of ${what} belongs to an address.`, 'Remove it, or write url.');
  const address = fields.get('database');
  const written = textOf(reader, address, `the database of ${what}`) ?? '';
  const database = filledIn(reader, address, written, what, secret);
  if (database !== '' && !/^postgres(ql)?:\/\//.test(database))
    report(
      reader,
      address,
      `the database of ${what} is no address.`,
      `Write database: \${LEDGER_URL}, postgresql://….`,
    );
  const node = fields.get('query');
  const query = textOf(reader, node, `the query of ${what}`) ?? '';
  checkHoles(reader, node, query, `the query of ${what}`);
  if (/'[^']*\{(args|subject)\.[^']*'/.test(query))
    report(reader, node, `the query of ${what} has a placeholder in quotes.`, 'Leave the quotes out: it is bound.');
  return { database, query };
};

const readKind = (reader: Reader, item: Value, fields: Fields, what: string, secret: Secret) => {
  if (fields.has('url') && fields.has('database'))
    report(reader, item, `${what} has a url and a database.`, 'Keep one of them.');
  if (fields.has('database')) {
    if (!fields.has('query')) report(reader, item, `${what} has no "query".`, 'Write the SELECT that gives one row.');
    return readSql(reader, fields, what, secret);
  }
  if (!fields.has('url')) report(reader, item, `${what} has no "url".`, 'Write url: https://…, or database and query.');
  if (fields.has('query')) report(reader, fields.get('query'), `${what} has no "database".`, 'Write its address.');
  return {
    url: readUrl(reader, fields.get('url'), what, fields.has('hosts')),
    headers: readHeaders(reader, fields.get('headers'), what, secret),
    private: readPrivate(reader, fields.get('private'), what),
    ...readHosts(reader, fields.get('hosts'), what),
  };
};

export const parseSources = (yaml: string, file: string, secret: Secret = secretNamed): ParsedSources => {
  const { reader, root } = open(yaml, file);
  if (reader.problems.length > 0) return { ok: false, problems: reader.problems };
  const seen = new Set<string>();
  const sources = itemsOf(reader, root, 'the list of sources').map((item, index): Source => {
    const fields = recordOf(reader, item, `source ${index + 1}`, names);
    const name = textOf(reader, fields.get('name'), `the name of source ${index + 1}`) ?? '';
    const what = name === '' ? `source ${index + 1}` : name;
    if (seen.has(name)) report(reader, item, `the source ${name} is there twice.`, 'Keep one of them.');
    seen.add(name);
    const timeout = fields.get('timeout');
    const example = '500ms or 2s; at most 30s';
    const cache = readSpan(
      reader,
      fields.get('cache'),
      `the cache of ${what}`,
      longestCacheMs,
      '30s or 5m; at most 24h',
    );
    return {
      name,
      ...readKind(reader, item, fields, what, secret),
      timeoutMs: readSpan(reader, timeout, `the timeout of ${what}`, longestTimeoutMs, example) ?? defaultTimeoutMs,
      ...(cache === null ? {} : { cacheMs: cache }),
    };
  });
  const problems = reader.problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, sources };
};
