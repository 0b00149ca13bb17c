import { expect, it } from 'vitest';
import { control, org, Story } from '../domain/story.testing.ts';
import { Committer } from './committer.ts';
import { KeyTaken, type RunStore, type Write } from './ports.ts';

/** What the writes that were kept say, one list a commit. */
const openCommitter = (fault: (said: string[]) => Error | null) => {
  let kept = { run: new Story().run, revision: 1 };
  const commits: string[][] = [];
  const saidBy = ({ recorded }: Write): string[] =>
    recorded.flatMap(({ event }) => (event.type === 'AgentReported' ? [event.progress ?? ''] : []));
  const store = {
    load: async () => new Map([[kept.run.runId, kept]]),
    commit: async (writes: Write[]) => {
      const error = fault(writes.flatMap(saidBy));
      if (error !== null) throw error;
      for (const write of writes) {
        kept = { run: write.run, revision: kept.revision + 1 };
        commits.push(saidBy(write));
      }
      return { moved: new Set(writes.map(({ run }) => run.runId)), stopped: new Map() };
    },
  } as Pick<RunStore, 'load' | 'commit'> as RunStore;
  let ids = 0;
  const committer = new Committer({
    clock: { now: () => kept.run.startedAt },
    newId: (prefix) => `${prefix}_${++ids}`,
    control: async () => control,
    organisation: async () => org,
    store,
    changed: () => {},
  });
  const say = (progress: string) =>
    committer.run({
      runId: kept.run.runId,
      by: { kind: 'agent', id: kept.run.agentId },
      decide: () => ({ events: [{ type: 'AgentReported', costUsd: 0, tokens: 0, progress }], answer: progress }),
      present: (_run, answer) => answer as string,
    });
  return { say, commits };
};

const takenBy =
  (word: string) =>
  (said: string[]): Error | null =>
    said.includes(word) ? new KeyTaken('permit', null) : null;

it('commands of one run that come together share a commit', async () => {
  const { say, commits } = openCommitter(() => null);
  await Promise.all(['a', 'b', 'c'].map(say));
  expect(commits).toEqual([['a', 'b', 'c']]);
});

it('a key that one of them has taken fails that one alone: the others are kept, each once', async () => {
  const { say, commits } = openCommitter(takenBy('taken'));
  const [a, taken, b] = await Promise.allSettled(['a', 'taken', 'b'].map(say));
  expect(a).toMatchObject({ value: { ok: true, answer: 'a' } });
  expect(b).toMatchObject({ value: { ok: true, answer: 'b' } });
  expect(taken).toMatchObject({ reason: expect.any(KeyTaken) });
  expect(commits).toEqual([['a'], ['b']]);
});

it('a database that fails is asked once for all of them', async () => {
  let asked = 0;
  const { say } = openCommitter(() => {
    asked += 1;
    return new Error('the database is away');
  });
  const said = await Promise.allSettled(['a', 'b'].map(say));
  expect(said.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(asked).toBe(1);
});
