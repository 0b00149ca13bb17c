/**
 * What every renderer makes of a card before its vendor's syntax comes in: texts visible and clipped, the exact
 * arguments whole or marked as cut, and only the buttons that may be offered here. A renderer escapes and lays out.
 */
import { upper } from '@belay/protocol';
import type { Card, CardButton } from '../engine/delivery/cards.ts';
import { clip, clipped, clippedLine, clippedText, deceptive, oneLine } from './inert.ts';

/** How many characters the vendor has room for. Facts, reasons and words are cut; arguments are whole or not decided on. */
export type Room = { title: number; sentence: number; arguments: number; fact: number; facts: number; words: number };

export type CardTexts = {
  title: string;
  state: string;
  sentence: string;
  who: string;
  until: string | null;
  /** step and effect: "Release payment, cannot be undone" */
  about: string | null;
  /** one line an argument, exactly; cut when it does not fit */
  arguments: string;
  facts: { label: string; value: string }[];
  also: string[];
  agentWords: string | null;
  buttons: CardButton[];
  /** why something that may be decided elsewhere is not offered here */
  notHere: string | null;
};

const states: Record<Card['state'], string> = {
  open: 'Needs a person',
  claimed: 'Taken over',
  returned: 'Given back',
  resolved: 'Finished by a person',
  cancelled: 'Cancelled',
  waiting: 'Needs a sign-off',
  approved: 'Signed off',
  used: 'Signed off and done',
  rejected: 'Refused',
  expired: 'Expired',
  void: 'No longer asked',
};

const effects = { none: 'no effect', reversible: 'can be undone', irreversible: 'cannot be undone' };
const origins: Record<string, string> = { agent: ' (claimed by the agent)', lookup: '', args: '', system: '' };

export const agentWordsLabel = 'What the agent says (not checked)';

/** A line an argument, as far as there could be room for them; and what could make a reader take one for something else. */
const argumentsShown = (card: Card, most: number): { text: string; whole: boolean; strange: string[] } => {
  let left = 4 * most;
  const lines: string[] = [];
  const strange: string[] = [];
  for (const { label, value } of card.step?.arguments ?? []) {
    left -= label.length + value.length;
    if (left < 0)
      return {
        ...clip(`${lines.join('\n')}\n${clippedLine(`${label}: ${value}`, most)}`, most),
        whole: false,
        strange,
      };
    lines.push(`${oneLine(label)}: ${oneLine(value)}`);
    const why = deceptive(label) ?? deceptive(value);
    if (why !== null) strange.push(`${oneLine(label)} contains ${why}`);
  }
  return { ...clip(lines.join('\n'), most), strange };
};

const problemOf = ({ whole, strange }: { whole: boolean; strange: string[] }): string | null => {
  if (strange.length > 0)
    return `${strange.join('; ')}. Decide in the inbox, where it is shown character by character.`;
  return whole ? null : 'The arguments do not fit here. Decide in the inbox, where all of it is shown.';
};

/** The card in texts for a surface with so much room. */
export const cardTexts = (card: Card, room: Room): CardTexts => {
  const args = argumentsShown(card, room.arguments);
  const problem = card.settled ? null : problemOf(args);
  const offered = card.settled ? [] : card.buttons;
  const hidden = problem !== null && offered.some((button) => button.needsArguments);
  return {
    title: clippedLine(card.title, room.title),
    state: states[card.state],
    sentence: clippedLine(card.sentence, room.sentence),
    who: clippedLine(card.who, room.sentence),
    until: card.until === null ? null : clippedLine(card.until, room.sentence),
    about:
      card.step === null
        ? null
        : clipped(`${oneLine(upper(card.step.label))}, ${effects[card.step.effect]}`, room.title),
    arguments: args.text,
    facts: card.facts.slice(0, room.facts).map(({ label, value, origin }) => ({
      label: clippedLine(label, room.fact),
      value: clipped(`${clippedLine(value, room.fact)}${origins[origin ?? ''] ?? ''}`, room.fact),
    })),
    also: card.also.slice(0, room.facts).map((line) => clippedLine(line, room.sentence)),
    agentWords: card.agentWords === null ? null : clippedText(card.agentWords, room.words),
    buttons: hidden ? offered.filter((button) => !button.needsArguments) : offered,
    notHere: hidden ? clipped(problem ?? '', room.sentence) : card.settled ? null : card.noSignature,
  };
};
