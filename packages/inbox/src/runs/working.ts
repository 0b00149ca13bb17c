/** How runs stand, and what a stop would hit. Pure. */
import type { BodyOf, RunView } from '@belay/protocol';

/** How a run stands for somebody who looks: one that is running may wait for a sign-off. */
export type Standing = RunView['status'] | 'unsigned';

export const standingOf = (run: RunView): Standing =>
  run.status === 'running' && run.approvals.some(({ status }) => status === 'waiting') ? 'unsigned' : run.status;

export const standingText: Record<Standing, string> = {
  running: 'working',
  unsigned: 'waits for a sign-off',
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

const order: Record<Standing, number> = { held: 0, taken: 1, unsigned: 2, running: 3, finished: 4 };

/** Where a person is involved first, then the working ones, the longest unheard first. */
export const sortedRuns = (runs: readonly RunView[]): RunView[] =>
  runs.toSorted(
    (a, b) => order[standingOf(a)] - order[standingOf(b)] || Date.parse(a.lastHeardAt) - Date.parse(b.lastHeardAt),
  );
