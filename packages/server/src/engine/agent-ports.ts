/** What commands of agents need, and who calls. */
import type { Run } from '../domain/run/run.ts';
import type { Committer, Outcome } from './committer.ts';
import type { Handle } from './handle.ts';
import type { House } from './house.ts';
import type { Lookups } from './lookups/lookups.ts';
import type { PermitSigner } from './permit-signer.ts';
import type { Clock, RunStore } from './ports.ts';

export type AgentCaller = { agentId: string; controls: string[] };
export type AgentPorts = {
  committer: Committer;
  handle: Handle;
  store: RunStore;
  house: House;
  lookups: Lookups;
  signer: PermitSigner;
  clock: Clock;
  newId: (prefix: string) => string;
  url: string;
};

export const notFound = (runId: string): Outcome => ({
  ok: false,
  refused: { code: 'not_found', detail: `There is no run ${runId} of yours.` },
});

/** Somebody else's run does not exist for an agent, nor one of a control its key does not cover. */
export const owns = (caller: AgentCaller, run: Run): boolean =>
  run.agentId === caller.agentId && caller.controls.includes(run.control.name);

export const ownRun = async (
  { committer }: Pick<AgentPorts, 'committer'>,
  caller: AgentCaller,
  runId: string,
): Promise<{ run: Run; revision: number } | null> => {
  const stored = await committer.peek(runId);
  return stored !== null && owns(caller, stored.run) ? stored : null;
};
