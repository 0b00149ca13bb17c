/** Asking for a sign-off on exactly one step's arguments. Asking again for the same is the same approval. */
import type { ApprovalSpec, ExcludedRole, StepSpec } from '@belay/control';
import type { FactView, JsonObject, PacketView, Target } from '@belay/protocol';
import type { Context } from '../decided.ts';
import type { RunEvent } from '../run/events.ts';
import type { Allowance, Approval, Exclusion, Run } from '../run/run.ts';

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
  because: string[];
  /** by which a person let the step through, perhaps with edited arguments */
  allowance: Allowance | null;
  /** a new version of an approval that a signer edited */
  edited?: (NonNullable<Approval['edited']> & { exclusions: Exclusion[] }) | null;
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

/** Who may not sign, each with the reason: whoever the agent acts for, and whoever changed, prepared or made the rule. */
const exclusionsOf = (run: Run, wanted: Wanted, exclude: ExcludedRole[], context: Context): Exclusion[] => {
  const because = (people: (string | null)[], reason: string): Exclusion[] =>
    people.flatMap((personId) => (personId === null ? [] : [{ personId, because: reason }]));
  const { allowance, edited = null } = wanted;
  const asked = exclude.includes('requester') || exclude.includes('initiator');
  const all = [
    ...(edited?.exclusions ?? []),
    ...because(edited === null ? [] : [edited.by], 'they changed these arguments'),
    ...because(
      allowance?.edited ? [...(allowance.changedBefore ?? []), allowance.by] : [],
      'they changed these arguments',
    ),
    ...because(asked ? requesters(run, context) : [], `${run.agentId} acts on behalf of them`),
    ...because(exclude.includes('preparer') ? [allowance?.by ?? null] : [], 'they let this step through'),
    ...because(exclude.includes('publisher') ? [run.publishedBy] : [], 'they published the rules that ask for it'),
  ];
  return all.filter((one, index) => all.findIndex(({ personId }) => personId === one.personId) === index);
};

const specOf = (name: string, { control }: Context): ApprovalSpec => {
  const spec = control.control.approvals.find((approval) => approval.name === name);
  const from = (/^(person|role|oncall):/.test(name) ? name : control.control.owner) as Target;
  return (
    spec ?? {
      name,
      groups: [{ from, quorum: 1 }],
      exclude: ['requester'],
      veto: 'any',
      mustOpen: false,
      dwellMs: 0,
      withinMs: defaultWithinMs,
      onExpiry: { kind: 'handoff', to: control.control.owner },
    }
  );
};

const editedOf = ({ edited }: Wanted): Approval['edited'] =>
  edited == null ? null : { replaces: edited.replaces, before: edited.before, by: edited.by };

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
    because: wanted.because,
    step: wanted.step,
    key: wanted.key,
    digest: wanted.digest,
    arguments: wanted.arguments,
    facts: wanted.facts,
    packet: wanted.packet(),
    agentWords: wanted.agentWords,
    effect: wanted.spec.effect,
    editable: wanted.spec.editable,
    groups: spec.groups,
    veto: spec.veto,
    mustOpen: spec.mustOpen,
    dwellMs: spec.dwellMs,
    freshSignInMs: spec.freshSignInMs ?? null,
    exclusions: exclusionsOf(run, wanted, spec.exclude, context),
    opened: [],
    signatures: [],
    refusals: [],
    refusedVotes: 0,
    rejectedBecause: null,
    edited: editedOf(wanted),
    requestedAt: context.now,
    withinMs: spec.withinMs,
    expiresAt: context.now + spec.withinMs,
    decidedAt: null,
    onExpiry: spec.onExpiry.kind === 'handoff' ? spec.onExpiry.to : null,
    permitId: null,
  };
  return { events: [{ type: 'ApprovalRequested', approval }], approvalId: approval.approvalId };
};
