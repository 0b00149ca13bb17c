/** The local ServiceNow answers as its documents say, cuts and ignores nothing unseen, and signs what it pushes. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServiceNowServer, startServiceNow } from '../../src/demo/vendors/servicenow.ts';
import { queryTable } from '../../src/demo/vendors/servicenow-query.ts';
import { serviceNowJudge } from './servicenow-rules.ts';
import { basic, caller } from './stranger.ts';

let now: ServiceNowServer;
let call: ReturnType<typeof caller>;
beforeAll(async () => {
  const people = [{ userName: 'bruno.ferrari', name: 'Bruno Ferrari', email: 'bruno.ferrari@example.com' }];
  now = await startServiceNow({ judge: serviceNowJudge, people });
  call = caller(now.origin, { authorization: basic(now.account.user, now.account.password) });
});
afterAll(() => now.close());
const incident = '/api/now/table/incident';
const create = async (values: object) => {
  const { body } = await call('POST', incident, {
    short_description: 'A takeover',
    correlation_id: 'case:1',
    ...values,
  });
  return (body as { result: Record<string, string> }).result;
};

it('keeps a row with references and journals, all values strings', async () => {
  const { sys_id: id } = await create({ assignment_group: now.groupId('Treasury'), urgency: '1' });
  const changed = await call('PATCH', `${incident}/${id}?sysparm_fields=assigned_to,state,sys_mod_count`, {
    assigned_to: now.userId('bruno.ferrari'),
    state: '2',
    work_notes: 'Bruno took over',
  });
  expect(changed.body).toMatchObject({
    result: { assigned_to: { value: now.userId('bruno.ferrari') }, state: '2', sys_mod_count: '1' },
  });
  expect(now.notes(id ?? '')).toEqual(['Bruno took over']);
  const query = 'sysparm_query=correlation_idSTARTSWITHcase:^active=true^ORDERBYsys_updated_on&sysparm_limit=10';
  expect((await call('GET', `${incident}?${query}&sysparm_exclude_reference_link=true`)).body).toMatchObject({
    result: [{ sys_id: id, work_notes: '', assigned_to: now.userId('bruno.ferrari') }],
  });
  expect((await call('GET', `${incident}/${'0'.repeat(32)}`)).body).toMatchObject({
    error: { message: 'No Record found' },
  });
  expect(now.violations).toEqual([]);
});

it('resolves nothing without its code and notes', async () => {
  const { sys_id: id } = await create({});
  expect((await call('PATCH', `${incident}/${id}`, { state: '6' })).status).toBe(403);
  expect(
    (await call('PATCH', `${incident}/${id}`, { state: '6', close_code: 'Solved', close_notes: 'Paid' })).status,
  ).toBe(200);
});

it('pushes what people change, signed with its time, and has no condition ignored unseen', async () => {
  const { sys_id: id } = await create({});
  now.callbacks.take();
  now.hands.update('bruno.ferrari', 'incident', id ?? '', { state: '2' });
  const [push] = now.callbacks.take();
  const [, time, mac] = /^t=(\d+),v1=(.*)$/.exec(push?.headers['x-belay-signature'] ?? '') ?? [];
  expect(mac).toBe(createHmac('sha256', now.secret).update(`${time}.${push?.body}`).digest('base64'));
  expect(JSON.parse(push?.body ?? '')).toMatchObject({
    sys_id: id,
    sys_updated_by: 'bruno.ferrari',
    sys_mod_count: '1',
  });
  expect(queryTable([{ a: '1' }], ['a'], 'b=2').rows).toHaveLength(1);
  await call('GET', `${incident}?sysparm_query=corelation_id=case:1`);
  expect(now.violations.splice(0)).toEqual([expect.stringContaining('would be ignored')]);
});

it.each([
  ['a number', { urgency: 1 }],
  ['a field that is not there', { asignee: 'x' }],
  ['a text that would be cut', { short_description: 'x'.repeat(161) }],
])('refuses %s', async (_what, values) => {
  expect((await call('POST', incident, values)).status).toBe(400);
  now.violations.length = 0;
});
