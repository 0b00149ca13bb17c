/**
 * The baseline: what somebody would write by hand to commit the same rows durably, with nothing decided and nobody
 * asked. One prepared statement with plain parameters moves the run's row and inserts its entries and its permit.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { databaseCpuMs, ownCpuMs } from './cpu.ts';
import { measure } from './measure.ts';
import type { Sample } from './server.ts';

export type BareParameters = { databaseUrl: string; postmaster: number; sample: Sample; callersMax: number };
type Row = Record<string, unknown>;
type Rows = { run: Row; entries: Row[]; permit: Row };

const movedColumns = ['status', 'holder_kind', 'holder_id', 'epoch', 'case_id', 'state', 'next_due_at', 'next_due'];
const bytes = new Set(['salt', 'leaf']);

const rowsOf = (values: string[]): Rows => {
  const [runs, entries, , , permits] = values.slice(0, 5).map((text) => JSON.parse(text) as Row[]);
  const [run] = runs ?? [];
  const [permit] = permits ?? [];
  if (run === undefined || entries === undefined || permit === undefined)
    throw new Error('The sampled commit has no run, no entries or no permit.');
  return { run, entries, permit };
};

const columnValue = (row: Row, column: string): unknown => {
  const value = row[column];
  if (bytes.has(column)) return Buffer.from(value as string, 'hex');
  return value !== null && typeof value === 'object' ? JSON.stringify(value) : value;
};

const statementOf = ({ entries, permit }: Rows): string => {
  let count = 0;
  const place = () => `$${++count}`;
  const insert = (table: string, rows: Row[]): string => {
    const columns = Object.keys(rows[0] ?? {});
    const tuples = rows.map(() => `(${columns.map(place).join(', ')})`);
    return `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${tuples.join(', ')}`;
  };
  const moved = `UPDATE runs SET ${movedColumns.map((column) => `${column} = ${place()}`).join(', ')},
    revision = revision + 1 WHERE run_id = ${place()} AND revision = ${place()} RETURNING run_id`;
  const written = insert('entries', entries);
  const granted = insert('permits', [permit]);
  return `WITH moved AS (${moved}), written AS (${written}), granted AS (${granted}) SELECT run_id FROM moved`;
};

const valuesOf = ({ run, entries, permit }: Rows): unknown[] => [
  ...movedColumns.map((column) => columnValue(run, column)),
  run.run_id,
  run.expected,
  ...entries.flatMap((entry) => Object.keys(entry).map((column) => columnValue(entry, column))),
  ...Object.keys(permit).map((column) => columnValue(permit, column)),
];

/** The sampled rows under other ids. */
const renamed = (sample: Sample, mark: string): Rows => {
  const { run, entries, permit } = rowsOf(sample.values);
  const ids = [run.run_id, permit.permit_id, ...entries.map((entry) => entry.entry_id)] as string[];
  const rename = (text: string) => ids.reduce((all, id) => all.replaceAll(id, `${id}-${mark}`), text);
  return rowsOf(sample.values.map(rename));
};

const { databaseUrl, postmaster, sample, callersMax } = JSON.parse(process.argv[2] ?? '') as BareParameters;
const clients = Array.from({ length: callersMax }, () => new pg.Client({ connectionString: databaseUrl }));
await Promise.all(clients.map((client) => client.connect()));
const text = statementOf(rowsOf(sample.values));
const { expected, ...sampledRun } = rowsOf(sample.values).run;

/** The runs that are about to be moved, as they were before: like those that the gate's callers started. */
const createRuns = (marks: string[]) =>
  clients[0]?.query(
    `INSERT INTO runs SELECT r.* FROM unnest($2::text[]) AS mark, jsonb_populate_record(NULL::runs,
       $1::jsonb || jsonb_build_object('run_id', $1::jsonb ->> 'run_id' || '-' || mark, 'revision', $3::int)) AS r`,
    [JSON.stringify(sampledRun), marks, expected],
  );

process.on('message', async (message: { ask: string; callers: number; commits: number }) => {
  if (message.ask === 'close') {
    await Promise.all(clients.map((client) => client.end()));
    process.exit();
  }
  const marks = Array.from({ length: message.commits }, () => randomUUID());
  await createRuns(marks);
  const rows = marks.map((mark) => valuesOf(renamed(sample, mark)));
  const commit = async (client: pg.Client, values: unknown[]) => {
    const { rowCount } = await client.query({ name: 'bare', text, values });
    if (rowCount !== 1) throw new Error('A run had moved.');
  };
  process.send?.(
    await measure(clients.slice(0, message.callers), rows, commit, async () => ownCpuMs() + databaseCpuMs(postmaster)),
  );
});
process.send?.({ ready: true });
