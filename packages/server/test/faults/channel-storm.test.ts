/**
 * A storm of cases while one vendor is down and one limits us: no rung waits for a vendor, no card is lost, nobody is
 * asked before the time they named, and a card is written once a transition. Two thousand cases by night, or as many as
 * BELAY_STORM says.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJira } from '../../src/channels/jira/index.ts';
import { createServiceNow } from '../../src/channels/servicenow/index.ts';
import { createSlack } from '../../src/channels/slack/index.ts';
import { memoryChannel } from '../contract/contract-world.ts';
import type { Twin } from '../contract/twin.ts';
import { jiraValues, startJiraTwin } from '../contract/twins/jira.ts';
import { serviceNowValues, startServiceNowTwin } from '../contract/twins/servicenow.ts';
import { startSlackTwin } from '../contract/twins/slack.ts';
import { createWorld, invoice, sampleOrganisation, type World } from '../world.ts';

const isNight = process.env.BELAY_NIGHTLY !== undefined;
const count = Number(process.env.BELAY_STORM ?? (isNight ? 2_000 : 30));
const claimed = Math.floor(count / 3);
const limitSeconds = 50;

let world: World;
let twins: Record<'slack' | 'jira' | 'servicenow', Twin>;
const opened: { caseId: string; id: string; at: number }[] = [];
/** calls to Slack after it had named a time and before that time, by second */
const early: number[] = [];
/** when the pauses that it named end, and how long each was */
let silentUntil = 0;
const pauses: number[] = [];

const start = async (): Promise<void> => {
  const [slack, { twin: jira, jira: site }, { twin: servicenow, snow }] = await Promise.all([
    startSlackTwin(),
    startJiraTwin(),
    startServiceNowTwin({ perHour: 20_000 }),
  ]);
  twins = { slack, jira, servicenow };
  const org = sampleOrganisation();
  world = await createWorld({
    controls: ['payment-approval'],
    channels: [
      createSlack(slack.values, { fetch, responseHosts: [] } as unknown as Parameters<typeof createSlack>[1]),
      createJira(jiraValues(site)),
      createServiceNow({ ...serviceNowValues(snow), perHour: '20000' }),
      memoryChannel().channel,
    ],
    organisation: {
      ...org,
      people: org.people.map((person) => ({ ...person, addresses: { memory: `memory-${person.personId}` } })),
    },
    edit: (source) => `${source}\nchannels: { slack: C0TREASURY, jira: TRE, servicenow: incident }\n`,
  });
  for (const twin of [jira, servicenow]) twin.useClock?.(world.clock.now);
  for (const twin of Object.values(twins)) twin.countBy(world.clock.now);
};

const openAll = async (): Promise<void> => {
  const agent = await world.agent('pay-bot', ['payment-approval']);
  for (let n = 0; n < count; n++) {
    const id = `STORM-${String(n).padStart(5, '0')}`;
    const args = invoice(world.records, id, { vendor: { ageDays: 3 } });
    const { body } = await agent.call('startRun', {
      body: { control: 'payment-approval', subject: { invoiceId: id } },
    });
    const gated = await agent.call('gate', {
      params: { runId: body.run.runId },
      body: { epoch: 1, step: 'release-payment', arguments: args, key: 'pay' },
    });
    if (gated.body.kind !== 'handoff') throw new Error(JSON.stringify(gated.body));
    opened.push({ caseId: gated.body.caseId, id, at: world.clock.now() });
  }
};

const oneSecond = 1_000;

/** When something can go out again: what waits for the rates of a vendor is looked at each second. */
const nextAt = async (): Promise<number> => {
  const { rows } = await world.pool.query<{ at: number | null }>(
    `SELECT min(greatest(o.next_attempt_at, coalesce(c.paused_until, o.next_attempt_at))) AS at
     FROM outbox o LEFT JOIN channels c ON c.name = o.lane WHERE o.next_attempt_at IS NOT NULL`,
  );
  return rows[0]?.at ?? Number.POSITIVE_INFINITY;
};

/** What is due happens, second by second where there is something to do. */
const pass = async (ms: number): Promise<void> => {
  for (const end = world.clock.now() + ms; world.clock.now() < end; ) {
    const now = world.clock.now();
    const before = twins.slack.calls();
    await world.app.deliverOwed();
    if (now < silentUntil) early.push(twins.slack.calls() - before);
    const paused = await world.pool.query<{ until: number | null }>(
      "SELECT paused_until AS until FROM channels WHERE name = 'slack'",
    );
    const until = paused.rows[0]?.until ?? 0;
    if (until > silentUntil) pauses.push(until - now);
    silentUntil = until;
    const next = Math.min(end, Math.max(now + oneSecond, await nextAt()));
    await world.fastForward(`${(next - now) / 1_000}s`);
  }
};

