/** Whatever stands in a card: the record keeps to the vendor's schema and limits, and nothing in it acts by itself. */
import type { JsonObject } from '@belay/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { activeInDocument, jiraJudge } from '../../test/vendors/jira-rules.ts';
import { notionJudge } from '../../test/vendors/notion-rules.ts';
import { serviceNowJudge } from '../../test/vendors/servicenow-rules.ts';
import type { Judge } from '../demo/vendors/vendor-server.ts';
import type { AccountSigns } from '../engine/channel-ports.ts';
import type { Card } from '../engine/delivery/cards.ts';
import { anyCard } from './card.testing.ts';
import { comment as jiraComment, renderFor as renderJiraFor } from './jira/render.ts';
import { comment as notionComment, renderFor } from './notion/render.ts';
import { note, renderFor as renderServiceNowFor } from './servicenow/render.ts';

const states = [
  'open',
  'claimed',
  'returned',
  'resolved',
  'cancelled',
  'waiting',
  'approved',
  'used',
  'rejected',
  'expired',
  'void',
];
const statuses = Object.fromEntries(states.map((state) => [state, state])) as Parameters<typeof renderFor>[0];
const renderJira = renderJiraFor('high');
const renderServiceNow = renderServiceNowFor('high');
const numRuns = process.env.BELAY_NIGHTLY === undefined ? 300 : 3_000;

const call = (path: string, body: object) => ({
  method: 'POST',
  path,
  query: {},
  headers: { accept: 'application/json', 'content-type': 'application/json' },
  body: body as JsonObject,
});

type Desk = {
  judge: () => Promise<Judge>;
  card(card: Card): ReturnType<typeof call>;
  lines(lines: string[]): ReturnType<typeof call>;
};
const desks: Record<string, Desk> = {
  jira: {
    judge: jiraJudge,
    card: (card) => {
      const { fields } = renderJira(card);
      return call('/rest/api/3/issue', {
        fields: { ...(fields as object), project: { key: 'TRE' }, issuetype: { name: 'Task' } },
      });
    },
    lines: (lines) => call('/rest/api/3/issue/TRE-1/comment', { body: jiraComment(lines, '712020:bruno') }),
  },
  notion: {
    judge: async () => notionJudge,
    card: (card) => {
      const { properties, children } = renderFor(statuses, 'high')(card);
      return call('/v1/pages', {
        parent: { type: 'data_source_id', data_source_id: 'd' },
        properties: properties ?? {},
        children: children ?? [],
      });
    },
    lines: (lines) =>
      call('/v1/comments', { parent: { page_id: 'p' }, rich_text: notionComment(lines.join('\n'), 'u') }),
  },
  servicenow: {
    judge: async () => serviceNowJudge,
    card: (card) => call('/api/now/table/incident', renderServiceNow(card).fields as object),
    lines: (lines) => call('/api/now/table/incident', { work_notes: note(lines) }),
  },
};

describe.each(Object.entries(desks))('a card on the desk %s', (_name, desk) => {
  it('keeps to the schema and the limits of the vendor', async () => {
    const judge = await desk.judge();
    fc.assert(
      fc.property(anyCard, (card) => {
        expect(judge.ofCall(desk.card(card))).toEqual([]);
      }),
      { numRuns },
    );
  });

  it('keeps lines under it within the limits too', async () => {
    const judge = await desk.judge();
    const line = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.integer({ min: 1, max: 100_000 }).map((n) => 'x'.repeat(n)),
    );
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 10 }), (lines) => {
        expect(judge.ofCall(desk.lines(lines))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('offers to decide on arguments only where all of them stand on the record', () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const rendered = JSON.stringify(desk.card(card).body);
        const whole = !rendered.includes('Decide in the inbox');
        expect(/\/(approve|edit|allow)\b/.test(rendered) && !whole).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});

describe.each([
  ['jira', renderJiraFor],
  ['servicenow', renderServiceNowFor],
  ['notion', (signs: AccountSigns) => renderFor(statuses, signs)],
] as const)('%s: what is offered on a record', (_name, rendererFor) => {
  const offers = (card: Card, signs: AccountSigns): boolean =>
    /\/(approve|edit|allow)\b/.test(JSON.stringify(rendererFor(signs)(card)));
  it('lets a step through only up to the risk that the operator chose, and says where it is let through instead', () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        expect(offers(card, 'none')).toBe(false);
        expect(offers(card, 'low')).toBe(offers(card, 'high') && card.step?.risk === 'low');
        const said = JSON.stringify(rendererFor('none')(card)).includes('The step is let through in the inbox');
        expect(said).toBe(offers(card, 'high'));
      }),
      { numRuns: 100 },
    );
  });
});

it('C24 a document of Jira links nowhere but to Belay', () => {
  fc.assert(
    fc.property(anyCard, (card) => {
      const { description } = renderJira(card).fields as { description: unknown };
      expect(activeInDocument(description).filter((one) => !one.includes('https://belay.example/'))).toEqual([]);
    }),
    { numRuns: 50 },
  );
});

it('C24 a journal of ServiceNow keeps no code tag', () => {
  expect(note(['[code]<b>x</b>[/CODE]'])).toBe('［code］<b>x</b>［/CODE］');
});
