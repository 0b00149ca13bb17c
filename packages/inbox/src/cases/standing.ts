/** How a case stands for the person who looks at it. Decided once, used by list and page. */
import type { CaseView } from '@belay/protocol';

export type Standing = 'waiting' | 'mine' | 'theirs' | 'closed';

export const standingOf = (shown: Pick<CaseView, 'status' | 'claimedBy'>, personId: string): Standing => {
  if (shown.status === 'open') return 'waiting';
  if (shown.status === 'claimed') return shown.claimedBy === personId ? 'mine' : 'theirs';
  return 'closed';
};

/** The text a filter looks in. */
export const searchable = (shown: CaseView): string =>
  [shown.title, shown.because, shown.agentId, shown.control.name, shown.claimedByName ?? '', ...shown.ownerNames]
    .concat(Object.values(shown.subject).map(String))
    .join('\n')
    .toLowerCase();

export const matching = (cases: readonly CaseView[], filter: string): CaseView[] => {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return cases.filter((shown) => {
    const text = searchable(shown);
    return words.every((word) => text.includes(word));
  });
};
