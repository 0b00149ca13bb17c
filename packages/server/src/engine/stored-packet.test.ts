import { packetView } from '@belay/protocol';
import { describe, expect, it } from 'vitest';
import { storedPacket } from './stored-packet.ts';

const row = { text: '3', value: 3, type: 'int', origin: 'lookup' as const, source: 'crm', problem: null };

/** As it was stored before rows had names: what they were called was the exact name. */
const before = {
  sentence: 'Pay',
  arguments: [{ ...row, label: 'invoiceId' }],
  attachments: [],
  sections: [{ section: 'Payee', rows: [{ ...row, label: 'payee.ibanChangedDays' }] }],
  rules: [
    {
      rule: 'changed',
      kind: 'handoff' as const,
      because: 'It changed.',
      cites: null,
      read: [{ name: 'payee.ibanChangedDays', text: '3', threshold: 'at most 30' }],
    },
  ],
  exceptional: [],
  onYes: null,
  onNo: null,
  completeness: { percent: 50, least: null, missing: [{ label: 'payee.ageDays', because: 'is missing' }] },
};

describe('a packet that an older version stored', () => {
  it('is shown in words, and keeps the exact names', () => {
    const shown = packetView.parse(storedPacket(before, 'release-payment'));
    expect(shown).toMatchObject({
      step: 'release payment',
      arguments: [{ label: 'invoice ID', name: 'invoiceId' }],
      sections: [{ rows: [{ label: 'payee IBAN changed days', name: 'payee.ibanChangedDays' }] }],
      rules: [{ read: [{ label: 'payee IBAN changed days', name: 'payee.ibanChangedDays' }] }],
      completeness: { missing: [{ label: 'payee age days' }] },
    });
    expect(storedPacket(shown, 'release-payment')).toBe(shown);
  });

  it('is none, where only sections were kept or the case is about no step', () => {
    for (const none of [null, undefined, [{ section: 'Payee' }]]) expect(storedPacket(none, 'pay')).toBeNull();
  });
});
