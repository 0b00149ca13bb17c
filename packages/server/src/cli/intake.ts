/**
 * Which tickets open runs and cases, from a YAML list. A secret stands in it by name, `${ZENDESK_SECRET}` or
 * `${file:/run/secrets/zendesk}`, and is taken from there when Belay starts.
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
import type { IntakeSource } from '../engine/intake/intake.ts';
import { pointersOf } from '../engine/intake/map.ts';
import { filledIn, type Secret } from './sources.ts';

export type ParsedIntake = { ok: true; intake: IntakeSource[] } | { ok: false; problems: Problem[] };

const names = {
  required: ['name', 'secret', 'control', 'opens'],
  optional: ['from', 'subject', 'key', 'title', 'text', 'only', 'agent', 'to'],
};
const vendors = ['generic', 'jira', 'servicenow', 'zendesk'] as const;

const pointerOf = (reader: Reader, node: Value, what: string): string | undefined => {
  if (node === undefined) return undefined;
  const text = textOf(reader, node, what);
  if (text === null) return undefined;
  if (!/^(\/[^/]*)+$/.test(text)) report(reader, node, `${what} is no JSON pointer.`, 'Write it like /issue/key.');
  return text;
};

const pointersIn = (reader: Reader, node: Value, what: string): Record<string, string> | undefined =>
  node === undefined
    ? undefined
    : Object.fromEntries(
        fieldsOf(reader, node, what).map(({ key, value }) => [
          key,
          pointerOf(reader, value, `${key} of ${what}`) ?? '',
        ]),
      );

const onlyIn = (reader: Reader, node: Value, what: string): Record<string, string> | undefined =>
  node === undefined
    ? undefined
    : Object.fromEntries(
        fieldsOf(reader, node, what).map(({ key, keyNode, value }) => {
          if (!key.startsWith('/'))
            report(reader, keyNode, `"${key}" is no JSON pointer.`, 'Write it like /webhookEvent.');
          return [key, textOf(reader, value, `${key} of ${what}`) ?? ''];
        }),
      );

const present = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;

const opensOf = (reader: Reader, fields: Map<string, Value>, what: string): IntakeSource['opens'] => {
  const opens = wordOf(reader, fields.get('opens'), `what ${what} opens`, ['run', 'case']);
  const agent = textOf(reader, fields.get('agent'), `the agent of ${what}`);
  const to = textOf(reader, fields.get('to'), `to of ${what}`);
  if (opens === 'run' && !fields.has('agent'))
    report(
      reader,
      fields.get('opens'),
      `${what} opens runs for nobody.`,
      'Name the agent that takes them up: agent: desk.',
    );
  if (opens === 'run' && fields.has('to'))
    report(reader, fields.get('to'), `${what} opens runs, not cases.`, 'Remove to, or write opens: case.');
  if (opens === 'case' && fields.has('agent'))
    report(reader, fields.get('agent'), `${what} opens cases for people.`, 'Remove agent, or write opens: run.');
  return opens === 'run' ? { run: agent ?? '' } : { case: { to } };
};

const readOne = (reader: Reader, item: Value, index: number, secret: Secret): IntakeSource => {
  const fields = recordOf(reader, item, `intake ${index + 1}`, names);
  const name = textOf(reader, fields.get('name'), `the name of intake ${index + 1}`) ?? '';
  const what = name === '' ? `intake ${index + 1}` : name;
  if (name !== '' && !/^[a-z0-9][a-z0-9-]*$/.test(name))
    report(
      reader,
      fields.get('name'),
      `"${name}" is no name of an intake.`,
      'Small letters, digits and hyphens: it is part of an address.',
    );
  const node = fields.get('secret');
  const from = fields.has('from') ? wordOf(reader, fields.get('from'), `from of ${what}`, vendors) : 'generic';
  const given = present({
    key: pointerOf(reader, fields.get('key'), `the key of ${what}`),
    title: pointerOf(reader, fields.get('title'), `the title of ${what}`),
    text: pointerOf(reader, fields.get('text'), `the text of ${what}`),
    subject: pointersIn(reader, fields.get('subject'), `the subject of ${what}`),
    only: onlyIn(reader, fields.get('only'), `only of ${what}`),
  });
  const pointers = pointersOf(from ?? 'generic', given);
  if (pointers === null)
    report(
      reader,
      item,
      `${what} does not say where the ticket's key and title stand.`,
      'Write key: /id and title: /subject, or from: jira.',
    );
  return {
    name,
    from: from ?? 'generic',
    secret: filledIn(reader, node, textOf(reader, node, `the secret of ${what}`) ?? '', what, secret),
    control: textOf(reader, fields.get('control'), `the control of ${what}`) ?? '',
    pointers: pointers ?? { key: '', title: '', text: null, subject: {}, only: {} },
    opens: opensOf(reader, fields, what),
  };
};

export const parseIntake = (yaml: string, file: string, secret: Secret = secretNamed): ParsedIntake => {
  const { reader, root } = open(yaml, file);
  if (reader.problems.length > 0) return { ok: false, problems: reader.problems };
  const seen = new Set<string>();
  const intake = itemsOf(reader, root, 'the list of intakes').map((item, index) => {
    const source = readOne(reader, item, index, secret);
    if (seen.has(source.name)) report(reader, item, `the intake ${source.name} is there twice.`, 'Keep one of them.');
    seen.add(source.name);
    return source;
  });
  const problems = reader.problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, intake };
};
