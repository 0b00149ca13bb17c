/** Asking for a sign-off on exactly one step's arguments. Asking again for the same is the same approval. */
import type { StepSpec } from '@belay/control';
import type { FactView, JsonObject, PacketView, Target } from '@belay/protocol';
import type { Context } from '../decided.ts';
import type { RunEvent } from '../run/events.ts';
import type { Allowance, Approval, Run } from '../run/run.ts';

type Wanted = {
  /** an approval of the control, or a target for one that a person asked for when giving control back */
  name: string;
  step: string;
  key: string;
  digest: string;
  arguments: JsonObject;
  facts: FactView[];
  /** made only when somebody is newly asked */
  packet: () => PacketView;
  agentWords: string | null;
  spec: StepSpec;
  because: string;
  /** by which a person let the step through, perhaps with edited arguments */
  allowance: Allowance | null;
};

const defaultWithinMs = 24 * 3_600_000;

/** People behind the agent: whoever it acts for may not sign what it asks for. */
export const requesters = (run: Run, { org }: Pick<Context, 'org'>): string[] => {
  if (run.onBehalfOf === null) return [];
  const said = run.onBehalfOf.toLowerCase();
  const bare = said.replace(/^[a-z]+:/, '');
  const known = org.people.filter(({ personId, email, addresses }) =>
    [personId, email ?? '', ...Object.values(addresses)].some(
      (name) => name !== '' && [said, bare].includes(name.toLowerCase()),
    ),
  );
  return [...known.map((person) => person.personId), bare];
};

/** Who may not sign: whoever the agent acts for, and whoever changed or let through what is to be signed. */
const excludedFrom = (run: Run, wanted: Wanted, exclude: string[], context: Context): string[] => {
  const asked = exclude.includes('requester') || exclude.includes('initiator') ? requesters(run, context) : [];
  const { allowance } = wanted;
  const changed = allowance !== null && (allowance.edited || exclude.includes('preparer')) ? [allowance.by] : [];
  return [...new Set([...asked, ...changed])];
};

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
    packet: wanted.packet(),
    agentWords: wanted.agentWords,
    effect: wanted.spec.effect,
    editable: wanted.spec.editable,
    from: spec.from,
    quorum: spec.quorum,
    excluded: excludedFrom(run, wanted, spec.exclude, context),
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
