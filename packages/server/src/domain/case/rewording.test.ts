/** Nothing that names, counts or dates gets past the check unless the packet has it, word for word. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataFor, whyNotShown } from './rewording.ts';

const packet = [
  'Pay Nordwind GmbH EUR 1,200.00',
  'The bank details of Nordwind GmbH changed 3 days ago; a person calls back first.',
  'invoiceId: INV-7',
  'contact: Anna Meier',
  'owner: Tom Schmidt',
].join('\n');

describe('what a model says of a packet', () => {
  it.each([
    'Nordwind GmbH is to be paid EUR 1,200.00 for INV-7.',
    'The details of Nordwind GmbH changed 3 days ago, so a person calls back first.',
    'Because this is Nordwind GmbH’s invoice (INV-7), it waits.',
    'For INV-7, Nordwind GmbH is to be paid.',
    'Anna Meier is the contact. Tom Schmidt is the owner.',
  ])('is shown: %s', (answer) => {
    expect(whyNotShown(answer, packet)).toBeNull();
  });

  it.each([
    ['It was changed 3 hours ago.', '3 hours'],
    ['It is EUR 1,200.', 'EUR 1,200'],
    ['It is 1,200.00 EUR.', '1,200.00 EUR'],
    ['It is -1,200.00.', '-1,200.00'],
    ['The contact is Anna Schmidt.', 'Anna Schmidt'],
    ['Anna Schmidt is the contact.', 'Anna Schmidt'],
    ['It is INV-7-B.', 'INV-7-B'],
    ['It changed yesterday.', 'yesterday'],
    ['It is twenty-one euros.', 'twenty-one'],
    ['The details are 安全.', '安全'],
    ['It was paid on 7 May.', '7 May'],
    ['It is ADDED by NORDWIND.', 'ADDED'],
  ])('is not shown: %s', (answer, invented) => {
    expect(whyNotShown(answer, packet)).toBe(`"${invented}" does not stand in the packet.`);
  });

  it('has no token with a digit or a letter beyond a to z that the packet lacks, wherever it stands', () => {
    const invented = fc
      .stringMatching(/^[A-Za-zäжΩ0-9€$@_][A-Za-zäж0-9-]{0,9}[a-z0-9]$/)
      .filter((word) => /[^a-z-]/.test(word) && !/^[A-Z]/.test(word) && !packet.includes(word));
    const known = fc.constantFrom('The payment', 'it', 'waits for', 'Nordwind GmbH', 'and', 'INV-7', '(so', 'late).');
    fc.assert(
      fc.property(
        fc.array(known, { maxLength: 8 }),
        invented,
        fc.array(known, { maxLength: 8 }),
        (before, word, after) => {
          expect(whyNotShown([...before, word, ...after].join(' '), packet)).not.toBeNull();
        },
      ),
    );
  });

  it('goes out as values of JSON: no text of an agent ends its own string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (known, words) => {
        expect(JSON.parse(dataFor(known, words))).toEqual({ packet: known, agentWords: words });
      }),
    );
  });
});
