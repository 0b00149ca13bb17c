/** What the page shows of the organisation, which the API gives as the plain data it is stored as. */
import type { JsonObject } from '@belay/protocol';

export type Shown = {
  people: {
    personId: string;
    name: string;
    roles: string[];
    access: string[];
    zone: string;
    active: boolean;
    /** channel and address, as linked by an administrator */
    accounts: string[];
  }[];
};

type Person = Shown['people'][number] & { email: string | null; addresses: Record<string, string> };

export const shownOf = (organisation: JsonObject): Shown => ({
  people: ((organisation.people ?? []) as unknown as Person[]).map(({ email, addresses, ...person }) => ({
    ...person,
    accounts: [
      ...(email === null ? [] : [email]),
      ...Object.entries(addresses).map(([channel, address]) => `${channel} ${address}`),
    ],
  })),
});
