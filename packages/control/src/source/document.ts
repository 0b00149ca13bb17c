/** YAML text to nodes with positions; every problem is collected with file, line and column, none is thrown. */
import { clipped, didYouMean } from '@belay/protocol';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import type { ControlProblem } from '../model.ts';

export type Source = { text: string; file: string; lines: LineCounter; problems: ControlProblem[] };

/** A value with the place where it stands. */
export type Located<T> = { value: T; offset: number; node: Node };

export const report = (
  source: Source,
  offset: number,
  code: string,
  message: string,
  remedy: string,
  severity: ControlProblem['severity'] = 'error',
): undefined => {
  const { line, col } = source.lines.linePos(Math.max(0, Math.min(offset, source.text.length)));
  const place = { file: source.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  source.problems.push({ code, severity, ...place, message, remedy });
};

export const offsetOf = (node: Node): number => node.range?.[0] ?? 0;

const yamlRemedies: [RegExp, string][] = [
  [/multiple documents/i, 'One file holds one control: remove what begins with ---.'],
  [
    /nested mappings|Implicit keys|Unexpected scalar|Unexpected double-quoted/i,
    `Put the whole value in single quotes: when: '"pii" in labels'.`,
  ],
  [/unique/i, 'Keep one of the two.'],
  [/tab/i, 'Indent with spaces.'],
  [/indent/i, 'Indent it like its neighbours.'],
  [/Missing closing|Expected .* to end with/i, 'Close the quote or the bracket.'],
];

const remedyFor = (message: string): string =>
  yamlRemedies.find(([pattern]) => pattern.test(message))?.[1] ?? 'Mend the YAML at this place.';

const maxLength = 1_000_000;
const maxDepth = 40;

/** Brackets nested deeper than any control needs would exhaust the stack of a recursive parser. */
const nestedTooDeeply = (text: string): boolean => {
  let depth = 0;
  for (const character of text) {
    if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth = Math.max(0, depth - 1);
    if (depth > maxDepth) return true;
  }
  return /^(?:[ \t]*[-?:][ \t]+){40}/m.test(text) || /^ {400}/m.test(text);
};

/** A tag of the author's, such as `!paid` of an unquoted condition. */
export const isTagged = (node: Node | null): boolean => {
  const tag = node !== null && 'tag' in node ? node.tag : undefined;
  return typeof tag === 'string' && !tag.startsWith('tag:yaml.org');
};

/** Neither can be kept: databases refuse the one, canonical JSON the other. */
const unkeepable = /\0|\p{Surrogate}/u;

const refuseUnusable = (source: Source, root: Node): void => {
  visit(root, {
    Node: (_, node) => {
      if (isScalar(node) && typeof node.value === 'string' && unkeepable.test(node.value)) {
        const message = 'This text holds the character U+0000 or half a character, which nothing can keep.';
        report(source, offsetOf(node), 'yaml', message, 'Leave it out.');
      }
      const referred = isAlias(node) || ('anchor' in node && node.anchor !== undefined);
      if (referred) {
        const remedy = 'Write the value out, or share a part under `conditions` or `lists`.';
        report(source, offsetOf(node), 'yaml', 'A control has no YAML anchors and aliases.', remedy);
      }
      if (isTagged(node as Node)) {
        const { tag } = node as Node;
        const remedy = 'Put the whole value in single quotes: "!" at its start is a tag to YAML.';
        report(source, offsetOf(node), 'yaml', `"${tag}" was read as a YAML tag.`, remedy);
      }
    },
  });
};

/** The root node of `text`, or null when it cannot be read at all. */
export const readYaml = (text: string, file: string): { source: Source; root: Node | null } => {
  const lines = new LineCounter();
  const source: Source = { text, file, lines, problems: [] };
  if (text.length > maxLength || nestedTooDeeply(text)) {
    lines.addNewLine(0);
    report(
      source,
      0,
      'yaml',
      'The file is too long or too deeply nested.',
      'Split it, or mend its brackets and indents.',
    );
    return { source, root: null };
  }
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  for (const { pos, message } of document.errors) {
    report(
      source,
      pos[0],
      'yaml',
      `This is not YAML here: ${message.split('\n')[0]}.`.replace('..', '.'),
      remedyFor(message),
    );
  }
  for (const { pos, message } of document.warnings) {
    if (!/tag/i.test(message)) report(source, pos[0], 'yaml', message, 'Mend the YAML at this place.');
  }
  if (document.contents) refuseUnusable(source, document.contents);
  return { source, root: document.contents };
};

/** Text of a scalar as the author wrote it: `10_000.00` stays what it is. Null: not a scalar, or empty. */
export const scalarText = (node: Node | null | undefined): string | null => {
  if (!isScalar(node)) return null;
  if (typeof node.value === 'string') return node.value;
  if (node.value === null || node.value === undefined) return null;
  return (node as Scalar).source ?? String(node.value);
};

export const kindOf = (node: Node | null | undefined): string => {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  const text = scalarText(node);
  return text === null ? 'nothing' : `"${clipped(text, 61)}"`;
};

export type Entry = { key: string; keyOffset: number; value: Node | null };

/** The pairs of a mapping; keys that are not plain text are reported. */
export const entriesOf = (source: Source, map: YAMLMap): Entry[] =>
  map.items.flatMap((pair): Entry[] => {
    const key = scalarText(pair.key as Node | null);
    const keyOffset = pair.key ? offsetOf(pair.key as Node) : offsetOf(map);
    if (key !== null) return [{ key, keyOffset, value: (pair.value as Node | null) ?? null }];
    report(source, keyOffset, 'yaml', 'A key is not a plain word.', 'Name it.');
    return [];
  });

export const unknownKey = (source: Source, entry: Entry, where: string, known: readonly string[]): void => {
  const message = `${where === '' ? 'A control' : where} has no "${entry.key}".${didYouMean(entry.key, known)}`;
  report(source, entry.keyOffset, 'unknownKey', message, `Known here: ${known.join(', ')}.`);
};
