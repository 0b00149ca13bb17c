/**
 * Linking an account of a channel to the person who has shown that it is theirs, or to whom an administrator names. One
 * account is one person, and a person has one account on a channel: changing that is done in the organisation file.
 */
import { refuse } from '../decided.ts';
import {
  type Decision,
  type Entered,
  type EnteredAccount,
  type Given,
  isAdmin,
  type OncallCommand,
  unknownPerson,
} from './entering.ts';
import type { Organisation } from './organisation.ts';
import type { Person } from './person.ts';

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

/** An administrator knows whose account it is; everybody else can only speak for themselves. */
const mayLink = (org: Organisation, by: Person, personId: string): ReturnType<typeof refuse> | null => {
  if (personId === by.personId) return null;
  if (!isAdmin(by)) return refuse('not_entitled', 'Administrators link the account of somebody else.');
  return unknownPerson(org, [personId]);
};

/** Why an administrator cannot link it to somebody else; null: they can. */
const cannotLinkOther = (org: Organisation, personId: string, account: Account): ReturnType<typeof refuse> | null => {
  const owner = org.people.find(({ addresses }) => same(addresses[account.channel] ?? '', account.address));
  if (owner !== undefined && owner.personId !== personId)
    return refuse('account_taken', `This account is linked to ${owner.name} already.`);
  const person = org.people.find((one) => one.personId === personId);
  const has = person?.addresses[account.channel];
  return has === undefined || same(has, account.address)
    ? null
    : refuse('account_taken', `${person?.name} has the account ${has} there: change it in the organisation file.`);
};

export const enterAccount = (
  entered: Entered,
  { channel, address, ...command }: Extract<OncallCommand, { type: 'linkAccount' }>,
  { org, by, now, newId }: Given,
): Decision => {
  const { personId = by.personId } = command;
  const cannot = personId === by.personId ? cannotLink : cannotLinkOther;
  const refused = mayLink(org, by, personId) ?? cannot(org, personId, { channel, address });
  if (refused !== null) return refused;
  if (org.people.some((one) => one.personId === personId && one.addresses[channel] !== undefined))
    return { entered, event: null };
  const made = { accountId: newId('account'), personId, channel, address, at: now };
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
