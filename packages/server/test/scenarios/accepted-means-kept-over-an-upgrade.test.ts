/** Promise 7, over an upgrade: work that an older Belay left in any state goes on under this one. */
import { verifyBundle } from '@belay/protocol/evidence';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EntryRecord, entryView } from '../../src/engine/entry-view.ts';
import { fixtures, readFixture, restore, writeFixture } from '../upgrade/fixture.ts';
import { argumentsOf, ask, leaveBehind, type Name, type Story, sign } from '../upgrade/story.ts';
import { type Client, clientOf, createWorld, type World } from '../world.ts';

if (process.env.BELAY_RECORD !== undefined)
  it('records what this Belay leaves behind', async () => {
    const world = await createWorld();
    const agent = await world.agent('payables');
    await writeFixture(world.pool, agent.secret, await leaveBehind(world, agent));
    await world.close();
  });

const unplaced = async ({ pool }: World): Promise<number> => {
  const { rows } = await pool.query<{ n: number }>('SELECT count(*)::int AS n FROM entries WHERE log_index IS NULL');
  return rows[0]?.n ?? 0;
};

type Upgraded = { world: World; agent: Client; bruno: Awaited<ReturnType<World['person']>>; story: Story };

/** The database of that file, upgraded, with everybody who left work in it. */
const upgraded = (name: string): Upgraded => {
  const { secret, story } = readFixture(name);
  const here = { story } as Upgraded;
  beforeAll(async () => {
    const world = await createWorld({ database: await restore(readFixture(name)) });
    for (const one of Object.keys(story) as Name[]) argumentsOf(world, one);
    const agent = clientOf(world.app, { authorization: `Bearer ${secret}` });
    Object.assign(here, { world, agent, bruno: await world.person('bruno') });
  });
  afterAll(() => here.world.close());
  return here;
};

