/**
 * One key is one intended effect. A key that was seen before gets the recorded answer: the same permit to the same
 * call, the recorded result of a finished step, or a question to a person when nobody knows whether it happened.
 */
import type { Json } from '@belay/protocol';
import { endPermit } from '../approval/still-valid.ts';
import { apply, type Context, type Decided, refuse } from '../decided.ts';
import type { GateCommand, GateDecision } from './gate-command.ts';
import { putInDoubt } from './in-doubt.ts';
import { isHeld, redeemed } from './permit.ts';
import { ruledOut } from './redemption.ts';
import type { Permit, Run } from './run.ts';

const said = (command: GateCommand, digest: string, because: string) => ({
  step: command.step,
  key: command.key,
  digest,
  because,
  requirements: [],
});

const inDoubt = (run: Run, command: GateCommand, permit: Permit, context: Context): Decided<GateDecision> => {
  const events = putInDoubt(run, permit, context);
  const caseId = apply(run, events, context).case?.caseId ?? null;
  const because = `${permit.step} was let through before and never reported: a person is asked whether it happened.`;
  return {
    events,
    answer: { ...said(command, permit.digest, because), kind: 'inDoubt', permitId: permit.permitId, caseId },
  };
};

const recorded = (command: GateCommand, permit: Permit): Decided<GateDecision> => {
  const reference = (permit.result as { reference?: string | null } | null)?.reference ?? null;
  const byPerson = permit.settledBy?.kind === 'person';
  const result: Json = byPerson ? null : permit.result;
  return {
    events: [],
    answer: {
      ...said(command, permit.digest, `${permit.step} was carried out already.`),
      kind: 'done',
      result,
      by: permit.settledBy ?? { kind: 'system', id: 'belay' },
      reference: byPerson ? reference : null,
    },
  };
};

const live = (run: Run, command: GateCommand, permit: Permit, context: Context): Decided<GateDecision> | null => {
  const answer = {
    ...said(command, permit.digest, 'Permitted.'),
    kind: 'continue' as const,
    permitId: permit.permitId,
  };
  const sameCall = permit.epoch === run.epoch && permit.attempt === command.attempt;
  if (permit.status === 'granted') {
    const over = permit.epoch !== run.epoch || context.now >= permit.expiresAt;
    if (over || isHeld(run, permit, context) || endPermit(run, permit, context).length > 0) return null;
    if (ruledOut(run, permit, command.looked, context) !== null) return null;
    return { events: command.redeem ? redeemed(permit, command.attempt) : [], answer };
  }
  if (permit.status === 'redeemed' && sameCall && permit.attempt !== '') return { events: [], answer };
  if (permit.status === 'redeemed' && permit.idempotent) return null;
  return inDoubt(run, command, permit, context);
};

/**
 * The same effect under a new name: an agent that died in it, lost what it knew and started over. While nobody knows
 * whether it happened, the new name is as much in doubt as the old one.
 */
const leftOpen = (run: Run, { step, digest }: GateCommand): Permit | undefined =>
  run.permits.find(
    (permit) =>
      permit.step === step &&
      (permit.askedDigest === digest || permit.digest === digest) &&
      (permit.status === 'inDoubt' || (permit.status === 'redeemed' && permit.epoch !== run.epoch)) &&
      permit.effect !== 'none' &&
      !permit.idempotent,
  );

/** The answer to a key that was seen before; null when the gate has to decide afresh. */
export const knownKey = (run: Run, command: GateCommand, context: Context): Decided<GateDecision> | null => {
  const permit = run.permits.find((p) => p.key === command.key) ?? command.settled;
  if (permit !== null && permit !== undefined) {
    const same = permit.askedDigest === command.digest || permit.digest === command.digest;
    if (!same || permit.step !== command.step)
      return refuse('key_reused', `Key ${command.key} was used for ${permit.step} with other arguments.`);
    return permit.status === 'done' ? recorded(command, permit) : live(run, command, permit, context);
  }
  const left = leftOpen(run, command);
  if (left !== undefined) return inDoubt(run, command, left, context);
  const contradicted = run.contradicted.find((c) => c.key === command.key);
  const byPerson = run.doneByPerson.find((d) => d.step === command.step && d.digest === command.digest);
  if (byPerson === undefined && contradicted !== undefined) {
    const because = `A person said that ${command.step} did not happen, and then it was reported as done.`;
    const caseId = run.case?.caseId ?? null;
    const { permitId } = contradicted;
    return { events: [], answer: { ...said(command, command.digest, because), kind: 'inDoubt', permitId, caseId } };
  }
  if (byPerson === undefined) return null;
  const because = `A person did this already: ${byPerson.reference}.`;
  const by = { kind: 'person' as const, id: byPerson.by };
  return {
    events: [],
    answer: {
      ...said(command, command.digest, because),
      kind: 'done',
      result: null,
      by,
      reference: byPerson.reference,
    },
  };
};
