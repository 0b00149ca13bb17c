/**
 * Desks: surfaces whose cards are records that people edit (an issue, a row, a ticket), without signed buttons. What
 * somebody did there is an act: a command in a comment, a status they set, themselves as owner, a decision that the
 * vendor recorded. From acts to asks, and from a card to the texts of a record; the same for every desk.
 */
import type { JsonObject } from '@belay/protocol';
import {
  type AccountSigns,
  type Act,
  type Ask,
  accountCounts,
  type CardRef,
  type Fields,
  type Proof,
} from '../engine/channel-ports.ts';
import { type Card, type CardAction, type CardState, parseSubject, subjectKey } from '../engine/delivery/cards.ts';
import { agentWordsLabel, type CardTexts, cardTexts, type Room } from './card.ts';
import { type Setting, unreadable } from './channel.ts';

/** What was last written on the record: what people looked at when they did something. */
export type DeskRef = CardRef & { subject: string; revision: number; digest: string | null; state: CardState };

/** Something a person did on a record. `id` is the vendor's and unique there; `at` orders. */
export type Deed = { id: string; by: string; at: number } & (
  | { kind: 'comment'; text: string }
  | { kind: 'status'; to: string }
  | { kind: 'owner'; to: string | null }
  | { kind: 'decision'; approved: boolean; because: string }
);

/** What each state is called over there. States that share a name are told apart by what may happen next. */
export type Statuses = Record<CardState, string>;

type Word = { word: string; action: CardAction; usage: string; fields: (rest: string) => Fields };

const editedFields = (rest: string): Fields => {
  const lines = rest.split('\n').map((line) => /^\s*([\w.-]+)\s*:\s*(.+)$/.exec(line));
  const fields = lines.flatMap((line) => (line === null ? [] : [[`argument.${line[1]}`, line[2]?.trim() ?? '']]));
  return Object.fromEntries(fields) as Fields;
};

const words: readonly Word[] = [
  { word: 'take-over', action: 'takeOver', usage: '/take-over', fields: () => ({}) },
  { word: 'not-mine', action: 'decline', usage: '/not-mine WHY', fields: (because) => ({ because }) },
  {
    word: 'return',
    action: 'return',
    usage: '/return WHAT THE AGENT IS TO DO',
    fields: (text) => ({ instructions: text }),
  },
  {
    word: 'allow',
    action: 'return',
    usage: '/allow WHAT THE AGENT IS TO DO (allows the step once, with exactly these arguments)',
    fields: (text) => ({ instructions: text, allowOnce: true }),
  },
  { word: 'edit', action: 'edit', usage: '/edit NAME: VALUE (allows the step once, so edited)', fields: editedFields },
  { word: 'finish', action: 'resolve', usage: '/finish WHAT YOU DID', fields: (resolution) => ({ resolution }) },
  { word: 'put-back', action: 'release', usage: '/put-back', fields: () => ({}) },
  { word: 'approve', action: 'approve', usage: '/approve', fields: () => ({}) },
  { word: 'reject', action: 'reject', usage: '/reject WHY', fields: (because) => ({ because }) },
];

/** Words that decide on arguments: only where all of them stand on the record. */
const onArguments = new Set(['allow', 'edit', 'approve']);

type Wanted = { action: CardAction; fields: Fields; onArguments: boolean };

/** A command at the beginning of a comment; anything else is talk. */
const commanded = (text: string): Wanted | null => {
  const [, word, rest = ''] = /^\s*\/([a-z-]+)(?:[ \t:]*)([\s\S]*)$/i.exec(text) ?? [];
  const found = words.find((one) => one.word === word?.toLowerCase());
  if (found === undefined) return null;
  return { action: found.action, fields: found.fields(rest.trim()), onArguments: onArguments.has(found.word) };
};

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
const plain = (action: CardAction, fields: Fields = {}): Wanted => ({
  action,
  fields,
  onArguments: action === 'approve',
});

const ofApproval = (to: string, { approved, rejected }: Statuses, said: string): Wanted | null => {
  // One name for both says nothing.
  if (same(approved, rejected)) return null;
  if (same(to, approved)) return plain('approve');
  return same(to, rejected) ? plain('reject', { because: said }) : null;
};

const ofStatus = (to: string, { subject, state }: DeskRef, statuses: Statuses, said: string): Wanted | null => {
  if (same(to, statuses[state])) return null;
  if (!subject.startsWith('case:')) return ofApproval(to, statuses, said);
  if (same(to, statuses.claimed)) return plain('takeOver');
  if (same(to, statuses.resolved)) return plain('resolve', { resolution: said });
  if (same(to, statuses.returned)) return plain('return', { instructions: said });
  return same(to, statuses.open) && state === 'claimed' ? plain('release') : null;
};

type Desk = { workspace: string; statuses: Statuses };

