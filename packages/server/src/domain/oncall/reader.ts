/**
 * Reads a YAML text with the place of everything, so that all problems are found at once and each says its line.
 * A reading function answers null when it has reported a problem, or when the field is absent (`undefined`: whether
 * it is required was checked by its record); the caller goes on with the rest.
 */
import { didYouMean } from '@belay/protocol';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

export type Problem = { line: number; column: number; message: string; remedy: string };
export type Reader = { problems: Problem[]; lines: LineCounter };
/** A field of a record: `undefined` is absent, null is written without a value. */
export type Value = Node | null | undefined;
export type Field = { key: string; keyNode: Node; value: Node | null };

export const open = (yaml: string, what: string): { reader: Reader; root: Node | null } => {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, uniqueKeys: true });
  const problems = document.errors.map((error) => ({
    line: error.linePos?.[0].line ?? 1,
    column: error.linePos?.[0].col ?? 1,
    message: `This is not YAML that can be read: ${error.message.split(' at line')[0]}.`,
    remedy: `Mend the line; indentation, quotes and repeated names are the usual causes in ${what}.`,
  }));
  return { reader: { problems, lines }, root: document.contents };
};

export const report = (reader: Reader, node: Value, message: string, remedy: string): null => {
  const { line, col } = reader.lines.linePos(node?.range?.[0] ?? 0);
  const sentence = message.charAt(0).toUpperCase() + message.slice(1);
  reader.problems.push({ line: Math.max(1, line), column: Math.max(1, col), message: sentence, remedy });
  return null;
};

/** The named entries of a mapping; `what` is how a message speaks of it. */
export const fieldsOf = (reader: Reader, node: Value, what: string): Field[] => {
  if (node === undefined) return [];
  if (isAlias(node)) report(reader, node, `${what} is an alias.`, 'Write it out: aliases are not read.');
  else if (!isMap(node)) report(reader, node, `${what} is not a mapping.`, 'Write `name: value` lines.');
  else
    return node.items.map((item) => ({
      key: isScalar(item.key) ? String(item.key.value) : '?',
      keyNode: item.key as Node,
      value: (item.value as Node | null) ?? null,
    }));
  return [];
};

/** A mapping with known names: unknown ones are reported with the nearest known one, missing ones at the place. */
export const recordOf = (
  reader: Reader,
  node: Value,
  what: string,
  names: { required: readonly string[]; optional: readonly string[] },
): Map<string, Value> => {
  if (node === undefined) return new Map();
  const known = [...names.required, ...names.optional];
  const before = reader.problems.length;
  const fields = fieldsOf(reader, node, what);
  for (const field of fields)
    if (!known.includes(field.key))
      report(
        reader,
        field.keyNode,
        `${what} has no field "${field.key}".${didYouMean(field.key, known)}`,
        `Its fields are ${known.join(', ')}.`,
      );
  const record = new Map<string, Value>(fields.map((field) => [field.key, field.value]));
  if (fields.length > 0 || reader.problems.length === before)
    for (const name of names.required)
      if (!record.has(name)) report(reader, node, `${what} has no "${name}".`, `Add \`${name}: …\`.`);
  return record;
};

export const textOf = (reader: Reader, node: Value, what: string): string | null => {
  if (node === undefined) return null;
  if (isScalar(node) && typeof node.value === 'string' && node.value.trim() !== '') return node.value;
  return report(reader, node, `${what} is not text.`, 'Write text; put it in quotes when it looks like a number.');
};

/** The items of a list. A missing list is empty. */
export const itemsOf = (reader: Reader, node: Value, what: string): (Node | null)[] => {
  if (node === undefined) return [];
  if (isSeq(node)) return node.items as (Node | null)[];
  report(reader, node, `${what} is not a list.`, 'Write `[a, b]` or one `- item` per line.');
  return [];
};

/** One of a few words. */
export const wordOf = <T extends string>(reader: Reader, node: Value, what: string, words: readonly T[]): T | null => {
  const text = textOf(reader, node, what);
  if (text === null) return null;
  const word = words.find((one) => one === text);
  return (
    word ?? report(reader, node, `${what} is "${text}".${didYouMean(text, words)}`, `It is one of ${words.join(', ')}.`)
  );
};
