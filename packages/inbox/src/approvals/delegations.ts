/** The order of delegations on their page, and which of them the reader may end. The server decides both again. */
import type { DelegationView, PersonView } from '@belay/protocol';

/** Does it concern this person: as who lets sign, or as who may? */
export const isMine = ({ from, to }: DelegationView, personId: string): boolean => from === personId || to === personId;

/** Mine first, then what begins first. */
export const inOrder = (delegations: readonly DelegationView[], personId: string): DelegationView[] =>
  delegations.toSorted(
    (a, b) => Number(isMine(b, personId)) - Number(isMine(a, personId)) || a.since.localeCompare(b.since),
  );

/** Whose right it is, who entered it, and administrators; not whoever merely may sign. */
export const mayWithdraw = ({ from, by }: DelegationView, me: PersonView): boolean =>
  me.access.includes('admin') || from === me.personId || by === me.personId;
