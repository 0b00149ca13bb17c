/** The gate as agents call it: facts are fetched first, outside any lock; then one command decides and commits. */
import type { CompiledControl, GateInput } from '@belay/control';
import { type AnswerOf, digestOf, iso, type Json, type ParsedBodyOf } from '@belay/protocol';
import { wantedText } from '../domain/approval/signers.ts';
import { type Decided, refuse } from '../domain/decided.ts';
import type { Organisation } from '../domain/oncall/organisation.ts';
import { gate } from '../domain/run/gate.ts';
import { effective, type GateCommand, type GateDecision, systemFacts } from '../domain/run/gate-command.ts';
import { countersOf } from '../domain/run/limits.ts';
import type { Permit, Run } from '../domain/run/run.ts';
import { type AgentCaller, type AgentPorts, notFound, ownRun } from './agent-ports.ts';
import type { Outcome } from './committer.ts';
import { KeyTaken } from './ports.ts';

const toModel = ({ step, because }: GateDecision, instead: string | null): string =>
  `${step} was refused and must not be retried with the same arguments. Reason: ${because}${instead === null ? '' : ` Instead: ${instead}`}`;

/** A decision of the gate as the agent gets it: addresses and the signed permit filled in. */
const gateAnswer = (
  { url, signer }: Pick<AgentPorts, 'url' | 'signer'>,
  run: Run,
  decision: GateDecision,
  org: Organisation,
): Json => {
  const { step, key, digest, because, requirements } = decision;
  const said = { step, key, digest, because, requirements };
  const answer = (): AnswerOf<'gate'> => {
    switch (decision.kind) {
      case 'continue': {
        const permit = run.permits.find((p) => p.permitId === decision.permitId);
        if (permit === undefined)
          throw new Error(`permit ${decision.permitId} was decided and is not on run ${run.runId}`);
        const grant = {
          permitId: permit.permitId,
          token: permit.effect === 'none' || permit.status !== 'redeemed' ? null : signer.token(run, permit),
          expiresAt: iso(permit.expiresAt),
          redeemed: permit.status === 'redeemed',
        };
        return {
          kind: 'continue',
          ...said,
          permit: grant,
          arguments: permit.arguments,
          edited: permit.edited,
          decidedBy: permit.decidedBy,
        };
      }
      case 'pause': {
        const waiting = run.approvals.filter((a) => decision.approvalIds.includes(a.approvalId));
        const first = Math.min(...waiting.map((a) => a.expiresAt ?? Number.POSITIVE_INFINITY));
        return {
          kind: 'pause',
          ...said,
          approvalIds: decision.approvalIds,
          waitsFor: waiting.map((approval) => wantedText(approval, org)).join('; '),
          url: `${url}/approvals/${decision.approvalIds[0] ?? ''}`,
          expiresAt: Number.isFinite(first) ? iso(first) : null,
        };
      }
      case 'handoff':
        return {
          kind: 'handoff',
          ...said,
          caseId: decision.caseId,
          to: run.case?.owner ?? '',
          url: `${url}/cases/${decision.caseId}`,
        };
      case 'forbid':
        return { kind: 'forbid', ...said, instead: decision.instead, toModel: toModel(decision, decision.instead) };
      case 'done':
        return { kind: 'done', ...said, result: decision.result, by: decision.by, reference: decision.reference };
      case 'inDoubt':
        return {
          kind: 'inDoubt',
          ...said,
          permitId: decision.permitId,
          caseId: decision.caseId,
          url: `${url}/cases/${decision.caseId ?? ''}`,
        };
    }
  };
  return answer() as unknown as Json;
};

/** Whether a step that the run itself no longer keeps may have had this key. */
const mayBeSettled = ({ settledCount, settledRecently }: Run, key: string): boolean =>
  settledCount > settledRecently.length || settledRecently.some((settled) => settled.key === key);

const letsThrough = (decided: Decided<GateDecision>): boolean =>
  decided.refused === undefined && decided.answer.kind === 'continue';

/** Only where somebody would be asked does it matter whether somebody has refused before. */
const asksPeople = (control: CompiledControl, input: GateInput): boolean =>
  control.decide(input).requirements.some(({ kind }) => kind === 'approval');

