/** Delegations of the sample world: two at the start, and whatever is entered on the page. Refuses as the server does. */
import type { DelegationView, ParsedBodyOf, PersonView } from '@belay/protocol';
import { ago, ahead } from './fixtures.ts';
import { Refusal } from './refusal.ts';

type DelegationBody = ParsedBodyOf<'addDelegation'>;

const dayMinutes = 24 * 60;

export class SampleDelegations {
  items: DelegationView[] = [];
  readonly #people: readonly PersonView[];
  readonly #now: () => number;
  #ids = 0;

  constructor(people: readonly PersonView[], now: () => number) {
    this.#people = people;
    this.#now = now;
    const at = now();
    this.#enter('dana', {
      from: 'cem',
      to: 'dana',
      since: ago(at, dayMinutes),
      until: ahead(at, 2 * dayMinutes),
      because: 'Travel.',
    });
    const leave = { since: ahead(at, 20 * dayMinutes), until: ahead(at, 30 * dayMinutes), because: 'Parental leave.' };
    this.#enter('bo', { from: 'bo', to: 'ann', approval: 'release-payment', ...leave });
  }

  #enter(by: string, body: DelegationBody): { id: string } {
    const nameOf = (id: string) => this.#people.find((one) => one.personId === id)?.name ?? id;
    const delegationId = `delegation-${++this.#ids}`;
    const names = { fromName: nameOf(body.from), toName: nameOf(body.to) };
    this.items = [...this.items, { ...body, ...names, delegationId, approval: body.approval ?? null, by }];
    return { id: delegationId };
  }

  add(me: PersonView, body: DelegationBody): { id: string } {
    const { from, to, since, until } = body;
    if (from !== me.personId && to === me.personId)
      throw new Refusal('separation_of_duties', 'Somebody else must make you the one who signs for another person.');
    if (Date.parse(until) <= this.#now())
      throw new Refusal('invalid_request', 'It is over already: the past cannot be changed.');
    if (from === to) throw new Refusal('invalid_request', 'These are not two people.');
    const back = this.items.some((one) => one.from === to && one.to === from && one.since < until && since < one.until);
    if (back)
      throw new Refusal('delegation_loop', `${to} has delegated back to ${from} in that time, perhaps through others.`);
    return this.#enter(me.personId, body);
  }

  withdraw(id: string): void {
    this.items = this.items.filter((one) => one.delegationId !== id);
  }
}
