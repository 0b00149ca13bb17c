/** A drill through the public door: told, taken over in time or not, and its result provable by somebody who was not there. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createWorld, type World } from './world.ts';

let world: World;
let dana: Client;
let amelie: Client;
let emre: Client;
beforeAll(async () => {
  world = await createWorld();
  dana = await world.person('dana');
  amelie = await world.person('amelie');
  emre = await world.person('emre');
});
afterAll(() => world.close());

const announced = async (target = 'oncall:treasury') =>
  (await dana.call('startDrill', { body: { target, withinMinutes: 10 } })).body;
const now = async (runId: string) => (await dana.call('getDrill', { params: { runId } })).body;
const caseOf = async (runId: string) =>
  (await amelie.call('listCases', { query: { runId, status: 'all' } })).body.items[0];
const takeOver = async (runId: string) => {
  const kase = await caseOf(runId);
  return amelie.call('claimCase', { params: { caseId: kase?.caseId ?? '' }, body: { revision: kase?.revision ?? 0 } });
};

describe('a drill', () => {
  it('is announced to whoever is on duty, and says that it is one', async () => {
    const drill = await announced();
    expect(drill).toMatchObject({ state: 'running', told: ['Amélie Laurent'], announcedBy: 'Dana Whitfield' });
    expect(await caseOf(drill.runId)).toMatchObject({
      title: 'Drill: whoever is on call for treasury',
      because: 'This is a drill, announced by Dana Whitfield: take it over within 10 min, as you would a real case.',
    });
  });

  it('is passed when somebody takes over in time: timed, and the agent is shown to be out', async () => {
    const { runId } = await announced();
    world.moveClock('95s');
    expect((await takeOver(runId)).ok).toBe(true);
    await world.app.endDrills();
    expect(await now(runId)).toMatchObject({
      state: 'passed',
      takenBy: 'Amélie Laurent',
      tookMs: 95_000,
      agentRefused: true,
      sentence: 'Amélie Laurent took over after 95 s. The next call of the sample agent was refused.',
    });
    expect((await caseOf(runId))?.status).toBe('resolved');
    const { rows } = await world.pool.query('SELECT type FROM entries WHERE stream = $1 ORDER BY seq', [runId]);
    expect(rows.map(({ type }) => type)).toEqual([
      'RunStarted',
      'CaseOpened',
      'RungFired',
      'CaseClaimed',
      'ControlTaken',
      'AgentRefused',
      'CaseResolved',
      'RunFinished',
    ]);
  });

  it('is not passed by whoever announced it, unless they are on duty themselves', async () => {
    const { runId } = await announced();
    await dana.call('takeOver', { params: { runId }, body: {} });
    await world.app.endDrills();
    expect(await now(runId)).toMatchObject({
      state: 'failed',
      sentence: 'Dana Whitfield took over, who had announced it. Told: Amélie Laurent.',
    });
    const own = await announced('person:dana');
    await dana.call('takeOver', { params: { runId: own.runId }, body: {} });
    await world.app.endDrills();
    expect((await now(own.runId)).state).toBe('passed');
  });

  it('is failed when nobody does, and names who was told', async () => {
    const { runId } = await announced();
    await world.fastForward('9m');
    await world.app.endDrills();
    expect((await now(runId)).state).toBe('running');
    await world.fastForward('1m');
    await world.app.endDrills();
    expect(await now(runId)).toMatchObject({ state: 'failed', takenBy: null, tookMs: null });
    expect((await now(runId)).sentence).toMatch(/^Nobody took over within 10 min. Told: Amélie Laurent/);
    expect((await dana.call('getRun', { params: { runId } })).body).toMatchObject({
      status: 'finished',
      nextDue: null,
    });
  });
});

describe('the end of a drill', () => {
  it('that somebody gives back by hand is that it was passed', async () => {
    const { runId } = await announced();
    await takeOver(runId);
    const kase = await caseOf(runId);
    const on = { params: { caseId: kase?.caseId ?? '' }, body: { revision: kase?.revision ?? 0, unchanged: true } };
    expect((await amelie.call('returnCase', on)).ok).toBe(true);
    await world.app.endDrills();
    expect(await now(runId)).toMatchObject({ state: 'passed', takenBy: 'Amélie Laurent' });
  });

  it('ends once, however many nodes look', async () => {
    const { runId } = await announced();
    await takeOver(runId);
    const other = await world.anotherNode();
    await Promise.all([world.app.endDrills(), other.endDrills(), world.app.endDrills()]);
    const { rows } = await world.pool.query("SELECT 1 FROM entries WHERE stream = $1 AND type = 'RunFinished'", [
      runId,
    ]);
    expect(rows).toHaveLength(1);
    await other.stop();
  });

  it('is refused for a target that does not exist, and to those who may not operate', async () => {
    const unknown = await dana.call('startDrill', { body: { target: 'oncall:tresury' } });
    expect([unknown.status, unknown.problem.code]).toEqual([422, 'unknown_target']);
    expect(unknown.problem.detail).toContain('Did you mean "oncall:treasury"?');
    expect((await emre.call('getDrill', { params: { runId: 'run_0' } })).status).toBe(404);
  });

  it('is listed, newest first', async () => {
    const { body } = await dana.call('listDrills');
    expect(body.items.length).toBeGreaterThan(4);
    expect(new Set(body.items.map(({ state }) => state))).toEqual(new Set(['passed', 'failed']));
  });
});
