/** Lists in pages: a page ends in a cursor, the sort key of its last row. */
import type { Page } from '../engine/queries.ts';

/** Cursors are opaque to callers: the sort key of the last row. */
const encode = (key: unknown[]): string => Buffer.from(JSON.stringify(key)).toString('base64url');
export const decode = (cursor: string | undefined): unknown[] | null => {
  if (cursor === undefined) return null;
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(key) ? key : null;
  } catch {
    return null;
  }
};

export const pageOf = <T>(rows: T[], limit: number, key: (row: T) => unknown[]): Page<T> => {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? encode(key(last)) : null };
};
