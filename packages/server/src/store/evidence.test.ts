import type { JsonObject } from '@belay/protocol';
import { openCheckpoint, parsePublicKey, type Verdict, verifyBundle } from '@belay/protocol/evidence';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { someEntries, testControlDigest, testSigner, writeEntries } from './entries.testing.ts';
import { eraseContents } from './erase.ts';
import { exportBundle, type Selection } from './evidence.ts';
import { createEvidenceLog } from './integrate.ts';

let db: TestDatabase;
beforeEach(async () => {
  db = await testDatabase();
});
afterEach(() => db.close());

const start = 1_790_000_000_000;
const { publicKey } = testSigner;

const integrateAll = async (at = start) => {
  const log = createEvidenceLog(db.pool, testSigner);
  while ((await log.integrate(at)) > 0);
  await log.integrate(at + 1_000);
};

const exported = async (selection: Selection, since?: string): Promise<string> => {
  const result = await exportBundle(db.pool, selection, { publicKey, ...(since === undefined ? {} : { since }) });
  if (!result.ok) throw new Error(result.detail);
  let text = '';
  for await (const line of result.lines) text += line;
  return text;
};

const verified = async (selection: Selection): Promise<Verdict> =>
  verifyBundle(await exported(selection), { publicKey });

const refused = async (selection: Selection): Promise<string> => {
  const result = await exportBundle(db.pool, selection, { publicKey });
  if (result.ok) throw new Error('it was exported');
  return result.detail;
};

/** The administrator of a database can do what no program of ours does. */
const asAdministrator = async (statement: string): Promise<void> => {
  await db.pool.query('ALTER TABLE entries DISABLE TRIGGER USER');
  await db.pool.query(statement);
};

const runA: Selection = { kind: 'run', runId: 'run_a' };
const day: Selection = { kind: 'period', from: start, to: start + 86_400_000 };

/** Two runs, interleaved in the log, one of them under a control. */
const twoRuns = async (): Promise<void> => {
  await db.pool.query(
    `INSERT INTO controls (name, version, digest, file, source, parsed, published_at, published_by)
     VALUES ('payments', 1, $1, 'f', 's', '{}', to_timestamp(0), 'ann')`,
    [testControlDigest],
  );
  const inTurns = someEntries('run_b', 10).flatMap((other) => [
    { ...other, stream: 'run_a', control: 'payments' },
    other,
  ]);
  await writeEntries(db.pool, inTurns);
  await integrateAll();
};

describe('an export', () => {
  test('of a run, a case and an approval verifies and is complete', async () => {
    await twoRuns();
    await db.pool.query(
      `INSERT INTO cases (case_id, run_id, control_name, status, priority, owner, opened_at, state)
       VALUES ('case_1', 'run_a', 'payments', 'resolved', 0, 'role:finance', to_timestamp(0), '{}')`,
    );
    await db.pool.query(
      `INSERT INTO approvals (approval_id, run_id, status, requested_at, state) VALUES ('approval_1', 'run_b', 'used', to_timestamp(0), '{}')`,
    );
    expect(await verified(runA)).toMatchObject({
      ok: true,
      entries: 10,
      log: { size: 20, selection: { kind: 'stream', stream: 'run_a', about: null } },
      streams: [{ stream: 'run_a', firstSeq: 1, lastSeq: 10 }],
    });
    expect(await verified({ kind: 'case', caseId: 'case_1' })).toMatchObject({
      ok: true,
      entries: 10,
      log: { selection: { stream: 'run_a', about: 'case_1' } },
    });
    expect(await verified({ kind: 'approval', approvalId: 'approval_1' })).toMatchObject({
      ok: true,
      log: { selection: { stream: 'run_b', about: 'approval_1' } },
    });
    expect(await verified({ kind: 'stream', stream: 'run_b' })).toMatchObject({ ok: true, entries: 10 });
  });

  test('of a period holds every entry between its first and its last', async () => {
    await twoRuns();
    expect(await verified(day)).toMatchObject({ ok: true, entries: 20 });
    const middle = await verified({ kind: 'period', from: start + 4, to: start + 7 });
    expect(middle).toMatchObject({ ok: true, entries: 8, log: { selection: { firstIndex: 5, endIndex: 13 } } });
  });

  test('of more than a page and more than a tile verifies', async () => {
    await writeEntries(db.pool, someEntries('run_a', 2_100));
    await integrateAll();
    const verdict = await verified(day);
    expect(verdict).toMatchObject({ ok: true, findings: [], entries: 2_100 });
  });

  test('brings every content back from the database as it was written', async () => {
    const event: JsonObject = {
      numbers: [0.1, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 9007199254740991, -1, 100],
      text: ['ö', '€', '😀', '\u0001', '\ud7ff\ue000', '\\', '"', ''],
      ключ: { z: 1, a: null, '': [[], {}] },
    };
    await writeEntries(db.pool, [{ stream: 'run_a', seq: 1, event }]);
    await integrateAll();
    const text = await exported(runA);
    expect(verifyBundle(text, { publicKey })).toMatchObject({ ok: true });
    expect((JSON.parse(text.split('\n')[1] as string) as { content: JsonObject }).content).toEqual(event);
  });

  test('proves that the log only grew since a checkpoint that somebody kept', async () => {
    await twoRuns();
    const kept = (await db.pool.query<{ note: string }>('SELECT note FROM checkpoints')).rows[0]?.note as string;
    await writeEntries(db.pool, someEntries('run_a', 5, 11));
    await integrateAll(start + 60_000);
    const text = await exported(runA, kept);
    expect(verifyBundle(text, { publicKey, earlier: kept })).toMatchObject({ ok: true, entries: 15 });
    const bad = await exportBundle(db.pool, runA, { publicKey, since: 'no note' });
    expect(bad).toMatchObject({ ok: false });
  });

  test('is refused, with the reason, when there is nothing, or something is not signed yet', async () => {
    expect(await refused(runA)).toContain('No checkpoint');
    await twoRuns();
    expect(await refused({ kind: 'run', runId: 'nobody' })).toBe('There are no entries of nobody.');
    expect(await refused({ kind: 'case', caseId: 'none' })).toBe('There is no such case.');
    expect(await refused({ kind: 'approval', approvalId: 'none' })).toBe('There is no such approval.');
    expect(await refused({ kind: 'period', from: 0, to: 1 })).toContain('Nothing happened');
    await writeEntries(db.pool, someEntries('run_a', 2, 11));
    expect(await refused(runA)).toContain('2 of the entries are not under a signed checkpoint');
    expect(await refused(day)).toContain('2 of the entries are not under a signed checkpoint');
  });
});

