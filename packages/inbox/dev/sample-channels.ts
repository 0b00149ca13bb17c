/** The sample world's channels: how they are doing, and a link for an unknown account. */
import type { AnswerOf, PersonView } from '@belay/protocol';
import { Refusal } from './refusal.ts';

export const sampleLink = 'link_sample.signature';
const account = { channel: 'slack', title: 'Slack', address: 'U02ANN' };
const pressed = { label: 'Take over', title: 'Refund above the limit', url: 'https://belay.example/cases/case_1' };

export class SampleLink {
  private spent = false;

  private usable(token: string): void {
    if (this.spent || token !== sampleLink)
      throw new Refusal('account_link_used', 'This link cannot be used any more.');
  }

  look(me: PersonView, token: string): AnswerOf<'lookAtAccountLink'> {
    this.usable(token);
    const expiresAt = new Date(Date.now() + 15 * 60_000).toISOString();
    return { ...account, email: 'ann@belay.example', person: me, pressed, expiresAt, problem: null };
  }

  confirm(token: string): AnswerOf<'confirmAccountLink'> {
    this.usable(token);
    this.spent = true;
    const text = 'You have control. The agent is out until you give control back.';
    return { ...account, accountId: 'account_1', pressed: { ...pressed, done: true, text } };
  }
}

type Shown = AnswerOf<'listChannels'>['items'][number];
const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
const well = (channel: string, title: string, minutes: number): Shown => ({
  channel,
  title,
  state: 'working',
  since: null,
  pausedUntil: null,
  because: null,
  remedy: null,
  waiting: 0,
  waitingSince: null,
  deliveredAt: ago(minutes),
  lastError: null,
  lastErrorAt: null,
  refused: 0,
});

export const sampleChannels = (): Shown[] => [
  well('slack', 'Slack', 2),
  {
    ...well('teams', 'Teams', 14),
    state: 'paused',
    pausedUntil: ago(-3),
    because: 'Teams answered 429',
    remedy: 'Nothing is to be done: sending goes on at the time the vendor named.',
    waiting: 12,
    waitingSince: ago(4),
    lastError: 'Teams answered 429',
    lastErrorAt: ago(1),
  },
  {
    ...well('jira', 'Jira', 61),
    state: 'down',
    since: ago(60),
    because: 'Jira answered 401',
    remedy: 'Make a new token there and give it to Belay; `belay channel add jira` says where it stands.',
    waiting: 3,
    waitingSince: ago(58),
    lastError: 'Jira answered 401',
    lastErrorAt: ago(60),
    refused: 2,
  },
];
