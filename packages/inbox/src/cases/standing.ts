/** How a case stands for the person who looks at it. Decided once, used by list and page. */
import { type ApprovalView, type CaseView, sayName } from '@belay/protocol';

export type Standing = 'waiting' | 'mine' | 'theirs' | 'closed';

export const standingOf = (shown: Pick<CaseView, 'status' | 'claimedBy'>, personId: string): Standing => {
  if (shown.status === 'open') return 'waiting';
  if (shown.status === 'claimed') return shown.claimedBy === personId ? 'mine' : 'theirs';
  return 'closed';
};

const wordsOf = (shown: CaseView | ApprovalView): (string | null)[] =>
  'approvalId' in shown
    ? [shown.packet?.sentence ?? null, sayName(shown.step), ...shown.because, shown.requestedBy]
    : [shown.title, shown.because, shown.agentId, shown.claimedByName, ...shown.ownerNames];

/** The text a filter looks in. */
const searchable = (shown: CaseView | ApprovalView): string =>
  [...wordsOf(shown), shown.control.name]
    .concat(Object.values('approvalId' in shown ? shown.arguments : shown.subject).map(String))
    .join('\n')
    .toLowerCase();

/** Those with every word of the filter in what a list says of them. */
export const matching = <T extends CaseView | ApprovalView>(shown: readonly T[], filter: string): T[] => {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return shown.filter((one) => {
    const text = searchable(one);
    return words.every((word) => text.includes(word));
  });
};
