/**
 * Letting somebody sign in one's stead. A delegated right is not passed on, so a chain is never longer than one; two
 * people who delegate to each other, or a ring of them, would only hide who decides, and is refused.
 */
import { type Refusal, refuse } from '../decided.ts';
import {
  badInterval,
  type Decision,
  type Entered,
  type Given,
  isAdmin,
  type OncallCommand,
  unknownPerson,
} from './entering.ts';
import type { Delegation } from './organisation.ts';

type Command = Extract<OncallCommand, { type: 'delegate' }>;

const overlaps = (a: Pick<Delegation, 'since' | 'until'>, b: Pick<Delegation, 'since' | 'until'>): boolean =>
  a.since < b.until && b.since < a.until;

/** Does a way of delegations that hold at the same time lead from `to` back to `from`? */
const leadsBack = (delegations: readonly Delegation[], { from, to, since, until }: Command): boolean => {
  const seen = new Set<string>();
  const reaches = (personId: string): boolean => {
    if (personId === from) return true;
    if (seen.has(personId)) return false;
    seen.add(personId);
    return delegations.some((one) => one.from === personId && overlaps(one, { since, until }) && reaches(one.to));
  };
  return reaches(to);
};

/** People enter it for themselves; administrators for anybody but to themselves. */
const notAllowed = ({ from, to }: Command, { by }: Given): ReturnType<typeof refuse> | null => {
  if (from === by.personId) return null;
  if (!isAdmin(by)) return refuse('not_entitled', 'You delegate your own signature; administrators those of others.');
  return to === by.personId
    ? refuse('separation_of_duties', 'Somebody else must make you the one who signs for another person.')
    : null;
};

export const enterDelegation = (entered: Entered, command: Command, given: Given): Decision => {
  const { type: _, ...delegation } = command;
  const { from, to, since, until } = command;
  const refused: { refused: Refusal } | null =
    notAllowed(command, given) ??
    unknownPerson(given.org, [from, to]) ??
    badInterval({ from: since, to: until }, given.now);
  if (refused !== null) return refused;
  if (from === to) return refuse('invalid_request', 'These are not two people.');
  const before = entered.delegations ?? [];
  if (leadsBack(before, command))
    return refuse('delegation_loop', `${to} has delegated back to ${from} in that time, perhaps through others.`);
  const made: Delegation = { ...delegation, delegationId: given.newId('delegation'), by: given.by.personId };
  return {
    entered: { ...entered, delegations: [...before, made] },
    event: { type: 'DelegationAdded', overrides: [], absences: [], delegations: [made] },
  };
};
