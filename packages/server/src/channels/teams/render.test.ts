import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { corpus } from '../../../test/contract/corpus.ts';
import { activeIn, activeParts, activityProblems, cardProblems, textsIn } from '../../../test/vendors/teams-rules.ts';
import type { Form, Place } from '../../engine/channel-ports.ts';
import { anyCard } from '../card.testing.ts';
import { oneLine } from '../inert.ts';
import { adaptiveCard, dialog, list, preview, render, said } from './render.ts';

const runs = Number(process.env.BELAY_NIGHTLY ?? 0) > 0 ? 3_000 : 300;
const room: Place = { kind: 'room', address: '19:treasury@thread.tacv2' };
const sizeMost = 28 * 1_024;
const bytes = (payload: unknown): number => Buffer.byteLength(JSON.stringify(payload));
const isOurs = (url: string): boolean => url.startsWith('https://belay.example/');

const fields: Form['fields'] = [
  {
    name: 'because',
    label: 'Why',
    kind: 'line',
    required: true,
    max: 2_000,
    initial: null,
    hint: 'The next person is asked.',
  },
  {
    name: 'instructions',
    label: 'What',
    kind: 'text',
    required: false,
    max: 2_000,
    initial: 'x'.repeat(9_000),
    hint: null,
  },
  {
    name: 'allowOnce',
    label: 'Allow '.repeat(40),
    kind: 'check',
    required: false,
    max: 2_000,
    initial: null,
    hint: null,
  },
];

describe('a card in Teams', () => {
  it('C26 keeps to the official schema and 28 KB, whatever stands in it, and nothing in it acts', () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const message = render(card, room);
        expect(activityProblems(message)).toEqual([]);
        expect(bytes(message)).toBeLessThan(sizeMost);
        expect(activeParts(adaptiveCard(card), isOurs)).toEqual([]);
        expect(activeIn(String(message.summary))).toEqual([]);
      }),
      { numRuns: runs },
    );
  });

  it('says in text to clients that cannot show it what it is about, and links to where it is shown; nothing else in it acts', () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const { summary } = render(card, room);
        const link = ` [${card.urlLabel}](${card.url})`;
        const { fallbackText } = adaptiveCard(card);
        expect(fallbackText).toBe(`${String(summary)}${link}`);
        expect(activeIn(String(fallbackText).slice(0, -link.length))).toEqual([]);
      }),
      { numRuns: runs },
    );
  });

  it('offers to decide on arguments only when all of them are shown exactly', () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const shown = adaptiveCard(card);
        const offers = /"(verb|id)":"belay:(approve|edit)"/.test(JSON.stringify(shown));
        const text = textsIn(shown).join('\n');
        const whole = (card.step?.arguments ?? []).every(({ label, value }) =>
          text.includes(`${oneLine(label)}: ${oneLine(value)}`),
        );
        if (offers) expect(whole).toBe(true);
      }),
      { numRuns: runs },
    );
  });

  it('asks again before what cannot be taken back: the button opens the second step, and only that one decides', () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const { actions, body } = adaptiveCard(card) as { actions: { title: string; verb?: string }[]; body: object[] };
        for (const { action, confirm } of card.settled ? [] : card.buttons) {
          if (confirm === null) continue;
          expect(actions.some(({ verb }) => verb === `belay:${action}`)).toBe(false);
          const step = body.filter((one) => 'id' in one && one.id === `confirm-${action}`);
          for (const one of step) expect(JSON.stringify(one)).toContain(confirm);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('makes lists, previews, lines and dialogs within the limits too', () => {
    fc.assert(
      fc.property(fc.array(anyCard, { maxLength: 30 }), fc.string({ maxLength: 5_000 }), (cards, text) => {
        for (const message of [list(text, cards), said(text === '' ? 'x' : text)]) {
          expect(activityProblems(message)).toEqual([]);
          expect(bytes(message)).toBeLessThan(sizeMost);
        }
        for (const card of cards.slice(0, 3)) expect(cardProblems(preview(card).content)).toEqual([]);
        const asked: Form = {
          action: 'return',
          subject: { kind: 'case', id: 'case_1' },
          revision: 3,
          digest: null,
          title: 'Return with instructions',
          about: text,
          fields,
          submit: 'Give back',
        };
        const { task } = dialog(asked) as { task: { value: { card: { content: unknown } } } };
        expect(cardProblems(task.value.card.content)).toEqual([]);
        expect(bytes(task)).toBeLessThan(sizeMost);
      }),
      { numRuns: 50 },
    );
  });

  it.each(corpus.active)('C24 shows %j inert in what lines and notes say', (text) => {
    expect(activeIn(String(said(text).text))).toEqual([]);
  });
});
