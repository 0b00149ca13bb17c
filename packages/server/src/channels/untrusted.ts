/** Reading JSON of others without trusting its shape: what is not there is an empty object, list or text. */
import { type Json, type JsonObject, parseStrict } from '@belay/protocol';
import { type CardAction, parseSubject, type Subject } from '../engine/delivery/cards.ts';

export const at = (value: Json | undefined, ...path: string[]): Json =>
  path.reduce<Json>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? (inner[name] ?? null) : null,
    value ?? null,
  );
export const textAt = (value: Json | undefined, ...path: string[]): string => {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
};
export const objectAt = (value: Json | undefined, ...path: string[]): JsonObject => {
  const found = at(value, ...path);
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? found : {};
};
export const listAt = (value: Json | undefined, ...path: string[]): Json[] => {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
};

/** Strict JSON, or null. */
export const readJson = (text: string): Json => {
  try {
    return parseStrict(text);
  } catch {
    return null;
  }
};

const actions: readonly string[] = ['takeOver', 'decline', 'return', 'edit', 'release', 'resolve', 'approve', 'reject'];
export const isAction = (word: string): word is CardAction => actions.includes(word);

/** What a button or a form carries: for which case or approval, at which revision, over which arguments. */
export const pressedOn = (carried: Json): { subject: Subject; revision: number; digest: string | null } | null => {
  const subject = parseSubject(textAt(carried, 'subject'));
  const revision = at(carried, 'revision');
  if (subject === null || typeof revision !== 'number' || !Number.isInteger(revision)) return null;
  return { subject, revision, digest: textAt(carried, 'digest') || null };
};
