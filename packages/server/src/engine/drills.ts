/** Drills at one node: starting one, and ending those that are over. Any number of nodes may do it at once. */
import { type AnswerOf, didYouMean, iso, type Json } from '@belay/protocol';
import type { Refusal } from '../domain/decided.ts';
import {
  announce,
  drillAgent,
  drillControl,
  drillSentence,
  drillSource,
  endDrill,
  resultOf,
  withinMs,
} from '../domain/drill/drill.ts';
import { type Organisation, resolveTarget, splitTarget } from '../domain/oncall/organisation.ts';
import { nameOf } from '../domain/oncall/person.ts';
import { decideAgent } from '../domain/run/agent.ts';
import type { Run } from '../domain/run/run.ts';
import type { AgentPorts } from './agent-ports.ts';
import { startRun } from './agents.ts';
import type { Outcome } from './committer.ts';
import type { Command } from './decide.ts';
import type { PersonCaller } from './people.ts';

export type Drill = AnswerOf<'getDrill'>;

const sampleAgent = { agentId: drillAgent, controls: [drillControl] };
const belay = { kind: 'system' as const, id: 'belay' };

export const drillView = (run: Run, org: Organisation): Drill => {
  const { target, announcedBy } = run.subject as { target: string; announcedBy: string };
  const result = resultOf(run);
  const told = result?.told ?? (run.case?.told ?? []).flatMap(({ people }) => people);
  return {
    runId: run.runId,
    caseId: result?.caseId ?? run.case?.caseId ?? null,
    target,
    announcedBy: nameOf(org.people, announcedBy),
    startedAt: iso(run.startedAt),
    withinMs: withinMs(run),
    state: result?.drill ?? 'running',
    told: [...new Set(told)].map((personId) => nameOf(org.people, personId)),
    takenBy: result?.takenBy == null ? null : nameOf(org.people, result.takenBy),
    tookMs: result?.tookMs ?? null,
    agentRefused: result?.agentRefused ?? false,
    sentence: drillSentence(run, org),
  };
};

const unknown = (org: Organisation, target: string, now: number): Refusal | null => {
  const { kind, name } = splitTarget(target as never);
  const exists =
    kind === 'oncall'
      ? org.schedules.some((schedule) => schedule.name === name)
      : resolveTarget(org, target as never, now).length > 0;
  if (exists) return null;
  const guess = didYouMean(target, [
    ...org.schedules.map((schedule) => `oncall:${schedule.name}`),
    ...org.people.flatMap(({ personId, roles }) => [`person:${personId}`, ...roles.map((role) => `role:${role}`)]),
  ]);
  return { code: 'unknown_target', detail: `${target} is nobody of the organisation at this moment.${guess}` };
};

type OnRun = Omit<Command, 'runId' | 'present'> & Partial<Pick<Command, 'present'>>;
const onRun = (ports: AgentPorts, runId: string, command: OnRun) =>
  ports.handle({ runId, present: () => null, ...command });

type Asked = { target: string; withinMinutes: number };

/** The sample run; with a key, the one that an earlier request with it started. */
const sampleRun = async (
  ports: AgentPorts,
  { target, withinMinutes }: Asked,
  by: string,
  key: string | undefined,
): Promise<{ runId: string; refused?: undefined } | { refused: Refusal }> => {
  const before = key === undefined ? null : await ports.store.loadByKey(drillAgent, drillControl, key);
  if (before !== null) return { runId: before.run.runId };
  const refused = unknown(await ports.house.organisation(true), target, ports.clock.now());
  if (refused !== null) return { refused };
  const published = await ports.house.publish(drillSource, `${drillControl}.control.yaml`, by);
  if (!published.ok) throw new Error('the control of drills does not pass its checks');
  const subject = { target, withinMinutes, announcedBy: by };
  const started = await startRun(ports, sampleAgent, { control: drillControl, subject, key });
  return started.ok
    ? { runId: (started.answer as unknown as AnswerOf<'startRun'>).run.runId }
    : { refused: started.refused };
};

/** Starts a sample run and hands it to the target, once for each idempotency key; answers the drill. */
export const startDrill = async (
  ports: AgentPorts,
  { personId, idempotency }: PersonCaller,
  asked: Asked,
): Promise<Outcome> => {
  const key = idempotency === undefined ? undefined : `${idempotency.caller} ${idempotency.key}`;
  const started = await sampleRun(ports, asked, personId, key);
  if (started.refused !== undefined) return { ok: false, refused: started.refused };
  return onRun(ports, started.runId, {
    by: { kind: 'person', id: personId },
    decide: announce,
    present: (run, _answer, { org }) => drillView(run, org) as unknown as Json,
    idempotency,
  });
};

export type DrillStore = { runsUnderWay(agentId: string): Promise<string[]> };

/** Ends what is over. Before that the sample agent calls once more, as a real one would: it must be refused. */
export const endDrills = async (ports: AgentPorts, { runsUnderWay }: DrillStore): Promise<void> => {
  for (const runId of await runsUnderWay(drillAgent)) {
    const run = (await ports.store.load([runId])).get(runId)?.run;
    if (run === undefined) continue;
    if (run.holder.kind === 'person' && run.refusals === 0) {
      const heartbeat = { type: 'heartbeat' as const, epoch: 1, costUsd: 0, tokens: 0, progress: null };
      const by = { kind: 'agent' as const, id: drillAgent };
      await onRun(ports, runId, { by, decide: (now, context) => decideAgent(now, heartbeat, context) });
    }
    await onRun(ports, runId, { by: belay, decide: endDrill });
  }
};