/** `undefined`: not looked up. */
type Settled = Permit | null | undefined;

/**
 * `outdated`: the arguments were edited, or the run was moved, so that what was looked up is of something else. `unread`: it
 * matters whether a step with this key is done, and nobody has looked. For a step that is let through the commit looks by
 * itself: its permit has a unique key.
 */
const askOnce = async (
  ports: AgentPorts,
  caller: AgentCaller,
  runId: string,
  body: ParsedBodyOf<'gate'>,
  settled: Settled,
): Promise<Outcome | 'outdated' | 'unread'> => {
  const own = await ownRun(ports, caller, runId);
  if (own === null) return notFound(runId);
  const { run } = own;
  const digest = digestOf(body.arguments);
  const allowance = effective(run, body.step, digest);
  const args = allowance?.arguments ?? body.arguments;
  const control = await ports.house.known.control(run.control.name, run.control.version);
  const wanted = countersOf(control, run, body.step, args);
  const count = async () => (wanted.length === 0 ? {} : ports.store.counters(wanted, ports.clock.now()));
  const [looked, counters] = await Promise.all([
    ports.lookups(control, body.step, { args, subject: run.subject }),
    count(),
  ]);
  const input = {
    step: body.step,
    arguments: args,
    agent: body.facts,
    system: systemFacts(run, body.step, digest, ports.clock.now()),
    looked,
  };
  const asks = wanted.length > 0 || run.approvalRequired.length > 0 || asksPeople(control, input);
  const effectiveDigest = allowance?.effectiveDigest ?? digest;
  const refusedElsewhere = asks ? await ports.store.refusedElsewhere(run, body.step, effectiveDigest) : [];
  const command: GateCommand = {
    ...body,
    type: 'gate',
    digest,
    attempt: body.attempt ?? '',
    words: body.words ?? null,
    looked,
    counters,
    refusedElsewhere,
    settled: settled ?? null,
  };
  let again: 'outdated' | 'unread' | null = null;
  const outcome = await ports.handle({
    runId,
    by: { kind: 'agent', id: caller.agentId },
    decide: (state, context) => {
      const now = effective(state, body.step, digest)?.effectiveDigest ?? digest;
      const outdated = now !== effectiveDigest || state.control.version !== run.control.version;
      const decided = outdated ? null : gate(state, command, context);
      const unread = decided !== null && settled === undefined && mayBeSettled(state, body.key);
      again = outdated ? 'outdated' : unread && !letsThrough(decided) ? 'unread' : null;
      return decided === null || again !== null ? refuse('unavailable', beingChanged) : decided;
    },
    present: (state, answer, { org }) => gateAnswer(ports, state, answer as GateDecision, org),
    again: async () => {
      command.counters = await count();
    },
  });
  return again ?? outcome;
};

const beingChanged = 'The run is being changed at this moment. Ask again.';
const asksMax = 4;

/** The run was looked at as this node remembers it: when that was outdated, once more as it is now. */
const ask = async (
  ports: AgentPorts,
  caller: AgentCaller,
  runId: string,
  body: ParsedBodyOf<'gate'>,
  known?: Settled,
): Promise<Outcome> => {
  let settled = known;
  for (let asks = 0; asks < asksMax; asks++) {
    const outcome = await askOnce(ports, caller, runId, body, settled);
    if (outcome === 'unread') settled = await ports.store.settledPermit(runId, body.key);
    else if (outcome !== 'outdated') return outcome;
  }
  return { ok: false, refused: { code: 'unavailable', detail: beingChanged } };
};

/** Asks the gate. When another commit took the step key meanwhile, asks again knowing what it did. */
export const askGate = async (
  ports: AgentPorts,
  caller: AgentCaller,
  runId: string,
  body: ParsedBodyOf<'gate'>,
): Promise<Outcome> => {
  try {
    return await ask(ports, caller, runId, body);
  } catch (error) {
    if (!(error instanceof KeyTaken) || error.what !== 'permit') throw error;
    ports.committer.forget(runId);
    return ask(ports, caller, runId, body, await ports.store.settledPermit(runId, body.key));
  }
};
