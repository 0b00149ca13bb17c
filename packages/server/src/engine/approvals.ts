/** Signing off, refusing, editing and taking back; many at once; and looking afterwards. Rights are read afresh each time. */
import { nearest, recordedInput } from '@belay/control';
import { type AnswerOf, digestOf, type Json, type JsonObject, type ParsedBodyOf } from '@belay/protocol';
import { type ApprovalCommand, decideApproval } from '../domain/approval/decide.ts';
import { editApproval } from '../domain/approval/edit.ts';
import type { Context, Decided } from '../domain/decided.ts';
import { systemFacts } from '../domain/run/gate-command.ts';
import { countersOf } from '../domain/run/limits.ts';
import type { Approval, Run } from '../domain/run/run.ts';
import type { Outcome } from './committer.ts';
import type { Lookups } from './lookups/lookups.ts';
import { actor, none, type PeoplePorts, type PersonCaller, type Signer } from './people.ts';
import type { Clock, RunStore } from './ports.ts';
import { approvalView } from './present-approval.ts';

type Decide = (run: Run, context: Context) => Decided<{ approvalId: string }>;

const presentApproval = (run: Run, answer: unknown, context: Context): Json => {
  const { approvalId } = answer as { approvalId: string };
  const approval = run.approvals.find((a) => a.approvalId === approvalId);
  return approval === undefined ? null : (approvalView(approval, run, context) as unknown as Json);
};

const decide = async (
  ports: PeoplePorts,
  caller: PersonCaller,
  approvalId: string,
  decided: Decide,
): Promise<Outcome> => {
  const runId = await ports.runOf.runOfApproval(approvalId);
  if (runId === null) return none('approval', approvalId);
  await ports.house.organisation(true);
  return ports.handle({
    runId,
    by: actor(caller),
    decide: decided,
    present: presentApproval,
    idempotency: caller.idempotency,
  });
};

export const onApproval = (ports: PeoplePorts, caller: PersonCaller, command: ApprovalCommand): Promise<Outcome> =>
  decide(ports, caller, command.approvalId, (run, context) => decideApproval(run, command, context));

export type EditPorts = PeoplePorts & {
  clock: Clock;
  store: Pick<RunStore, 'counters'>;
  lookups: Lookups;
  queries: { getApproval(approvalId: string): Promise<{ approval: Approval; run: Run } | null> };
};

/** Edit, then approve: the facts of the new version are looked up for it, outside any lock. */
export const onEdit = async (
  ports: EditPorts,
  caller: PersonCaller,
  approvalId: string,
  body: ParsedBodyOf<'editApproval'>,
): Promise<Outcome> => {
  const found = await ports.queries.getApproval(approvalId);
  if (found === null) return none('approval', approvalId);
  const { run, approval } = found;
  const control = await ports.house.known.control(run.control.name, run.control.version);
  const args = body.arguments;
  const looked = await ports.lookups(control, approval.step, { args, subject: run.subject });
  const asked = { step: approval.step, arguments: args };
  const claimed = approval.facts.filter(({ origin, problem }) => origin === 'agent' && problem === null);
  const facts = Object.fromEntries(claimed.map(({ name, value }) => [name, value])) as JsonObject;
  const { agent } = recordedInput(control.control.facts, asked, { facts, sources: {} });
  const system = systemFacts(run, approval.step, digestOf(args), ports.clock.now());
  const input = { ...asked, agent, system, looked };
  const verdict = control.decide(input);
  const counters = await ports.store.counters(countersOf(control, run, approval.step, args), ports.clock.now());
  const packet = { ...control.packet(input, verdict), nearest: nearest(control, input) };
  return decide(ports, caller, approvalId, (state, context) =>
    editApproval(
      state,
      { approvalId, ...body, facts: verdict.facts, packet, requirements: verdict.requirements, counters },
      context,
    ),
  );
};

type BatchBody = ParsedBodyOf<'decideBatch'>;
type BatchAnswer = AnswerOf<'decideBatch'>;
type Item = BatchBody['approve'][number] & { because?: string };

/** Why these cannot be decided together; null: they can. */
const notOneKind = async (ports: EditPorts, items: Item[]): Promise<string | null> => {
  const twice = items.find(
    ({ approvalId }, index) => items.findIndex((one) => one.approvalId === approvalId) !== index,
  );
  if (twice !== undefined) return `${twice.approvalId} is named twice.`;
  if (items.length === 0) return 'Name at least one approval.';
  const kinds = new Set<string>();
  for (const { approvalId } of items) {
    const found = await ports.queries.getApproval(approvalId);
    if (found === null) return `There is no approval ${approvalId}.`;
    kinds.add(`${found.approval.name} of ${found.approval.step} in ${found.run.control.name}`);
  }
  return kinds.size === 1 ? null : `They are of ${kinds.size} kinds: ${[...kinds].join('; ')}.`;
};

/** An item's own key: the same batch sent again decides nothing twice, even where it was cut off in the middle. */
const itemCaller = ({ personId, idempotency }: PersonCaller, { approvalId }: Item): PersonCaller =>
  idempotency === undefined
    ? { personId }
    : { personId, idempotency: { ...idempotency, key: `${idempotency.key}/${approvalId}` } };

/** Sent again, a batch keeps its name. */
const batchIdOf = ({ idempotency }: PersonCaller, fresh: string): string =>
  idempotency === undefined
    ? fresh
    : `batch_${digestOf([idempotency.caller, idempotency.key]).slice('sha256:'.length, 'sha256:'.length + 24)}`;

const itemAnswer = ({ approvalId, because }: Item, outcome: Outcome): BatchAnswer['items'][number] =>
  outcome.ok
    ? {
        approvalId,
        decided: because === undefined ? 'approved' : 'rejected',
        code: null,
        detail: null,
        approval: outcome.answer as unknown as BatchAnswer['items'][number]['approval'],
      }
    : { approvalId, decided: null, code: outcome.refused.code, detail: outcome.refused.detail, approval: null };

/** One decision on many: each item is decided by its own digest and leaves its own entry, which names the whole. */
export const onBatch = async (ports: EditPorts, caller: Signer, body: BatchBody, fresh: string): Promise<Outcome> => {
  const batchId = batchIdOf(caller, fresh);
  const items: Item[] = [...body.approve, ...body.reject];
  const problem = await notOneKind(ports, items);
  if (problem !== null) return { ok: false, refused: { code: 'mixed_batch', detail: problem } };
  const digest = digestOf(items.map(({ approvalId, digest: one }) => [approvalId, one]));
  const batch = { batchId, digest, size: items.length };
  const outcomes = await Promise.all(
    items.map((item) => {
      const { because, ...bound } = item;
      const { comment = null, insteadOf = null } = body;
      return onApproval(
        ports,
        itemCaller(caller, item),
        because === undefined
          ? { type: 'approve', ...bound, comment, signIn: caller.signIn, insteadOf, batch }
          : { type: 'reject', ...bound, because, batch },
      );
    }),
  );
  const answer: BatchAnswer = {
    batchId,
    digest,
    items: items.map((item, index) => itemAnswer(item, outcomes[index] as Outcome)),
  };
  const replayed = outcomes.every((outcome) => outcome.ok && outcome.replayed);
  return { ok: true, answer: answer as unknown as Json, replayed };
};
