/** Routes of cases, approvals and steps in doubt: what people decide. */
import type { RouteName } from '@belay/protocol';
import type { Context } from '../domain/decided.ts';
import { targetsOf } from '../domain/oncall/organisation.ts';
import type { Case, Run } from '../domain/run/run.ts';
import { onCase, settlePermit } from '../engine/people.ts';
import { caseView } from '../engine/present.ts';
import type { Services } from '../engine/services.ts';
import { type Call, type Handlers, notFound, personCaller, personOf, personWith } from './call.ts';

export const viewer = async (services: Services, call: Call<RouteName>, run: Run): Promise<Context> => ({
  now: services.clock.now(),
  by: { kind: 'person', id: personOf(call).personId },
  control: await services.house.known.control(run.control.name, run.control.version),
  org: await services.house.organisation(),
  newId: services.newId,
});

/** Roles and schedules the person stands for at this moment, for "mine". */
export const targetsNow = async (services: Services, call: Call<RouteName>): Promise<string[]> =>
  targetsOf(await services.house.organisation(), personOf(call), services.clock.now());

/** The live case is in its run; an ended one only in its own row. */
const showCase = async (services: Services, call: Call<RouteName>, { kase, run }: { kase: Case; run: Run }) =>
  caseView(kase, { ...run, case: kase }, await viewer(services, call, run));

type CaseRoutes =
  | 'listCases'
  | 'getCase'
  | 'rewordCase'
  | 'claimCase'
  | 'declineCase'
  | 'releaseCase'
  | 'returnCase'
  | 'resolveCase'
  | 'cancelCase'
  | 'snoozeCase'
  | 'endSnooze'
  | 'settlePermit';

const operate = (services: Services, call: Call<RouteName>, command: Parameters<typeof onCase>[3]) => {
  personWith(call, 'operator');
  return onCase(services, personCaller(call), call.param('caseId'), command);
};

const read = async (services: Services, call: Call<RouteName>) => {
  personOf(call);
  const row = await services.queries.getCase(call.param('caseId'));
  if (row === null) throw notFound(`case ${call.param('caseId')}`);
  return showCase(services, call, row);
};

export const caseRoutes = (services: Services): Handlers<CaseRoutes> => ({
  listCases: async (call) => {
    const { personId } = personOf(call);
    const { items, next } = await services.queries.listCases(call.query, personId, await targetsNow(services, call));
    return { answer: { items: await Promise.all(items.map((row) => showCase(services, call, row))), next } };
  },
  getCase: async (call) => ({ answer: await read(services, call) }),
  rewordCase: async (call) => ({ answer: { rewording: await services.reword(await read(services, call)) } }),
  claimCase: (call) =>
    operate(services, call, { type: 'claim', revision: call.body.revision, reason: call.body.reason ?? '' }),
  declineCase: (call) => operate(services, call, { type: 'decline', ...call.body }),
  releaseCase: (call) => operate(services, call, { type: 'release', ...call.body }),
  returnCase: (call) => operate(services, call, { type: 'return', ...call.body }),
  resolveCase: (call) => operate(services, call, { type: 'resolve', ...call.body }),
  cancelCase: (call) => operate(services, call, { type: 'cancel', ...call.body }),
  snoozeCase: (call) => {
    const { until, ...body } = call.body;
    return operate(services, call, { type: 'snooze', until: Date.parse(until), ...body });
  },
  endSnooze: (call) => operate(services, call, { type: 'endSnooze', ...call.body }),
  settlePermit: (call) => {
    personWith(call, 'operator');
    return settlePermit(services, personCaller(call), call.param('permitId'), call.body);
  },
});
