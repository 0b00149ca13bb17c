/**
 * A packet of which too little is known is not put before anybody to sign: somebody takes over instead. Nothing that a
 * person said before answers it; only knowing more does.
 */
import type { GateInput, Verdict } from '@belay/control';
import { isComplete, type PacketView, type Requirement } from '@belay/protocol';
import type { Context } from '../decided.ts';

/** Why nobody may sign on this packet; null: enough is known. */
export const tooLittleKnown = (packet: PacketView | null): string | null => {
  if (packet === null || isComplete(packet)) return null;
  const { percent, least, missing } = packet.completeness;
  const lacking = missing.map(({ label, because }) => `${label} ${because.replace(/\.$/, '')}`).join('; ');
  return `Only ${percent} % of what a signature needs is known, and ${least} % is asked for: ${lacking}.`;
};

export const incompleteRequirement = (
  open: Requirement[],
  input: GateInput,
  verdict: Verdict,
  { control }: Pick<Context, 'control'>,
): Requirement[] => {
  if (control.control.packet.least === undefined || !open.some(({ kind }) => kind === 'approval')) return [];
  const because = tooLittleKnown(control.packet(input, verdict));
  if (because === null) return [];
  return [{ kind: 'handoff', rule: null, because, cites: null, to: null, by: null, instead: null }];
};
