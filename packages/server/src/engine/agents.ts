/** What agents can ask of Belay besides the gate: start, attach, redeem, report, escalate, finish. One command each. */

import type { Looked } from '@belay/control';
import type { AnswerOf, Json, JsonObject, ParsedBodyOf } from '@belay/protocol';
import { didYouMean, digestOf } from '@belay/protocol';
import { apply, type Context } from '../domain/decided.ts';
import { type AgentAnswer, type AgentCommand, decideAgent } from '../domain/run/agent.ts';
import type { RunEvent } from '../domain/run/events.ts';
import { newRun } from '../domain/run/evolve.ts';
import { type Permit, type Run, runStatus } from '../domain/run/run.ts';
import { type AgentCaller, type AgentPorts, notFound, ownRun } from './agent-ports.ts';
import type { Outcome } from './committer.ts';
import { type Command, writeOf } from './decide.ts';
import type { CurrentControl } from './house.ts';
import { instructionsView, permitView, runView } from './present.ts';

const attachedView = (run: Run, revision: number, context: Context): Json =>
  ({
    run: runView(run, revision, context),
    epoch: run.epoch,
    instructionsToAcknowledge:
      run.acknowledged || run.instructions === null ? null : instructionsView(run.instructions, context.org),
  }) satisfies AnswerOf<'startRun'> as unknown as Json;

const permitOf = (run: Run, permitId: string): Permit | undefined => run.permits.find((p) => p.permitId === permitId);

type Present = (run: Run, answer: AgentAnswer, context: Context, revision: number) => Json;

/** `revision` is the one this commit is about to make: the caller waits for changes after it. */
const command = async (
  ports: AgentPorts,
  caller: AgentCaller,
  runId: string,
  asked: AgentCommand,
  present: Present,
): Promise<Outcome> => {
  const own = await ownRun(ports, caller, runId);
  if (own === null) return notFound(runId);
  return ports.handle({
    runId,
    by: { kind: 'agent', id: caller.agentId },
    decide: (run, context) => decideAgent(run, asked, context),
    present: (run, answer, context) => present(run, answer as AgentAnswer, context, own.revision + 1),
    guarded: asked.type === 'attach',
  });
};

const viewRun: Present = (run, _answer, context, revision) => runView(run, revision, context) as unknown as Json;

export const attachRun = (ports: AgentPorts, caller: AgentCaller, runId: string): Promise<Outcome> =>
  command(ports, caller, runId, { type: 'attach' }, (run, _answer, context, revision) =>
    attachedView(run, revision, context),
  );

const createRun = async (
  ports: AgentPorts,
  caller: AgentCaller,
  body: ParsedBodyOf<'startRun'>,
  control: CurrentControl,
): Promise<Outcome | null> => {
  const { house, newId, clock, store } = ports;
  const by = { kind: 'agent' as const, id: caller.agentId };
  const context: Context = { now: clock.now(), by, control: control.compiled, org: await house.organisation(), newId };
  const event: Extract<RunEvent, { type: 'RunStarted' }> = {
    type: 'RunStarted',
    runId: newId('run'),
    control: control.ref,
    agentId: caller.agentId,
    key: body.key ?? null,
    subject: body.subject,
    onBehalfOf: body.onBehalfOf ?? null,
    publishedBy: control.publishedBy,
  };
  const before = newRun(event, context.now);
  const run = apply(before, [event], context);
  const started: Command = {
    runId: run.runId,
    by,
    decide: () => ({ events: [event], answer: null }),
    present: () => null,
    guarded: true,
  };
  const write = writeOf(
    { run: before, revision: null },
    run,
    [{ command: started, events: [event], context, answer: null }],
    house.known,
  );
  const { moved, stopped } = await store.commit([write], context.now);
  const stop = stopped.get(run.runId);
  if (stop !== undefined)
    return { ok: false, refused: { code: 'run_stopped', detail: `Stopped by ${stop.by}: ${stop.because}` } };
  if (!moved.has(run.runId)) return null;
  ports.committer.remember(run.runId, { run, revision: 1 });
  return { ok: true, answer: attachedView(run, 1, context), replayed: false };
};

const notCovered = ({ controls }: AgentCaller, asked: string): string =>
  `This key is not for ${asked}; it may use: ${controls.join(', ')}.${didYouMean(asked, controls)}`;

/** Starts a run, or takes up the one with the same key: asking twice never makes two. */
export const startRun = async (
  ports: AgentPorts,
  caller: AgentCaller,
  body: ParsedBodyOf<'startRun'>,
): Promise<Outcome> => {
  if (!caller.controls.includes(body.control))
    return { ok: false, refused: { code: 'key_scope', detail: notCovered(caller, body.control) } };
  const control = await ports.house.currentControl(body.control);
  if (control === null)
    return { ok: false, refused: { code: 'control_not_found', detail: `${body.control} is not published.` } };
  const problems = control.compiled.checkSubject(body.subject);
  if (problems.length > 0) return { ok: false, refused: { code: 'invalid_request', detail: problems.join(' ') } };
  const existing = body.key === undefined ? null : await ports.store.loadByKey(caller.agentId, body.control, body.key);
  if (existing !== null) {
    const same =
      digestOf(existing.run.subject) === digestOf(body.subject) &&
      existing.run.onBehalfOf === (body.onBehalfOf ?? null);
    if (same) return attachRun(ports, caller, existing.run.runId);
    return {
      ok: false,
      refused: {
        code: 'key_reused',
        detail: `Run key ${body.key} was used with another subject, or on behalf of somebody else.`,
      },
    };
  }
  return (await createRun(ports, caller, body, control)) ?? startRun(ports, caller, body);
};