/** One minute of the storm: every second minute Slack names a time. */
const minute = async (n: number): Promise<void> => {
  if (n % 2 === 0) twins.slack.next({ kind: 'limit', seconds: limitSeconds });
  await pass(60_000);
};

const claimSome = async (): Promise<void> => {
  const dana = await world.person('dana');
  for (const { caseId } of opened.slice(0, claimed)) {
    const { body } = await dana.call('getCase', { params: { caseId } });
    const { ok } = await dana.call('claimCase', { params: { caseId }, body: { revision: body.revision } });
    if (!ok) throw new Error(`${caseId} could not be claimed`);
  }
};

/** When the next rung of each unclaimed case fired, after it was due. */
const lateness = async (): Promise<number[]> => {
  const { rows } = await world.pool.query<{ case_id: string; at: number }>(
    `SELECT event ->> 'caseId' AS case_id, min(at) AS at FROM entries
     WHERE type = 'RungFired' AND (event ->> 'rung')::int = 1 GROUP BY 1`,
  );
  return opened.slice(claimed).map(({ caseId, at }) => {
    const fired = rows.find((row) => row.case_id === caseId);
    return fired === undefined ? Number.POSITIVE_INFINITY : fired.at - at - 15 * 60_000;
  });
};

/** What it came to, as the vendors counted it. */
const figures = async (): Promise<string> => {
  const late = (await lateness()).sort((a, b) => a - b);
  const of = Object.entries(twins).map(([name, { cards, calls, exceeded }]) => {
    const writes = cards().map((card) => card.writes);
    return `${name}: ${writes.length} cards, ${Math.max(...writes)} writes of one at most, ${calls()} calls, ${exceeded.length} over a rate`;
  });
  const seconds = (ms: number | undefined): number => Math.round((ms ?? 0) / 1_000);
  const told = `${count} cases, ${claimed} taken over; next rung late by ${seconds(late[Math.floor(late.length / 2)])} s in the middle, ${seconds(late.at(-1))} s at most`;
  return [
    `${told}; everything shown ${seconds(world.clock.now() - (opened.at(-1)?.at ?? 0))} s after the last case`,
    ...of,
  ].join('\n');
};

const owed = async (): Promise<number> => {
  const { rows } = await world.pool.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM outbox WHERE next_attempt_at IS NOT NULL',
  );
  return rows[0]?.n ?? 0;
};

describe('a storm of cases', () => {
  beforeAll(async () => {
    await start();
    twins.jira.state('down');
    await openAll();
    for (let n = 0; n < 10; n++) await minute(n);
    await claimSome();
    for (let n = 10; n < 20; n++) await minute(n);
    twins.jira.state('up');
    for (let n = 0; n < 300 && (await owed()) > 0; n++) await pass(60_000);
    console.log(await figures());
  }, 3_600_000);
  afterAll(async () => {
    await world.close();
    await Promise.all(Object.values(twins).map((twin) => twin.close()));
  });

  it('no rung is late because of a vendor', async () => {
    const late = await lateness();
    expect(Math.max(...late)).toBeLessThanOrEqual(60_000);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
  });

  it.each(['slack', 'jira', 'servicenow'] as const)(
    'no card of %s is lost, doubled or behind the truth',
    async (name) => {
      expect(await owed()).toBe(0);
      const cards = twins[name].cards();
      for (const [index, { id }] of opened.entries()) {
        const mine = cards.filter((card) => card.text.includes(id));
        expect([id, mine.length]).toEqual([id, 1]);
        expect(mine[0]?.text.includes('Dana Whitfield has control since')).toBe(index < claimed);
      }
    },
  );

  it.each(['slack', 'jira', 'servicenow'] as const)('a card of %s is written once a transition at most', (name) => {
    // Opened, told again by each rung that fired meanwhile, taken over.
    for (const card of twins[name].cards()) expect(card.writes).toBeLessThanOrEqual(4);
    if (name === 'jira') for (const card of twins.jira.cards()) expect(card.writes).toBeLessThanOrEqual(2);
  });

  it('a vendor that named a time is not asked before it', () => {
    expect(early).toEqual(early.map(() => 0));
    expect(early.length).toBeGreaterThan(5);
    expect(new Set(pauses)).toEqual(new Set([limitSeconds * 1_000]));
  });

  it('no vendor saw anything against its rules, nor a rate of its own exceeded', () => {
    for (const { violations, exceeded } of Object.values(twins))
      expect({ violations, exceeded }).toEqual({ violations: [], exceeded: [] });
  });
});
