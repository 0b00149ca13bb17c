import { canonicalize } from '@belay/protocol';
import { describe, expect, it } from 'vitest';
import type { Approval, Case } from '../../domain/run/run.ts';
import { controlWith, org, pay, Story } from '../../domain/story.testing.ts';
import { approvalCard, caseCard } from './cards.ts';

const signOff = 'sign-off: { from: role:signers, exclude: [requester], within: 1h, on-expiry: handoff to desk }';
const asked = (how = '') => {
  const told = new Story();
  told.control = controlWith(signOff, signOff.replace('within: 1h', `${how}within: 1h`));
  told.ask({ args: pay('1234.50') });
  return { run: told.run, approval: told.run.approvals[0] as Approval };
};
const cardFor = (locale: string | undefined, how = '', more: Partial<Approval> = {}) => {
  const { run, approval } = asked(how);
  const context = { org, url: 'https://belay.example', reader: { locale, zone: 'Europe/Berlin' } };
  return approvalCard({ ...approval, ...more }, run, { risk: 'high', effect: 'irreversible' }, 0, context);
};
const amountOn = (card: ReturnType<typeof cardFor>) =>
  card.step?.arguments.find(({ name }) => name === 'amount')?.value;

describe('a card', () => {
  it('writes values as its reader does, beside the exact text that is decided on', () => {
    expect(amountOn(cardFor(undefined))).toBe('EUR 1234.50');
    expect(amountOn(cardFor('de-DE'))).toBe('EUR 1234.50 (1.234,50 EUR)');
    expect(amountOn(cardFor('en-IN'))).toBe('EUR 1234.50 (EUR 1,234.50)');
    expect(cardFor(undefined).until).toMatch(/^Until Thu,? 1 Jan,? 02:00 CET\./);
    expect(cardFor('de-DE').until).toMatch(/^Until Do\.?, 1\. Jan\.?, 02:00 MEZ\./);
    expect(cardFor('fr', 'dwell: 90s, ').noSignature).toContain('1 minute 30 secondes');
  });

  it('is for the same digest in every language', () => {
    const digests = [undefined, 'de-DE', 'ar', 'hi-IN'].map((locale) => cardFor(locale).step?.digest);
    expect(new Set(digests).size).toBe(1);
    expect(canonicalize(pay('1234.50'))).toContain('EUR 1234.50');
  });

  it('offers no signature where it has to be read first, but a link to sign', () => {
    const offered = ({ buttons }: ReturnType<typeof cardFor>) => buttons.map(({ action }) => action);
    expect(offered(cardFor(undefined))).toEqual(['approve', 'reject']);
    for (const how of ['must-open: true, ', 'dwell: 30s, ', 'fresh-sign-in: 10m, ']) {
      const card = cardFor(undefined, how);
      expect(offered(card)).toEqual(['reject']);
      expect(card).toMatchObject({ urlLabel: 'Open to sign', noSignature: expect.stringContaining('Open to sign: ') });
    }
    expect(cardFor(undefined, 'dwell: 30s, ', { status: 'approved' })).toMatchObject({
      noSignature: null,
      urlLabel: 'Open in the inbox',
    });
  });

  it('offers none where too little is known, and says what is missing', () => {
    const { packet } = asked().approval;
    if (packet == null) throw new Error('it was asked for without a packet');
    const completeness = { percent: 50, least: 80, missing: [{ label: 'iban', because: 'is missing.' }] };
    const card = cardFor(undefined, '', { packet: { ...packet, completeness } });
    expect(card.buttons.map(({ action }) => action)).toEqual(['reject']);
    expect(card.noSignature).toContain('iban is missing');
  });

  it('names whom it concerns: who is asked, then who has it, then who is told next', () => {
    expect(cardFor(undefined).concerned.map(({ name }) => name)).toEqual(['Ben', 'Cleo', 'Eve']);
    const told = new Story().ask({ args: pay('1234.50'), facts: { fresh: true } });
    const context = { org, url: 'https://belay.example', reader: { locale: undefined, zone: 'Europe/Berlin' } };
    const concerned = (kase: Partial<Case>) =>
      caseCard({ ...(told.run.case as Case), ...kase }, told.run, context).concerned.map(({ name }) => name);
    expect(concerned({})).toEqual(['Ann', 'Ben', 'Cleo']);
    expect(concerned({ nextTarget: null })).toEqual(['Ann', 'Ben']);
    expect(concerned({ status: 'claimed', claimedBy: 'eve' })).toEqual(['Ann', 'Ben', 'Eve', 'Cleo']);
  });

  it('of a case is written for its reader too', () => {
    const told = new Story().ask({ args: pay('1234.50'), facts: { fresh: true } });
    if (told.run.case === null) throw new Error('it was not handed off');
    const context = { org, url: 'https://belay.example', reader: { locale: 'de-DE', zone: 'Europe/Berlin' } };
    const card = caseCard(told.run.case, told.run, context);
    expect(card.step?.arguments[0]).toEqual({
      name: 'amount',
      label: 'amount',
      value: 'EUR 1234.50 (1.234,50 EUR)',
    });
  });
});
