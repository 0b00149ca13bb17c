/**
 * People at a desk, as the contract needs them: a press is a command that somebody writes as a comment, a form is what
 * they think about before they write it. The vendor itself is the one of src/demo/vendors; this only uses it.
 */

import type { Callback } from '../../../src/demo/vendors/vendor-server.ts';
import { whoFillsIn } from '../channel-forms.ts';
import { whoLinks } from '../channel-linking.ts';
import type { OpenForm, Signing, Twin, TwinCard } from '../twin.ts';

type Fields = Record<string, string | boolean>;

/** What a vendor of records offers to whoever works in it. */
export type DeskVendor = Pick<Twin, 'next' | 'state' | 'calls' | 'violations' | 'countBy' | 'exceeded' | 'close'> & {
  route: string;
  cards(): TwinCard[];
  comment(by: string, cardId: string, text: string): void;
  /** a signed delivery about a card; `secret` another than the right one */
  announce(cardId: string, at: number, secret?: string): Callback;
  /** the header that carries the signature */
  signature: string;
  /** a decision in the vendor's own records, where it keeps them */
  decide?(by: string, cardId: string, approved: boolean): void;
  told(by: string): string[];
  closeRoom(room: string): void;
  remove(cardId: string): void;
  useClock(now: () => number): void;
};

const formFields: Record<string, string[]> = {
  return: ['instructions', 'allowOnce'],
  edit: ['argument.amount', 'instructions'],
  decline: ['because'],
  resolve: ['resolution'],
  reject: ['because'],
};

const actionOf: Record<string, string> = {
  'take-over': 'takeOver',
  'not-mine': 'decline',
  return: 'return',
  edit: 'edit',
  finish: 'resolve',
  'put-back': 'release',
  approve: 'approve',
  reject: 'reject',
};
const wordOf = (action: string): string =>
  Object.entries(actionOf).find(([, known]) => known === action)?.[0] ?? action;

/** The commands that a text offers. */
export const offeredIn = (text: string): string[] =>
  [...text.matchAll(/^\/([a-z-]+)/gm)].flatMap(([, word = '']) => actionOf[word] ?? []);

const written = (action: string, fields: Fields): string => {
  const said = (name: string): string => String(fields[name] ?? '');
  switch (action) {
    case 'return':
      return `${fields.allowOnce === true ? '/allow' : '/return'} ${said('instructions')}`;
    case 'edit':
      return `/edit\n${Object.entries(fields)
        .map(([name, value]) => `${name.replace('argument.', '')}: ${value}`)
        .join('\n')}`;
    case 'resolve':
      return `/finish ${said('resolution')}`;
    default:
      return `/${wordOf(action)} ${said('because')}`.trim();
  }
};

export const deskTwin = (vendor: DeskVendor): Twin => {
  const thinking = new Map<string, { cardId: string; action: string }>();

  const delivery = (cardId: string, { at, signature }: Signing): Request => {
    const { headers, body } = vendor.announce(cardId, at, signature === 'wrong' ? 'another secret' : undefined);
    const { [vendor.signature]: mac = '', ...others } = headers;
    return new Request(`http://belay.test/channels/${vendor.route}/events`, {
      method: 'POST',
      headers: signature === 'none' ? others : { ...others, [vendor.signature]: mac },
      body: signature === 'tampered' ? body.replace('{', '{ ') : body,
    });
  };
  /** What is forged, or comes from elsewhere, did not happen at this vendor. */
  const happened = ({ signature, workspace }: Signing): boolean => signature === undefined && workspace === undefined;

  const decided = (by: string, cardId: string, action: string): boolean => {
    if (vendor.decide === undefined || action !== 'approve') return false;
    vendor.decide(by, cardId, true);
    return true;
  };

  const press = (cardId: string, action: string, signing: Signing): Request => {
    const { by } = signing;
    if (formFields[action] !== undefined) thinking.set(by, { cardId, action });
    else if (happened(signing) && !decided(by, cardId, action)) vendor.comment(by, cardId, written(action, {}));
    return delivery(cardId, signing);
  };

  return {
    ...vendor,
    press,
    pressOn: (cardId, action, _subject, signing) => press(cardId, action, signing),
    form: (by): OpenForm | null => {
      const open = thinking.get(by);
      return open === undefined
        ? null
        : { title: open.action, fields: formFields[open.action] ?? [], labels: {}, typed: {}, wrong: {}, text: '' };
    },
    submit: (fields, signing) => {
      const open = thinking.get(signing.by);
      if (open === undefined) throw new Error(`${signing.by} has nothing in mind`);
      vendor.comment(signing.by, open.cardId, written(open.action, fields));
      return delivery(open.cardId, signing);
    },
  };
};

/** Promises that no desk can break, with the reason. */
const noForms = 'a record has no forms: what is written on it stays there, whatever becomes of it';

export const deskSkips: Record<string, string> = {
  ...Object.fromEntries(Object.keys(whoFillsIn).map((promise) => [promise, noForms])),
  'whoever left, or unlinked the account, is written to there no more: neither the card nor a notice':
    'records reach nobody by themselves: people are told on other channels',
  'C7 a press that carries the id of something else is answered, and changes nothing':
    'a record carries no id that Belay reads: it knows its own records by the vendor’s ids',
  'C12 a room that was closed is told to the administrators, and the people are told all the same':
    'records reach nobody by themselves: people are told on other channels',
  'C31 the next rungs are asked at once, and the case stays with its last owner':
    'records reach nobody by themselves: people are told on other channels',
};

const inPublic = 'everything said there is read by others too: an administrator links the account';
/** Promises of a channel without a word to one person alone. */
export const publicSkips: Record<string, string> = Object.fromEntries(
  Object.keys(whoLinks).map((promise) => [promise, inPublic]),
);
