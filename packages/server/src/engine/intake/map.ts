/** What a delivery says: the ticket it is about, its title and its text, by JSON pointers. Vendors have pointers of their own. */
import { canonicalize, clipped, type Json, type JsonObject } from '@belay/protocol';
import type { Vendor } from './verify.ts';

export type Pointers = {
  /** what the run is about: names of the control's subject */
  subject: Record<string, string>;
  /** identity of the ticket: the same one never opens two */
  key: string;
  title: string;
  text: string | null;
  /** only deliveries in which these have these values */
  only: Record<string, string>;
};

const vendors: Record<Exclude<Vendor, 'generic'>, Pick<Pointers, 'key' | 'title' | 'text'>> = {
  jira: { key: '/issue/key', title: '/issue/fields/summary', text: '/issue/fields/description' },
  servicenow: { key: '/number', title: '/short_description', text: '/description' },
  zendesk: { key: '/detail/id', title: '/detail/subject', text: '/detail/description' },
};

/** The vendor's pointers, where the operator gave no others. */
export const pointersOf = (vendor: Vendor, given: Partial<Pointers>): Pointers | null => {
  const own = vendor === 'generic' ? {} : vendors[vendor];
  const { key, title, text = null } = { ...own, ...given };
  if (key === undefined || title === undefined) return null;
  return { key, title, text, subject: given.subject ?? { ticketId: key }, only: given.only ?? {} };
};

const at = (value: Json, pointer: string): Json | undefined => {
  let found: Json | undefined = value;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as JsonObject)[key];
  }
  return found;
};

/** The words of a rich text (Jira's document format), a line for each block. */
const richText = (node: JsonObject): string => {
  if (typeof node.text === 'string') return node.text;
  const parts = Array.isArray(node.content) ? node.content : [];
  const inner = parts.map((part) => (typeof part === 'object' && part !== null ? richText(part as JsonObject) : ''));
  return inner.join(node.type === 'doc' || String(node.type).endsWith('List') ? '\n' : '');
};

const textOf = (value: Json | undefined): string => {
  if (value === undefined || value === null) return '';
  if (typeof value === 'object' && !Array.isArray(value) && value.type === 'doc') return richText(value);
  return typeof value === 'object' ? canonicalize(value) : String(value);
};

export type Ticket = { subject: JsonObject; key: string; title: string; text: string };
export type Mapped = { kind: 'ticket'; ticket: Ticket } | { kind: 'other' | 'wrong'; because: string };

const isKey = (value: Json | undefined): value is string | number =>
  (typeof value === 'string' && value.trim() !== '' && value.length <= 150) || Number.isSafeInteger(value);

/** The ticket in a delivery; `other`: it is not of the kind that opens something; `wrong`: it lacks what it needs. */
export const mapDelivery = (body: Json, pointers: Pointers): Mapped => {
  for (const [pointer, wanted] of Object.entries(pointers.only)) {
    const found = textOf(at(body, pointer));
    if (found !== wanted) return { kind: 'other', because: `${pointer} is "${clipped(found, 80)}", not "${wanted}".` };
  }
  const key = at(body, pointers.key);
  if (!isKey(key)) return { kind: 'wrong', because: `There is no identity of the ticket at ${pointers.key}.` };
  const subject: JsonObject = {};
  for (const [name, pointer] of Object.entries(pointers.subject)) {
    const value = at(body, pointer);
    if (!isKey(value)) return { kind: 'wrong', because: `There is no ${name} at ${pointer}.` };
    subject[name] = value;
  }
  const text = pointers.text === null ? '' : textOf(at(body, pointers.text));
  const title = textOf(at(body, pointers.title));
  return {
    kind: 'ticket',
    ticket: { subject, key: String(key), title: clipped(title, 500), text: clipped(text, 20_000) },
  };
};
