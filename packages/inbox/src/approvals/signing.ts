/** Whether this person can sign, as far as the page can know. The server decides; the page only explains. */
import type { ApprovalView, PersonView } from '@belay/protocol';
import { targetText } from '../text/targets.ts';

export type Signing = { can: true } | { can: false; because: string };

const no = (because: string): Signing => ({ can: false, because });

const ended: Record<Exclude<ApprovalView['status'], 'waiting'>, string> = {
  approved: 'Everybody needed has signed. The agent may take it up.',
  rejected: 'It was rejected.',
  expired: 'Nobody signed in time.',
  void: 'It ended because control of the run moved. If it is still needed, it is asked for again.',
  used: 'It was signed, and the step was let through.',
};

const among = (target: string, me: PersonView): boolean => {
  const name = target.slice(target.indexOf(':') + 1);
  if (target.startsWith('person:')) return me.personId === name;
  if (target.startsWith('role:')) return me.roles.includes(name);
  return true;
};

export const signingOf = (shown: ApprovalView, me: PersonView): Signing => {
  if (shown.status !== 'waiting') return no(ended[shown.status]);
  if (shown.signatures.some((signature) => signature.by === me.personId)) return no('You have signed.');
  if (shown.excluded.includes(me.personId)) return no('You may not sign: you asked for it or prepared it.');
  return among(shown.from, me) ? { can: true } : no(`Only ${targetText(shown.from)} may sign.`);
};
