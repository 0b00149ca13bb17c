/** In doubt: let through, never reported. A person is asked whether it happened; it is never run again by itself. */
import { sayStep } from '@belay/control';
import { upper } from '@belay/protocol';
import { handOff } from '../case/open.ts';
import { apply, type Context } from '../decided.ts';
import type { RunEvent } from './events.ts';
import type { Permit, Run } from './run.ts';

const neverReported = ({ step }: Permit, { control }: Context): string =>
  `${upper(sayStep(control.control, step))} was let through and never reported: nobody knows whether it happened.`;

/** Says why nobody knows what became of a redeemed step, and asks a person about it. */
export const putInDoubt = (
  run: Run,
  permit: Permit,
  context: Context,
  because: string = neverReported(permit, context),
): RunEvent[] => {
  const doubted: RunEvent[] =
    permit.status === 'inDoubt' ? [] : [{ type: 'PermitInDoubt', permitId: permit.permitId, because }];
  const reason = { kind: 'inDoubt' as const, because, rule: null, cites: null, step: permit.step, key: permit.key };
  if (run.case?.status === 'claimed' && run.case.reasons.some((r) => r.kind === 'inDoubt' && r.key === permit.key))
    return doubted;
  return [...doubted, ...handOff(apply(run, doubted, context), { reason, to: null, step: null }, context)];
};
