/**
 * Keeps the evidence log growing: entries get their places in it, and its new root is signed. Any number of nodes may
 * run this; the store lets one at a time through and looks for entries without a place, never for ids after the last.
 */
import type { Loop, StartLoop } from './loop.ts';
import type { Clock } from './ports.ts';

export const integrationBatch = 1_000;
/** How long an entry may wait when no hint came, and the time between checkpoints in a quiet hour. */
const everyMs = 1_000;
/** How long the first hint waits for more entries: one transaction of the log for each of theirs would slow the gate. */
const gatherMs = 100;

export type EvidenceLog = {
  /** Integrates up to `integrationBatch` entries; says how many. */
  integrate(at: number): Promise<number>;
};

export type Integrator = { start(): void; wake(): void; stop(): Promise<void> };

export const createIntegrator = ({
  evidence,
  clock,
  startLoop,
}: {
  evidence: EvidenceLog;
  clock: Clock;
  startLoop: StartLoop;
}): Integrator => {
  let loop: Loop | null = null;
  let gathering: NodeJS.Timeout | undefined;
  const catchUp = async (): Promise<void> => {
    while ((await evidence.integrate(clock.now())) === integrationBatch);
  };
  return {
    start: () => {
      loop ??= startLoop('integrating entries into the evidence log', everyMs, catchUp);
    },
    wake: () => {
      gathering ??= setTimeout(() => {
        gathering = undefined;
        loop?.wake();
      }, gatherMs);
    },
    stop: async () => {
      clearTimeout(gathering);
      await loop?.stop();
      loop = null;
    },
  };
};
