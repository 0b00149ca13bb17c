/**
 * What the engine needs of a store, kept in the memory of one test: the same compare-and-set on the revision, the same
 * unique keys, nothing on a disk. The rules are not here: those are the engine's and the domain's own.
 */
import { createHash } from 'node:crypto';
import type { Json } from '@belay/protocol';
import { nothingEntered } from '../domain/oncall/entered.ts';
import type { Organisation } from '../domain/oncall/organisation.ts';
import { withoutEnded } from '../domain/run/evolve.ts';
import type { Approval, Case, Permit, Run, Sample } from '../domain/run/run.ts';
import { stretchOf } from '../engine/counting.ts';
import type { DueStore } from '../engine/due.ts';
import type { EntryRecord } from '../engine/entry-view.ts';
import type { HouseStore } from '../engine/house.ts';
import type { RunOf, StopPorts } from '../engine/people.ts';
import {
  type Committed,
  type IdempotencyRow,
  KeyTaken,
  type RunStore,
  type StopInForce,
  type Write,
} from '../engine/ports.ts';
import type { Draft, PublishedControl, Submission } from '../engine/publishing.ts';

export type Kept = { run: Run; revision: number; nextDueAt: number | null };
type Stop = StopInForce & { at: number; liftedAt: number | null; runsTaken: number };
export type Of<T> = { runId: string; item: T };

export type Rows = {
  runs: Map<string, Kept>;
  cases: Map<string, Of<Case>>;
  approvals: Map<string, Of<Approval>>;
  permits: Map<string, Of<Permit>>;
  samples: Map<string, Of<Sample>>;
  /** amounts by the stretch of time they belong to */
  counters: Map<string, Map<number, number>>;
  entries: EntryRecord[];
  idempotency: Map<string, IdempotencyRow>;
  stops: Map<string, Stop>;
  controls: PublishedControl[];
  drafts: Map<string, Draft & Submission>;
};

export const emptyRows = (): Rows => ({
  runs: new Map(),
  cases: new Map(),
  approvals: new Map(),
  permits: new Map(),
  samples: new Map(),
  counters: new Map(),
  entries: [],
  idempotency: new Map(),
  stops: new Map(),
  controls: [],
  drafts: new Map(),
});

/** As a database gives it back: nothing that JSON cannot say, and nothing that somebody else can change. */
const asStored = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const holdsKey: ReadonlySet<string> = new Set(['granted', 'redeemed', 'inDoubt', 'done']);

const entryOf = (run: Run, { event, by, at, seq, entryId }: Write['recorded'][number], index: number): EntryRecord => ({
  entry_id: entryId,
  stream: run.runId,
  seq,
  log_index: index,
  type: event.type,
  by_kind: by.kind,
  by_id: by.id,
  at,
  epoch: run.epoch,
  event: asStored(event) as never,
  leaf: createHash('sha256').update(JSON.stringify(event)).digest(),
});

const inScope = ({ scope, name }: StopInForce, { agentId, control }: Run): boolean =>
  scope === 'everything' || (scope === 'agent' ? name === agentId : name === control.name);

const counted = ({ counters }: Rows, counter: string, since: number): number =>
  [...(counters.get(counter) ?? [])].reduce((sum, [bucket, amount]) => (bucket >= since ? sum + amount : sum), 0);

/** A limit that the step was decided to keep is passed by now. */
const passes = (rows: Rows, { counts }: Write): boolean =>
  counts.some(({ counter, since, most }) => {
    const added = counts.filter((one) => one.counter === counter).reduce((sum, { amount }) => sum + amount, 0);
    return most !== null && counted(rows, counter, since) + added > most;
  });

const moves = ({ runs }: Rows, { run, expected }: Write): boolean => {
  const kept = runs.get(run.runId);
  if (expected !== null) return kept?.revision === expected;
  const sameKey = ({ run: other }: Kept): boolean =>
    run.key !== null &&
    other.key === run.key &&
    other.agentId === run.agentId &&
    other.control.name === run.control.name;
  return kept === undefined && ![...runs.values()].some(sameKey);
};

