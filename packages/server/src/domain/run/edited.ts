/** What a person changed in arguments. */
import { digestOf, type JsonObject } from '@belay/protocol';

/** Names whose value is another, is gone, or is new. */
export const changedNames = (before: JsonObject, after: JsonObject): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) =>
      before[name] === undefined || after[name] === undefined || digestOf(before[name]) !== digestOf(after[name]),
  );
