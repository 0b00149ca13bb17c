/** Whatever a vendor's limit cuts, it is cut between two characters as people see them: half an emoji is another one. */
import { expect, it } from 'vitest';
import type { Card } from '../engine/delivery/cards.ts';
import { createEmail } from './email/index.ts';
import { comment as jiraComment, renderFor as renderJiraFor } from './jira/render.ts';
import { comment as notionComment, renderFor as renderNotionFor } from './notion/render.ts';
import { note, renderFor as renderServiceNowFor } from './servicenow/render.ts';
import * as slack from './slack/render.ts';
import * as teams from './teams/render.ts';
import { testCard } from './test-card.ts';

const family = '👩‍👩‍👧';
const long = family.repeat(4_000);
const card: Card = {
  ...testCard('https://belay.example/cases/case_1', 0),
  state: 'claimed',
  settled: false,
  title: long,
  sentence: long,
  who: long,
  until: long,
  step: {
    name: 'reply',
    label: long,
    risk: 'high',
    effect: 'irreversible',
    digest: 'sha256:0',
    arguments: [{ name: 'text', label: 'text', value: long }],
  },
  facts: [{ label: long, value: long, origin: 'agent' }],
  also: [long],
  agentWords: long,
  buttons: [{ action: 'release', label: 'Put it back', confirm: long, needsArguments: false }],
};
const form: Parameters<typeof slack.form>[0] = {
  action: 'return',
  subject: card.subject,
  revision: 1,
  digest: null,
  title: 'Return with instructions',
  about: long,
  fields: [{ name: 'x', label: long, kind: 'text', required: true, max: 20_000, initial: long, hint: long }],
  submit: 'Give back',
};
const statuses = new Proxy({}, { get: () => 'To do' }) as Parameters<typeof renderNotionFor>[0];
const { render: renderEmail } = createEmail({ server: 'smtp://127.0.0.1:1', from: 'belay@example.com' });
const room = { kind: 'room', address: 'r' } as const;
const typed = { form: null, wrong: {}, typed: [{ label: long, text: long }] };

const written: Record<string, unknown[]> = {
  slack: [
    slack.render(card),
    slack.said(long),
    slack.list(long, [card]),
    slack.preview(card),
    slack.form(form, 'C1'),
    slack.refused(long, typed, 'C1'),
  ],
  teams: [
    teams.render(card, room),
    teams.said(long),
    teams.list(long, [card]),
    teams.preview(card),
    teams.dialog(form),
    teams.refusedDialog(long, typed),
  ],
  jira: [renderJiraFor('high')(card), jiraComment([long])],
  notion: [renderNotionFor(statuses, 'high')(card), notionComment(long)],
  servicenow: [renderServiceNowFor('high')(card), note([long])],
  email: [renderEmail(card, room)],
};

const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};
/** What is drawn as another emoji, or as none. */
const halfIn = (text: string): boolean =>
  /\p{Extended_Pictographic}|\p{Surrogate}|\u200D/u.test(text.replaceAll(family, ''));

it.each(Object.entries(written))('C26 %s cuts no text within a character', (_name, all) => {
  const texts = all.flatMap(textsIn).filter((one) => one.includes('👩'));
  expect(texts.length).toBeGreaterThan(0);
  expect(texts.filter(halfIn)).toEqual([]);
});
