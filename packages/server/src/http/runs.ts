/** Routes of runs: what agents call, and what people see of it. */
import { type Json, problem, type RouteName } from '@belay/protocol';
import type { Context } from '../domain/decided.ts';
import type { Run } from '../domain/run/run.ts';
import { owns } from '../engine/agent-ports.ts';
import {
  acknowledge,
  attachRun,
  escalateRun,
  finishRun,
  heartbeat,
  news,
  redeemPermit,
  reportStep,
  startRun,
} from '../engine/agents.ts';
import { createAlarm } from '../engine/alarm.ts';
import { asForAgents, entryView } from '../engine/entry-view.ts';
import { askGate } from '../engine/gate-call.ts';
import { reviewRun, takeOver } from '../engine/people.ts';
import { runView } from '../engine/present.ts';
import type { Services } from '../engine/services.ts';
import { agentOf, type Call, type Handlers, notFound, personCaller, personOf, personWith } from './call.ts';
import { Refused } from './problem.ts';
import { eventStream } from './stream.ts';

const waitMs = 25_000;
const lookAgainMs = 2_500;

/** Any run for a person; only its own for an agent. */
const visibleRun = async (
  services: Services,
  call: Call<RouteName>,
  runId: string,
): Promise<{ run: Run; revision: number }> => {
  const { agent } = call.caller;
  if (agent === null) personOf(call);
  // Read, not remembered: another node may have changed it since.
  const stored = (await services.store.load([runId])).get(runId);
  if (stored === undefined || (agent !== null && !owns(agent, stored.run))) throw notFound(`run ${runId}`);
  return stored;
};

export const viewContext = async (services: Services, run: Run): Promise<Pick<Context, 'control' | 'org' | 'now'>> => ({
  now: services.clock.now(),
  control: await services.house.known.control(run.control.name, run.control.version),
  org: await services.house.organisation(),
});

/** Resolves when the run has moved past `after`, or after the wait is over. A lost hint costs one look-again. */
const moved = async (services: Services, runId: string, after: number, signal: AbortSignal): Promise<void> => {
  const alarm = createAlarm();
  const stopHints = services.changes.ofRun(runId, alarm.ring);
  signal.addEventListener('abort', alarm.ring, { once: true });
  try {
    for (let waited = 0; waited < waitMs && !signal.aborted; waited += lookAgainMs) {
      const now = (await services.store.load([runId])).get(runId);
      if (now === undefined || now.revision > after) return;
      await alarm.wait(lookAgainMs);
    }
  } finally {
    stopHints();
    signal.removeEventListener('abort', alarm.ring);
  }
};

type RunRoutes =
  | 'startRun'
  | 'attachRun'
  | 'getRun'
  | 'gate'
  | 'redeem'
  | 'report'
  | 'heartbeat'
  | 'escalate'
  | 'acknowledge'
  | 'finish'
  | 'waitForRun'
  | 'watchRun'
  | 'listRuns'
  | 'runEntries'
  | 'takeOver'
  | 'reviewBreakGlass';

const newsOf = async (services: Services, call: Call<RouteName>, runId: string, epoch: number) => {
  const { run, revision } = await visibleRun(services, call, runId);
  return news(run, revision, epoch, await viewContext(services, run));
};

export const runRoutes = (services: Services): Handlers<RunRoutes> => ({
  startRun: (call) => startRun(services, agentOf(call), call.body),
  attachRun: (call) => attachRun(services, agentOf(call), call.param('runId')),
  gate: (call) => askGate(services, agentOf(call), call.param('runId'), call.body),
  redeem: (call) => redeemPermit(services, agentOf(call), call.param('runId'), call.body),
  report: (call) => reportStep(services, agentOf(call), call.param('runId'), call.body),
  heartbeat: (call) => heartbeat(services, agentOf(call), call.param('runId'), call.body),
  escalate: (call) => escalateRun(services, agentOf(call), call.param('runId'), call.body),
  acknowledge: (call) => acknowledge(services, agentOf(call), call.param('runId'), call.body),
  finish: (call) => finishRun(services, agentOf(call), call.param('runId'), call.body),
  getRun: async (call) => {
    const { run, revision } = await visibleRun(services, call, call.param('runId'));
    return { answer: runView(run, revision, await viewContext(services, run)) };
  },
  waitForRun: async (call) => {
    const runId = call.param('runId');
    await visibleRun(services, call, runId);
    await moved(services, runId, call.query.after, call.request.signal);
    if (!(await call.stillMay()))
      throw new Refused(problem('unauthenticated', 'The right to watch this run ended meanwhile.'));
    return { answer: await newsOf(services, call, runId, call.query.epoch) };
  },
  watchRun: async (call) => {
    const runId = call.param('runId');
    let last = -1;
    const read = async () => {
      const now = await newsOf(services, call, runId, call.query.epoch);
      if (now.revision <= last) return [];
      last = now.revision;
      return [{ id: String(now.revision), data: now as unknown as Json }];
    };
    await visibleRun(services, call, runId);
    return eventStream({
      stillMay: call.stillMay,
      read,
      hints: (hint) => services.changes.ofControl(runId, hint),
      signal: call.request.signal,
      log: services.log,
    });
  },
  listRuns: async (call) => {
    personOf(call);
    const { items, next } = await services.queries.listRuns(call.query);
    const views = await Promise.all(
      items.map(async ({ run, revision }) => runView(run, revision, await viewContext(services, run))),
    );
    return { answer: { items: views, next } };
  },
  runEntries: async (call) => {
    const runId = call.param('runId');
    await visibleRun(services, call, runId);
    const { after, limit } = call.query;
    const rows = await services.queries.entriesOf(runId, after, limit);
    const org = await services.house.organisation();
    const next = rows.length === limit ? String(rows.at(-1)?.seq ?? after) : null;
    const views = rows.map((row) => entryView(row, org));
    return { answer: { items: call.caller.agent === null ? views : views.map(asForAgents), next } };
  },
  takeOver: (call) => {
    personWith(call, 'operator');
    return takeOver(services, personCaller(call), call.param('runId'), call.body);
  },
  reviewBreakGlass: (call) => reviewRun(services, personCaller(call), call.param('runId'), call.body.comment),
});