describe.each(fixtures())('cases and sign-offs left behind by %s', (name) => {
  const here = upgraded(name);

  it('is listed and shown', async () => {
    const { world, bruno, story } = here;
    const lists = [
      await bruno.call('listRuns', {}),
      await bruno.call('listCases', {}),
      await bruno.call('listApprovals', {}),
      await bruno.call('listControls', {}),
    ];
    expect(lists.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    for (const { runId, caseId, approvalId } of Object.values(story)) {
      expect((await bruno.call('getRun', { params: { runId } })).status).toBe(200);
      expect((await bruno.call('runEntries', { params: { runId } })).status).toBe(200);
      if (caseId !== undefined) expect((await bruno.call('getCase', { params: { caseId } })).status).toBe(200);
      if (approvalId !== undefined)
        expect((await bruno.call('getApproval', { params: { approvalId } })).status).toBe(200);
    }
    expect(await world.app.audit()).toEqual([]);
  });

  it('each thing that happened is told in a whole sentence, whatever its record had no field for', async () => {
    const { world } = here;
    const org = await world.app.services.house.organisation();
    const recorded = readFixture(name).tables.entries as EntryRecord[];
    const said = recorded.map((row) => `${row.type} ${entryView({ ...row, leaf: null }, org).sentence}`);
    const broken = /undefined|null|NaN|\[object|[{}]|Invalid Date/;
    expect(said.filter((one) => broken.test(one) || !/^\w+ \S+ .*[.?!]$/.test(one))).toEqual([]);
  });

  it('an open case is taken over and resolved', async () => {
    const { bruno, story } = here;
    const caseId = story.held.caseId ?? '';
    const { body } = await bruno.call('getCase', { params: { caseId } });
    const taken = await bruno.call('claimCase', { params: { caseId }, body: { revision: body.revision } });
    expect(taken.body).toMatchObject({ status: 'claimed', claimedBy: 'bruno' });
    const resolved = await bruno.call('resolveCase', {
      params: { caseId },
      body: { revision: taken.body.revision, resolution: 'Paid by hand.' },
    });
    expect(resolved.body.status).toBe('resolved');
  });

  it('whoever had a case still has it, and gives control back', async () => {
    const { world, agent, bruno, story } = here;
    const { caseId = '', runId, epoch } = story.claimed;
    expect((await ask(world, agent, 'claimed', story.claimed)).problem.code).toBe('fenced');
    const { body } = await bruno.call('getCase', { params: { caseId } });
    const given = await bruno.call('returnCase', {
      params: { caseId },
      body: { revision: body.revision, instructions: 'Leave it to the next run.' },
    });
    expect(given.body.status).toBe('returned');
    expect((await agent.call('heartbeat', { params: { runId }, body: { epoch } })).problem.code).toBe('fenced');
  });

  it('an agent that got control back with an allowance uses it', async () => {
    const { world, agent, story } = here;
    const { runId } = story.returned;
    const attached = await agent.call('attachRun', { params: { runId }, body: {} });
    const { epoch } = attached.body;
    const digest = attached.body.instructionsToAcknowledge?.digest ?? '';
    expect((await agent.call('acknowledge', { params: { runId }, body: { epoch, digest } })).status).toBe(200);
    const go = await ask(world, agent, 'returned', { runId, epoch });
    expect(go.body).toMatchObject({ kind: 'continue', decidedBy: 'person' });
  });

  it('a sign-off that waits is completed by the second person, and what was approved runs', async () => {
    const { world, agent, story } = here;
    expect((await sign(await world.person('chidi'), story.waiting)).body.status).toBe('approved');
    expect((await ask(world, agent, 'waiting', story.waiting)).body).toMatchObject({ kind: 'continue' });
    expect((await ask(world, agent, 'approved', story.approved)).body).toMatchObject({ kind: 'continue' });
    expect((await ask(world, agent, 'rejected', story.rejected)).body.kind).not.toBe('continue');
  });
});

describe.each(fixtures())('permits and time left behind by %s', (name) => {
  const here = upgraded(name);

  it('a permit that was granted is redeemed, carried out and reported', async () => {
    const { agent, story } = here;
    const { runId, epoch, permitId = '' } = story.granted;
    const params = { runId };
    expect((await agent.call('redeem', { params, body: { epoch, permitId } })).status).toBe(200);
    const result = { status: 'done', value: 'ref-2' } as const;
    expect((await agent.call('report', { params, body: { epoch, key: 'pay', result } })).body).toMatchObject({
      accepted: true,
    });
    expect((await agent.call('finish', { params, body: { epoch } })).status).toBe(200);
  });

  it('what was done stays done', async () => {
    const { world, agent, story } = here;
    expect((await ask(world, agent, 'done', story.done, true)).body).toMatchObject({ kind: 'done', result: 'ref-1' });
  });

  it('time goes on: what was redeemed and never reported is asked about, and nothing is stuck', async () => {
    const { world, bruno, story } = here;
    for (let hour = 0; hour < 6; hour++) await world.fastForward('1h');
    const { body } = await bruno.call('getRun', { params: { runId: story.redeemed.runId } });
    expect(body.status).toBe('held');
    expect(await world.app.services.queries.overdue(world.clock.now())).toMatchObject({ stranded: 0 });
  });

  it('its evidence, and what came after it, verifies as one', async () => {
    const { world, bruno, story } = here;
    world.app.start();
    await expect.poll(() => unplaced(world), { timeout: 20_000 }).toBe(0);
    const { publicKey } = world.app.services.evidence;
    const response = await world.app.fetch(
      new Request(`http://belay.test/v1/evidence?runId=${story.claimed.runId}`, {
        headers: { cookie: `belay_session=${bruno.session}` },
      }),
    );
    const file = new Uint8Array(await response.arrayBuffer());
    expect(verifyBundle(file, { publicKey })).toMatchObject({ ok: true, findings: [] });
  });
});
