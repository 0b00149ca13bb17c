/** What only ServiceNow has: a push of our business rule, polling whatever is pushed, records that many people touch. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { businessRule } from '../../src/channels/servicenow/business-rule.ts';
import { createServiceNow } from '../../src/channels/servicenow/index.ts';
import { verify } from '../../src/channels/servicenow/verify.ts';
import type { ServiceNowServer } from '../../src/demo/vendors/servicenow.ts';
import { root } from '../world.ts';
import { type ContractWorld, contractWorld } from './contract-world.ts';
import {
  serviceNowAddresses,
  serviceNowStranger,
  serviceNowTable,
  serviceNowValues,
  startServiceNowTwin,
} from './twins/servicenow.ts';

let at: ContractWorld;
let snow: ServiceNowServer;
const bruno = serviceNowAddresses.bruno ?? '';
const dana = serviceNowAddresses.dana ?? '';

beforeAll(async () => {
  const started = await startServiceNowTwin();
  snow = started.snow;
  const channel = createServiceNow({ ...serviceNowValues(snow), oldPushSecret: 'the-old-secret' });
  const room = `${serviceNowTable}/Treasury`;
  at = await contractWorld({ ...started, channel, room, addresses: serviceNowAddresses, stranger: serviceNowStranger });
});
afterAll(() => at.close());

const rowOf = (text: string) => {
  const found = snow.rows(serviceNowTable).filter((row) => row.description?.includes(text));
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} records show ${text}`);
  return found[0];
};
const sysIdOf = (text: string): string => rowOf(text).sys_id ?? '';
/** Nothing is pushed: only polling sees it. */
const polled = async (): Promise<void> => {
  snow.callbacks.take();
  at.world.moveClock('1m');
  await at.world.app.takeIn();
  await at.world.app.deliverOwed();
};

it('assigns the record to the group of the control, with its own id as correlation', async () => {
  const { caseId } = await at.handOff('SN-1');
  expect(rowOf('ben-SN-1')).toMatchObject({
    assignment_group: snow.groupId('Treasury'),
    correlation_id: `belay_case:${caseId}`,
    state: '1',
  });
});

it('is taken over by somebody who assigns it to themselves, seen by polling alone', async () => {
  const { caseId } = await at.handOff('SN-2');
  snow.hands.update(bruno, serviceNowTable, sysIdOf('ben-SN-2'), { assigned_to: snow.userId(bruno), state: '2' });
  await polled();
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed', claimedBy: 'bruno' });
  expect(rowOf('ben-SN-2')).toMatchObject({ assigned_to: snow.userId(bruno), state: '2' });
});

it('C20 a record that two people touched since we wrote is taken over by nobody, but notes keep their authors', async () => {
  const { caseId } = await at.handOff('SN-3');
  const sysId = sysIdOf('ben-SN-3');
  snow.hands.update(dana, serviceNowTable, sysId, { work_notes: 'I look at it' });
  snow.hands.update(bruno, serviceNowTable, sysId, { state: '2' });
  await polled();
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'open' });
  snow.hands.update(bruno, serviceNowTable, sysId, { work_notes: '/take-over' });
  await polled();
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed', claimedBy: 'bruno' });
});

it('C22 a state set after somebody else took over changes nothing, and stands as it is true again', async () => {
  const { caseId } = await at.handOff('SN-4');
  const person = await at.world.person('dana');
  await person.call('claimCase', { params: { caseId }, body: { revision: (await at.caseNow(caseId)).revision } });
  snow.hands.update(bruno, serviceNowTable, sysIdOf('ben-SN-4'), { assigned_to: snow.userId(bruno), state: '2' });
  await polled();
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed', claimedBy: 'dana' });
  expect(rowOf('ben-SN-4')).toMatchObject({ assigned_to: snow.userId(dana), state: '2' });
  expect(at.twin.told(bruno).at(-1)).toContain('Dana Whitfield has control since');
});

it('lets nothing of high risk through by "allow once" or an edit either, and offers neither', async () => {
  const { caseId } = await at.handOff('SN-15');
  const note = async (text: string): Promise<void> => {
    snow.hands.update(bruno, serviceNowTable, sysIdOf('ben-SN-15'), { work_notes: text });
    await polled();
  };
  await note('/take-over');
  expect(rowOf('ben-SN-15').description).toContain('/return WHAT');
  expect(rowOf('ben-SN-15').description).not.toMatch(/\/(allow|edit) /);
  for (const tried of ['/allow Pay it.', '/edit\namount: EUR 1.00']) {
    await note(tried);
    expect(at.twin.told(bruno).at(-1)).toContain(`Decide in the inbox (http://belay.test/cases/${caseId})`);
  }
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed' });
  await note('/return Ask the supplier first.');
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'returned' });
});