describe('erasing contents', () => {
  test('removes them and their salts from database and export, and leaves every proof standing', async () => {
    await twoRuns();
    expect(await eraseContents(db.pool, ['run_a.3', 'run_a.4', 'nobody'])).toBe(2);
    expect(await eraseContents(db.pool, ['run_a.3'])).toBe(0);
    const { rows } = await db.pool.query("SELECT event, salt FROM entries WHERE entry_id = 'run_a.3'");
    expect(rows).toEqual([{ event: null, salt: null }]);
    const text = await exported(runA);
    expect(text).not.toContain('"costUsd":3');
    expect(verifyBundle(text, { publicKey })).toMatchObject({ ok: true, entries: 10, erased: 2 });
  });
});

describe('an administrator of the database', () => {
  const findings = async (selection: Selection) =>
    (await verified(selection)).findings.map(({ code, logIndex }) => [code, logIndex]);

  beforeEach(twoRuns);

  test.each([
    ["by_id = 'somebody'"],
    ["type = 'ApprovalSigned'"],
    ["at = at + interval '1 hour'"],
    ['epoch = 2'],
    ["event = jsonb_set(event, '{costUsd}', '0')"],
    ["salt = decode(repeat('00', 16), 'hex')"],
    ["event = NULL, salt = NULL, content_digest = 'sha256:' || repeat('0', 64)"],
    ['control_version = 2'],
  ])('who changes %s is found, and the index named', async (change) => {
    await asAdministrator(`UPDATE entries SET ${change} WHERE entry_id = 'run_a.3'`);
    expect(await findings(runA)).toEqual([['entryChanged', 4]]);
  });

  test('who changes a published control is found in every entry under it', async () => {
    await asAdministrator(`UPDATE controls SET digest = 'sha256:' || repeat('0', 64)`);
    expect(await findings(runA)).toEqual(Array.from({ length: 10 }, (_, at) => ['entryChanged', at * 2]));
  });

  test('who deletes an entry is found, and the index named', async () => {
    await asAdministrator("DELETE FROM entries WHERE entry_id = 'run_a.3'");
    expect(await findings(day)).toContainEqual(['missing', 4]);
    const verdict = await verified(runA);
    expect(verdict.findings[0]?.message).toContain('no number 3 of run_a');
  });

  test('who changes an entry together with the tiles of the log is found', async () => {
    await asAdministrator(
      `UPDATE entries SET leaf = decode(repeat('11', 32), 'hex'), type = 'ApprovalSigned' WHERE entry_id = 'run_a.3';
       UPDATE log_tiles SET hashes = overlay(hashes placing decode(repeat('11', 32), 'hex') from 4 * 32 + 1 for 32) WHERE level = 0`,
    );
    expect(await findings(runA)).toContainEqual(['entryChanged', 4]);
  });

  test('who rolls the log back is found by whoever kept a checkpoint', async () => {
    const kept = (await db.pool.query<{ note: string }>('SELECT note FROM checkpoints')).rows[0]?.note as string;
    const key = parsePublicKey(publicKey);
    expect(key !== null && openCheckpoint(kept, key)).toMatchObject({ ok: true, checkpoint: { size: 20 } });
    await asAdministrator(
      `DELETE FROM entries WHERE log_index >= 0; DELETE FROM log_tiles; DELETE FROM checkpoints;
       UPDATE log_head SET size = 0, roots = '', checkpoint_size = 0, checkpoint_at = NULL`,
    );
    await writeEntries(db.pool, someEntries('run_a', 9));
    await integrateAll();
    const verdict = verifyBundle(await exported(runA), { publicKey, earlier: kept });
    expect(verdict.findings).toMatchObject([{ code: 'rewritten', message: expect.stringContaining('rolled back') }]);
  });
});
