import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  append,
  contentDigest,
  createBundleWriter,
  emptyRange,
  leafHash,
  leafOf,
  newSecretKey,
  noteSigner,
  rootOf,
  signCheckpoint,
} from '@belay/protocol/evidence';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { belay } from './captured.testing.ts';
import { verifyFile } from './verify.ts';

const signer = noteSigner(newSecretKey('belay.example/test', new Uint8Array(32).fill(7)));
const salt = new Uint8Array(16);
const value = { amount: 'EUR 500.00' };
const leaf = leafOf(
  {
    entryId: 'e1',
    stream: 'run_a',
    seq: 1,
    type: 'RunStarted',
    by: { kind: 'agent', id: 'payments' },
    at: '2026-11-23T09:30:00.000Z',
    epoch: 1,
    control: null,
  },
  contentDigest(salt, value),
);
const checkpoint = signCheckpoint({ size: 1, root: rootOf(append(emptyRange, [leafHash(leaf)]).range) }, signer);

const bundle = (period: boolean): string => {
  const writer = createBundleWriter();
  const header = writer.header({
    format: 'belay-evidence',
    formatVersion: 1,
    selection: period
      ? { kind: 'period', from: '2026-11-23T00:00:00.000Z', to: '2026-11-24T00:00:00.000Z', firstIndex: 0, endIndex: 1 }
      : { kind: 'stream', stream: 'run_a', about: null },
    publicKey: signer.publicKey,
    checkpoint,
    continues: null,
    entries: 1,
  });
  return header + writer.entry({ logIndex: 0, leaf, proof: [], content: { salt, value } }) + writer.end();
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'belay-verify-'));
});
afterAll(() => rm(folder, { recursive: true }));

const file = async (name: string, content: string): Promise<string> => {
  await writeFile(join(folder, name), content);
  return join(folder, name);
};

describe('belay verify', () => {
  test('says that a file is true, and what it holds', async () => {
    const verified = await verifyFile(await file('run', bundle(false)), { publicKey: `${signer.publicKey}\n` });
    expect(verified).toEqual({
      ok: true,
      findings: [],
      publicKey: signer.publicKey,
      keyFrom: 'reader',
      text: [
        'VERIFIED  Nothing was changed or added, and nothing left out up to its end.',
        'Log       belay.example/test, 1 entry signed',
        'Holds     run_a, numbers 1 to 1',
        'Entries   1, of which 0 with erased content',
        'Ends      with RunStarted at 2026-11-23T09:30:00.000Z. What was logged of it later, if anything was, only a file of a period shows.',
      ].join('\n'),
    });
    const period = await verifyFile(await file('period', bundle(true)), { publicKey: signer.publicKey });
    expect(period.text).toContain('everything in the log from entry 0 to 0 (2026-11-23T00:00:00.000Z to 2026-11-24');
    expect(period.text).toContain('so far the log was signed. Later entries of the period need a later file.');
  });

  test('with no key takes the one in the file, and says what that is worth', async () => {
    const verified = await verifyFile(await file('keyless', bundle(false)));
    expect(verified).toMatchObject({ ok: true, keyFrom: 'file', publicKey: signer.publicKey });
    expect(verified.text).toContain(signer.publicKey);
    expect(verified.text).toContain('A forger would have brought his own');
  });

  test('names what is wrong, with the line', async () => {
    const forged = bundle(false).replace('EUR 500.00', 'EUR 900.00');
    const verified = await verifyFile(await file('forged', forged), { publicKey: signer.publicKey });
    expect(verified.ok).toBe(false);
    expect(verified.text).toMatch(/^NOT VERIFIED\n/);
    expect(verified.text).toContain('  - line 2: The content of entry 0 is not what was logged.');
  });

  test('holds a file against a checkpoint that was kept', async () => {
    const earlierFile = await file('kept', signCheckpoint({ size: 9, root: new Uint8Array(32) }, signer));
    const verified = await verifyFile(await file('run', bundle(false)), { earlierFile });
    expect(verified.text).toContain('rolled back');
    const earlierExport = await file('earlier', bundle(false));
    expect((await verifyFile(await file('run', bundle(false)), { earlierFile: earlierExport })).ok).toBe(true);
  });

  test.each(['', '\n', 'no export', '{"publicKey":"x"}\n'])('says of %j that it is no export', async (content) => {
    const path = await file('other', content);
    for (const options of [{}, { publicKey: signer.publicKey }])
      expect(await verifyFile(path, options)).toMatchObject({
        ok: false,
        text: `NOT VERIFIED\n  - ${path} is no export of evidence: \`belay evidence\` makes one.`,
        findings: [{ code: 'unreadable', line: 1 }],
      });
  });

  test('says what is wrong with a file that begins as an export', async () => {
    const { text } = await verifyFile(await file('begins', '{"format":"belay-evidence"}\n'), {
      publicKey: signer.publicKey,
    });
    expect(text).toContain('line 1: The header');
  });

  test('names what is no file at all', async () => {
    const { exit, err } = await belay('verify', folder);
    expect([exit, err]).toEqual([2, expect.stringContaining(`The file ${folder} cannot be read: `)]);
    const none = await belay('verify', join(folder, 'none'));
    expect([none.exit, none.err]).toEqual([2, expect.stringContaining('does not exist.')]);
  });

  test('does not read a file that is too large', async () => {
    const path = await file('large', '');
    await truncate(path, 600 * 1024 * 1024);
    expect((await verifyFile(path)).text).toContain('larger than 512 MB');
  });
});
