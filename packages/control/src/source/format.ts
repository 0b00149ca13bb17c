/**
 * A control's text as the house writes it: keys in the order of the reference, two spaces, one way to quote, brackets
 * on one line where they fit. Comments, blank lines and the author's own line breaks inside a text stay.
 */
import type { JsonObject } from '@belay/protocol';
import {
  type Document,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  Scalar,
  type ScalarTag,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { controlShape } from './shapes.ts';

const width = 120;
const step = '  ';

/** A value that says itself how it is printed, at the indent of its surroundings. */
class Printed {
  readonly print: (indent: string) => string;
  constructor(print: (indent: string) => string) {
    this.print = print;
  }
}

const printedTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:printed',
  default: true,
  identify: (value) => value instanceof Printed,
  resolve: (text) => text,
  stringify: ({ value }, { indent }) => (value as Printed).print(indent),
};

/** Every scalar is read as its text, so that `10_000.00` and `0.80` stay what they are. */
const read = (text: string): Document =>
  parseDocument(text, { schema: 'failsafe', customTags: (tags) => [...tags, 'null', printedTag], logLevel: 'error' });

/** Keys in the order of the schema; unknown ones after them, as they stood. */
const orderKeys = (node: unknown, schema: JsonObject): void => {
  const variants = (schema.anyOf as JsonObject[] | undefined) ?? [schema];
  if (isSeq(node)) {
    const items = variants.find(({ type }) => type === 'array')?.items as JsonObject | undefined;
    if (items) for (const item of node.items) orderKeys(item, items);
  }
  if (!isMap(node)) return;
  const form = variants.find(({ type }) => type === 'object') ?? {};
  const properties = (form.properties ?? {}) as Record<string, JsonObject>;
  const known = Object.keys(properties);
  const keyOf = ({ key }: Pair): string => (isScalar(key) ? String(key.value) : '');
  const rank = (pair: Pair): number => (known.indexOf(keyOf(pair)) + known.length + 1) % (known.length + 1);
  (node as YAMLMap).items.sort((a, b) => rank(a) - rank(b));
  const others = form.additionalProperties;
  for (const pair of node.items) {
    const inner = properties[keyOf(pair)] ?? (typeof others === 'object' ? (others as JsonObject) : undefined);
    if (inner !== undefined) orderKeys(pair.value, inner);
  }
};

