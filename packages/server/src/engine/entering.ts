/**
 * What people enter beside the organisation file: overrides, swaps, absences, delegations, accounts. Decided on the
 * present state, one at a time; trying decides the same and changes nothing.
 */
import type { Actor } from '@belay/protocol';
import {
  decideOncall,
  type Entered,
  type OncallCommand,
  type OncallEvent,
  withEntered,
} from '../domain/oncall/entered.ts';
import type { Organisation, Person } from '../domain/oncall/organisation.ts';
import type { House } from './house.ts';
import type { Clock } from './ports.ts';

type Decided = ReturnType<typeof decideOncall>;
type Refused = Extract<Decided, { refused: object }>;

export type Entering = {
  /** answers the id of the first that was entered */
  changeOncall(
    command: OncallCommand,
    by: Person,
  ): Promise<{ id: string; event: OncallEvent | null; refused?: undefined } | Refused>;
  /** what the same would do now, and does not */
  tryOncall(command: OncallCommand, by: Person): Promise<{ event: OncallEvent | null; refused?: undefined } | Refused>;
};

export type EnteringPorts = {
  house: House;
  clock: Clock;
  newId(prefix: string): string;
  /** keeps what `decide` says of the present state, with its entry, in one transaction */
  change(decide: (applied: Organisation, entered: Entered) => Decided, by: Actor, at: number): Promise<Decided>;
};

const idOf = ({ overrides, absences, delegations, accounts }: Partial<OncallEvent>): string =>
  overrides?.[0]?.overrideId ??
  absences?.[0]?.absenceId ??
  delegations?.[0]?.delegationId ??
  accounts?.[0]?.accountId ??
  '';

export const createEntering = ({ house, clock, newId, change }: EnteringPorts): Entering => ({
  changeOncall: async (command, by) => {
    const now = clock.now();
    const decide = (applied: Organisation, entered: Entered) =>
      decideOncall(entered, command, { org: withEntered(applied, entered), by, now, newId });
    const decided = await change(decide, { kind: 'person', id: by.personId }, now);
    house.forgetOrganisation();
    return decided.refused === undefined ? { id: idOf(decided.event ?? {}), event: decided.event } : decided;
  },
  tryOncall: async (command, by) => {
    const { value: org, entered } = await house.organisationParts();
    return decideOncall(entered, command, { org, by, now: clock.now(), newId });
  },
});