const wantedBy = (deed: Deed, all: readonly Deed[], ref: DeskRef, { statuses }: Desk): Wanted | null => {
  switch (deed.kind) {
    case 'comment':
      return commanded(deed.text);
    case 'decision':
      return deed.approved
        ? { action: 'approve', fields: {}, onArguments: true }
        : { action: 'reject', fields: { because: deed.because }, onArguments: false };
    case 'owner':
      // Control is taken by oneself: naming somebody else asks nobody.
      return deed.to === deed.by && ref.state === 'open'
        ? { action: 'takeOver', fields: {}, onArguments: false }
        : null;
    case 'status': {
      const said = all.findLast((one) => one.kind === 'comment' && one.by === deed.by && commanded(one.text) === null);
      return ofStatus(deed.to, ref, statuses, said?.kind === 'comment' ? said.text : '');
    }
  }
};

/** A digest that is no digest: what was not in full view cannot be decided on. */
const unseen = 'not shown in full';

/** What people asked for by what they did, oldest first. What they did twice in one go is asked once. */
export const actsOf = (ref: DeskRef, deeds: readonly Deed[], desk: Desk): Act[] => {
  const subject = parseSubject(ref.subject);
  if (subject === null) return [];
  const ordered = deeds.toSorted((a, b) => a.at - b.at || a.id.localeCompare(b.id));
  const asked = new Set<string>();
  return ordered.flatMap((deed): Act[] => {
    const wanted = wantedBy(deed, ordered, ref, desk);
    const once = `${deed.by} ${wanted?.action}`;
    if (wanted === null || (deed.kind !== 'comment' && asked.has(once))) return [];
    asked.add(once);
    const proof: Proof = deed.kind === 'decision' ? 'recorded' : 'account';
    const ask: Ask = {
      kind: 'press',
      presser: { workspace: desk.workspace, address: deed.by },
      replyTo: { ref: ref.id, by: deed.by },
      action: wanted.action,
      subject,
      revision: ref.revision,
      digest: wanted.onArguments && ref.digest === null ? unseen : ref.digest,
      fields: wanted.fields,
      proof,
    };
    return [{ deliveryId: `${deed.kind}:${deed.id}`, asks: [ask] }];
  });
};

export type DeskTexts = CardTexts & { words: { usage: string }[]; label: string };

const unproved = 'The step is let through in the inbox: what is written here does not prove who wrote it.';

/** The texts of a record, with the commands that may be written under it now and count there. */
export const deskTexts = (card: Card, room: Room, signs: AccountSigns): DeskTexts => {
  const texts = cardTexts(card, room);
  const offered = words.filter(
    ({ word, action }) =>
      texts.buttons.some((button) => button.action === action) &&
      (word !== 'allow' || (card.step !== null && texts.notHere === null)),
  );
  const counts = accountCounts(signs, card.step?.risk ?? 'high');
  const counting = offered.filter(({ word }) => counts || !onArguments.has(word));
  return {
    ...texts,
    notHere: counting.length < offered.length ? unproved : texts.notHere,
    words: counting.map(({ usage }) => ({ usage })),
    label: agentWordsLabel,
  };
};

/** What a ref remembers of what was written; the digest only where the arguments are in full view. */
export const writtenOn = (card: Card, room: Room): Pick<DeskRef, 'subject' | 'revision' | 'digest' | 'state'> => ({
  subject: subjectKey(card.subject),
  revision: card.revision,
  digest:
    cardTexts(
      { ...card, settled: false, buttons: [{ action: 'approve', label: '', confirm: null, needsArguments: true }] },
      room,
    ).notHere === null
      ? (card.step?.digest ?? null)
      : null,
  state: card.state,
});

export const refOf = (ids: JsonObject & { id: string }, written: JsonObject): CardRef => ({ ...ids, ...written });

/** How much a desk takes an account's word for; the same setting on each. */
export const signsSetting = (channel: 'JIRA' | 'NOTION' | 'SERVICENOW') => ({
  env: `BELAY_${channel}_SIGNS`,
  about: 'the highest risk of a step that is signed off or allowed from there: none, low or high',
  fallback: 'low',
});

const risks: readonly AccountSigns[] = ['none', 'low', 'high'];

export const signsFrom = (setting: Setting, text: string): AccountSigns => {
  const found = risks.find((risk) => risk === text);
  if (found === undefined) throw unreadable(setting, text, `one of ${risks.join(', ')}`);
  return found;
};

/** "open=To Do, claimed=In Progress" over the defaults; what it cannot read it names. */
export const statusesFrom = (setting: Setting, text: string, defaults: Statuses): Statuses => {
  const pairs = text
    .split(',')
    .map((part) => part.split('=').map((side) => side.trim()))
    .filter(([state]) => state !== '');
  const wrong = pairs.find(([state = '', name = '']) => !(state in defaults) || name === '');
  if (wrong !== undefined)
    throw unreadable(
      setting,
      text,
      `STATE=NAME, …; "${wrong.join('=')}" is none. States: ${Object.keys(defaults).join(', ')}`,
    );
  return { ...defaults, ...Object.fromEntries(pairs) };
};
