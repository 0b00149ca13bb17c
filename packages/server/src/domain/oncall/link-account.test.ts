import { describe, expect, it } from 'vitest';
import { decideOncall, type Entered, nothingEntered, withEntered } from './entered.ts';
import type { Organisation } from './organisation.ts';
import type { Person } from './person.ts';

const person = (personId: string, addresses: Record<string, string> = {}, access: Person['access'] = []): Person => ({
  personId,
  name: personId,
  email: null,
  roles: [],
  access,
  zone: 'UTC',
  addresses,
  absences: [],
  active: true,
});
const [ann, ben, cleo] = [person('ann'), person('ben', { slack: 'U1' }), person('cleo', {}, ['admin'])] as const;
const org = (people: Person[] = [ann, ben, cleo]): Organisation => ({ people, schedules: [], zone: 'UTC' });
const decide = (entered: Entered, command: Parameters<typeof decideOncall>[1], by: Person) =>
  decideOncall(entered, command, { org: withEntered(org(), entered), by, now: 0, newId: (prefix) => `${prefix}_1` });
const link = (by: Person, address: string) =>
  decide(nothingEntered, { type: 'linkAccount', channel: 'slack', address }, by);

const linked = (): Entered => {
  const decided = link(ann, 'U7');
  if (decided.refused !== undefined) throw new Error(decided.refused.detail);
  return decided.entered;
};

describe('an account that a person linked', () => {
  it('is theirs, beside what the organisation file says', () => {
    const [a, b] = withEntered(org(), linked()).people;
    expect([a?.addresses, b?.addresses]).toEqual([{ slack: 'U7' }, { slack: 'U1' }]);
  });

  it('is not that of somebody else, whatever its case, nor a second one', () => {
    expect(link(ann, 'u1')).toMatchObject({ refused: { code: 'account_taken' } });
    expect(link(ben, 'U7')).toMatchObject({ refused: { code: 'account_taken' } });
    const again = decide(linked(), { type: 'linkAccount', channel: 'slack', address: 'U7' }, cleo);
    expect(again).toMatchObject({ refused: { code: 'account_taken' } });
  });

  it('is linked once: the same again changes nothing', () => {
    const again = decide(linked(), { type: 'linkAccount', channel: 'slack', address: 'U7' }, ann);
    expect(again).toEqual({ entered: expect.objectContaining(linked()), event: null });
  });

  it('is linked to somebody else by an administrator alone, to a person there is, and not twice', () => {
    const given = (by: Person, personId: string, address = 'U7') =>
      decide(nothingEntered, { type: 'linkAccount', channel: 'slack', address, personId }, by);
    expect(given(cleo, 'ann')).toMatchObject({ event: { type: 'AccountLinked', accounts: [{ personId: 'ann' }] } });
    expect(given(ben, 'ann')).toMatchObject({ refused: { code: 'not_entitled' } });
    expect(given(cleo, 'nobody')).toMatchObject({ refused: { code: 'unknown_target' } });
    expect(given(cleo, 'ann', 'u1')).toMatchObject({ refused: { detail: 'This account is linked to ben already.' } });
    expect(given(cleo, 'ben')).toMatchObject({ refused: { detail: expect.stringContaining('has the account U1') } });
  });

  it('gives way to the organisation file: another account of theirs, or another person of it', () => {
    const other = withEntered(org([person('ann', { slack: 'U8' }), ben, cleo]), linked());
    expect(other.people[0]?.addresses).toEqual({ slack: 'U8' });
    const taken = withEntered(org([ann, person('ben', { slack: 'u7' }), cleo]), linked());
    expect(taken.people.map(({ addresses }) => addresses.slack)).toEqual([undefined, 'u7', undefined]);
  });

  it('is withdrawn by them or by an administrator, and by nobody else', () => {
    const withdraw = (by: Person) => decide(linked(), { type: 'withdraw', id: 'account_1' }, by);
    expect(withdraw(ben)).toMatchObject({ refused: { code: 'not_entitled' } });
    for (const by of [ann, cleo])
      expect(withdraw(by)).toMatchObject({ entered: { accounts: [] }, event: { type: 'AccountUnlinked' } });
  });
});