it('a work note signs off no step of high risk, and neither does an integration in the name of the approver', async () => {
  const { approvalId } = await at.askApproval('SN-5');
  const sysId = sysIdOf('ben-SN-5');
  const amelie = serviceNowAddresses.amelie ?? '';
  snow.hands.update(amelie, serviceNowTable, sysId, { work_notes: '/approve' });
  const asked = snow.hands.askApproval(sysId, snow.userId(amelie));
  snow.hands.update('some.integration', 'sysapproval_approver', asked, { state: 'approved' });
  await polled();
  expect(await at.approvalNow(approvalId)).toMatchObject({ signatures: [] });
  expect(at.twin.told(amelie).at(-1)).toContain('cannot prove who did it');
});

it('C21 does not answer its own writes', async () => {
  await at.handOff('SN-6');
  const sysId = sysIdOf('ben-SN-6');
  const before = snow.writes(sysId);
  for (const { headers, body } of snow.callbacks.take('twice'))
    await at.deliver(new Request('http://belay.test/channels/servicenow/events', { method: 'POST', headers, body }));
  await polled();
  expect(snow.writes(sysId)).toBe(before);
});

it('C28 takes the old secret beside the new one, and none when it is blank', () => {
  const now = at.world.clock.now();
  const body = Buffer.from('{"table":"incident"}');
  const time = String(Math.floor(now / 1_000));
  const signed = (secret: string) => ({
    method: 'POST',
    path: '/',
    query: {},
    headers: {
      'x-belay-signature': `t=${time},v1=${createHmac('sha256', secret).update(`${time}.`).update(body).digest('base64')}`,
    },
    body,
  });
  expect(verify(['new', 'old'], signed('old'), now)).toEqual({ ok: true });
  expect(verify(['new'], signed('old'), now)).toMatchObject({ ok: false });
  expect(verify([], signed(''), now)).toMatchObject({ ok: false });
});

it('ships the business rule whose push verifies, and the how-to shows that one', () => {
  const sent: { headers: Record<string, string>; body: string; endpoint: string }[] = [];
  const now = at.world.clock.now();
  class RESTMessageV2 {
    headers: Record<string, string> = {};
    body = '';
    endpoint = '';
    setEndpoint(endpoint: string): void {
      this.endpoint = endpoint;
    }
    setHttpMethod(): void {}
    setRequestHeader(name: string, value: string): void {
      this.headers[name.toLowerCase()] = value;
    }
    setRequestBody(body: string): void {
      this.body = body;
    }
    executeAsync(): void {
      sent.push({ headers: this.headers, body: this.body, endpoint: this.endpoint });
    }
  }
  const properties: Record<string, string> = {
    'belay.push.secret': 'a-secret',
    'belay.url': 'https://belay.example.com',
  };
  // As ServiceNow documents them: generateMac takes the key in base64 and answers in base64.
  runInNewContext(businessRule, {
    current: { getTableName: () => 'incident', getUniqueValue: () => 'abc', getValue: () => '4' },
    gs: {
      getProperty: (name: string) => properties[name],
      base64Encode: (text: string) => Buffer.from(text).toString('base64'),
    },
    GlideDateTime: class {
      getNumericValue = () => now;
    },
    CertificateEncryption: class {
      generateMac = (key: string, _algorithm: string, data: string) =>
        createHmac('sha256', Buffer.from(key, 'base64')).update(data).digest('base64');
    },
    sn_ws: { RESTMessageV2 },
  });
  const [{ headers, body, endpoint } = { headers: {}, body: '', endpoint: '' }] = sent;
  expect(endpoint).toBe('https://belay.example.com/channels/servicenow/events');
  expect(verify(['a-secret'], { method: 'POST', path: '/', query: {}, headers, body: Buffer.from(body) }, now)).toEqual(
    { ok: true },
  );
  expect(readFileSync(root('docs/how-to/connect-servicenow.md'), 'utf8')).toContain(businessRule);
});

it('kept to all rules of ServiceNow, and asked for nothing that it would leave out', () => {
  expect(at.twin.violations).toEqual([]);
  expect(snow.ignored).toEqual([]);
});
