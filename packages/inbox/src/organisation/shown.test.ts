import { expect, it } from 'vitest';
import { shownOf } from './shown.ts';

it('shows the accounts that are linked to a person, and none where there are none', () => {
  const person = { personId: 'ann', name: 'Ann', roles: ['lead'], access: [], zone: 'UTC', active: true };
  const { people } = shownOf({
    people: [
      { ...person, email: 'ann@example.org', addresses: { slack: 'U1' } },
      { ...person, personId: 'bo', email: null, addresses: {} },
    ],
  });
  expect(people.map(({ accounts }) => accounts)).toEqual([['ann@example.org', 'slack U1'], []]);
  expect(shownOf({}).people).toEqual([]);
});
