/** Real servers on this machine; the network of the operator is never left. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compileControl, parseControl } from '@belay/control';
import type { JsonObject } from '@belay/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askHttp, isPrivate } from './http.ts';
import { createLookups, type HttpSource, LookupFailed } from './lookups.ts';

const parsed = parseControl(`
control: asking
about: Asks.
owner: role:owner
facts: { name: { from: lookup, source: crm, type: string } }
steps: { look: { risk: high, effect: none } }
rules:
  - { id: known, at: look, when: name == "Ann", then: continue }
`);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const control = compileControl(parsed.control);

let server: Server;
let base = '';
const asked: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const [, kind] = (request.url ?? '').split('/');
    if (kind === 'silent') return;
    if (kind === 'elsewhere') response.writeHead(302, { location: `${base}/ann` }).end();
    else if (kind === 'huge') response.end(`"${'x'.repeat(1_200_000)}"`);
    else if (kind === 'twice') response.end('{"name":"Ann","name":"Bob"}');
    else if (kind === 'none') response.writeHead(404).end('{}');
    else if (kind === 'broken') response.writeHead(500).end('{}');
    else response.end('{"name":"Ann"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

let now = 0;
const crm = (more: Partial<HttpSource>): HttpSource => ({
  name: 'crm',
  url: `${base}/ann`,
  timeoutMs: 1_000,
  private: true,
  ...more,
});
const noSql = () => Promise.reject(new LookupFailed('crm is no database.'));
const lookupsOf = (more: Partial<HttpSource>) =>
  createLookups([crm(more)], { http: askHttp, sql: noSql }, { now: () => now });
const look = async (more: Partial<HttpSource>, args: JsonObject = {}, subject: JsonObject = {}) =>
  (await lookupsOf(more)(control, 'look', { args, subject })).crm;

describe('asking a system of record', () => {
  it('gives its record', async () => {
    expect(await look({})).toEqual({ ok: true, value: { name: 'Ann' } });
  });

  it.each([
    ['/broken', 'crm answered 500.'],
    ['/elsewhere', 'crm answered 302: redirects are not followed.'],
    ['/huge', 'crm answered more than 1000000 bytes.'],
    ['/twice', 'crm could not be read.'],
  ])('%s fails in a sentence', async (path, problem) => {
    expect(await look({ url: base + path })).toEqual({ ok: false, problem });
  });

  it('says that there is no record, which is an answer', async () => {
    const problem = 'crm has no record of this.';
    expect(await look({ url: `${base}/none` })).toEqual({ ok: false, problem, absent: true });
  });

  it('fails when it is silent, and says for how long it was waited', async () => {
    expect(await look({ url: `${base}/silent`, timeoutMs: 50 })).toEqual({
      ok: false,
      problem: 'crm did not answer within 50 ms.',
    });
  });

  it('follows no redirect', async () => {
    asked.length = 0;
    await look({ url: `${base}/elsewhere` });
    expect(asked).toEqual(['/elsewhere']);
  });

  it('is not asked for a record that the arguments do not name, or that would be another one', async () => {
    const url = `${base}/{args.id}`;
    for (const args of [{}, { id: '..' }, { id: '.' }, { id: null }, { id: { toString: 'x' } }])
      expect(await look({ url }, args as JsonObject)).toMatchObject({ ok: false });
    expect(await look({ url }, JSON.parse('{"__proto__":{"id":"x"}}'))).toMatchObject({ ok: false });
    asked.length = 0;
    await look({ url }, { id: 'a/../b?c#d' });
    expect(asked).toEqual(['/a%2F..%2Fb%3Fc%23d']);
  });
});

describe('where it may not be led', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
    '64:ff9b::7f00:1',
    'not-an-address',
  ])('%s is inside', (address) => {
    expect(isPrivate(address)).toBe(true);
  });

  it.each(['9.9.9.9', '93.184.215.14', '2620:fe::fe', '172.32.0.1', '100.128.0.1'])('%s is outside', (address) => {
    expect(isPrivate(address)).toBe(false);
  });

  it('an address of the own network is not asked, whether written, hidden in another form, or behind a name', async () => {
    const port = new URL(base).port;
    asked.length = 0;
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', '2130706433'])
      expect(await look({ url: `http://${host}:${port}/ann`, private: false })).toMatchObject({
        ok: false,
        problem: expect.stringContaining('is inside of the own network'),
      });
    expect(asked).toEqual([]);
  });

  it('a host that an argument fills in has to be listed', async () => {
    const { port } = new URL(base);
    const url = `http://{subject.host}:${port}/ann`;
    const hosts = ['127.0.0.1'];
    expect(await look({ url, hosts }, {}, { host: '127.0.0.1' })).toMatchObject({ ok: true });
    const elsewhere = { url, hosts: ['erp.example'] };
    expect(await look(elsewhere, {}, { host: '127.0.0.1' })).toEqual({
      ok: false,
      problem: 'crm was not asked: 127.0.0.1 is not one of its hosts.',
    });
    for (const host of ['evil.example', '127.0.0.1@evil.example', '127.0.0.1.evil.example'])
      expect(await look({ url, hosts }, {}, { host })).toMatchObject({ ok: false });
  });
});

describe('a remembered answer', () => {
  it('counts for its time, for the same record, and never when it is asked afresh', async () => {
    const lookups = lookupsOf({ url: `${base}/{args.id}`, cacheMs: 30_000 });
    const ask = async (id: string, fresh = false) => {
      asked.length = 0;
      await lookups(control, 'look', { args: { id }, subject: {}, fresh });
      return asked.length;
    };
    expect([await ask('a'), await ask('a'), await ask('b'), await ask('a', true)]).toEqual([1, 0, 1, 1]);
    now += 30_000;
    expect(await ask('a')).toBe(1);
  });

  it('is never a failure', async () => {
    const lookups = lookupsOf({ url: `${base}/broken`, cacheMs: 30_000 });
    asked.length = 0;
    for (let time = 0; time < 2; time++) await lookups(control, 'look', { args: {}, subject: {} });
    expect(asked).toHaveLength(2);
  });
});
