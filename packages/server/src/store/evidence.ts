/**
 * Exports a run, or everything in a period, as one file that verifies without this server. What a case or an approval
 * needs is its whole run: only a stream is gap-free, so only a stream can be shown to be complete.
 */
import { iso, type JsonObject } from '@belay/protocol';
import {
  type BundleEntry,
  type BundleHeader,
  type BundleSelection,
  consistencyProof,
  contentDigest,
  createBundleWriter,
  inclusionProof,
  leafOf,
  openCheckpoint,
  parsePublicKey,
} from '@belay/protocol/evidence';
import type { Pool } from 'pg';
import { withNodes } from './tiles.ts';

export type Selection =
  | { kind: 'run'; runId: string }
  | { kind: 'case'; caseId: string }
  | { kind: 'approval'; approvalId: string }
  | { kind: 'stream'; stream: string }
  /** Epoch ms; `to` excluded. */
  | { kind: 'period'; from: number; to: number };

export type ExportOptions = {
  publicKey: string;
  /** An earlier checkpoint (the signed note): the file will prove that the log only grew since. */
  since?: string;
};

export type Export =
  | { ok: true; lines: AsyncIterable<string> }
  | { ok: false; code: 'not_found' | 'invalid_request'; detail: string };

type Row = {
  logIndex: number;
  entryId: string;
  stream: string;
  seq: number;
  type: string;
  byKind: 'agent' | 'person' | 'system';
  byId: string;
  at: number;
  epoch: number | null;
  controlName: string | null;
  controlVersion: number | null;
  controlDigest: string | null;
  event: JsonObject | null;
  salt: Buffer | null;
  contentDigest: string | null;
};

/** Which entries: of one stream, or of a stretch of the log. */
type Range = { stream: string | null; from: number; to: number };

const pageSize = 1_000;

const readPage = async (pool: Pool, { stream, from, to }: Range): Promise<Row[]> => {
  const { rows } = await pool.query<Row>(
    `SELECT e.log_index AS "logIndex", e.entry_id AS "entryId", e.stream, e.seq, e.type, e.by_kind AS "byKind",
       e.by_id AS "byId", e.at, e.epoch, e.control_name AS "controlName", e.control_version AS "controlVersion",
       c.digest AS "controlDigest", e.event, e.salt, e.content_digest AS "contentDigest"
     FROM entries e LEFT JOIN controls c ON c.name = e.control_name AND c.version = e.control_version
     WHERE e.log_index >= $2 AND e.log_index < $3 AND ($1::text IS NULL OR e.stream = $1)
     ORDER BY e.log_index LIMIT ${pageSize}`,
    [stream, from, to],
  );
  return rows;
};

/** Rebuilt from the row: if somebody changed the row, the leaf is another one and its proof fails. */
const leafOfRow = (row: Row) =>
  leafOf(
    {
      entryId: row.entryId,
      stream: row.stream,
      seq: row.seq,
      type: row.type,
      by: { kind: row.byKind, id: row.byId },
      at: iso(row.at),
      epoch: row.epoch,
      control:
        row.controlName === null || row.controlVersion === null || row.controlDigest === null
          ? null
          : { name: row.controlName, version: row.controlVersion, digest: row.controlDigest },
    },
    row.salt === null || row.event === null ? (row.contentDigest ?? '') : contentDigest(row.salt, row.event),
  );

const bundleEntries = async (pool: Pool, rows: Row[], size: number): Promise<BundleEntry[]> =>
  withNodes(pool, (hashAt) =>
    rows.map((row) => ({
      logIndex: row.logIndex,
      leaf: leafOfRow(row),
      proof: inclusionProof(row.logIndex, size, hashAt),
      content: row.event === null || row.salt === null ? null : { salt: row.salt, value: row.event },
    })),
  );

async function* linesOf(pool: Pool, header: BundleHeader, range: Range, size: number): AsyncGenerator<string> {
  const writer = createBundleWriter();
  yield writer.header(header);
  for (let from = range.from; ; ) {
    const rows = await readPage(pool, { ...range, from });
    for (const entry of await bundleEntries(pool, rows, size)) yield writer.entry(entry);
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) break;
    from = last.logIndex + 1;
  }
  yield writer.end();
}

const runOf = async (pool: Pool, selection: Selection): Promise<{ stream: string; about: string | null } | null> => {
  const lookUp = async (text: string, id: string) => {
    const { rows } = await pool.query<{ run_id: string }>(text, [id]);
    return rows[0] ? { stream: rows[0].run_id, about: id } : null;
  };
  switch (selection.kind) {
    case 'run':
      return { stream: selection.runId, about: null };
    case 'stream':
      return { stream: selection.stream, about: null };
    case 'case':
      return lookUp('SELECT run_id FROM cases WHERE case_id = $1', selection.caseId);
    case 'approval':
      return lookUp('SELECT run_id FROM approvals WHERE approval_id = $1', selection.approvalId);
    case 'period':
      return null;
  }
};

