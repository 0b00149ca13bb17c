/**
 * Which pages an entry of the feed makes stale. Frequent events of a working agent touch only its own run,
 * so that a busy house does not reload the inbox for every step that simply continues.
 */
import type { EntryView, EventType } from '@belay/protocol';

/** A query key, by its beginning. `run` marks queries whose data belong to one run. */
export type Stale = { readonly key: string; readonly runId?: string };

const quiet = new Set<string>([
  'AgentAttached',
  'AgentReported',
  'StepGated',
  'PermitGranted',
  'PermitRedeemed',
  'InstructionsAcknowledged',
] satisfies EventType[]);

/** Who may sign what hangs on roles, shifts and delegations. */
const organisationKeys = [
  'people',
  'me',
  'schedules',
  'calendar',
  'organisation',
  'delegations',
  'approvals',
  'approval',
];

export const affected = (entry: Pick<EntryView, 'stream' | 'type'>): Stale[] => {
  if (entry.stream === 'organisation') return organisationKeys.map((key) => ({ key }));
  if (entry.stream === 'stop') return [{ key: 'stops' }, { key: 'runs' }, { key: 'cases' }, { key: 'exceptions' }];
  if (entry.stream.startsWith('control:')) return [{ key: 'controls' }, { key: 'control' }];
  if (entry.stream.startsWith('channel:')) return [{ key: 'channels' }];
  const runId = entry.stream;
  const own = ['run', 'entries', 'case', 'approval'].map((key) => ({ key, runId }));
  const lists = quiet.has(entry.type) ? ['runs'] : ['runs', 'cases', 'approvals', 'drills', 'samples', 'exceptions'];
  return [...own, ...lists.map((key) => ({ key }))];
};

/** Does a query with this key and this data belong to what is stale? */
export const isStale = (stale: Stale, queryKey: readonly unknown[], data: unknown): boolean => {
  if (queryKey[0] !== stale.key) return false;
  if (stale.runId === undefined || queryKey[1] === stale.runId) return true;
  if (data === undefined) return true;
  return typeof data === 'object' && data !== null && 'runId' in data && data.runId === stale.runId;
};
