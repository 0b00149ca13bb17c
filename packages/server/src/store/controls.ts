/** Versions of controls, and the one of each that waits for a second person. */
import type { Control } from '@belay/control';
import type { JsonObject } from '@belay/protocol';
import type { Pool, PoolClient } from 'pg';
import type { Draft, PublishedControl, PublishingStore, Submission } from '../engine/publishing.ts';
import type { HouseEvent, Recorder } from './house-entries.ts';

const versionColumns = `name, version, digest, parsed, source, findings, published_at AS "publishedAt",
  published_by AS "publishedBy", coalesce(drafted_by, proposed_by) AS "draftedBy"`;
const draftColumns = `name, digest, parsed, source, findings, drafted_at AS "draftedAt", drafted_by AS "draftedBy"`;

type By = { publishedAt: number; publishedBy: string; draftedBy: string | null };

/** The next version, unless the one in force says the same. Versions of all controls are given out one after the other. */
const insertVersion = async (
  client: PoolClient,
  { name, digest, file, source, parsed, findings }: Submission,
  { publishedAt, publishedBy, draftedBy }: By,
): Promise<{ published: PublishedControl; fresh: boolean }> => {
  await client.query('LOCK TABLE controls IN SHARE ROW EXCLUSIVE MODE');
  const current = await client.query<PublishedControl>(
    `SELECT ${versionColumns} FROM controls WHERE name = $1 ORDER BY version DESC LIMIT 1`,
    [name],
  );
  const latest = current.rows[0];
  if (latest?.digest === digest) return { published: latest, fresh: false };
  const { rows } = await client.query<PublishedControl>(
    `INSERT INTO controls (name, version, digest, file, source, parsed, findings, published_at, published_by, drafted_by)
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
      draftedBy,
    ],
  );
  return { published: rows[0] as PublishedControl, fresh: true };
};

const acceptedIn = (parsed: Control): JsonObject[] => (parsed.accepts ?? []).map((accepted) => ({ ...accepted }));

const publishedEvent = ({
  name,
  version,
  digest,
  parsed,
  publishedAt,
  publishedBy,
  draftedBy,
}: PublishedControl): HouseEvent => ({
  stream: `control:${name}`,
  type: 'ControlPublished',
  content: { name, version, digest, accepted: acceptedIn(parsed), ...(draftedBy === null ? {} : { draftedBy }) },
  by: { kind: 'person', id: publishedBy },
  at: publishedAt,
});

/** The draft when it still has this digest, taken out of the table. */
const takeDraft = async (client: PoolClient, name: string, digest: string) => {
  const { rows } = await client.query<Draft & { file: string }>(
    `DELETE FROM control_drafts WHERE name = $1 AND digest = $2 RETURNING ${draftColumns}, file`,
    [name, digest],
  );
  return rows[0] ?? null;
};

const drafting = (recorded: Recorder): Pick<PublishingStore, 'keepDraft' | 'withdrawDraft'> => ({
  keepDraft: ({ name, digest, file, source, parsed, findings }, { draftedAt, draftedBy }) =>
    recorded(
      async (client) => {
        const { rows } = await client.query<Draft>(
          `INSERT INTO control_drafts (name, digest, file, source, parsed, findings, drafted_at, drafted_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
           ON CONFLICT (name) DO UPDATE SET digest = $2, file = $3, source = $4, parsed = $5, findings = $6,
             drafted_at = $7, drafted_by = $8
           RETURNING ${draftColumns}`,
          [
            name,
            digest,
            file,
            source,
            JSON.stringify(parsed),
            JSON.stringify(findings),
            new Date(draftedAt),
            draftedBy,
          ],
        );
        return rows[0] as Draft;
      },
      () => ({
        stream: `control:${name}`,
        type: 'ControlDrafted',
        content: { name, digest, accepted: acceptedIn(parsed) },
        by: { kind: 'person', id: draftedBy },
        at: draftedAt,
      }),
    ),
  withdrawDraft: (name, digest, { at, by, because }) =>
    recorded(
      async (client) => (await takeDraft(client, name, digest)) !== null,
      (taken) =>
        taken
          ? {
              stream: `control:${name}`,
              type: 'DraftWithdrawn',
              content: { name, digest, because },
              by: { kind: 'person', id: by },
              at,
            }
          : null,
    ),
});

export const createControlStore = (pool: Pool, recorded: Recorder): PublishingStore => ({
  ...drafting(recorded),
  control: async (name, version) => {
    const { rows } = await pool.query<PublishedControl>(
      `SELECT ${versionColumns} FROM controls WHERE name = $1 AND ($2::int IS NULL OR version = $2) ORDER BY version DESC LIMIT 1`,
      [name, version],
    );
    return rows[0] ?? null;
  },
  publish: (submission, by) =>
    recorded(
      (client) => insertVersion(client, submission, { ...by, draftedBy: null }),
      ({ published, fresh }) => (fresh ? publishedEvent(published) : null),
    ),
  draft: async (name) => {
    const { rows } = await pool.query<Draft>(`SELECT ${draftColumns} FROM control_drafts WHERE name = $1`, [name]);
    return rows[0] ?? null;
  },
  publishDraft: async (name, digest, by) => {
    const done = await recorded(
      async (client) => {
        const taken = await takeDraft(client, name, digest);
        if (taken === null) return null;
        return insertVersion(client, taken, { ...by, draftedBy: taken.draftedBy });
      },
      (made) => (made?.fresh ? publishedEvent(made.published) : null),
    );
    return done?.published ?? null;
  },
});

const openRuns = (also = ''): string =>
  `(SELECT count(*)::int FROM runs r WHERE r.control_name = controls.name AND r.finished_at IS NULL${also}) AS "openRuns"`;

export const listControls = async (pool: Pool): Promise<(PublishedControl & { openRuns: number })[]> => {
  const { rows } = await pool.query(
    `SELECT DISTINCT ON (name) ${versionColumns}, ${openRuns()} FROM controls ORDER BY name, version DESC`,
  );
  return rows;
};

export const runsUnder = async (pool: Pool, name: string, version: number, limit: number): Promise<string[]> => {
  const { rows } = await pool.query<{ run_id: string }>(
    `SELECT run_id FROM runs WHERE control_name = $1 AND control_version = $2 AND finished_at IS NULL
     ORDER BY run_id LIMIT $3`,
    [name, version, limit],
  );
  return rows.map(({ run_id }) => run_id);
};

/** Newest first, each with the runs that are under way under it. */
export const listVersions = async (pool: Pool, name: string): Promise<(PublishedControl & { openRuns: number })[]> => {
  const { rows } = await pool.query(
    `SELECT ${versionColumns}, ${openRuns(' AND r.control_version = controls.version')}
     FROM controls WHERE name = $1 ORDER BY version DESC`,
    [name],
  );
  return rows;
};
