import { describe, expect, it } from 'vitest';
import { silent } from '../../test/silent.ts';
import type { Run } from '../domain/run/run.ts';
import { control, org, Story } from '../domain/story.testing.ts';
import { type DueStore, fireDue } from './due.ts';
import type { Stored, Write } from './ports.ts';

/** A held run, of which the next rung is due at `at`. */
const held = (runId: string, priority: number): { run: Run; at: number; revision: number; priority: number } => {
  const story = new Story().ask({ facts: { fresh: true } });
  return { run: { ...story.run, runId }, at: story.run.case?.nextRungAt ?? 0, revision: 1, priority };
};

/** Due runs in memory: what is taken is locked until it is committed. */
const memory = (runs: ReturnType<typeof held>[], fails: (write: Write) => boolean = () => false) => {
  const locked = new Set<string>();
  const batches: string[][] = [];
  const store: DueStore = {
    urgencies: async (at) =>
      [...new Set(runs.filter((one) => one.at <= at).map((one) => one.priority))]
        .sort((a, b) => b - a)
        .map((urgency) => ({ urgency, dueAt: 0 })),
    take: async ({ urgency, at, except, limit }, decide) => {
      const free = runs
        .filter((one) => one.priority === urgency && one.at <= at)
        .filter(({ run }) => !locked.has(run.runId) && !except.includes(run.runId))
        .slice(0, limit);
      for (const { run } of free) locked.add(run.runId);
      try {
        const writes = await decide(free.map(({ run, revision }): Stored => ({ run, revision })));
        if (writes.some(fails)) throw new Error('a row cannot be written');
        for (const write of writes) {
          const one = runs.find(({ run }) => run.runId === write.run.runId);
          if (one !== undefined)
            Object.assign(one, { run: write.run, at: write.nextDueAt ?? Number.POSITIVE_INFINITY });
        }
        if (writes.length > 0) batches.push(writes.map(({ run }) => run.runId));
      } finally {
        for (const { run } of free) locked.delete(run.runId);
      }
    },
  };
  return { store, batches };
};

const ports = (store: DueStore, now: number, doubt: string | null = null) => {
  let ids = 0;
  const fired: string[] = [];
  const known = {
    clock: { now: () => now },
    newId: (prefix: string) => `${prefix}_${++ids}`,
    control: async () => control,
    organisation: async () => org,
  };
  return {
    fired,
    ports: { known, due: store, log: silent, doubt: () => doubt, fired: ({ run }: Write) => fired.push(run.runId) },
  };
};

const late = 60 * 60_000;

describe('firing what is due', () => {
  it('begins with the urgent, however long the others have waited', async () => {
    const { store, batches } = memory([held('calm', 0), held('urgent', 100), held('soon', 40)]);
    await fireDue(ports(store, late).ports);
    expect(batches.map(([first]) => first)).toEqual(['urgent', 'soon', 'calm']);
  });

  it('fires each run once and tells of each', async () => {
    const { store, batches } = memory(Array.from({ length: 600 }, (_, index) => held(`r${index}`, index % 3)));
    const { ports: given, fired } = ports(store, late);
    expect(await fireDue(given)).toBe(600);
    expect(new Set(batches.flat()).size).toBe(600);
    expect(fired).toHaveLength(600);
  });

  it('fires nothing while the clock is doubted', async () => {
    const { store, batches } = memory([held('r', 0)]);
    expect(await fireDue(ports(store, late, 'The clock jumped.').ports)).toBe(0);
    expect(batches).toEqual([]);
  });

  it('does not let one run that cannot be written keep the others back', async () => {
    const runs = ['a', 'bad', 'c', 'd'].map((runId) => held(runId, 0));
    const { store, batches } = memory(runs, ({ run }) => run.runId === 'bad');
    await fireDue(ports(store, late).ports);
    expect(batches.flat().sort()).toEqual(['a', 'c', 'd']);
  });

  it('does not let one run that cannot be decided keep the others back', async () => {
    const broken = held('broken', 0);
    const { store, batches } = memory([{ ...broken, run: { ...broken.run, permits: null as never } }, held('ok', 0)]);
    await fireDue(ports(store, late).ports);
    expect(batches.flat()).toEqual(['ok']);
  });

  it('fails as a whole when the database does not answer, so that the loop tries again', async () => {
    const { store } = memory([held('r', 0)]);
    const away = { ...store, take: () => Promise.reject(new Error('connection refused')) };
    await expect(fireDue(ports(away, late).ports)).rejects.toThrow('connection refused');
  });
});
