/**
 * Runs and approvals as an older build stored them, brought into today's form when they are read. Each default says what
 * the older build did.
 */
import type { SignerGroup } from '@belay/control';
import type { Allowance, Approval, Permit, Run, Signature } from './run.ts';

type Stored<T, Later extends keyof T, Before = object> = Omit<T, Later> & Partial<Pick<T, Later>> & Before;
type StoredApproval = Stored<
  Omit<Approval, 'signatures'>,
  | 'groups'
  | 'veto'
  | 'mustOpen'
  | 'dwellMs'
  | 'freshSignInMs'
  | 'exclusions'
  | 'opened'
  | 'refusals'
  | 'refusedVotes'
  | 'edited'
  | 'withinMs',
  {
    from?: SignerGroup['from'];
    quorum?: number;
    excluded?: string[];
    signatures: Stored<Signature, 'insteadOf' | 'groups' | 'openedAt' | 'signIn'>[];
  }
>;

const dayMs = 86_400_000;

export const upgradedApproval = (stored: StoredApproval): Approval => {
  const { from, quorum = 1, excluded = [], ...approval } = stored;
  const signatures = stored.signatures.map((one) => ({
    insteadOf: null,
    groups: [0],
    openedAt: null,
    signIn: null,
    ...one,
  }));
  if (stored.groups !== undefined) {
    const freshSignInMs = stored.freshSignInMs ?? null;
    return { ...(stored as Approval), freshSignInMs, signatures };
  }
  return {
    ...approval,
    groups: from === undefined ? [] : [{ from, quorum }],
    veto: 'any',
    mustOpen: false,
    dwellMs: 0,
    freshSignInMs: null,
    exclusions: excluded.map((personId) => ({ personId, because: 'they asked for it, or prepared it' })),
    opened: [],
    signatures,
    refusals: [],
    refusedVotes: 0,
    edited: null,
    withinMs: approval.expiresAt === null ? dayMs : approval.expiresAt - approval.requestedAt,
  };
};

export const upgradedPermit = (permit: Stored<Permit, 'because' | 'given' | 'counts'>): Permit => ({
  because: '',
  given: { agent: {}, system: {} },
  counts: [],
  ...permit,
});

const upgradedAllowance = (allowance: Stored<Allowance, 'letsThrough'>): Allowance => ({
  letsThrough: true,
  ...allowance,
});

/** Permits have rows of their own: one may be older than the rest of its run. */
export const upgraded = (stored: Stored<Run, 'publishedBy'>): Run => {
  const permits = stored.permits.map(upgradedPermit);
  if (stored.publishedBy !== undefined) return { ...(stored as Run), permits };
  return {
    ...stored,
    publishedBy: null,
    permits,
    approvals: stored.approvals.map(upgradedApproval),
    allowances: stored.allowances.map(upgradedAllowance),
    rejections: stored.rejections.map((rejection) => ({ ...rejection, approvalId: rejection.approvalId ?? '' })),
  };
};
