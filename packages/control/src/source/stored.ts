/** A control as an older version parsed and stored it, brought into today's form. Each default says what that one did. */
import type { ApprovalSpec, Control, SignerGroup } from '../model.ts';

type StoredApproval = Partial<Pick<ApprovalSpec, 'groups' | 'veto' | 'dwellMs' | 'mustOpen'>> &
  Omit<ApprovalSpec, 'groups' | 'veto' | 'dwellMs' | 'mustOpen'> & { from?: SignerGroup['from']; quorum?: number };
export type StoredControl = Omit<Control, 'approvals' | 'limits' | 'review'> &
  Partial<Pick<Control, 'limits' | 'review'>> & { approvals: StoredApproval[] };

const approval = ({ from, quorum = 1, ...stored }: StoredApproval): ApprovalSpec => ({
  veto: 'any',
  dwellMs: 0,
  mustOpen: false,
  ...stored,
  groups: stored.groups ?? (from === undefined ? [] : [{ from, quorum }]),
});

export const storedControl = (stored: StoredControl): Control => ({
  limits: [],
  review: null,
  ...stored,
  approvals: stored.approvals.map(approval),
});
