/** The HTTP door: who is let in, what bad input is told, paging, streams that resume. */

import { type Problem, routes } from '@belay/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Access } from '../../src/domain/oncall/organisation.ts';
import { saveOrganisation } from '../../src/store/house.ts';
import { type Client, createWorld, invoice, sampleOrganisation, type World } from '../world.ts';

let world: World;
let agent: Awaited<ReturnType<World['agent']>>;
let dana: Awaited<ReturnType<World['person']>>;

beforeAll(async () => {
  world = await createWorld();
  agent = await world.agent('payables');
  dana = await world.person('dana');
});
afterAll(() => world.close());

const raw = (path: string, init: RequestInit = {}) => world.app.fetch(new Request(`http://belay.test${path}`, init));
const start = (client: Client, id: string) =>
  client.call('startRun', { body: { control: 'payment-approval', subject: { invoiceId: id } } });

describe('an address that is a door of machines', () => {
  it('is a page of the inbox for a browser, and a refusal in JSON for everybody else', async () => {
    const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
    for (const path of ['/channels', '/channels/slack', '/intake', '/intake/desk']) {
      const page = await raw(path, { headers: { accept } });
      expect([path, page.status, page.headers.get('content-type')]).toEqual([path, 200, 'text/html; charset=utf-8']);
      const refused = await raw(path);
      expect([path, refused.status]).toEqual([path, 404]);
      expect(((await refused.json()) as Problem).code).toBe('route_not_found');
      expect((await raw(path, { method: 'POST', headers: { accept }, body: '{}' })).status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe('who is let in', () => {
  it('nobody without a key or a session, on any route that is not public', async () => {
    for (const [name, { method, path, caller }] of Object.entries(routes)) {
      if (caller === 'public') continue;
      const response = await raw(path.replace(/:\w+/g, 'x'), { method, ...(method === 'GET' ? {} : { body: '{}' }) });
      expect([name, response.status]).toEqual([name, 401]);
    }
  });

  it('an agent never reaches a route for people, and the other way round', async () => {
    const { body } = await start(agent, 'D-1');
    const params = { runId: body.run.runId };
    expect((await agent.call('takeOver', { params, body: {} })).problem.code).toBe('unauthenticated');
    expect(
      (await dana.call('gate', { params, body: { epoch: 1, step: 'gather-context', arguments: {}, key: 'k' } })).problem
        .code,
    ).toBe('unauthenticated');
  });

  it('another agent’s run does not exist for it', async () => {
    const { body } = await start(agent, 'D-2');
    const other = await world.agent('other');
    for (const name of ['getRun', 'attachRun', 'runEntries'] as const)
      expect((await other.call(name, { params: { runId: body.run.runId }, body: {} } as never)).status).toBe(404);
  });

  it('a key only for the controls it is scoped to', async () => {
    const narrow = await world.agent('narrow', ['support-escalation']);
    const detail = 'This key is not for payment-approval; it may use: support-escalation.';
    expect((await start(narrow, 'D-3')).problem).toMatchObject({ code: 'key_scope', detail });
    const { items } = (await narrow.call('listControls', { query: {} })).body;
    expect(items.map(({ name }) => name)).toEqual(['support-escalation']);
  });

  it('a rotated key works beside the new one for a day, a revoked one not at all', async () => {
    const rotating = await world.agent('rotating');
    const rotated = await dana.call('rotateKey', { params: { keyId: rotating.keyId }, body: {} });
    expect((await start(rotating, 'D-4')).ok).toBe(true);
    const fresh = await raw('/v1/controls', { headers: { authorization: `Bearer ${rotated.body.secret}` } });
    expect(fresh.status).toBe(200);
    await dana.call('revokeKey', { params: { keyId: rotating.keyId } });
    expect((await start(rotating, 'D-5')).problem.code).toBe('key_revoked');
  });

  it('a login link opens one session, once', async () => {
    const token = await world.app.accounts.createLoginLink('bruno', world.clock.now());
    const first = await raw('/v1/login', { method: 'POST', body: JSON.stringify({ token }) });
    expect(first.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/);
    expect((await raw('/v1/login', { method: 'POST', body: JSON.stringify({ token }) })).status).toBe(410);
    const late = await world.app.accounts.createLoginLink('bruno', world.clock.now() - 16 * 60_000);
    expect((await raw('/v1/login', { method: 'POST', body: JSON.stringify({ token: late }) })).status).toBe(410);
  });

  it('a change with a cookie needs the CSRF token', async () => {
    const response = await raw('/v1/stops', {
      method: 'POST',
      headers: { cookie: `belay_session=${dana.session}` },
      body: JSON.stringify({ scope: 'everything', because: 'forged' }),
    });
    expect(await response.json()).toMatchObject({ code: 'csrf' });
  });

  it('rights are read afresh: who loses the right is refused at once', async () => {
    const emre = await world.person('emre');
    const withEmre = (access: Access[]) => {
      const org = sampleOrganisation();
      return {
        ...org,
        people: org.people.map((person) => (person.personId === 'emre' ? { ...person, access } : person)),
      };
    };
    await saveOrganisation(world.pool, withEmre(['admin']));
    expect((await emre.call('listKeys')).ok).toBe(true);
    await saveOrganisation(world.pool, withEmre(['operator']));
    expect((await emre.call('listKeys')).problem.code).toBe('not_entitled');
  });
});

describe('bad input', () => {
  it('the id of a key is no key, and is called what it is', async () => {
    const { keyId } = await world.agent('mistaken');
    const asked = await raw('/v1/controls', { headers: { authorization: `Bearer ${keyId}` } });
    expect(asked.status).toBe(401);
    expect(((await asked.json()) as Problem).detail).toContain(`${keyId} is the id of a key, not the key`);
    const unknown = await raw('/v1/controls', { headers: { authorization: 'Bearer bk_nonsense' } });
    expect(((await unknown.json()) as Problem).detail).toMatch(/^This API key is unknown here\./);
  });

  it('in an address shows nobody a bug', async () => {
    for (const odd of ['%', '%E0%A4%A', '%00', '..%2f..%2fpackage.json', 'x.js%'])
      for (const place of ['/', '/assets/', '/cases/', '/docs/', '/v1/', '/v1/runs/', '/channels/', '/intake/'])
        for (const method of ['GET', 'POST'])
          expect([method, place + odd, (await raw(place + odd, { method })).status >= 500]).toEqual([
            method,
            place + odd,
            false,
          ]);
  });

  const post = async (body: string | Uint8Array): Promise<Problem> => {
    const headers = { authorization: `Bearer ${agent.secret}` };
    const response = await raw('/v1/runs', { method: 'POST', headers, body });
    return (await response.json()) as Problem;
  };

  it('is named, with what was probably meant', async () => {
    const problem = await post(JSON.stringify({ controll: 'payment-approval', subject: {} }));
    expect(problem).toMatchObject({ code: 'invalid_request', status: 422 });
    expect(problem.detail).toContain('There is no field "controll". Did you mean "control"?');
  });
  it('that two parsers would read differently is refused before anything is decided', async () => {
    expect(await post('{"control":"a","control":"b","subject":{}}')).toMatchObject({ code: 'invalid_json' });
    expect(await post('{"control":"a","subject":{"n":9007199254740993}}')).toMatchObject({ code: 'invalid_json' });
    expect(await post('{"__proto__":{},"control":"a"}')).toMatchObject({ code: 'invalid_json' });
    expect(await post(new Uint8Array([0x7b, 0xff, 0x7d]))).toMatchObject({ code: 'invalid_json' });
  });
  it('of any size does not fill the memory', async () => {
    expect(await post(`{"control":"${'x'.repeat(1_100_000)}"}`)).toMatchObject({ code: 'body_too_large', status: 413 });
  });
  it('an unknown route, an unknown id and an unknown control each say so', async () => {
    expect(await (await raw('/v1/nothing')).json()).toMatchObject({ code: 'route_not_found' });
    expect((await dana.call('getCase', { params: { caseId: 'case_none' } })).problem.detail).toContain('case_none');
    const scoped = await world.agent('scoped', ['ghost']);
    expect((await scoped.call('startRun', { body: { control: 'ghost', subject: {} } })).problem.code).toBe(
      'control_not_found',
    );
  });
});

describe('reading', () => {
  it('pages through everything exactly once', async () => {
    const pager = await world.agent('pager');
    for (let i = 0; i < 7; i++) await start(pager, `page-${i}`);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await dana.call('listRuns', {
        query: { agentId: 'pager', limit: 3, ...(cursor === undefined ? {} : { cursor }) },
      });
      seen.push(...page.body.items.map((run) => run.runId));
      cursor = page.body.next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toHaveLength(7);
    expect(new Set(seen).size).toBe(7);
  });

  it('documents every route, and the page of it needs no script', async () => {
    const response = await raw('/openapi.json');
    const document = (await response.json()) as { paths: Record<string, Record<string, { operationId: string }>> };
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path).map((o) => o.operationId));
    expect(operations.sort()).toEqual(Object.keys(routes).sort());
    const page = await (await raw('/docs')).text();
    expect(page).toContain('Take control of a run');
    expect(page).not.toContain('<script');
  });
});

const readEvents = async (response: Response, count: number): Promise<{ id: string; data: { type: string } }[]> => {
  const events: { id: string; data: { type: string } }[] = [];
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  while (events.length < count) {
    const { value, done } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const id = /^id: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (id !== undefined && data !== undefined) events.push({ id, data: JSON.parse(data) });
    }
  }
  await reader.cancel();
  return events;
};

describe('the feed', () => {
  it('resumes from a cursor and skips nothing', async () => {
    world.app.start();
    const headers = { cookie: `belay_session=${dana.session}` };
    const first = await readEvents((await raw('/v1/feed?after=-1', { headers })) as Response, 3);
    const rest = await readEvents(
      (await raw('/v1/feed', { headers: { ...headers, 'last-event-id': first[2]?.id ?? '' } })) as Response,
      3,
    );
    expect([...first, ...rest].map((event) => Number(event.id))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('ends when its reader signs out, before the next entry', async () => {
    const leaving = await world.person('bruno');
    const response = await raw('/v1/feed', { headers: { cookie: `belay_session=${leaving.session}` } });
    const reading = readEvents(response, 1);
    expect((await leaving.call('logout')).ok).toBe(true);
    await start(agent, 'D-signed-out');
    expect(await reading).toEqual([]);
  });

  it('of a run ends when the key of its agent is revoked', async () => {
    const leaving = await world.agent('leaving');
    const { body } = await start(leaving, 'D-revoked');
    const { runId } = body.run;
    const watch = await raw(`/v1/runs/${runId}/watch?epoch=1`, {
      headers: { authorization: `Bearer ${leaving.secret}` },
    });
    const reading = readEvents(watch, 2);
    await dana.call('revokeKey', { params: { keyId: leaving.keyId } });
    await dana.call('takeOver', { params: { runId }, body: {} });
    expect((await reading).length).toBeLessThan(2);
  });

  it('of a run, as a long poll, ends in a refusal when the key of its agent was revoked meanwhile', async () => {
    const leaving = await world.agent('leaving-too');
    const { body } = await start(leaving, 'D-polled');
    const { runId } = body.run;
    const polled = leaving.call('waitForRun', { params: { runId }, query: { epoch: 1, after: body.run.revision } });
    await dana.call('revokeKey', { params: { keyId: leaving.keyId } });
    await dana.call('takeOver', { params: { runId }, body: {} });
    expect((await polled).status).toBe(401);
  });

  it('tells the agent of a takeover without its epoch', async () => {
    invoice(world.records, 'W-1');
    const { body } = await start(agent, 'W-1');
    const { runId } = body.run;
    const watch = (await raw(`/v1/runs/${runId}/watch?epoch=1`, {
      headers: { authorization: `Bearer ${agent.secret}` },
    })) as Response;
    const reading = readEvents(watch, 2);
    await dana.call('takeOver', { params: { runId }, body: {} });
    const events = await reading;
    expect(events[1]?.data).toMatchObject({ fenced: true, holder: 'person', holderName: 'Dana Whitfield' });
    expect(JSON.stringify(events)).not.toContain('"epoch"');
  });
});
