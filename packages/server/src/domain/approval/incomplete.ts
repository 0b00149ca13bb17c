/**
 * A packet of which too little is known is not put before anybody to sign: somebody takes over instead. Nothing that a
 * person said before answers it; only knowing more does.
 */
import type { GateInput, Verdict } from '@belay/control';
import { isComplete, type Requirement } from '@belay/protocol';
import type { Context } from '../decided.ts';

export const incompleteRequirement = (
  open: Requirement[],
  input: GateInput,
  verdict: Verdict,
  { control }: Pick<Context, 'control'>,
): Requirement[] => {
  if (control.control.packet.least === undefined || !open.some(({ kind }) => kind === 'approval')) return [];
  const packet = control.packet(input, verdict);
  if (isComplete(packet)) return [];
  const { percent, least, missing } = packet.completeness;
  const lacking = missing.map(({ label, because }) => `${label} ${because.replace(/\.$/, '')}`).join('; ');
  const because = `Only ${percent} % of what a signature needs is known, and ${least} % is asked for: ${lacking}.`;
  return [{ kind: 'handoff', rule: null, because, cites: null, to: null, by: null, instead: null }];
};
