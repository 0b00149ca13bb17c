import type { DelegationView, PersonView } from '@belay/protocol';
import { describe, expect, it } from 'vitest';
import { inOrder, mayWithdraw } from './delegations.ts';

const one = (from: string, to: string, since: string, by = from): DelegationView => ({
  delegationId: `${from} ${to}`,
  from,
  fromName: from,
  to,
  toName: to,
  approval: null,
  since,
  until: '2027-02-01T00:00:00Z',
  because: 'leave',
  by,
});
const person = (personId: string, access: PersonView['access'] = ['operator']): PersonView => ({
  personId,
  name: personId,
  email: null,
  roles: [],
  access,
});

describe('delegations', () => {
  it('show mine first, in either part, and then what begins first', () => {
    const others = one('cem', 'dana', '2026-12-01T00:00:00Z');
    const given = one('ann', 'cem', '2027-01-02T00:00:00Z');
    const received = one('bo', 'ann', '2027-01-01T00:00:00Z');
    expect(inOrder([others, given, received], 'ann')).toEqual([received, given, others]);
  });

  it('are ended by whose right it is, by who entered them and by administrators, not by who merely may sign', () => {
    const entered = one('ann', 'bo', '2027-01-01T00:00:00Z', 'dana');
    const may = ['ann', 'bo', 'cem', 'dana'].filter((id) => mayWithdraw(entered, person(id)));
    expect(may).toEqual(['ann', 'dana']);
    expect(mayWithdraw(entered, person('cem', ['admin']))).toBe(true);
  });
});
