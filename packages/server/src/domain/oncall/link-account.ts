/**
 * Linking an account of a channel to the person who has shown that it is theirs. One account is one person, and a person
 * has one account on a channel: whoever would change that is told that an administrator does it, in the file.
 */
import { refuse } from '../decided.ts';
import type { Decision, Entered, EnteredAccount, Given, OncallCommand } from './entering.ts';
import type { Organisation } from './organisation.ts';

type Account = Pick<EnteredAccount, 'channel' | 'address'>;

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Why it cannot be linked by the person alone; null: it can, or it is linked to them. */
export const cannotLink = (
  org: Organisation,
  personId: string,
  { channel, address }: Account,
): ReturnType<typeof refuse> | null => {
  const other = org.people.find(
    (one) => one.personId !== personId && one.addresses[channel] !== undefined && same(one.addresses[channel], address),
  );
  if (other !== undefined) return refuse('account_taken', 'This account is linked to somebody else.');
  const has = org.people.find((one) => one.personId === personId)?.addresses[channel];
  return has === undefined || same(has, address)
    ? null
    : refuse('account_taken', `You are linked to the account ${has} there already.`);
};

export const enterAccount = (
  entered: Entered,
  { channel, address }: Extract<OncallCommand, { type: 'linkAccount' }>,
  { org, by, now, newId }: Given,
): Decision => {
  const refused = cannotLink(org, by.personId, { channel, address });
  if (refused !== null) return refused;
  if (org.people.some((one) => one.personId === by.personId && one.addresses[channel] !== undefined))
    return { entered, event: null };
  const made = { accountId: newId('account'), personId: by.personId, channel, address, at: now };
  return {
    entered: { ...entered, accounts: [...(entered.accounts ?? []), made] },
    event: { type: 'AccountLinked', overrides: [], absences: [], accounts: [made] },
  };
};

/** The people with the accounts they linked. What the organisation file says of a channel or an account comes first. */
export const withAccounts = (
  people: Organisation['people'],
  accounts: readonly EnteredAccount[],
): Organisation['people'] => {
  const isTaken = ({ channel, address }: Account): boolean =>
    people.some((one) => one.addresses[channel] !== undefined && same(one.addresses[channel], address));
  const free = accounts.filter((one) => !isTaken(one));
  return people.map((person) => ({
    ...person,
    addresses: {
      ...Object.fromEntries(
        free.filter(({ personId }) => personId === person.personId).map(({ channel, address }) => [channel, address]),
      ),
      ...person.addresses,
    },
  }));
};
