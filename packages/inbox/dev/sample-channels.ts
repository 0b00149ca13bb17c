/** The sample world's channels: a link for an unknown account. */
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
