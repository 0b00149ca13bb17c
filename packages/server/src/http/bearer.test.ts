/** A person's session without a browser: the command line sends it as a bearer token. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../test/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({ controls: [] });
});
afterAll(() => world.close());

const link = (headers: Record<string, string>, personId = 'chidi') =>
  world.app.fetch(
    new Request('http://belay.test/v1/login-links', { method: 'POST', headers, body: JSON.stringify({ personId }) }),
  );
const codeOf = async (response: Response): Promise<unknown> => ((await response.json()) as { code?: string }).code;

describe('a session as a bearer token', () => {
  it('is the person, and needs no CSRF header: no browser sends it by itself', async () => {
    const { session } = await world.person('dana');
    const response = await link({ authorization: `Bearer ${session}` });
    expect(response.status).toBe(201);
    const { person, url } = (await response.json()) as { person: object; url: string };
    expect(person).toMatchObject({ personId: 'chidi', name: 'Chidi Okafor' });
    expect(url).toMatch(/^http:\/\/belay\.test\/login\?token=login_/);
  });

  it('as a cookie still needs it', async () => {
    const { session } = await world.person('dana');
    expect(await codeOf(await link({ cookie: `belay_session=${session}` }))).toBe('csrf');
  });

  it('gives nobody more rights than they have', async () => {
    const { session } = await world.person('chidi');
    const response = await link({ authorization: `Bearer ${session}` });
    expect([response.status, await codeOf(response)]).toEqual([403, 'not_entitled']);
  });

  it('ends with the session', async () => {
    const dana = await world.person('dana');
    await dana.call('logout', { body: {} });
    const response = await link({ authorization: `Bearer ${dana.session}` });
    expect([response.status, await codeOf(response)]).toEqual([401, 'unauthenticated']);
    expect((await link({ authorization: 'Bearer session_made-up' })).status).toBe(401);
  });
});

describe('what administrators do over HTTP', () => {
  it('a login link is for somebody who is there', async () => {
    const dana = await world.person('dana');
    const { problem } = await dana.call('createLoginLink', { body: { personId: 'chidii' } });
    expect(problem).toMatchObject({
      code: 'unknown_target',
      detail: 'Nobody active is called chidii. Did you mean "chidi"?',
    });
  });

  it('an organisation that cannot be read changes nothing and says each line', async () => {
    const dana = await world.person('dana');
    const before = (await dana.call('getOrganisation')).body;
    const { status, problem } = await dana.call('applyOrganisation', {
      body: { source: 'people:\n  ann: { nam: Ann, access: [admin] }\n', file: 'org.yaml' },
    });
    expect([status, problem.code]).toEqual([422, 'organisation_invalid']);
    expect(problem.errors?.[0]?.path).toMatch(/^org\.yaml:2:/);
    expect((await dana.call('getOrganisation')).body).toEqual(before);
  });

  it('only administrators see or replace it', async () => {
    const chidi = await world.person('chidi');
    expect((await chidi.call('getOrganisation')).status).toBe(403);
    expect((await chidi.call('applyOrganisation', { body: { source: '' } })).status).toBe(403);
  });

  it('an applied organisation counts at once and leaves an entry', async () => {
    const dana = await world.person('dana');
    const source = 'people:\n  dana: { name: Dana W., access: [operator, admin] }\n';
    expect((await dana.call('applyOrganisation', { body: { source } })).status).toBe(200);
    expect((await dana.call('me')).body.person).toMatchObject({ name: 'Dana W.', roles: [] });
    const { rows } = await world.pool.query(
      "SELECT by_kind, by_id FROM entries WHERE stream = 'organisation' AND type = 'OrganisationApplied'",
    );
    expect(rows).toEqual([{ by_kind: 'person', by_id: 'dana' }]);
  });
});
