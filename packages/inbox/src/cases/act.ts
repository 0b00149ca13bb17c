/** What a person may do with a case. Every change names the revision that was on screen. */
import type { BodyOf, CaseView } from '@belay/protocol';
import { useQueryClient } from '@tanstack/react-query';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { caseQuery } from '../data/queries.ts';

type CaseRoute =
  | 'claimCase'
  | 'declineCase'
  | 'releaseCase'
  | 'returnCase'
  | 'resolveCase'
  | 'cancelCase'
  | 'snoozeCase'
  | 'endSnooze';
export type CaseCommand = { [N in CaseRoute]: { name: N; body: Omit<BodyOf<N>, 'revision'> } }[CaseRoute];

export const useCaseAct = (shown: CaseView, onDone?: (answer: CaseView) => void) => {
  const client = useQueryClient();
  const ask = ({ name, body }: CaseCommand): Promise<CaseView> =>
    call(name, { params: { caseId: shown.caseId }, body: { revision: shown.revision, ...body } as BodyOf<CaseRoute> });
  return useAct(ask, {
    onDone: (answer) => {
      client.setQueryData(caseQuery(answer.caseId).queryKey, answer);
      onDone?.(answer);
    },
  });
};
