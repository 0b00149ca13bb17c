import { expect, test } from 'vitest';
import { mayEnter, parsePasswd } from './account.ts';

test('the account is read from /etc/passwd whatever else stands there', () => {
  const text =
    '# a comment\nroot:x:0:0:root:/root:/bin/bash\nnobody:*:65534:65533:nobody:/:/sbin/nologin\n+::::::\nbroken\n';
  expect(parsePasswd(text).get('nobody')).toEqual({ uid: 65_534, gid: 65_533 });
  expect([...parsePasswd(text).keys()]).toEqual(['root', 'nobody']);
});

test('a directory may be entered by its owner, its group or everybody, whichever the account is first', () => {
  const account = { uid: 5, gid: 6 };
  const may = (uid: number, gid: number, mode: number) => mayEnter({ uid, gid, mode: 0o040_000 | mode }, account);
  expect(may(0, 0, 0o700)).toBe(false);
  expect(may(0, 0, 0o711)).toBe(true);
  expect(may(5, 0, 0o700)).toBe(true);
  expect(may(0, 6, 0o710)).toBe(true);
  expect(may(5, 0, 0o011)).toBe(false);
  expect(may(0, 6, 0o701)).toBe(false);
});
