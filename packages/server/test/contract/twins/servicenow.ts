/** People who work in the local ServiceNow, as the contract needs them. */
import type { ServiceNowValues } from '../../../src/channels/servicenow/index.ts';
import {
  type ServiceNowOptions,
  type ServiceNowRow,
  type ServiceNowServer,
  signedPush,
  startServiceNow,
} from '../../../src/demo/vendors/servicenow.ts';

import { serviceNowJudge } from '../../vendors/servicenow-rules.ts';
import type { Twin, TwinCard } from '../twin.ts';
import { deskTwin, offeredIn } from './desk.ts';

const names = {
  amelie: 'Amélie Laurent',
  bruno: 'Bruno Ferrari',
  chidi: 'Chidi Okafor',
  dana: 'Dana Novak',
  emre: 'Emre Yilmaz',
};
export const serviceNowAddresses: Record<string, string> = Object.fromEntries(
  Object.keys(names).map((id) => [id, `${id}.treasury`]),
);
export const serviceNowStranger = 'a.stranger';
export const serviceNowTable = 'incident';

/** Journals are HTML between these; everything else is plain text. */
const active = (text: string): string[] => text.match(/\[code\]/gi) ?? [];

const seen = (snow: ServiceNowServer, row: ServiceNowRow): TwinCard => {
  const text = `${row.short_description}\n${row.description}`;
  const notes = snow.rows('sys_journal_field').filter((one) => one.element_id === row.sys_id);
  const ours = notes.filter((one) => one.sys_created_by === snow.account.user && !one.value?.startsWith('@'));
  return {
    id: row.sys_id ?? '',
    where: serviceNowTable,
    text,
    actions: offeredIn(text),
    lines: ours.flatMap((one) => (one.value ?? '').split('\n')),
    writes: snow.writes(row.sys_id ?? '') - notes.filter((one) => one.sys_created_by === snow.account.user).length,
    active: notes.flatMap((one) => active(one.value ?? '')),
  };
};

const decide = (snow: ServiceNowServer, by: string, sysId: string): void => {
  const approval = snow.hands.askApproval(sysId, snow.userId(by));
  snow.hands.update(by, 'sysapproval_approver', approval, { state: 'approved' });
};

export const startServiceNowTwin = async (
  options: Pick<ServiceNowOptions, 'perHour'> = {},
): Promise<{ twin: Twin; snow: ServiceNowServer }> => {
  const people = [
    ...Object.entries(names).map(([id, name]) => ({
      userName: serviceNowAddresses[id] ?? '',
      name,
      email: `${id}@example.com`,
    })),
    { userName: serviceNowStranger, name: 'A Stranger', email: 'stranger@example.com' },
  ];
  const snow = await startServiceNow({ ...options, judge: serviceNowJudge, people });
  const twin = deskTwin({
    ...snow,
    route: 'servicenow',
    signature: 'x-belay-signature',
    cards: () => snow.rows(serviceNowTable).map((row) => seen(snow, row)),
    comment: (by, sysId, text) => snow.hands.update(by, serviceNowTable, sysId, { work_notes: text }),
    announce: (sysId, at, secret) => signedPush(secret)(snow.row(serviceNowTable, sysId) ?? {}, serviceNowTable, at),
    decide: (by, sysId) => decide(snow, by, sysId),
    told: (by) =>
      snow
        .rows('sys_journal_field')
        .filter((one) => one.value?.startsWith(`@${by} `))
        .map((one) => one.value ?? ''),
    closeRoom: (table) => snow.closeTable(table),
    remove: (sysId) => snow.hands.remove(serviceNowTable, sysId),
  });
  return { twin, snow };
};

export const serviceNowValues = (snow: ServiceNowServer): ServiceNowValues => ({
  instance: snow.origin,
  user: snow.account.user,
  password: snow.account.password,
  pushSecret: snow.secret,
  oldPushSecret: '',
  tables: serviceNowTable,
  states: '',
  perHour: '',
  closeCode: 'Solution provided',
  signs: 'low',
});
