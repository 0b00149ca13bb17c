/** Asking for a sign-off on exactly one step's arguments. Asking again for the same is the same approval. */
import type { FactView, JsonObject, Target } from '@belay/protocol';
import type { Context } from '../decided.ts';
import type { RunEvent } from '../run/events.ts';
import type { Approval, Run } from '../run/run.ts';

type Wanted = {
  /** an approval of the control, or a target for one that a person asked for when giving control back */
  name: string;
  step: string;
  key: string;
  digest: string;
  arguments: JsonObject;
  facts: FactView[];
  because: string;
};

const defaultWithinMs = 24 * 3_600_000;

/** People behind the agent: whoever it acts for may not sign what it asks for. */
export const requesters = (run: Run): string[] =>
  run.onBehalfOf === null ? [] : [run.onBehalfOf.replace(/^person:/, '')];

const specOf = (name: string, { control }: Context) => {
  const spec = control.control.approvals.find((approval) => approval.name === name);
  const from = (/^(person|role|oncall):/.test(name) ? name : control.control.owner) as Target;
  return (
    spec ?? {
      name,
      quorum: 1,
      from,
      exclude: ['requester' as const],
      withinMs: defaultWithinMs,
      onExpiry: { kind: 'handoff' as const, to: control.control.owner },
    }
  );
};

export const requestApproval = (
  run: Run,
  wanted: Wanted,
  context: Context,
): { events: RunEvent[]; approvalId: string } => {
  const same = run.approvals.find(
    (a) => a.name === wanted.name && a.step === wanted.step && a.digest === wanted.digest && a.status === 'waiting',
  );
  if (same !== undefined) return { events: [], approvalId: same.approvalId };
  const spec = specOf(wanted.name, context);
  const approval: Approval = {
    approvalId: context.newId('approval'),
    name: wanted.name,
    status: 'waiting',
    revision: 0,
    because: [wanted.because],
    step: wanted.step,
    key: wanted.key,
    digest: wanted.digest,
    arguments: wanted.arguments,
    facts: wanted.facts,
    from: spec.from,
    quorum: spec.quorum,
    excluded: spec.exclude.length > 0 ? requesters(run) : [],
    signatures: [],
    rejectedBecause: null,
    requestedAt: context.now,
    expiresAt: context.now + spec.withinMs,
    decidedAt: null,
    onExpiry: spec.onExpiry.kind === 'handoff' ? spec.onExpiry.to : null,
    permitId: null,
  };
  return { events: [{ type: 'ApprovalRequested', approval }], approvalId: approval.approvalId };
};
