import { createHash, createPublicKey, verify as nodeVerify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromBase64, toBase64 } from './base64.ts';
import { openCheckpoint, signCheckpoint } from './checkpoint.ts';
import { newSecretKey, noteSigner, openNote, type PublicKey, parsePublicKey } from './note.ts';

const exampleKey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const exampleNote =
  'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';

const signerOf = (name: string, fill: number) => noteSigner(newSecretKey(name, new Uint8Array(32).fill(fill)));
const keyOf = (text: string): PublicKey => {
  const key = parsePublicKey(text);
  if (key === null) throw new Error(`${text} is no key`);
  return key;
};

const signer = signerOf('belay.example/log', 1);
const witness = signerOf('witness.example', 2);
const key = keyOf(signer.publicKey);
const root = new Uint8Array(createHash('sha256').digest());
const signatureOf = (note: string): string => note.slice(note.lastIndexOf('\n\n') + 2);

describe('a signed note', () => {
  test('of the C2SP specification opens with its key', () => {
    expect(openNote(exampleNote, keyOf(exampleKey))).toEqual({ ok: true, text: 'This is an example message.\n' });
  });

  test('of ours verifies with another implementation of Ed25519', () => {
    const note = signer.sign('Held.\n');
    const [, , encoded = ''] = signatureOf(note).trimEnd().split(' ');
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.bytes]);
    const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
    expect(nodeVerify(null, Buffer.from('Held.\n'), publicKey, Buffer.from(encoded, 'base64').subarray(4))).toBe(true);
  });

  test('with any character changed does not open with the same text', () => {
    const note = signer.sign('Line one.\nLine two.\n');
    fc.assert(
      fc.property(
        fc.nat({ max: note.length - 1 }),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        (at, other) => {
          fc.pre(note.slice(at, at + other.length) !== other);
          const opened = openNote(note.slice(0, at) + other + note.slice(at + other.length), key);
          expect(opened.ok).toBe(false);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('opens with signatures of unknown keys beside ours, and does not without ours', () => {
    const text = 'Held.\n';
    const both = `${text}\n${signatureOf(witness.sign(text))}${signatureOf(signer.sign(text))}`;
    expect(openNote(both, key).ok).toBe(true);
    expect(openNote(both, keyOf(witness.publicKey)).ok).toBe(true);
    expect(openNote(witness.sign(text), key)).toMatchObject({
      ok: false,
      problem: expect.stringContaining('not signed'),
    });
  });

  test('is rejected for one failing signature of the known key, even beside a good one', () => {
    const good = signer.sign('Held.\n');
    const forged = signatureOf(signer.sign('Another text.\n'));
    expect(openNote(good + forged, key)).toMatchObject({ ok: false, problem: expect.stringContaining('wrong') });
  });

  test('has room for 16 witnesses, and is bounded', () => {
    const text = 'Held.\n';
    const line = signatureOf(witness.sign(text));
    expect(openNote(`${text}\n${signatureOf(signer.sign(text))}${line.repeat(16)}`, key).ok).toBe(true);
    expect(openNote(`${text}\n${signatureOf(signer.sign(text))}${line.repeat(101)}`, key).ok).toBe(false);
    expect(openNote('x'.repeat(200_000), key).ok).toBe(false);
  });

  test.each([
    '',
    '\n',
    '\n\n',
    'text',
    'text\n',
    'text\n\n',
    'text\n\n\n',
    'text\n\n— a\n',
    'text\r\n\n— a b\n',
    'text\n\n— a b c\n',
  ])('is not %j', (note) => {
    expect(openNote(note, key).ok).toBe(false);
  });
});

describe('a key', () => {
  test.each([
    '',
    'name',
    'name+00000000+AA==',
    exampleKey.replace('530d903a', '530d903b'),
    exampleKey.replace('530d903a', '530D903A'),
    exampleKey.replace('example', 'examplf'),
    exampleKey.replace('U2k', 'U2l'),
    exampleKey.replace('+Aeky', '+Aaky'),
    ` ${exampleKey}`,
  ])('is not %j', (text) => {
    expect(parsePublicKey(text)).toBeNull();
  });

  test('comes back from its secret text, and a damaged secret is refused', () => {
    const secret = newSecretKey('belay.example/log', new Uint8Array(32).fill(1));
    expect(noteSigner(`${secret}\n`).publicKey).toBe(signer.publicKey);
    for (const damaged of [
      secret.slice(0, -4),
      secret.replace('log', 'lag'),
      secret.replace('PRIVATE', 'PUBLIC'),
      '',
    ]) {
      expect(() => noteSigner(damaged)).toThrow(/signing key/);
    }
    expect(() => newSecretKey('two words', new Uint8Array(32))).toThrow(/named/);
    expect(() => newSecretKey('log', new Uint8Array(31))).toThrow(/32 random bytes/);
  });
});

describe('a checkpoint', () => {
  test('says origin, size and root, and nothing else', () => {
    const note = signCheckpoint({ size: 42, root }, signer);
    expect(note.slice(0, note.indexOf('\n\n') + 1)).toBe(`belay.example/log\n42\n${toBase64(root)}\n`);
    expect(openCheckpoint(note, key)).toEqual({
      ok: true,
      checkpoint: { origin: 'belay.example/log', size: 42, root },
    });
  });

  test('of another log is refused, even signed with the key', () => {
    const note = signer.sign(`other.example\n42\n${toBase64(root)}\n`);
    expect(openCheckpoint(note, key)).toMatchObject({ ok: false, problem: expect.stringContaining('other.example') });
  });

  test.each(['042', '-1', '1.5', '', 'x', '1e3', '9007199254740993', '99999999999999999999'])(
    'of size %j is refused',
    (size) => {
      expect(openCheckpoint(signer.sign(`belay.example/log\n${size}\n${toBase64(root)}\n`), key).ok).toBe(false);
    },
  );

  test('with a root that is not 32 bytes is refused, with extension lines of others it is read', () => {
    expect(openCheckpoint(signer.sign('belay.example/log\n1\nAAAA\n'), key).ok).toBe(false);
    expect(openCheckpoint(signer.sign(`belay.example/log\n1\n${toBase64(root)}\nextension\n`), key).ok).toBe(true);
  });
});

describe('base64', () => {
  test('has one spelling for each byte string', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      }),
    );
    for (const text of ['AAB=', 'AA', 'AA==\n', ' AAAA', 'A-_A', 'AA=A', '====']) expect(fromBase64(text)).toBeNull();
  });
});
