/** The organisation, the house's signing key. */
import type { Actor, JsonObject } from '@belay/protocol';
import type { Pool } from 'pg';
import type { decideOncall, Entered } from '../domain/oncall/entered.ts';
import type { Organisation } from '../domain/oncall/organisation.ts';
import type { HouseStore } from '../engine/house.ts';
import type { SigningKey } from '../engine/permit-signer.ts';
import { createControlStore } from './controls.ts';
import type { Recorder } from './house-entries.ts';

type OrganisationRow = { applied: Organisation; entered: Entered; revision: number };
const rowOf = (rows: OrganisationRow[]): OrganisationRow => {
  if (rows[0] === undefined) throw new Error('the house row is missing: the database was not migrated');
  return rows[0];
};

export const createHouseStore = (pool: Pool, recorded: Recorder): HouseStore => ({
  ...createControlStore(pool, recorded),
  organisation: async () => {
    const { rows } = await pool.query<OrganisationRow>({
      name: 'organisation',
      text: 'SELECT organisation AS applied, entered, organisation_revision AS revision FROM house',
    });
    return rowOf(rows);
  },
});

export const saveOrganisation = async (pool: Pool, organisation: Organisation): Promise<void> => {
  await pool.query(organisationStatement, [JSON.stringify(organisation), null]);
};

const organisationStatement = `UPDATE house SET organisation = $1, organisation_revision = organisation_revision + 1
  WHERE $2::int IS NULL OR organisation_revision = $2`;

/** Replaces the organisation, unless it is no longer at `expected` (null: in any case). The entry keeps the whole of it, so that rights at any instant can be proved. */
export const applyOrganisation = (
  recorded: Recorder,
  organisation: Organisation,
  by: Actor,
  at: number,
  expected: number | null,
): Promise<boolean> =>
  recorded(
    async (client) => {
      const { rowCount } = await client.query(organisationStatement, [JSON.stringify(organisation), expected]);
      return rowCount === 1;
    },
    (applied) =>
      applied
        ? {
            stream: 'organisation',
            type: 'OrganisationApplied',
            content: { organisation: organisation as unknown as JsonObject },
            by,
            at,
          }
        : null,
  );

/** Changes what was entered, as `decide` says of the present state; one at a time, with its entry. */
export const changeEntered = (
  recorded: Recorder,
  decide: (applied: Organisation, entered: Entered) => ReturnType<typeof decideOncall>,
  by: Actor,
  at: number,
): Promise<ReturnType<typeof decideOncall>> =>
  recorded(
    async (client) => {
      const { rows } = await client.query<OrganisationRow>(
        'SELECT organisation AS applied, entered FROM house FOR UPDATE',
      );
      const { applied, entered } = rowOf(rows);
      const decided = decide(applied, entered);
      if (decided.refused === undefined)
        await client.query('UPDATE house SET entered = $1', [JSON.stringify(decided.entered)]);
      return decided;
    },
    (decided) => {
      if (decided.refused !== undefined || decided.event === null) return null;
      const { type, ...content } = decided.event;
      return { stream: 'organisation', type, content: content as unknown as JsonObject, by, at };
    },
  );

/** The signing key of this installation; the first node to ask makes it. */
export const signingKey = async (pool: Pool, make: () => SigningKey): Promise<SigningKey> => {
  await pool.query('UPDATE house SET signing_key = $1 WHERE signing_key IS NULL', [JSON.stringify(make())]);
  const { rows } = await pool.query<{ signing_key: SigningKey }>('SELECT signing_key FROM house');
  return rows[0]?.signing_key as SigningKey;
};
