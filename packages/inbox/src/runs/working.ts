/** How runs stand, and what a stop would hit. Pure. */
import type { BodyOf, RunView } from '@belay/protocol';

export const statusText: Record<RunView['status'], string> = {
  running: 'working',
  held: 'waits for a person',
  taken: 'a person has control',
  finished: 'finished',
};

export type Scope = BodyOf<'stop'>['scope'];

/** Runs that a stop takes from their agents: the unfinished ones in its scope that no person holds already. */
export const hitBy = (runs: readonly RunView[], scope: Scope, name: string | null): RunView[] =>
  runs.filter((run) => {
    if (run.status === 'finished' || run.status === 'taken') return false;
    if (scope === 'everything') return true;
    return scope === 'agent' ? run.agentId === name : run.control.name === name;
  });

const order: Record<RunView['status'], number> = { held: 0, taken: 1, running: 2, finished: 3 };

/** Where a person is involved first, then the working ones, the longest unheard first. */
export const sortedRuns = (runs: readonly RunView[]): RunView[] =>
  runs.toSorted((a, b) => order[a.status] - order[b.status] || Date.parse(a.lastHeardAt) - Date.parse(b.lastHeardAt));