const checkKeys = (rows: Rows, { run, permits, idempotency }: Write): void => {
  for (const permit of permits) {
    const other = [...rows.permits.values()].find(
      ({ runId, item }) => runId === run.runId && item.key === permit.key && item.permitId !== permit.permitId,
    );
    const ends = permits.some(({ permitId, status }) => permitId === other?.item.permitId && !holdsKey.has(status));
    if (other !== undefined && !ends && holdsKey.has(other.item.status) && holdsKey.has(permit.status))
      throw new KeyTaken('permit', null);
  }
  if (idempotency.some(({ caller, key }) => rows.idempotency.has(`${caller} ${key}`)))
    throw new KeyTaken('idempotency', null);
};

const write = (rows: Rows, one: Write): void => {
  const { run } = one;
  const { runId } = run;
  rows.runs.set(runId, {
    run: asStored(withoutEnded(run)),
    revision: (one.expected ?? 0) + 1,
    nextDueAt: one.nextDueAt,
  });
  for (const recorded of one.recorded) rows.entries.push(entryOf(run, recorded, rows.entries.length));
  for (const item of one.cases) rows.cases.set(item.caseId, { runId, item: asStored(item) });
  for (const item of one.approvals) rows.approvals.set(item.approvalId, { runId, item: asStored(item) });
  for (const item of one.permits) rows.permits.set(item.permitId, { runId, item: asStored(item) });
  for (const item of one.samples) rows.samples.set(item.sampleId, { runId, item: asStored(item) });
  for (const { counter, bucket, amount } of one.counts) {
    const buckets = rows.counters.get(counter) ?? new Map<number, number>();
    rows.counters.set(counter, buckets.set(bucket, (buckets.get(bucket) ?? 0) + amount));
  }
  for (const row of one.idempotency) rows.idempotency.set(`${row.caller} ${row.key}`, row);
};

/** All of it in one turn of the event loop: nothing comes between. */
const commit = (rows: Rows, writes: Write[]): Committed => {
  const stopped = new Map<string, StopInForce>();
  for (const { run, guarded } of writes) {
    const stop = [...rows.stops.values()].find((one) => one.liftedAt === null && inScope(one, run));
    if (guarded && stop !== undefined) stopped.set(run.runId, stop);
  }
  const free = writes.filter((one) => !stopped.has(one.run.runId) && moves(rows, one));
  for (const one of free) checkKeys(rows, one);
  const moved = new Set<string>();
  for (const one of free) {
    if (passes(rows, one)) continue;
    write(rows, one);
    moved.add(one.run.runId);
  }
  return { moved, stopped };
};

export const storedOf = ({ run, revision }: Kept) => ({ run, revision });

export const createRunStore = (rows: Rows): RunStore => ({
  load: async (runIds) =>
    new Map(
      runIds.flatMap((runId) => {
        const kept = rows.runs.get(runId);
        return kept === undefined ? [] : [[runId, storedOf(kept)]];
      }),
    ),
  loadByKey: async (agentId, controlName, key) => {
    const kept = [...rows.runs.values()].find(
      ({ run }) => run.agentId === agentId && run.control.name === controlName && run.key === key,
    );
    return kept === undefined ? null : storedOf(kept);
  },
  settledPermit: async (runId, key) =>
    [...rows.permits.values()].find((p) => p.runId === runId && p.item.key === key && p.item.status === 'done')?.item ??
    null,
  permit: async (permitId) => rows.permits.get(permitId)?.item ?? null,
  counters: async (wanted, at) =>
    Object.fromEntries(
      wanted.map(({ counter, windowMs }) => [counter, counted(rows, counter, stretchOf(windowMs, at).since)]),
    ),
  refusedElsewhere: async ({ runId, control }, step, digest) =>
    [...rows.approvals.values()]
      .filter(({ runId: other, item }) => other !== runId && item.status === 'rejected' && item.step === step)
      .filter((one) => one.item.digest === digest && rows.runs.get(one.runId)?.run.control.name === control.name)
      .map(({ item }) => ({ by: item.refusals.at(-1)?.by ?? 'somebody', because: item.rejectedBecause ?? '' })),
  commit: async (writes) => commit(rows, writes),
  idempotent: async (caller, key) => rows.idempotency.get(`${caller} ${key}`) ?? null,
});

/** The first instant after `now` at which something is due; `end` when nothing is before. */
export const nextDueAt = ({ runs }: Rows, now: number, end: number): number =>
  [...runs.values()].reduce((first, { nextDueAt: at }) => (at !== null && at > now && at < first ? at : first), end);

