/** Which answer of the sample world belongs to which route. Bodies and queries come validated by the route’s schema. */
import type { CaseView, ParsedBodyOf, ParsedQueryOf, PersonView, RouteName } from '@belay/protocol';
import { decideBatch, editApproval } from './deciding.ts';
import { people } from './fixtures.ts';
import { sampleChannels } from './sample-channels.ts';
import { samplePatterns, sampleProposals } from './sample-insight.ts';
import type { World } from './world.ts';

export type Request = { me: PersonView; params: Record<string, string>; query: unknown; body: unknown };
type Answer = (world: World, request: Request) => unknown;

const page = <T>(items: readonly T[]) => ({ items, next: null });
const isLive = (shown: CaseView) => shown.status === 'open' || shown.status === 'claimed';

const listCases: Answer = (world, { me, query }) => {
  const { status, mine, control } = query as ParsedQueryOf<'listCases'>;
  const wanted = world.cases
    .filter(
      (one) =>
        status === 'all' ||
        (status === 'live' ? isLive(one) : status === 'closed' ? !isLive(one) : one.status === status),
    )
    .filter((one) => mine !== true || one.claimedBy === me.personId)
    .filter((one) => control === undefined || one.control.name === control);
  return page(wanted.toSorted((a, b) => b.priority - a.priority).map((one) => world.for(me, one)));
};

const listRuns: Answer = (world, { query }) => {
  const { status, unfinished } = query as ParsedQueryOf<'listRuns'>;
  return page(
    world.runs.filter(
      (run) => (status === undefined || run.status === status) && (unfinished !== true || run.status !== 'finished'),
    ),
  );
};

const listApprovals: Answer = (world, { query }) => {
  const { status } = query as ParsedQueryOf<'listApprovals'>;
  return page(
    world.approvals.filter((one) => status === 'all' || (one.status === 'waiting') === (status === 'waiting')),
  );
};

const runEntries: Answer = (world, { params, query }) => {
  const { after, limit } = query as ParsedQueryOf<'runEntries'>;
  const known = world.log.get(params.runId ?? '') ?? [];
  return page(known.filter((entry) => entry.seq > after).slice(0, limit));
};

const listSamples: Answer = (world, { query }) => {
  const { status, control } = query as ParsedQueryOf<'listSamples'>;
  const is = (verdict: string | null) => status === 'all' || status === (verdict ?? 'open');
  return page(
    world.oversight.samples.filter((one) => is(one.verdict) && (control === undefined || one.control.name === control)),
  );
};

const listExceptions: Answer = (world, { query }) => {
  const { kind, open, control, from, to } = query as ParsedQueryOf<'listExceptions'>;
  return page(
    world.oversight.exceptions.filter(
      (one) =>
        (kind === undefined || one.kind === kind) &&
        (control === undefined || one.control === control) &&
        (open !== true || one.open) &&
        (from === undefined || one.at >= from) &&
        (to === undefined || one.at < to),
    ),
  );
};

const raised = (text: string) => text.replaceAll('EUR 500.00', 'EUR 609.00');