/** `'one'` is "one" where nothing in it would have to be escaped. */
const quoted = (written: string): string =>
  written.startsWith("'") && !/["\\]|''/.test(written) ? `"${written.slice(1, -1)}"` : written;

const plainKey = /^(["'])([A-Za-z][\w.-]*)\1$/;

const keyText = (key: Scalar, source: string): string => {
  const [line = ''] = textLines(key, source);
  return line.replace(plainKey, (_, __, name: string) => (name.toLowerCase() === 'null' ? line : name));
};

/** A plain or quoted text with the author's line breaks. */
const textLines = (node: Scalar, source: string): string[] => {
  const [start, end] = node.range ?? [0, 0];
  const lines = quoted(source.slice(start, end))
    .split('\n')
    .map((line) => line.trim());
  return lines.some((line, index) => index < lines.length - 1 && line.endsWith('\\'))
    ? [JSON.stringify(node.value)]
    : lines;
};

const isBlock = ({ type }: Scalar): boolean => type === Scalar.BLOCK_FOLDED || type === Scalar.BLOCK_LITERAL;

/** `>` and `|` with the author's line breaks, at any indent; null when the header says more than the folding. */
const blockLines = (node: Scalar, source: string): string[] | null => {
  const [start, end] = node.range ?? [0, 0];
  const [header = '', ...lines] = source.slice(start, end).split('\n');
  if (!/^[>|][+-]?$/.test(header.trim()) || header.includes('+')) return null;
  while (lines.at(-1)?.trim() === '') lines.pop();
  const own = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return Number.isFinite(own) ? [header.trim(), ...lines.map((line) => line.slice(own).trimEnd())] : null;
};

const isRemarked = (node: Node): boolean => {
  let found = false;
  visit(node, {
    Node: (key, inner) => {
      const remarked = Boolean(inner.comment || inner.commentBefore || inner.tag || inner.anchor);
      if (remarked && !(key === null && inner === node && !inner.tag && !inner.anchor)) found = true;
      return found ? visit.BREAK : undefined;
    },
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
};

/** `key`: with its colon, or empty for an item of a list. */
type Flow = { line: string; items: { key: string; value: Flow }[] | null; ends: [string, string] };

/** What stands in brackets, ready for one line or many; null when it cannot be on one line at all. */
const flowOf = (node: unknown, source: string): Flow | null => {
  if (isScalar(node)) {
    const lines = textLines(node, source);
    return lines.includes('') ? null : { line: lines.join(' '), items: null, ends: ['', ''] };
  }
  if (!isMap(node) && !isSeq(node)) return null;
  const items: NonNullable<Flow['items']> = [];
  for (const item of node.items as unknown[]) {
    const key = isPair(item) && isScalar(item.key) ? keyText(item.key, source) : '';
    const value = flowOf(isPair(item) ? item.value : item, source);
    if (value === null || (isPair(item) && (isSeq(node) || key === ''))) return null;
    items.push({ key: key === '' ? '' : `${key}:`, value });
  }
  const inner = items.map(({ key, value }) => (key === '' ? value.line : `${key} ${value.line}`)).join(', ');
  const ends: [string, string] = isMap(node) ? ['{', '}'] : ['[', ']'];
  const pad = isMap(node) && inner !== '' ? ' ' : '';
  return { line: `${ends[0]}${pad}${inner}${pad}${ends[1]}`, items, ends };
};

const broken = ({ line, items, ends }: Flow, indent: string): string => {
  if (items === null) return line;
  const inner = `${indent}${step}`;
  const rows = items.map(({ key, value }) => {
    const room = key === '' ? inner : `${inner}${key} `;
    if (room.length + value.line.length < width || value.items === null) return `${room}${value.line},`;
    return key === ''
      ? `${inner}${broken(value, inner)},`
      : `${inner}${key}\n${inner}${step}${broken(value, inner + step)},`;
  });
  return [ends[0], ...rows, `${indent}${ends[1]}`].join('\n');
};

/** `keyLength`: of the key before it; null: an item of a list. */
const layOutFlow =
  (flow: Flow, keyLength: number | null) =>
  (indent: string): string => {
    if (indent.length + (keyLength ?? 0) + flow.line.length <= width) return flow.line;
    if (keyLength === null) return broken(flow, indent);
    const fits = indent.length + flow.line.length <= width;
    return `\n${indent}${fits ? flow.line : broken(flow, indent)}`;
  };

const printed = (node: YAMLMap | YAMLSeq | Scalar, print: Printed['print']): Scalar => {
  const scalar = new Scalar(new Printed(print));
  const { comment, commentBefore, spaceBefore } = node;
  return Object.assign(scalar, comment ? { comment } : {}, commentBefore ? { commentBefore } : {}, {
    spaceBefore: spaceBefore ?? false,
  });
};

const settleScalar = (node: Scalar, source: string): Scalar => {
  if (node.tag || node.anchor || node.value === null) return node;
  const lines = !isBlock(node) ? textLines(node, source) : node.comment ? null : blockLines(node, source);
  if (lines === null) return node;
  return printed(node, (indent) => lines.map((line, at) => (at > 0 && line !== '' ? indent + line : line)).join('\n'));
};

/** Replaces brackets and texts by what is printed for them; what it does not know is left to the YAML library. */
const settle = (node: unknown, source: string, keyLength: number | null): unknown => {
  if (isScalar(node)) return settleScalar(node, source);
  if (!isMap(node) && !isSeq(node)) return node;
  if (node.flow === true) {
    const flow = isRemarked(node) ? null : flowOf(node, source);
    if (flow !== null) return printed(node, layOutFlow(flow, keyLength));
  }
  const items = node.items as unknown[];
  for (const [index, item] of items.entries()) {
    if (!isPair(item)) items[index] = settle(item, source, null);
    else {
      const key = isScalar(item.key) ? item.key : null;
      if (key !== null && !key.tag && !key.anchor) item.key = printed(key, () => keyText(key, source));
      item.value = settle(item.value, source, key === null ? 0 : keyText(key, source).length);
    }
  }
  return node;
};

const firstKey = (node: unknown): Scalar | null => {
  const key = isMap(node) ? node.items[0]?.key : null;
  return isScalar(key) ? key : null;
};

/** No blank lines within brackets. */
const closeUp = (collection: Node): void => {
  visit(collection, {
    Node: (_, node) => {
      if (node !== collection) node.spaceBefore = false;
    },
  });
};

const joined = (...comments: (string | null | undefined)[]): string | null =>
  comments.filter((comment) => typeof comment === 'string').join('\n') || null;

/** A comment above the first key is one about the whole, at the head of the file too; nothing begins with a blank line. */
const settleHeads = (document: Document, head: string | null): void => {
  const first = firstKey(document.contents);
  if (first !== null && head !== null) first.commentBefore = joined(head, first.commentBefore);
  visit(document, {
    Collection: (_, node) => {
      const start = isMap(node) ? firstKey(node) : (node.items[0] as Node | undefined);
      if (!start) return;
      if (node.flow === true) return closeUp(node);
      start.spaceBefore = false;
      if (!isMap(node) || start === first) return;
      node.commentBefore = joined(node.commentBefore, start.commentBefore);
      start.commentBefore = null;
    },
  });
};

const takeHead = (document: Document): string | null => {
  const first = firstKey(document.contents);
  const head = first?.commentBefore ?? null;
  if (first !== null) first.commentBefore = null;
  return head;
};

/** What a text says, whatever the order of its keys. */
const content = (document: Document): string =>
  JSON.stringify(document.toJS(), (_, value) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );

/** The text of a control, formatted. A text that is not YAML, or that would say something else, comes back as it is. */
export const formatControl = (text: string): string => {
  const document = read(text);
  if (document.errors.length > 0 || document.contents === null) return text;
  const before = content(document);
  const head = takeHead(document);
  orderKeys(document.contents, controlShape.schema);
  settleHeads(document, head);
  document.contents = settle(document.contents, text, null) as never;
  const formatted = document.toString({ lineWidth: width, indent: step.length, indentSeq: true });
  const after = read(formatted);
  return after.errors.length === 0 && content(after) === before ? formatted : text;
};
