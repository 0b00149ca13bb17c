import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClients } from './http-clients.ts';

const minute = 60_000;
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

const opened = () => {
  let now = 0;
  const ended: string[] = [];
  const sessionFor = (name: string) => ({
    handle: async () => ({ result: {} }),
    definitions: null,
    end: async () => void ended.push(name),
  });
  const clients = createClients(
    sessionFor,
    () => now,
    () => {},
  );
  return {
    ended,
    asks(id: string) {
      const response = new EventEmitter();
      clients.sessionOf(clients.of(id, id, response));
      return { answered: () => void response.emit('close') };
    },
    later(minutes: number) {
      now += minutes * minute;
      vi.advanceTimersByTime(minutes * minute);
    },
  };
};

describe('a client of the HTTP proxy', () => {
  it('is let go when it is not heard of for a quarter of an hour', () => {
    const { asks, later, ended } = opened();
    asks('a').answered();
    later(14);
    expect(ended).toEqual([]);
    later(2);
    expect(ended).toEqual(['a']);
  });

  it('is kept as long as it waits for an answer, and a quarter of an hour more', () => {
    const { asks, later, ended } = opened();
    const long = asks('a');
    later(60);
    long.answered();
    later(14);
    expect(ended).toEqual([]);
    later(2);
    expect(ended).toEqual(['a']);
  });

  it('makes room when there are too many: the one that was not heard of for longest goes', () => {
    const { asks, ended } = opened();
    for (let n = 0; n < 1_000; n++) asks(`s${n}`).answered();
    asks('s0').answered();
    asks('one more').answered();
    expect(ended).toEqual(['s1']);
  });
});
