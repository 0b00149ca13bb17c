/** Published controls, the organisation, the house's signing key. */
import type { Control } from '@belay/control';
import type { Actor, JsonObject } from '@belay/protocol';
import type { Pool } from 'pg';
import type { decideOncall, Entered } from '../domain/oncall/entered.ts';
import type { Organisation } from '../domain/oncall/organisation.ts';
import type { HouseStore, PublishedControl } from '../engine/house.ts';
import type { SigningKey } from '../engine/permit-signer.ts';
import type { Recorder } from './house-entries.ts';

type OrganisationRow = { applied: Organisation; entered: Entered; revision: number };
const rowOf = (rows: OrganisationRow[]): OrganisationRow => {
  if (rows[0] === undefined) throw new Error('the house row is missing: the database was not migrated');
  return rows[0];
};

const controlColumns = `name, version, digest, parsed, source, published_at AS "publishedAt", published_by AS "publishedBy"`;

export const createHouseStore = (pool: Pool, recorded: Recorder): HouseStore => ({
  control: async (name, version) => {
    const { rows } = await pool.query<PublishedControl>(
      `SELECT ${controlColumns} FROM controls WHERE name = $1 AND ($2::int IS NULL OR version = $2) ORDER BY version DESC LIMIT 1`,
      [name, version],
    );
    return rows[0] ?? null;
  },
  publish: ({ name, digest, parsed, source, file, publishedAt, publishedBy }) =>
    recorded(
      async (client) => {
        await client.query('LOCK TABLE controls IN SHARE ROW EXCLUSIVE MODE');
        const current = await client.query<PublishedControl>(
          `SELECT ${controlColumns} FROM controls WHERE name = $1 ORDER BY version DESC LIMIT 1`,
          [name],
        );
        const latest = current.rows[0];
        if (latest?.digest === digest) return { published: latest, fresh: false };
        const { rows } = await client.query<PublishedControl>(
          `INSERT INTO controls (name, version, digest, file, source, parsed, published_at, published_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${controlColumns}`,
          [
            name,
            (latest?.version ?? 0) + 1,
            digest,
            file,
            source,
            JSON.stringify(parsed satisfies Control),
            new Date(publishedAt),
            publishedBy,
          ],
        );
        return { published: rows[0] as PublishedControl, fresh: true };
      },
      ({ published, fresh }) =>
        fresh
          ? {
              stream: `control:${name}`,
              type: 'ControlPublished',
              content: { name, version: published.version, digest },
              by: { kind: 'person', id: publishedBy },
              at: publishedAt,
            }
          : null,
    ),
  organisation: async () => {
    const { rows } = await pool.query<OrganisationRow>(
      'SELECT organisation AS applied, entered, organisation_revision AS revision FROM house',
    );
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

export const listControls = async (pool: Pool): Promise<(PublishedControl & { openRuns: number })[]> => {
  const { rows } = await pool.query(
    `SELECT DISTINCT ON (name) ${controlColumns},
       (SELECT count(*) FROM runs r WHERE r.control_name = controls.name AND r.finished_at IS NULL) AS "openRuns"
     FROM controls ORDER BY name, version DESC`,
  );
  return rows;
};
