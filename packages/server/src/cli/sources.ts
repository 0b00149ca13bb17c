/**
 * Systems of record that the gate may ask, from a YAML list. A secret stands in it by name, `${CRM_TOKEN}`, and is taken
 * from the environment when Belay starts, so that the file can be kept beside the controls.
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
} from '../domain/oncall/reader.ts';
import type { Source } from '../engine/lookups.ts';

export type ParsedSources = { ok: true; sources: Source[] } | { ok: false; problems: Problem[] };

const defaultTimeoutMs = 2_000;
const longestTimeoutMs = 30_000;
const names = { required: ['name', 'url'], optional: ['headers', 'timeout'] };

const readUrl = (reader: Reader, node: Value, what: string): string => {
  const url = textOf(reader, node, `the url of ${what}`) ?? '';
  const filled = url.replace(/\{(args|subject)\.[A-Za-z0-9_]+\}/g, 'x');
  if (node === undefined || url === '') return url;
  if (/[{}]/.test(filled))
    report(
      reader,
      node,
      `the url of ${what} has a placeholder that is not understood.`,
      'Write {args.NAME} for an argument of the step, or {subject.NAME}.',
    );
  else if (!/^https?:\/\/[^/]/.test(filled) || !URL.canParse(filled))
    report(reader, node, `the url of ${what} is no http address.`, 'Write https://erp.example.com/invoices/{args.id}.');
  return url;
};

const readTimeout = (reader: Reader, node: Value, what: string): number => {
  if (node === undefined) return defaultTimeoutMs;
  const [, count = '', unit = ''] = /^(\d+)(ms|s)$/.exec(textOf(reader, node, `the timeout of ${what}`) ?? '') ?? [];
  const ms = Number(count) * (unit === 's' ? 1_000 : 1);
  if (ms > 0 && ms <= longestTimeoutMs) return ms;
  report(reader, node, `the timeout of ${what} is not understood.`, 'Write 500ms or 2s; at most 30s.');
  return defaultTimeoutMs;
};

type Secret = (name: string) => string | undefined;

const readHeaders = (reader: Reader, node: Value, what: string, secret: Secret): Record<string, string> =>
  Object.fromEntries(
    fieldsOf(reader, node, `headers of ${what}`).flatMap(({ key, keyNode, value }) => {
      if (!/^[A-Za-z0-9-]+$/.test(key))
        report(reader, keyNode, `"${key}" is no name of a header.`, `Write authorization: Bearer \${ERP_TOKEN}.`);
      const text = textOf(reader, value, `the header ${key} of ${what}`);
      if (text === null) return [];
      const filled = text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_match, name: string) => {
        const found = secret(name);
        if (found === undefined)
          report(reader, value, `the environment has no ${name}, which ${what} needs.`, `Set ${name} and start again.`);
        return found ?? '';
      });
      return [[key, filled]];
    }),
  );

export const parseSources = (yaml: string, file: string, secret: Secret = secretNamed): ParsedSources => {
  const { reader, root } = open(yaml, file);
  if (reader.problems.length > 0) return { ok: false, problems: reader.problems };
  const seen = new Set<string>();
  const sources = itemsOf(reader, root, 'the list of sources').map((item, index): Source => {
    const record = recordOf(reader, item, `source ${index + 1}`, names);
    const name = textOf(reader, record.get('name'), `the name of source ${index + 1}`) ?? '';
    const what = name === '' ? `source ${index + 1}` : name;
    if (seen.has(name)) report(reader, item, `the source ${name} is there twice.`, 'Keep one of them.');
    seen.add(name);
    return {
      name,
      url: readUrl(reader, record.get('url'), what),
      headers: readHeaders(reader, record.get('headers'), what, secret),
      timeoutMs: readTimeout(reader, record.get('timeout'), what),
    };
  });
  const problems = reader.problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, sources };
};
