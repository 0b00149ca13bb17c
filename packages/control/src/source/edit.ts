/**
 * Edits of a control's text at a place in it, made in the text itself: whatever is not edited, comments and layout
 * included, stays as it was written. Null: the place is not there, or is written in a way that is not edited.
 */
import { isMap, isScalar, isSeq, type Node, type Pair, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';

/** Where something stands in a control's file: `['rules', 3]`, `['ladders', 'desk', 0]`. */
export type Path = readonly (string | number)[];

type Collection = YAMLMap<Node, Node | null> | YAMLSeq<Node>;
type Item = { from: number; to: number };

const startOf = (node: Node): number => node.range?.[0] ?? 0;
/** Where the value ends, without the comment behind it. */
const endOf = (node: Node): number => node.range?.[1] ?? startOf(node);

const isFlow = (node: Collection): boolean => node.flow === true;

const keyText = ({ key }: Pair<Node, Node | null>): string => (isScalar(key) ? String(key.source ?? key.value) : '');

const pairAt = (node: Node | null | undefined, key: string | number | undefined): Pair<Node, Node | null> | null =>
  isMap(node)
    ? ((node.items as Pair<Node, Node | null>[]).find((pair) => keyText(pair) === String(key)) ?? null)
    : null;

const childAt = (node: Node | null | undefined, key: string | number): Node | null => {
  if (isSeq(node)) return (node.items[Number(key)] as Node | undefined) ?? null;
  return pairAt(node, key)?.value ?? null;
};

const nodeAt = (root: Node | null, path: Path): Node | null =>
  path.reduce<Node | null>((node, key) => childAt(node, key), root);

const rootOf = (text: string): Node | null => parseDocument(text, { logLevel: 'silent' }).contents as Node | null;

/** Offset of the item at the path: of its key in a mapping, of itself in a list. The nearest one that is there. */
export const offsetAt = (text: string, path: Path): number => {
  const root = rootOf(text);
  for (let length = path.length; length > 0; length--) {
    const parent = nodeAt(root, path.slice(0, length - 1));
    const last = path[length - 1];
    const found = pairAt(parent, last)?.key ?? (isSeq(parent) ? childAt(parent, last ?? 0) : null);
    if (found !== null && found !== undefined) return startOf(found);
  }
  return 0;
};

const columnOf = (text: string, offset: number): number => offset - (text.lastIndexOf('\n', offset - 1) + 1);

const lineEnd = (text: string, offset: number): number => {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
};

const itemsOf = (node: Collection): Item[] =>
  isMap(node)
    ? (node.items as Pair<Node, Node | null>[]).map(({ key, value }) => ({
        from: startOf(key),
        to: endOf(value ?? key),
      }))
    : (node.items as Node[]).map((item) => ({ from: startOf(item), to: endOf(item) }));

const splice = (text: string, from: number, to: number, put: string): string =>
  text.slice(0, from) + put + text.slice(to);

const addKey = (text: string, map: YAMLMap<Node, Node | null>, key: string, value: string): string | null => {
  const last = itemsOf(map).at(-1);
  if (last === undefined) return null;
  if (isFlow(map)) return splice(text, last.to, last.to, `, ${key}: ${value}`);
  const indent = ' '.repeat(columnOf(text, startOf(map)));
  const plain = map.items.findLast(({ value: each }) => isScalar(each) && !/^BLOCK/.test(each.type ?? ''));
  if (plain?.value == null) return null;
  const at = lineEnd(text, endOf(plain.value));
  return splice(text, at, at, `\n${indent}${key}: ${value}`);
};

/** The text with `value`, itself YAML, at the end of the path: in place of what stands there, or as a new key. */
export const putAt = (text: string, path: Path, value: string): string | null => {
  const parent = nodeAt(rootOf(text), path.slice(0, -1));
  const key = path.at(-1);
  const there = isSeq(parent) ? childAt(parent, key ?? 0) : (pairAt(parent, key)?.value ?? null);
  if (there !== null) return splice(text, startOf(there), endOf(there), value);
  return isMap(parent) ? addKey(text, parent as YAMLMap<Node, Node | null>, String(key), value) : null;
};

const withoutFlowItem = (text: string, items: Item[], index: number): string => {
  const [item, before, after] = [items[index], items[index - 1], items[index + 1]] as [Item, Item?, Item?];
  if (after !== undefined) return splice(text, item.from, after.from, '');
  return splice(text, before?.to ?? item.from, item.to, '');
};

/** Whole lines go, with the comment behind them; comments on lines of their own stay. */
const withoutLines = (text: string, { from, to }: Item): string => {
  const start = text.lastIndexOf('\n', from - 1) + 1;
  const last = text.slice(start, to).endsWith('\n') ? to - 1 : to;
  return splice(text, start, Math.min(lineEnd(text, last) + 1, text.length), '');
};

/** The text without the item at the path; a section that would be left empty goes with it. */
export const removeAt = (text: string, path: Path): string | null => {
  const parent = nodeAt(rootOf(text), path.slice(0, -1));
  if (!isMap(parent) && !isSeq(parent)) return null;
  const collection = parent as Collection;
  const items = itemsOf(collection);
  const key = path.at(-1);
  const index = isMap(parent)
    ? (parent.items as Pair<Node, Node | null>[]).findIndex((pair) => keyText(pair) === String(key))
    : Number(key);
  const item = items[index];
  if (item === undefined) return null;
  if (items.length === 1) return path.length > 1 ? removeAt(text, path.slice(0, -1)) : null;
  return isFlow(collection) ? withoutFlowItem(text, items, index) : withoutLines(text, item);
};
