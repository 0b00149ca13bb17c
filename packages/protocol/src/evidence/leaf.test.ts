import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { contentDigest, leafHash, leafOf } from './leaf.ts';
import { sampleEntry } from './log.testing.ts';

const salt = new Uint8Array(16).fill(9);
const content = { payee: 'Jörg', amount: 'EUR 500.00' };

describe('a leaf', () => {
  test('of version 1 has this form and this hash for ever', () => {
    const leaf = leafOf(sampleEntry(3), contentDigest(salt, content));
    expect(leaf).toEqual({
      schemaVersion: 1,
      entryId: 'entry_3',
      stream: 'run_1',
      seq: 2,
      type: 'CaseClaimed',
      by: { kind: 'person', id: 'ann' },
      at: '2026-09-21T14:13:23.000Z',
      epoch: 3,
      control: { name: 'payment-approval', version: 3, digest: `sha256:${'ab'.repeat(32)}` },
      contentDigest: 'sha256:388e5ca4635a9b8b3cde8d50a164e1942f2c5d0b0e09a6ce7d6ea3aec9acbae0',
    });
    expect(Buffer.from(leafHash(leaf)).toString('hex')).toBe(
      '427e09d62ace668d8896fc819223b115458db8ea29710547abf98c7d055ed4cf',
    );
  });

  test('is hashed as RFC 6962 hashes its canonical text', () => {
    const leaf = leafOf({ ...sampleEntry(0), control: null }, contentDigest(salt, content));
    const text =
      '{"at":"2026-09-21T14:13:20.000Z","by":{"id":"ann","kind":"person"},' +
      `"contentDigest":"${leaf.contentDigest}","control":null,"entryId":"entry_0","epoch":null,` +
      '"schemaVersion":1,"seq":1,"stream":"run_0","type":"StepGated"}';
    expect(Buffer.from(leafHash(leaf))).toEqual(createHash('sha256').update('\0').update(text).digest());
  });

  test('holds nothing of what a caller has besides', () => {
    const entry = { ...sampleEntry(1), event: { secret: 1 }, salt: 'x' };
    expect(leafOf(entry, contentDigest(salt, content))).toEqual(leafOf(sampleEntry(1), contentDigest(salt, content)));
  });
});

describe('the digest of a content', () => {
  test('is SHA-256 over the salt and the canonical text', () => {
    const expected = createHash('sha256').update(salt).update('{"amount":"EUR 500.00","payee":"Jörg"}').digest('hex');
    expect(contentDigest(salt, content)).toBe(`sha256:${expected}`);
  });

  test('does not show that two contents are the same, and needs a whole salt', () => {
    expect(contentDigest(new Uint8Array(16), content)).not.toBe(contentDigest(salt, content));
    expect(() => contentDigest(new Uint8Array(15), content)).toThrow(/16 random bytes/);
  });
});
