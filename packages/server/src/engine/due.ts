/**
 * Everything that becomes due. The instants are columns; this loop asks for the runs whose instant has come and lets
 * the domain decide at that moment. Any number of nodes may do it: the commit decides which one was first.
 */
import { tick } from '../domain/run/due.ts';
import type { Handle } from './handle.ts';
import type { Clock, Log, RunStore } from './ports.ts';

const batch = 200;
/** The longest the loop sleeps; a hint wakes it earlier. */
export const pollMs = 1_000;

type DuePorts = { handle: Handle; store: Pick<RunStore, 'dueRuns'>; clock: Clock; log: Log };

/** Lets everything that is due now happen. Returns how many runs it looked at. */
export const fireDue = async ({ handle, store, clock, log }: DuePorts): Promise<number> => {
  let looked = 0;
  // A run is looked at once a round: one whose tick fails is left for the next round and for the alarm of /v1/health.
  const seen = new Set<string>();
  for (;;) {
    const runIds = (await store.dueRuns(clock.now(), batch + seen.size)).filter((runId) => !seen.has(runId));
    if (runIds.length === 0) return looked;
    looked += runIds.length;
    await Promise.all(
      runIds.map(async (runId) => {
        seen.add(runId);
        await handle({ runId, by: { kind: 'system', id: 'belay' }, decide: tick, present: () => null }).catch(
          (error: unknown) => log.error({ runId, error }, 'what is due could not be decided'),
        );
      }),
    );
  }
};
