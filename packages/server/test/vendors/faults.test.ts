/** Every local vendor misbehaves when told to: limits, errors, cut and silent connections, outages, closed doors. */
import { expect, it } from 'vitest';
import { jiraAccount, startJira } from '../../src/demo/vendors/jira.ts';
import { startNotion } from '../../src/demo/vendors/notion.ts';
import { startServiceNow } from '../../src/demo/vendors/servicenow.ts';
import type { Fault, VendorServer } from '../../src/demo/vendors/vendor-server.ts';
import { basic, caller } from './stranger.ts';

const vendors: [string, () => Promise<VendorServer>, Record<string, string>, string, object][] = [
  ['Jira', startJira, { authorization: basic(jiraAccount.email, jiraAccount.apiToken) }, '/rest/api/3/issue', {}],
  ['Notion', startNotion, { authorization: 'Bearer x' }, '/v1/pages', {}],
  ['ServiceNow', startServiceNow, { authorization: 'Basic x' }, '/api/now/table/incident', {}],
];

it.each(vendors)('%s', async (_name, start, headers, path, body) => {
  const vendor = await start();
  const call = caller(vendor.origin, headers);
  const meets = (fault: Fault) => {
    vendor.next(fault);
    return call('POST', path, body);
  };
  const limited = await meets({ kind: 'limit', seconds: 30 });
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '30']);
  expect((await meets({ kind: 'error', status: 502 })).status).toBe(502);
  await expect(meets({ kind: 'cut' })).rejects.toThrow();
  await expect(meets({ kind: 'hangUp' })).rejects.toThrow();
  await expect(meets({ kind: 'hang' })).rejects.toThrow(/timeout/i);
  vendor.state('down');
  expect((await call('POST', path, body)).status).toBe(503);
  vendor.state('revoked');
  expect((await call('POST', path, body)).status).toBe(401);
  expect(vendor.calls()).toBe(7);
  await vendor.close();
});
