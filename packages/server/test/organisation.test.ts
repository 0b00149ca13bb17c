/** The organisation through the public door: read as a file, compared before it counts, never over somebody else's change. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createWorld, type World } from './world.ts';

let world: World;
let dana: Client;
let bruno: Client;
beforeAll(async () => {
  world = await createWorld();
  dana = await world.person('dana');
  bruno = await world.person('bruno');
});
afterAll(() => world.close());

const current = async () => (await dana.call('getOrganisation')).body;
const withoutSwap = (source: string): string => source.replace(/ {4}overrides:\n(?: {6}.*\n)+/, '');

describe('editing the organisation', () => {
  it('changes nothing when what was read is applied again', async () => {
    const { source, applied } = await current();
    expect((await dana.call('previewOrganisation', { body: { source } })).body).toMatchObject({
      changes: [],
      duty: [],
    });
    const answer = await dana.call('applyOrganisation', { body: { source } });
    expect(answer.body.applied).toEqual(applied);
  });

  it('says first what would change, of people and of the duty of the next weeks', async () => {
    const { source } = await current();
    const wanted = withoutSwap(source).replace('name: Bruno Ferrari', 'name: Bruno Conti');
    const { body } = await dana.call('previewOrganisation', { body: { source: wanted } });
    expect(body.changes).toEqual([
      'bruno is called Bruno Conti, was Bruno Ferrari.',
      'The schedule treasury changes: overrides.',
    ]);
    expect(body.duty[0]).toBe(
      'treasury: Bruno Conti instead of Chidi Okafor from 2026-12-14 09:00 to 2026-12-21 09:00 (Europe/Paris).',
    );
    expect((await current()).source).toBe(source);
  });

  it('refuses to overwrite what somebody changed meanwhile', async () => {
    const { source, revision } = await current();
    const first = source.replace('Amélie Laurent', 'Amélie Martin');
    expect((await dana.call('applyOrganisation', { body: { source: first, revision } })).ok).toBe(true);
    const second = await dana.call('applyOrganisation', { body: { source, revision } });
    expect([second.status, second.problem.code]).toEqual([409, 'stale_revision']);
    expect((await current()).source).toContain('Amélie Martin');
  });

  it('names every wrong line and changes nothing', async () => {
    const { source } = await current();
    const wrong = source.replace('access:', 'acess:');
    for (const route of ['previewOrganisation', 'applyOrganisation'] as const) {
      const answer = await dana.call(route, { body: { source: wrong } });
      expect([answer.status, answer.problem.code]).toEqual([422, 'organisation_invalid']);
      expect(answer.problem.detail).toContain('has no field "acess". Did you mean "access"');
    }
  });

  it('is for administrators', async () => {
    const { source } = await current();
    expect((await bruno.call('getOrganisation')).status).toBe(403);
    expect((await bruno.call('previewOrganisation', { body: { source } })).status).toBe(403);
    expect((await bruno.call('applyOrganisation', { body: { source } })).status).toBe(403);
  });
});
