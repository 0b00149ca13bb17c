/** One command, once per idempotency key: the same key and body get the recorded answer, whatever happened meanwhile. */

import type { Committer, Outcome } from './committer.ts';
import type { Command } from './decide.ts';
import { type IdempotencyRow, KeyTaken, type RunStore } from './ports.ts';

type Key = Omit<IdempotencyRow, 'answer'>;

const refused = (code: 'idempotency_mismatch' | 'idempotency_running', detail: string): Outcome => ({
  ok: false,
  refused: { code, detail },
});

/** The recorded answer of a key, a refusal when it came with another body, or null when the key is new. */
export const replay = async (store: Pick<RunStore, 'idempotent'>, key: Key): Promise<Outcome | null> => {
  const row = await store.idempotent(key.caller, key.key);
  if (row === null) return null;
  if (row.bodyDigest === key.bodyDigest) return { ok: true, answer: row.answer, replayed: true };
  return refused('idempotency_mismatch', `Idempotency-Key ${key.key} came with another body before.`);
};

export type Handle = (command: Command) => Promise<Outcome>;

export const createHandle = (committer: Committer, store: RunStore): Handle => {
  const running = new Set<string>();

  const once = async (command: Command, key: Key): Promise<Outcome> => {
    const before = await replay(store, key);
    if (before !== null) return before;
    try {
      const outcome = await committer.run(command);
      // Refused after a retry whose first commit was kept although its reply was lost: the recorded answer is the true one.
      return outcome.ok ? outcome : ((await replay(store, key)) ?? outcome);
    } catch (error) {
      const meanwhile = error instanceof KeyTaken && error.what === 'idempotency' ? await replay(store, key) : null;
      if (meanwhile !== null) return meanwhile;
      throw error;
    }
  };

  return async (command) => {
    const key = command.idempotency;
    if (key === undefined) return committer.run(command);
    const name = `${key.caller} ${key.key}`;
    if (running.has(name))
      return refused('idempotency_running', `The first request with Idempotency-Key ${key.key} is running.`);
    running.add(name);
    try {
      return await once(command, key);
    } finally {
      running.delete(name);
    }
  };
};
