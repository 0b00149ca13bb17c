/** Versions of controls, and the one of each that waits for a second person. */
import type { Control } from '@belay/control';
import type { JsonObject } from '@belay/protocol';
import type { Pool, PoolClient } from 'pg';
import type { Proposal, PublishedControl, PublishingStore, Submission } from '../engine/publishing.ts';
import type { HouseEvent, Recorder } from './house-entries.ts';

const versionColumns = `name, version, digest, parsed, source, findings, published_at AS "publishedAt",
  published_by AS "publishedBy", proposed_by AS "proposedBy"`;
const proposalColumns = `name, digest, parsed, source, findings, proposed_at AS "proposedAt", proposed_by AS "proposedBy"`;

type By = { publishedAt: number; publishedBy: string; proposedBy: string | null };

/** The next version, unless the one in force says the same. Versions of all controls are given out one after the other. */
const insertVersion = async (
  client: PoolClient,
  { name, digest, file, source, parsed, findings }: Submission,
  { publishedAt, publishedBy, proposedBy }: By,
): Promise<{ published: PublishedControl; fresh: boolean }> => {
  await client.query('LOCK TABLE controls IN SHARE ROW EXCLUSIVE MODE');
  const current = await client.query<PublishedControl>(
    `SELECT ${versionColumns} FROM controls WHERE name = $1 ORDER BY version DESC LIMIT 1`,
    [name],
  );
  const latest = current.rows[0];
  if (latest?.digest === digest) return { published: latest, fresh: false };
  const { rows } = await client.query<PublishedControl>(
    `INSERT INTO controls (name, version, digest, file, source, parsed, findings, published_at, published_by, proposed_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING ${versionColumns}`,
    [
      name,
      (latest?.version ?? 0) + 1,
      digest,
      file,
      source,
      JSON.stringify(parsed satisfies Control),
      JSON.stringify(findings),
      new Date(publishedAt),
      publishedBy,
      proposedBy,
    ],
  );
  return { published: rows[0] as PublishedControl, fresh: true };
};

const acceptedIn = (parsed: Control): JsonObject[] => (parsed.accepts ?? []).map((accepted) => ({ ...accepted }));

const publishedEvent = ({ name, version, digest, parsed, proposedBy }: PublishedControl, by: By): HouseEvent => ({
  stream: `control:${name}`,
  type: 'ControlPublished',
  content: { name, version, digest, accepted: acceptedIn(parsed), ...(proposedBy === null ? {} : { proposedBy }) },
  by: { kind: 'person', id: by.publishedBy },
  at: by.publishedAt,
});

/** The proposal when it still has this digest, taken out of the table. */
const takeProposal = async (client: PoolClient, name: string, digest: string) => {
  const { rows } = await client.query<Proposal & { file: string }>(
    `DELETE FROM control_proposals WHERE name = $1 AND digest = $2 RETURNING ${proposalColumns}, file`,
    [name, digest],
  );
  return rows[0] ?? null;
};

const proposing = (recorded: Recorder): Pick<PublishingStore, 'propose' | 'withdrawProposal'> => ({
  propose: ({ name, digest, file, source, parsed, findings }, { proposedAt, proposedBy }) =>
    recorded(
      async (client) => {
        const { rows } = await client.query<Proposal>(
          `INSERT INTO control_proposals (name, digest, file, source, parsed, findings, proposed_at, proposed_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
           ON CONFLICT (name) DO UPDATE SET digest = $2, file = $3, source = $4, parsed = $5, findings = $6,
             proposed_at = $7, proposed_by = $8
           RETURNING ${proposalColumns}`,
          [
            name,
            digest,
            file,
            source,
            JSON.stringify(parsed),
            JSON.stringify(findings),
            new Date(proposedAt),
            proposedBy,
          ],
        );
        return rows[0] as Proposal;
      },
      () => ({
        stream: `control:${name}`,
        type: 'ControlProposed',
        content: { name, digest, accepted: acceptedIn(parsed) },
        by: { kind: 'person', id: proposedBy },
        at: proposedAt,
      }),
    ),
  withdrawProposal: (name, digest, { at, by, because }) =>
    recorded(
      async (client) => (await takeProposal(client, name, digest)) !== null,
      (taken) =>
        taken
          ? {
              stream: `control:${name}`,
              type: 'ProposalWithdrawn',
              content: { name, digest, because },
              by: { kind: 'person', id: by },
              at,
            }
          : null,
    ),
});

export const createControlStore = (pool: Pool, recorded: Recorder): PublishingStore => ({
  ...proposing(recorded),
  control: async (name, version) => {
    const { rows } = await pool.query<PublishedControl>(
      `SELECT ${versionColumns} FROM controls WHERE name = $1 AND ($2::int IS NULL OR version = $2) ORDER BY version DESC LIMIT 1`,
      [name, version],
    );
    return rows[0] ?? null;
  },
  publish: (submission, by) =>
    recorded(
      (client) => insertVersion(client, submission, { ...by, proposedBy: null }),
      ({ published, fresh }) => (fresh ? publishedEvent(published, { ...by, proposedBy: null }) : null),
    ),
  proposal: async (name) => {
    const { rows } = await pool.query<Proposal>(`SELECT ${proposalColumns} FROM control_proposals WHERE name = $1`, [
      name,
    ]);
    return rows[0] ?? null;
  },
  publishProposal: async (name, digest, by) => {
    const done = await recorded(
      async (client) => {
        const taken = await takeProposal(client, name, digest);
        if (taken === null) return null;
        return insertVersion(client, taken, { ...by, proposedBy: taken.proposedBy });
      },
      (made) =>
        made === null || !made.fresh
          ? null
          : publishedEvent(made.published, { ...by, proposedBy: made.published.proposedBy }),
    );
    return done?.published ?? null;
  },
});

const openRuns = `(SELECT count(*)::int FROM runs r WHERE r.control_name = controls.name AND r.finished_at IS NULL`;

export const listControls = async (pool: Pool): Promise<(PublishedControl & { openRuns: number })[]> => {
  const { rows } = await pool.query(
    `SELECT DISTINCT ON (name) ${versionColumns}, ${openRuns}) AS "openRuns" FROM controls ORDER BY name, version DESC`,
  );
  return rows;
};

/** Newest first, each with the runs that are under way under it. */
export const listVersions = async (pool: Pool, name: string): Promise<(PublishedControl & { openRuns: number })[]> => {
  const { rows } = await pool.query(
    `SELECT ${versionColumns}, ${openRuns} AND r.control_version = controls.version) AS "openRuns"
     FROM controls WHERE name = $1 ORDER BY version DESC`,
    [name],
  );
  return rows;
};