export const answers: Partial<Record<RouteName, Answer>> = {
  listPeople: () => page(people),
  listCases,
  listRuns,
  listSamples,
  listExceptions,
  reviewSample: (world, { me, params, body }) => {
    const { verdict, comment = null } = body as ParsedBodyOf<'reviewSample'>;
    return world.oversight.review(me, params.sampleId ?? '', verdict, comment);
  },
  listApprovals,
  runEntries,
  getCase: (world, { me, params }) => world.for(me, world.case(params.caseId ?? '')),
  rewordCase: ({ rewording }) => ({ rewording }),
  claimCase: (world, { me, params, body }) => world.claim(me, params.caseId ?? '', body as ParsedBodyOf<'claimCase'>),
  declineCase: (world, { me, params, body }) =>
    world.decline(me, params.caseId ?? '', body as ParsedBodyOf<'declineCase'>),
  releaseCase: (world, { me, params, body }) =>
    world.release(me, params.caseId ?? '', body as ParsedBodyOf<'releaseCase'>),
  returnCase: (world, { me, params, body }) =>
    world.return(me, params.caseId ?? '', body as ParsedBodyOf<'returnCase'>),
  resolveCase: (world, { me, params, body }) =>
    world.resolve(me, params.caseId ?? '', body as ParsedBodyOf<'resolveCase'>),
  cancelCase: (world, { me, params, body }) =>
    world.cancel(me, params.caseId ?? '', body as ParsedBodyOf<'cancelCase'>),
  snoozeCase: (world, { me, params, body }) =>
    world.snooze(me, params.caseId ?? '', body as ParsedBodyOf<'snoozeCase'>),
  endSnooze: (world, { me, params, body }) =>
    world.endSnooze(me, params.caseId ?? '', body as ParsedBodyOf<'endSnooze'>),
  settlePermit: (world, { me, params, body }) =>
    world.settle(me, params.permitId ?? '', body as ParsedBodyOf<'settlePermit'>),
  getRun: (world, { params }) => world.run(params.runId ?? ''),
  takeOver: (world, { me, params, body }) => world.takeOver(me, params.runId ?? '', body as ParsedBodyOf<'takeOver'>),
  reviewBreakGlass: (world, { me, params, body }) =>
    world.review(me, params.runId ?? '', body as ParsedBodyOf<'reviewBreakGlass'>),
  getApproval: (world, { params }) => world.approval(params.approvalId ?? ''),
  approve: (world, { me, params, body }) => world.approve(me, params.approvalId ?? '', body as ParsedBodyOf<'approve'>),
  reject: (world, { me, params, body }) => world.reject(me, params.approvalId ?? '', body as ParsedBodyOf<'reject'>),
  decideBatch: (world, { me, body }) => decideBatch(world, me, body as ParsedBodyOf<'decideBatch'>),
  editApproval: (world, { me, params, body }) =>
    editApproval(world, me, params.approvalId ?? '', body as ParsedBodyOf<'editApproval'>),
  stop: (world, { me, body }) => world.stop(me, body as ParsedBodyOf<'stop'>),
  listStops: (world) => page(world.stops),
  liftStop: (world, { me, params }) => world.lift(me, params.stopId ?? ''),
  listControls: (world) => page(world.controls.list()),
  getControl: (world, { params, query }) =>
    world.controls.control(params.name ?? '', (query as ParsedQueryOf<'getControl'>).version),
  listVersions: (world, { params }) => page(world.controls.versions(params.name ?? '')),
  getControlPage: (world, { params, query }) =>
    world.controls.page(params.name ?? '', (query as ParsedQueryOf<'getControlPage'>).version),
  compareVersions: (world, { params, query }) => {
    const { before, after } = query as ParsedQueryOf<'compareVersions'>;
    return world.controls.compare(params.name ?? '', before, after);
  },
  previewMove: (world, { params }) => world.controls.moves(params.name ?? ''),
  moveRuns: (world, { params, body }) =>
    world.controls.move(params.name ?? '', (body as ParsedBodyOf<'moveRuns'>).because),
  listPatterns: (world, { query }) => samplePatterns(world.now(), (query as ParsedQueryOf<'listPatterns'>).control),
  listProposals: (world, { query }) => {
    const { control } = query as ParsedQueryOf<'listProposals'>;
    return sampleProposals(world.now(), control, raised(world.controls.control(control).source));
  },
  draftControl: (world, { me, body }) => {
    const { source } = body as ParsedBodyOf<'draftControl'>;
    const name = source.match(/^control: (\S+)/m)?.[1] ?? '';
    world.controls.keepDraft(name, me.personId, () => source);
    const { source: _, comparison: __, ...draft } = world.controls.draft(name) ?? {};
    return draft;
  },
  getDraft: (world, { params }) => ({ draft: world.controls.draft(params.name ?? '') }),
  publishDraft: (world, { me, params, body }) =>
    world.controls.publish(params.name ?? '', (body as ParsedBodyOf<'publishDraft'>).digest, me.personId),
  withdrawDraft: (world, { params, body }) =>
    world.controls.withdraw(params.name ?? '', (body as ParsedBodyOf<'withdrawDraft'>).because),
  listSchedules: (world) => page(['treasury', 'support'].map((name) => world.oncall.schedule(name))),
  scheduleCalendar: (world, { params, query }) => {
    const { from = '', to = '' } = query as ParsedQueryOf<'scheduleCalendar'>;
    return world.oncall.calendar(params.schedule ?? '', Date.parse(from), Date.parse(to));
  },
  addOverride: (world, { me, params, body }) =>
    world.oncall.override(me, params.schedule ?? '', body as ParsedBodyOf<'addOverride'>),
  swapShifts: (world, { me, params, body }) =>
    world.oncall.swap(me, params.schedule ?? '', body as ParsedBodyOf<'swapShifts'>),
  addAbsence: (world, { params, body }) =>
    world.oncall.absence(params.personId ?? '', body as ParsedBodyOf<'addAbsence'>),
  importAbsences: (world, { params, body }) =>
    world.oncall.import(params.personId ?? '', body as ParsedBodyOf<'importAbsences'>),
  listUnknownAccounts: (world) => page(world.oncall.unknown),
  linkAccount: (world, { params, body }) =>
    world.oncall.link(params.personId ?? '', body as ParsedBodyOf<'linkAccount'>),
  listDrills: (world) => page(world.oncall.drills),
  startDrill: (world, { me, body }) => world.oncall.drill(me, body as ParsedBodyOf<'startDrill'>),
  listChannels: () => page(sampleChannels()),
  lookAtAccountLink: (world, { me, body }) =>
    world.accountLink.look(me, (body as ParsedBodyOf<'lookAtAccountLink'>).token),
  confirmAccountLink: (world, { body }) =>
    world.accountLink.confirm((body as ParsedBodyOf<'confirmAccountLink'>).token),
  getOrganisation: (world) => world.oncall.organisation(),
  previewOrganisation: (world, { body }) => world.oncall.preview((body as ParsedBodyOf<'previewOrganisation'>).source),
  applyOrganisation: (world, { body }) => world.oncall.apply((body as ParsedBodyOf<'applyOrganisation'>).source),
  listDelegations: (world) => page(world.delegations.items),
  addDelegation: (world, { me, body }) => world.delegations.add(me, body as ParsedBodyOf<'addDelegation'>),
  withdrawEntered: (world, { params: { id = '' } }) => {
    world.delegations.withdraw(id);
    return world.oncall.withdraw(id);
  },
};
