/** Routes of approvals, delegations, samples and exceptions. */
import type { RouteName } from '@belay/protocol';
import { wantedBy } from '../domain/approval/signers.ts';
import type { Approval, Run } from '../domain/run/run.ts';
import { onApproval, onBatch, onEdit } from '../engine/approvals.ts';
import { approvalView, delegationView, exceptionView, sampleView } from '../engine/present-approval.ts';
import { onSample } from '../engine/samples.ts';
import type { Services } from '../engine/services.ts';
import { type Call, type Handlers, notFound, personCaller, personOf, personWith } from './call.ts';
import { targetsNow, viewer } from './cases.ts';
import { unlessRefused } from './problem.ts';

type Row = { approval: Approval; run: Run };
const showApproval = async (services: Services, call: Call<RouteName>, { approval, run }: Row) =>
  approvalView(approval, run, await viewer(services, call, run));

/** An ended approval is only in its own row: a decision about it is answered from there. */
const shown = async (services: Services, call: Call<RouteName>, outcome: Awaited<ReturnType<typeof onApproval>>) => {
  if (!outcome.ok || outcome.answer !== null) return outcome;
  const row = await services.queries.getApproval(call.param('approvalId'));
  return row === null ? outcome : { ...outcome, answer: (await showApproval(services, call, row)) as never };
};

type Signing =
  | 'listApprovals'
  | 'getApproval'
  | 'openApproval'
  | 'approve'
  | 'reject'
  | 'withdrawVote'
  | 'editApproval'
  | 'decideBatch';

const signing = (services: Services): Handlers<Signing> => ({
  listApprovals: async (call) => {
    const wanted = wantedBy(await services.house.organisation(), personOf(call), services.clock.now());
    const { items, next } = await services.queries.listApprovals(call.query, wanted);
    return { answer: { items: await Promise.all(items.map((row) => showApproval(services, call, row))), next } };
  },
  getApproval: async (call) => {
    personOf(call);
    const row = await services.queries.getApproval(call.param('approvalId'));
    if (row === null) throw notFound(`approval ${call.param('approvalId')}`);
    return { answer: await showApproval(services, call, row) };
  },
  openApproval: async (call) => {
    const approvalId = call.param('approvalId');
    const { digest } = call.body;
    return shown(services, call, await onApproval(services, personCaller(call), { type: 'open', approvalId, digest }));
  },
  approve: (call) => {
    const { revision, digest, comment = null, insteadOf = null } = call.body;
    const approvalId = call.param('approvalId');
    return onApproval(services, personCaller(call), {
      type: 'approve',
      approvalId,
      revision,
      digest,
      comment,
      signIn: personOf(call).signIn,
      insteadOf,
    });
  },
  reject: (call) =>
    onApproval(services, personCaller(call), { type: 'reject', approvalId: call.param('approvalId'), ...call.body }),
  withdrawVote: (call) =>
    onApproval(services, personCaller(call), { type: 'withdraw', approvalId: call.param('approvalId'), ...call.body }),
  editApproval: (call) => onEdit(services, personCaller(call), call.param('approvalId'), call.body),
  decideBatch: (call) =>
    onBatch(services, { ...personCaller(call), signIn: personOf(call).signIn }, call.body, services.newId('batch')),
});

type Afterwards = 'listExceptions' | 'listSamples' | 'reviewSample';

const afterwards = (services: Services): Handlers<Afterwards> => ({
  listExceptions: async (call) => {
    personWith(call, 'operator', 'designer', 'auditor');
    const { items, next } = await services.queries.listExceptions(call.query);
    const org = await services.house.organisation();
    return { answer: { items: items.map((row) => exceptionView(row, org)), next } };
  },
  listSamples: async (call) => {
    personOf(call);
    const { items, next } = await services.queries.listSamples(call.query, await targetsNow(services, call));
    const org = await services.house.organisation();
    return { answer: { items: items.map(({ sample, run }) => sampleView(sample, run, org)), next } };
  },
  reviewSample: (call) => onSample(services, personCaller(call), call.param('sampleId'), call.body),
});

type Delegating = 'listDelegations' | 'addDelegation';

export const delegationRoutes = (services: Services): Handlers<Delegating> => ({
  listDelegations: async (call) => {
    personOf(call);
    const org = await services.house.organisation();
    const now = services.clock.now();
    const items = (org.delegations ?? []).filter(({ until }) => until > now).map((one) => delegationView(one, org));
    return { answer: { items, next: null } };
  },
  addDelegation: async (call) => {
    const { from, to, approval = null, because } = call.body;
    const [since, until] = [Date.parse(call.body.since), Date.parse(call.body.until)];
    const command = { type: 'delegate' as const, from, to, approval, since, until, because };
    const { id } = unlessRefused(await services.changeOncall(command, personOf(call)));
    return { answer: { id }, status: 201 };
  },
});

export const approvalRoutes = (services: Services): Handlers<Signing | Afterwards> => ({
  ...signing(services),
  ...afterwards(services),
});
