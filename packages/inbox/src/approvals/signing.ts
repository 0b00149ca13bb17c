/** Whether this person can sign, in words. The server says it with each approval; the page only shows it. */
import type { ApprovalView } from '@belay/protocol';

export type Signing = { can: true } | { can: false; because: string };

const ended: Record<Exclude<ApprovalView['status'], 'waiting'>, string> = {
  approved: 'Everybody needed has signed. The agent may take it up.',
  rejected: 'It was rejected.',
  expired: 'Nobody signed in time.',
  void: 'It ended because control of the run moved or its arguments changed. If it is still needed, it is asked for again.',
  used: 'It was signed, and the step was let through.',
};

/** Their own right goes first, and then that of the first who delegated it: so does the server. null: nobody did. */
export const steadText = ({ instead: [first] }: ApprovalView['you']): string | null =>
  first === undefined ? null : `Where it is not yours to sign, you sign in the stead of ${first.name}.`;

export const signingOf = ({ status, you }: Pick<ApprovalView, 'status' | 'you'>): Signing => {
  if (status !== 'waiting') return { can: false, because: ended[status] };
  if (you.allowed.includes('approve')) return { can: true };
  return { can: false, because: you.because ?? 'You may not sign this.' };
};

type FreshAsked = readonly Pick<ApprovalView, 'freshSignInMs'>[];

/** The shortest time that one of these asks for, in ms; null: none does. */
export const strictest = (asked: FreshAsked): number | null =>
  asked.reduce<number | null>(
    (least, { freshSignInMs }) => (freshSignInMs === null ? least : Math.min(least ?? freshSignInMs, freshSignInMs)),
    null,
  );

/** The server decides it again by its own clock; here it chooses the button. */
export const isTooOld = (freshSignInMs: number | null, signedInAt: string | null, now: number): boolean =>
  freshSignInMs !== null && (signedInAt === null || now - Date.parse(signedInAt) > freshSignInMs);
