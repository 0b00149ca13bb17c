import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { blockProblems } from '../../test/contract/twins/slack-rules.ts';
import { jiraJudge } from '../../test/vendors/jira-rules.ts';
import { notionJudge } from '../../test/vendors/notion-rules.ts';
import { serviceNowJudge } from '../../test/vendors/servicenow-rules.ts';
import { activityProblems } from '../../test/vendors/teams-rules.ts';
import type { Card, CardState } from '../engine/delivery/cards.ts';
import { corpusOfCards } from './corpus.testing.ts';
import type { Statuses } from './desk.ts';
import { renderFor as renderJiraFor } from './jira/render.ts';
import { renderFor } from './notion/render.ts';
import { renderFor as renderServiceNowFor } from './servicenow/render.ts';
import { render as renderSlack } from './slack/render.ts';
import { render as renderTeams } from './teams/render.ts';

const headers = { accept: 'application/json', 'content-type': 'application/json' };
const post = (path: string, body: object) => ({ method: 'POST', path, query: {}, headers, body: body as never });
const statuses = Object.fromEntries(corpusOfCards.map(({ state }) => [state, state])) as Statuses;

/** What the vendor's schema and limits say is wrong with the card. */
const vendors: Record<string, () => Promise<(card: Card) => string[]>> = {
  slack: async () => (card) => blockProblems(renderSlack(card).blocks),
  teams: async () => (card) => activityProblems(renderTeams(card, { kind: 'room', address: 'r' })),
  jira: async () => {
    const judge = await jiraJudge();
    return (card) => {
      const fields = {
        ...(renderJiraFor('high')(card).fields as object),
        project: { key: 'TRE' },
        issuetype: { name: 'Task' },
      };
      return judge.ofCall(post('/rest/api/3/issue', { fields }));
    };
  },
  notion: async () => (card) => {
    const { properties = {}, children = [] } = renderFor(statuses, 'high')(card);
    const parent = { type: 'data_source_id', data_source_id: 'd' };
    return notionJudge.ofCall(post('/v1/pages', { parent, properties, children }));
  },
  servicenow: async () => (card) =>
    serviceNowJudge.ofCall(post('/api/now/table/incident', renderServiceNowFor('high')(card).fields as object)),
};

describe('the corpus of 300 cards', () => {
  it('has every state, cards of nothing, and cards of a megabyte in each place', () => {
    expect(corpusOfCards).toHaveLength(300);
    expect(new Set(corpusOfCards.map(({ state }): CardState => state)).size).toBe(11);
    const sizes = corpusOfCards.map((card) => JSON.stringify(card).length);
    expect(sizes.filter((size) => size >= 1_000_000).length).toBeGreaterThanOrEqual(40);
    expect(corpusOfCards.some(({ title, sentence }) => title === '' || sentence === '')).toBe(true);
  });

  it.each(Object.keys(vendors))('C26 keeps to the schema and the limits of %s', async (name) => {
    const problemsOf = await vendors[name]?.();
    const started = performance.now();
    const wrong = corpusOfCards.flatMap((card, n) =>
      (problemsOf?.(card) ?? ['no vendor']).map((one) => `${n}: ${one}`),
    );
    console.log(`${name}: 300 cards in ${Math.round(performance.now() - started)} ms`);
    expect(wrong.slice(0, 20)).toEqual([]);
  });
});
