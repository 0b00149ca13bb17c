import { describe, expect, it } from 'vitest';
import type { Card } from '../engine/delivery/cards.ts';
import { cardTexts } from './card.ts';
import { testCard } from './test-card.ts';

const room = { title: 100, sentence: 200, arguments: 60, fact: 50, facts: 5, words: 100 };
const toSign = (value: string, more: Partial<Card> = {}): Card => ({
  ...testCard('https://belay.example/approvals/approval_1', 0),
  state: 'waiting',
  settled: false,
  step: {
    name: 'pay',
    label: 'pay',
    risk: 'high',
    effect: 'irreversible',
    digest: 'sha256:0',
    arguments: [{ name: 'to', label: 'to', value }],
  },
  buttons: [
    { action: 'approve', label: 'Approve', confirm: null, needsArguments: true },
    { action: 'reject', label: 'Reject', confirm: null, needsArguments: false },
  ],
  ...more,
});
const offered = (card: Card) => cardTexts(card, room).buttons.map(({ action }) => action);

describe('what a card offers', () => {
  it('is everything, where the arguments stand in full view', () => {
    expect(offered(toSign('Nordwind GmbH'))).toEqual(['approve', 'reject']);
    expect(cardTexts(toSign('Nordwind GmbH'), room).notHere).toBeNull();
  });

  it('is no decision on arguments that do not fit or that deceive; it says where they are decided on', () => {
    for (const value of ['x'.repeat(100), 'ACME\u202E', 'Аcme'])
      expect([offered(toSign(value)), cardTexts(toSign(value), room).notHere]).toEqual([
        ['reject'],
        expect.stringContaining('in the inbox'),
      ]);
  });

  it('is no signature that cannot be given there, with the reason why', () => {
    const noSignature = 'Open to sign: it has to be read in full first.';
    expect(cardTexts(toSign('Nordwind GmbH', { noSignature, buttons: [] }), room).notHere).toBe(noSignature);
    expect(cardTexts(toSign('Nordwind GmbH', { noSignature, settled: true }), room)).toMatchObject({
      notHere: null,
      buttons: [],
    });
  });
});
