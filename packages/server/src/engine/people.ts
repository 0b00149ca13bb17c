/** What people do: take over, give back, resolve, sign off, stop. Rights are read afresh for each command. */
import type { Actor, Json, ParsedBodyOf } from '@belay/protocol';
import { reviewBreakGlass } from '../domain/case/break-glass.ts';
import { type CaseCommand, decideCase } from '../domain/case/decide.ts';
import type { Context } from '../domain/decided.ts';
import type { SignIn } from '../domain/oncall/sign-in.ts';
import type { Permit, Run } from '../domain/run/run.ts';
import type { Committer, Outcome } from './committer.ts';
import type { Handle } from './handle.ts';
import type { House } from './house.ts';
import type { IdempotencyRow, RunStore } from './ports.ts';
import { caseView, permitView, runView } from './present.ts';

/** Which run a case, an approval or a permit belongs to; null when there is none of that id. */
export type RunOf = {
  runOfCase(caseId: string): Promise<string | null>;
  runOfApproval(approvalId: string): Promise<string | null>;
  runOfPermit(permitId: string): Promise<string | null>;
  runOfSample(sampleId: string): Promise<string | null>;
};

export type PeoplePorts = {
  handle: Handle;
  committer: Committer;
  house: House;
  runOf: RunOf;
  store: Pick<RunStore, 'permit'>;
};
export type PersonCaller = { personId: string; idempotency?: Omit<IdempotencyRow, 'answer'> | undefined };
/** Somebody who signs, and how they had shown who they are. */
export type Signer = PersonCaller & { signIn: SignIn };

export const actor = ({ personId }: PersonCaller): Actor => ({ kind: 'person', id: personId });

export const none = (what: string, id: string): Outcome => ({
  ok: false,
  refused: { code: 'not_found', detail: `There is no ${what} ${id}.` },
});

const presentCase = (run: Run, _answer: unknown, context: Context): Json =>
  run.case === null ? null : (caseView(run.case, run, context) as unknown as Json);

const onRun = async (
  ports: PeoplePorts,
  caller: PersonCaller,
  runId: string,
  command: CaseCommand,
): Promise<Outcome> => {
  await ports.house.organisation(true);
  return ports.handle({
    runId,
    by: actor(caller),
    decide: (run, context) => decideCase(run, command, context),
    present: presentCase,
    idempotency: caller.idempotency,
  });
};

export const takeOver = (
  ports: PeoplePorts,
  caller: PersonCaller,
  runId: string,
  body: ParsedBodyOf<'takeOver'>,
): Promise<Outcome> => onRun(ports, caller, runId, { type: 'takeOver', kind: 'takenOver', ...body });

export const reviewRun = async (
  ports: PeoplePorts,
  caller: PersonCaller,
  runId: string,
  comment: string,
): Promise<Outcome> => {
  await ports.house.organisation(true);
  const revision = ((await ports.committer.peek(runId))?.revision ?? 0) + 1;
  return ports.handle({
    runId,
    by: actor(caller),
    decide: (run, context) => reviewBreakGlass(run, { type: 'review', comment }, context),
    present: (run, _answer, context) => runView(run, revision, context) as unknown as Json,
    idempotency: caller.idempotency,
  });
};

type WithoutCase<T> = T extends { caseId: string } ? Omit<T, 'caseId'> : never;

/** One of the commands on a case: claim, decline, release, return, resolve, cancel. */
export const onCase = async (
  ports: PeoplePorts,
  caller: PersonCaller,
  caseId: string,
  command: WithoutCase<CaseCommand>,
): Promise<Outcome> => {
  const runId = await ports.runOf.runOfCase(caseId);
  return runId === null ? none('case', caseId) : onRun(ports, caller, runId, { ...command, caseId } as CaseCommand);
};

export const settlePermit = async (
  ports: PeoplePorts,
  caller: PersonCaller,
  permitId: string,
  { happened, reference, because }: ParsedBodyOf<'settlePermit'>,
): Promise<Outcome> => {
  const runId = await ports.runOf.runOfPermit(permitId);
  if (runId === null) return none('permit', permitId);
  const ended = await ports.store.permit(permitId);
  const command: CaseCommand = { type: 'settle', permitId, happened, reference: reference ?? null, because, ended };
  await ports.house.organisation(true);
  return ports.handle({
    runId,
    by: actor(caller),
    decide: (run, context) => decideCase(run, command, context),
    present: (run) => permitView(run.permits.find((p) => p.permitId === permitId) as Permit) as unknown as Json,
    idempotency: caller.idempotency,
  });
};

export type StopPorts = PeoplePorts & {
  /** Puts the stop in force: from its commit on nobody in its scope starts or attaches. */
  putInForce(stop: { scope: string; name: string | null; because: string; by: string }): Promise<string>;
  stopsInForce(): Promise<StopOrder[]>;
  runsHeldByAgents(scope: string, name: string | null, limit: number): Promise<string[]>;
  counted(stopId: string, runsTaken: number): Promise<void>;
};

const sweepSize = 200;
export type StopOrder = { scope: 'agent' | 'control' | 'everything'; name: string | null; because: string; by: string };

/** Takes every run in scope from its agent. A run that cannot be taken now is left for the next sweep. */
const sweep = async (ports: StopPorts, { scope, name, because, by }: StopOrder): Promise<number> => {
  const command: CaseCommand = { type: 'takeOver', kind: 'stopped', reason: because, breakGlass: false };
  let taken = 0;
  for (;;) {
    const runIds = await ports.runsHeldByAgents(scope, name, sweepSize);
    const outcomes = await Promise.allSettled(runIds.map((runId) => onRun(ports, { personId: by }, runId, command)));
    const now = outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value.ok).length;
    if (now === 0) return taken;
    taken += now;
  }
};

/** Stops. Answers only when no agent in its scope holds a run any more. */
export const stop = async (ports: StopPorts, order: StopOrder): Promise<{ stopId: string; runsTaken: number }> => {
  const stopId = await ports.putInForce(order);
  const runsTaken = await sweep(ports, order);
  await ports.counted(stopId, runsTaken);
  return { stopId, runsTaken };
};

/** Goes on with stops whose node died in the middle: what is in force stops. */
export const resumeStops = async (ports: StopPorts): Promise<void> => {
  for (const order of await ports.stopsInForce()) await sweep(ports, order);
};
