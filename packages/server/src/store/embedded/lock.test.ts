import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acquireLock, type LockHolder, readHolder, stateOf } from './lock.ts';
import { currentScope, startMarkOf } from './process.ts';

let directory: string;
const noSocket = '/nowhere/at/all';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'belay-lock-'));
});

afterAll(() => rmSync(directory, { recursive: true }));

const living = (): LockHolder => ({
  ...currentScope(),
  pid: process.pid,
  startMark: startMarkOf(process.pid) ?? '',
  nonce: 'living',
});

test('a lock is released by its holder and can be taken again', async () => {
  const path = join(directory, 'again');
  for (let round = 0; round < 2; round++) {
    const lock = await acquireLock(path, noSocket);
    expect(readHolder(path)).toEqual(lock.holder);
    lock.release();
    expect(readHolder(path)).toBe(null);
  }
});

test('a living holder is named with its pid', async () => {
  const path = join(directory, 'held');
  await acquireLock(path, noSocket);
  await expect(acquireLock(path, noSocket)).rejects.toThrow(`Another Belay (pid ${process.pid})`);
});

test('the same pid, started at another time, is another process', async () => {
  expect(await stateOf(living(), noSocket)).toBe('alive');
  expect(await stateOf({ ...living(), startMark: 'another' }, noSocket)).toBe('dead');
});

test('after a reboot of this machine no holder of before is alive', async () => {
  expect(await stateOf({ ...living(), boot: 'another' }, noSocket)).toBe('dead');
});

test('what another machine holds is never taken, for nothing here shows whether it lives', async () => {
  const path = join(directory, 'elsewhere');
  writeFileSync(path, JSON.stringify({ ...living(), boot: 'another', host: 'another.example', pid: 4711 }));
  await expect(acquireLock(path, noSocket)).rejects.toThrow(/on another\.example \(pid 4711 there\).*delete/s);
});

test('a holder in another container lives as long as its PostgreSQL answers', async () => {
  const inContainer = { ...living(), namespace: 'pid:[1]' };
  const socketPath = join(directory, 'answers');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  expect(await stateOf(inContainer, socketPath)).toBe('elsewhere');
  await new Promise((resolve) => server.close(resolve));
  expect(await stateOf(inContainer, socketPath)).toBe('dead');
});

test('a lock that a power cut left unreadable is taken over', async () => {
  const path = join(directory, 'unreadable');
  writeFileSync(path, '');
  const lock = await acquireLock(path, noSocket);
  expect(readHolder(path)).toEqual(lock.holder);
});

test('a dead holder, and one that died while it took over, leave nothing behind', async () => {
  const path = join(directory, 'twice-dead');
  const dead = { ...living(), startMark: 'another', nonce: 'first' };
  writeFileSync(path, JSON.stringify(dead));
  writeFileSync(`${path}.first`, JSON.stringify({ ...dead, nonce: 'second' }));
  writeFileSync(`${path}.second.draft`, JSON.stringify({ ...dead, nonce: 'second' }));
  const lock = await acquireLock(path, noSocket);
  expect(readHolder(path)).toEqual(lock.holder);
  expect(readdirSync(directory).filter((name) => name.startsWith('twice-dead'))).toEqual(['twice-dead']);
});
