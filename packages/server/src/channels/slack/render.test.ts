import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { corpus } from '../../../test/contract/corpus.ts';
import { blockProblems, viewProblems } from '../../../test/contract/twins/slack-rules.ts';
import { activeIn, objectsIn } from '../../demo/vendors/slack-shapes.ts';
import type { Form } from '../../engine/channel-ports.ts';
import { anyCard } from '../card.testing.ts';
import { oneLine } from '../inert.ts';
import { form, list, render, said } from './render.ts';

const runs = Number(process.env.BELAY_NIGHTLY ?? 0) > 0 ? 3_000 : 300;
const active = (payload: unknown): string[] => [
  ...objectsIn(payload)
    .filter((one) => one.type === 'mrkdwn')
    .map((one) => JSON.stringify(one)),
  ...objectsIn(payload)
    .filter((one) => one.emoji === true)
    .map((one) => JSON.stringify(one)),
];

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

describe('a card in Slack', () => {
  it('keeps to the schema and the limits of Slack, whatever stands in it', () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const { blocks, text } = render(card) as { blocks: unknown; text: string };
        expect(blockProblems(blocks)).toEqual([]);
        expect(active(blocks)).toEqual([]);
        expect(activeIn(text)).toEqual([]);
        expect(text.length).toBeLessThanOrEqual(4_000);
      }),
      { numRuns: runs },
    );
  });

  it('offers to decide on arguments only when all of them are shown exactly', () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const shown = JSON.stringify(render(card));
        const offers = /belay:(approve|edit)"/.test(shown);
        const whole = (card.step?.arguments ?? []).every(({ label, value }) =>
          shown.includes(JSON.stringify(`${oneLine(label)}: ${oneLine(value)}`).slice(1, -1)),
        );
        if (offers) expect(whole).toBe(true);
      }),
      { numRuns: runs },
    );
  });

  it('makes lists, lines and forms within the limits too', () => {
    fc.assert(
      fc.property(fc.array(anyCard, { maxLength: 30 }), fc.string({ maxLength: 5_000 }), (cards, text) => {
        expect(blockProblems(list(text, cards))).toEqual([]);
        expect(blockProblems(said(text).blocks)).toEqual([]);
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
        expect(viewProblems(form(asked, 'C1'))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it.each(corpus.active)('shows %j inert in what lines and notes say', (text) => {
    const { text: notification, blocks } = said(text);
    expect(activeIn(notification)).toEqual([]);
    expect(active(blocks)).toEqual([]);
  });
});