export const createDueStore = (rows: Rows): DueStore => {
  const due = (at: number): Kept[] =>
    [...rows.runs.values()].filter(({ nextDueAt }) => nextDueAt !== null && nextDueAt <= at);
  const urgencyOf = ({ run }: Kept): number => run.case?.priority ?? 0;
  return {
    urgencies: async (at) => {
      const earliest = new Map<number, number>();
      for (const kept of due(at)) {
        const urgency = urgencyOf(kept);
        earliest.set(urgency, Math.min(earliest.get(urgency) ?? Number.POSITIVE_INFINITY, kept.nextDueAt ?? 0));
      }
      return [...earliest].map(([urgency, dueAt]) => ({ urgency, dueAt })).sort((a, b) => b.urgency - a.urgency);
    },
    take: async ({ urgency, at, except, limit }, decide) => {
      const taken = due(at)
        .filter((kept) => urgencyOf(kept) === urgency && !except.includes(kept.run.runId))
        .slice(0, limit);
      if (taken.length > 0) commit(rows, await decide(taken.map(storedOf)));
    },
  };
};

type By = Pick<PublishedControl, 'publishedAt' | 'publishedBy' | 'draftedBy'>;

const addVersion = ({ controls }: Rows, { file: _file, ...submission }: Submission, by: By) => {
  const latest = controls.findLast(({ name }) => name === submission.name);
  if (latest?.digest === submission.digest) return { published: latest, fresh: false };
  const published = { ...submission, ...by, version: (latest?.version ?? 0) + 1 };
  controls.push(published);
  return { published, fresh: true };
};

const takeDraft = ({ drafts }: Rows, name: string, digest: string): (Draft & Submission) | null => {
  const found = drafts.get(name);
  if (found?.digest !== digest) return null;
  drafts.delete(name);
  return found;
};

export const createHouseStore = (rows: Rows, organisation: Organisation): HouseStore => ({
  control: async (name, version) =>
    rows.controls.findLast((one) => one.name === name && (version === null || one.version === version)) ?? null,
  publish: async (submission, by) => addVersion(rows, submission, { ...by, draftedBy: null }),
  keepDraft: async (submission, by) => {
    const draft = { ...submission, ...by };
    rows.drafts.set(submission.name, draft);
    return draft;
  },
  draft: async (name) => rows.drafts.get(name) ?? null,
  publishDraft: async (name, digest, by) => {
    const taken = takeDraft(rows, name, digest);
    return taken === null ? null : addVersion(rows, taken, { ...by, draftedBy: taken.draftedBy }).published;
  },
  withdrawDraft: async (name, digest) => takeDraft(rows, name, digest) !== null,
  organisation: async () => ({ applied: organisation, entered: nothingEntered, revision: 1 }),
});

export const createRunOf = ({ cases, approvals, permits, samples }: Rows): RunOf => ({
  runOfSample: async (id) => samples.get(id)?.runId ?? null,
  runOfCase: async (id) => cases.get(id)?.runId ?? null,
  runOfApproval: async (id) => approvals.get(id)?.runId ?? null,
  runOfPermit: async (id) => permits.get(id)?.runId ?? null,
});

type Stopping = Pick<StopPorts, 'putInForce' | 'stopsInForce' | 'runsHeldByAgents' | 'counted'>;

export const createStopping = (rows: Rows, now: () => number, newId: (prefix: string) => string): Stopping => ({
  putInForce: async (stop) => {
    const stopId = newId('stop');
    rows.stops.set(stopId, { ...stop, stopId, at: now(), liftedAt: null, runsTaken: 0 });
    return stopId;
  },
  stopsInForce: async () =>
    [...rows.stops.values()]
      .filter(({ liftedAt }) => liftedAt === null)
      .map(({ scope, name, because, by }) => ({ scope: scope as 'everything', name, because, by })),
  runsHeldByAgents: async (scope, name, limit) =>
    [...rows.runs.values()]
      .filter(({ run }) => run.finishedAt === null && run.holder.kind === 'agent')
      .filter(({ run }) => inScope({ scope, name } as StopInForce, run))
      .slice(0, limit)
      .map(({ run }) => run.runId),
  counted: async (stopId, taken) => {
    const stop = rows.stops.get(stopId);
    if (stop !== undefined) stop.runsTaken += taken;
  },
});

export const entriesOf = (rows: Rows, runId: string): { type: string; event: Json; at: number; by: string }[] =>
  rows.entries
    .filter(({ stream }) => stream === runId)
    .map(({ type, event, at, by_id }) => ({ type, event: event as Json, at, by: by_id }));