type Found = { selection: BundleSelection; range: Range; entries: number } | { detail: string };

const counted = `count(*) FILTER (WHERE log_index IS NULL OR log_index >= $1) AS waiting, count(*) AS entries`;
const notYetSigned = (waiting: number): Found => ({
  detail: `${waiting} of the entries are not under a signed checkpoint yet. Try again in a few seconds.`,
});

const findStream = async (pool: Pool, wanted: Selection, size: number): Promise<Found> => {
  const found = await runOf(pool, wanted);
  if (found === null) return { detail: `There is no such ${wanted.kind}.` };
  const { stream, about } = found;
  const { rows } = await pool.query<{ waiting: number; entries: number }>(
    `SELECT ${counted} FROM entries WHERE stream = $2`,
    [size, stream],
  );
  const { waiting, entries } = rows[0] ?? { waiting: 0, entries: 0 };
  if (entries === 0) return { detail: `There are no entries of ${stream}.` };
  if (waiting > 0) return notYetSigned(waiting);
  return { selection: { kind: 'stream', stream, about }, range: { stream, from: 0, to: size }, entries };
};

/** The last entry from before a period and the first from after it, outside of what holds its own entries. */
const withEdges = `SELECT
  (SELECT e.log_index FROM entries e WHERE e.log_index < $1 AND e.at < $3 ORDER BY e.log_index DESC LIMIT 1) AS before,
  (SELECT e.log_index FROM entries e WHERE e.log_index > $2 AND e.log_index < $5 AND e.at >= $4
   ORDER BY e.log_index LIMIT 1) AS after`;

/**
 * The stretch of the log from the first entry of the period to the last, so that nothing between can be left out; with one
 * entry from before the period and one from after it, so that nothing at its edges can.
 */
const findPeriod = async (pool: Pool, from: number, to: number, size: number): Promise<Found> => {
  const { rows } = await pool.query<{ waiting: number; first: number | null; last: number | null }>(
    `SELECT ${counted}, min(log_index) AS first, max(log_index) AS last FROM entries WHERE at >= $2 AND at < $3`,
    [size, new Date(from), new Date(to)],
  );
  const { waiting, first, last } = rows[0] ?? { waiting: 0, first: null, last: null };
  if (waiting > 0) return notYetSigned(waiting);
  if (first === null || last === null) return { detail: `Nothing happened from ${iso(from)} to ${iso(to)}.` };
  const edges = await pool.query<{ before: number | null; after: number | null }>(withEdges, [
    first,
    last,
    new Date(from),
    new Date(to),
    size,
  ]);
  const { before, after } = edges.rows[0] ?? { before: null, after: null };
  const firstIndex = before ?? 0;
  const endIndex = after === null ? size : after + 1;
  return {
    selection: { kind: 'period', from: iso(from), to: iso(to), firstIndex, endIndex },
    range: { stream: null, from: firstIndex, to: endIndex },
    entries: endIndex - firstIndex,
  };
};

const continues = async (pool: Pool, note: string, publicKey: string, size: number) => {
  const key = parsePublicKey(publicKey);
  const opened = key === null ? null : openCheckpoint(note, key);
  if (!opened?.ok) return { detail: opened?.problem ?? 'The public key of the log cannot be read.' };
  const earlier = opened.checkpoint.size;
  if (earlier > size)
    return { detail: `The log has ${size} signed entries, fewer than the ${earlier} of your checkpoint.` };
  const proof = await withNodes(pool, (hashAt) => consistencyProof(earlier, size, hashAt));
  return { checkpoint: note, proof: proof.map((hash) => Buffer.from(hash).toString('base64')) };
};

export const exportBundle = async (
  pool: Pool,
  wanted: Selection,
  { publicKey, since }: ExportOptions,
): Promise<Export> => {
  const { rows } = await pool.query<{ size: number; note: string }>(
    'SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1',
  );
  const signed = rows[0];
  if (signed === undefined)
    return { ok: false, code: 'not_found', detail: 'No checkpoint of the log has been signed yet. Is Belay running?' };
  const { size, note } = signed;
  const found =
    wanted.kind === 'period'
      ? await findPeriod(pool, wanted.from, wanted.to, size)
      : await findStream(pool, wanted, size);
  if ('detail' in found) return { ok: false, code: 'not_found', ...found };
  const growth = since === undefined ? null : await continues(pool, since, publicKey, size);
  if (growth !== null && 'detail' in growth)
    return { ok: false, code: 'invalid_request', detail: `since: ${growth.detail}` };
  const header: BundleHeader = {
    format: 'belay-evidence',
    formatVersion: 1,
    selection: found.selection,
    publicKey,
    checkpoint: note,
    continues: growth,
    entries: found.entries,
  };
  return { ok: true, lines: linesOf(pool, header, found.range, size) };
};
