/**
 * One request, once per idempotency key: the same key and body get the recorded answer, whatever happened meanwhile.
 * A key is written in the transaction that does its work: by the commit of a run, or, for the house, by its recorder.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Json } from '@belay/protocol';
import type { Outcome } from './committer.ts';
import { type IdempotencyRow, KeyTaken, type RunStore } from './ports.ts';

export type RequestKey = Omit<IdempotencyRow, 'answer'>;
export type Once = (key: RequestKey | undefined, work: () => Promise<Outcome>) => Promise<Outcome>;

type Code = 'idempotency_mismatch' | 'idempotency_running' | 'answer_not_kept';
const refused = (code: Code, detail: string): Outcome => ({ ok: false, refused: { code, detail } });

const replay = async (store: Pick<RunStore, 'idempotent'>, key: RequestKey): Promise<Outcome | null> => {
  const row = await store.idempotent(key.caller, key.key);
  if (row === null) return null;
  if (row.bodyDigest !== key.bodyDigest)
    return refused('idempotency_mismatch', `Idempotency-Key ${key.key} came with another body before.`);
  if (row.answer === null)
    return refused('answer_not_kept', `What came with Idempotency-Key ${key.key} was done, and is not done again.`);
  return { ok: true, answer: row.answer, replayed: true };
};

export const createOnce = (store: Pick<RunStore, 'idempotent'>): Once => {
  const running = new Set<string>();

  const first = async (key: RequestKey, work: () => Promise<Outcome>): Promise<Outcome> => {
    const before = await replay(store, key);
    if (before !== null) return before;
    try {
      const outcome = await work();
      // Refused after a retry whose first commit was kept although its reply was lost: the recorded answer is the true one.
      return outcome.ok ? outcome : ((await replay(store, key)) ?? outcome);
    } catch (error) {
      const meanwhile = error instanceof KeyTaken && error.what === 'idempotency' ? await replay(store, key) : null;
      if (meanwhile !== null) return meanwhile;
      throw error;
    }
  };

  return async (key, work) => {
    if (key === undefined) return work();
    const name = `${key.caller} ${key.key}`;
    if (running.has(name))
      return refused('idempotency_running', `The first request with Idempotency-Key ${key.key} is running.`);
    running.add(name);
    try {
      return await first(key, work);
    } finally {
      running.delete(name);
    }
  };
};

/** The key of the request under way, until a transaction has written it. Stands in no signature: every recorder heeds it. */
export const keyUnderWay = new AsyncLocalStorage<{ key: RequestKey; written: boolean }>();

export type HouseOnce = (
  key: RequestKey | undefined,
  work: () => Promise<{ answer: Json; secret: boolean }>,
) => Promise<Outcome>;

/** For work on the house: its first transaction writes the key; the answer follows, unless it holds a secret. */
export const createHouseOnce =
  (once: Once, keepAnswer: (row: IdempotencyRow) => Promise<void>): HouseOnce =>
  (key, work) =>
    once(key, async () => {
      const underWay = key === undefined ? undefined : { key, written: false };
      const { answer, secret } = await (underWay === undefined ? work() : keyUnderWay.run(underWay, work));
      if (underWay?.written === true && !secret) await keepAnswer({ ...underWay.key, answer });
      return { ok: true, answer, replayed: false };
    });
