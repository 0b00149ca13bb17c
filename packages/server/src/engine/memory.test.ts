import { describe, expect, it } from 'vitest';
import { createMemory, roughBytes } from './memory.ts';

describe('a memory', () => {
  it('forgets what was not used for longest', () => {
    const memory = createMemory<number>({ most: 2 });
    memory.set('a', 1);
    memory.set('b', 2);
    memory.get('a');
    memory.set('c', 3);
    expect([memory.get('a'), memory.get('b'), memory.get('c')]).toEqual([1, undefined, 3]);
  });

  it('holds no more bytes than it may, and always the newest', () => {
    const memory = createMemory<string>({ most: 1_000, bytes: 100, sizeOf: (text) => text.length });
    for (let n = 0; n < 50; n++) memory.set(`small ${n}`, 'x'.repeat(10));
    expect(memory.held()).toEqual({ count: 10, bytes: 100 });
    memory.set('large', 'x'.repeat(95));
    expect(memory.held()).toEqual({ count: 1, bytes: 95 });
    memory.set('larger than all', 'x'.repeat(1_000));
    expect(memory.get('larger than all')).toHaveLength(1_000);
    memory.set('small', 'x');
    expect(memory.held()).toEqual({ count: 1, bytes: 1 });
  });

  it('counts what it replaces and forgets once', () => {
    const memory = createMemory<string>({ most: 5, bytes: 100, sizeOf: (text) => text.length });
    memory.set('a', 'xxxx');
    memory.set('a', 'xx');
    expect(memory.held()).toEqual({ count: 1, bytes: 2 });
    memory.forget('a');
    memory.forget('a');
    expect(memory.held()).toEqual({ count: 0, bytes: 0 });
  });
});

it('the size of a value grows with its text, however deep', () => {
  const small = { runId: 'run_1', case: { packet: [{ rows: [] }] } };
  const large = { ...small, case: { packet: [{ rows: ['x'.repeat(10_000)] }] } };
  expect(roughBytes(large) - roughBytes(small)).toBe(16 + 20_000);
  expect(roughBytes(null)).toBe(8);
});