/** The signed permit is given only once the step counts as under way: a takeover then lists it. */
const redeemedView = ({ signer }: AgentPorts, run: Run, permit: Permit): Json =>
  ({ ...permitView(permit), token: permit.effect === 'none' ? null : signer.token(run, permit) }) as unknown as Json;

/** What the rules read is looked up again: the permit may have been granted a minute ago. */
const lookedAgain = async (ports: AgentPorts, runId: string, permitId: string): Promise<Looked> => {
  const remembered = (await ports.committer.peek(runId))?.run;
  const known = remembered !== undefined && permitOf(remembered, permitId) !== undefined;
  // Another node may have granted it.
  const run = known ? remembered : (await ports.store.load([runId])).get(runId)?.run;
  const permit = run === undefined ? undefined : permitOf(run, permitId);
  if (run === undefined || permit === undefined) return {};
  const control = await ports.house.known.control(run.control.name, run.control.version);
  return ports.lookups(control, permit.step, { args: permit.arguments, subject: run.subject });
};

export const redeemPermit = async (
  ports: AgentPorts,
  caller: AgentCaller,
  runId: string,
  body: ParsedBodyOf<'redeem'>,
): Promise<Outcome> => {
  if ((await ownRun(ports, caller, runId)) === null) return notFound(runId);
  const looked = await lookedAgain(ports, runId, body.permitId);
  return command(ports, caller, runId, { type: 'redeem', ...body, looked }, (run) =>
    redeemedView(ports, run, permitOf(run, body.permitId) as Permit),
  );
};

/** A report may be about a step that has left the run: its permit is then read from its own row. */
export const reportStep = async (
  ports: AgentPorts,
  caller: AgentCaller,
  runId: string,
  body: ParsedBodyOf<'report'>,
): Promise<Outcome> => {
  let settledId = '';
  const outcome = await command(
    ports,
    caller,
    runId,
    { type: 'report', ...body },
    (run, { permitId = '', late = false }) => {
      const permit = permitOf(run, permitId);
      settledId = permitId;
      return { accepted: !late, late, permit: permit === undefined ? null : (permitView(permit) as unknown as Json) };
    },
  );
  if (!outcome.ok || (outcome.answer as JsonObject).permit !== null) return outcome;
  const settled = await ports.store.permit(settledId);
  const permit = settled === null ? null : (permitView(settled) as unknown as Json);
  return { ...outcome, answer: { ...(outcome.answer as JsonObject), permit } };
};

export const escalateRun = (
  ports: AgentPorts,
  caller: AgentCaller,
  runId: string,
  body: ParsedBodyOf<'escalate'>,
): Promise<Outcome> => {
  const { epoch, question, options, key } = body;
  return command(
    ports,
    caller,
    runId,
    { type: 'escalate', epoch, question, options, key },
    (_run, { caseId = '' }) => ({
      caseId,
      url: `${ports.url}/cases/${caseId}`,
    }),
  );
};

export const acknowledge = (
  ports: AgentPorts,
  caller: AgentCaller,
  runId: string,
  body: ParsedBodyOf<'acknowledge'>,
): Promise<Outcome> => command(ports, caller, runId, { type: 'acknowledge', ...body }, viewRun);

export const finishRun = (
  ports: AgentPorts,
  caller: AgentCaller,
  runId: string,
  body: ParsedBodyOf<'finish'>,
): Promise<Outcome> => command(ports, caller, runId, { type: 'finish', ...body }, viewRun);

export const heartbeat = async (
  ports: AgentPorts,
  caller: AgentCaller,
  runId: string,
  body: ParsedBodyOf<'heartbeat'>,
): Promise<Outcome> => {
  const { epoch, costUsd = 0, tokens = 0, progress = null } = body;
  const asked: AgentCommand = { type: 'heartbeat', epoch, costUsd, tokens, progress };
  const outcome = await command(
    ports,
    caller,
    runId,
    asked,
    (run, _answer, context, revision) => news(run, revision, epoch, context) as unknown as Json,
  );
  if (!outcome.ok) return outcome;
  // A sign of life that was not worth writing down made no new revision.
  const revision = (await ports.committer.peek(runId))?.revision ?? 0;
  return { ...outcome, answer: { ...(outcome.answer as JsonObject), revision } };
};

/** A key with one approval decided and another waiting is still waited for. */
const settledKeys = ({ approvals }: Run): string[] => {
  const waiting = new Set(approvals.filter((a) => a.status === 'waiting').map((a) => a.key));
  return [...new Set(approvals.map((a) => a.key))].filter((key) => !waiting.has(key));
};

/** Control of a run as its agent may know it: never an epoch. */
export const news = (
  run: Run,
  revision: number,
  epoch: number,
  context: Pick<Context, 'org'>,
): AnswerOf<'heartbeat'> => ({
  runId: run.runId,
  revision,
  status: runStatus(run),
  holder: run.holder.kind,
  holderName:
    run.holder.kind === 'agent'
      ? run.agentId
      : (context.org.people.find((p) => p.personId === run.holder.id)?.name ?? run.holder.id),
  fenced: run.finishedAt !== null || run.holder.kind !== 'agent' || run.epoch !== epoch,
  settledKeys: settledKeys(run),
});
