/**
 * Whose sign-in at the company's identity provider it is. An account there belongs to one person: linked by issuer and
 * subject, the first time by an e-mail address that the provider has verified and the organisation file names.
 */
import type { Refusal } from '../decided.ts';
import { cannotLink } from './link-account.ts';
import type { Organisation, Person } from './organisation.ts';

export type Identity = { issuer: string; subject: string; email: string | null; emailVerified: boolean };

/** The word in `addresses:` of the organisation, beside those of the channels. */
export const signInAccount = 'sign-in';

export const accountOf = ({ issuer, subject }: Identity): string => `${issuer} ${subject}`;

/** Of ASCII letters alone: other scripts have letters that become these, and are not the same address. */
const folded = (email: string): string => email.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

type Found = { person: Person; linked: boolean; refused?: undefined } | { refused: Refusal };

const refused = (code: Refusal['code'], detail: string): Found => ({ refused: { code, detail } });

export const whoSignsIn = (org: Organisation, identity: Identity): Found => {
  const account = accountOf(identity);
  const holder = org.people.find(({ addresses }) => addresses[signInAccount] === account);
  if (holder?.active === false) return refused('sign_in_unknown', `${holder.name} is no longer active here.`);
  if (holder !== undefined) return { person: holder, linked: true };
  const { email, emailVerified } = identity;
  if (email === null) return refused('sign_in_unverified', `No e-mail address came along. The account is: ${account}`);
  if (!emailVerified)
    return refused('sign_in_unverified', `Nobody has verified that ${email} is yours. The account is: ${account}`);
  const named = org.people.find((one) => one.active && one.email !== null && folded(one.email) === folded(email));
  if (named === undefined)
    return refused('sign_in_unknown', `The organisation file names nobody active with the address ${email}.`);
  const taken = cannotLink(org, named.personId, { channel: signInAccount, address: account });
  if (taken === null) return { person: named, linked: false };
  return refused('account_taken', `${email} is linked to another account than the one you used: ${account}`);
};
