import { describe, expect, it } from 'vitest';
import { type Identity, signInAccount, whoSignsIn } from './identity.ts';
import { emptyOrganisation, type Organisation, type Person } from './organisation.ts';

const person = (personId: string, more: Partial<Person> = {}): Person => ({
  personId,
  name: personId,
  email: `${personId}@example.com`,
  roles: [],
  access: [],
  zone: 'UTC',
  addresses: {},
  absences: [],
  active: true,
  ...more,
});
const org = (...people: Person[]): Organisation => ({ ...emptyOrganisation, people });
const issuer = 'https://login.example.com';
const account = (subject: string, more: Partial<Identity> = {}): Identity => ({
  issuer,
  subject,
  email: 'ann@example.com',
  emailVerified: true,
  ...more,
});
const linkedTo = (subject: string) => ({ addresses: { [signInAccount]: `${issuer} ${subject}` } });
const is = (found: ReturnType<typeof whoSignsIn>) =>
  found.refused === undefined ? [found.person.personId, found.linked] : found.refused.code;

describe('whose sign-in it is', () => {
  it('that of the person whose verified address it is, in any case of ASCII letters', () => {
    expect(is(whoSignsIn(org(person('ben'), person('ann')), account('1')))).toEqual(['ann', false]);
    expect(is(whoSignsIn(org(person('ann')), account('1', { email: 'ANN@Example.com' })))).toEqual(['ann', false]);
    const kelvin = account('1', { email: '\u212Aim@example.com' });
    expect(is(whoSignsIn(org(person('kim')), kelvin))).toBe('sign_in_unknown');
  });

  it('that of the linked person from then on, whatever the address says', () => {
    const linked = org(person('ann'), person('ben', linkedTo('1')));
    expect(is(whoSignsIn(linked, account('1', { emailVerified: false })))).toEqual(['ben', true]);
    expect(is(whoSignsIn(linked, account('1', { issuer: 'https://elsewhere.example' })))).toEqual(['ann', false]);
  });

  it('nobody’s, when the address is not verified, missing, unknown, or of somebody who left', () => {
    expect(is(whoSignsIn(org(person('ann')), account('1', { emailVerified: false })))).toBe('sign_in_unverified');
    expect(is(whoSignsIn(org(person('ann')), account('1', { email: null })))).toBe('sign_in_unverified');
    expect(is(whoSignsIn(org(person('ben')), account('1')))).toBe('sign_in_unknown');
    expect(is(whoSignsIn(org(person('ann', { email: null })), account('1')))).toBe('sign_in_unknown');
    expect(is(whoSignsIn(org(person('ann', { active: false })), account('1')))).toBe('sign_in_unknown');
    const left = person('ann', { active: false, ...linkedTo('1') });
    expect(is(whoSignsIn(org(left, person('ben', { email: 'ann@example.com' })), account('1')))).toBe(
      'sign_in_unknown',
    );
  });

  it('nobody’s, when the person has another account, or the account differs from one in its letters’ case', () => {
    expect(is(whoSignsIn(org(person('ann', linkedTo('old'))), account('new')))).toBe('account_taken');
    expect(is(whoSignsIn(org(person('ann'), person('ben', linkedTo('aBc'))), account('abc')))).toBe('account_taken');
  });
});
