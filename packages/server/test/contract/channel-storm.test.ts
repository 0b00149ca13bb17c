/** A storm: very many cases while one vendor is down and another one only says "later". Nobody is told late. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSlack } from '../../src/channels/slack/index.ts';
import { createTeams } from '../../src/channels/teams/index.ts';
import { startTeams, type TeamsVendor, teamsAddresses, teamsRoom, teamsValues } from '../vendors/teams.ts';
import { createWorld, invoice, sampleOrganisation, type World } from '../world.ts';
import { memoryChannel } from './contract-world.ts';
import { type SlackTwin, startSlackTwin } from './twins/slack.ts';

const many = process.env.BELAY_NIGHTLY === '1' ? 2_000 : 30;
const atOnce = 8;
const slackRoom = 'C0TREASURY';

let slack: SlackTwin;
let teams: TeamsVendor;
let world: World;
const memory = memoryChannel();

beforeAll(async () => {
  slack = await startSlackTwin();
  teams = await startTeams();
  const org = sampleOrganisation();
  const addresses = (personId: string) => ({
    slack: `U02${personId.toUpperCase()}`,
    teams: teamsAddresses[personId] ?? `aad00000-0000-4000-8000-${personId}`,
    memory: `memory-${personId}`,
  });
  world = await createWorld({
    controls: ['payment-approval'],
    channels: [
      createSlack(slack.values, { fetch, responseHosts: [slack.origin] }),
      createTeams(teamsValues(teams)),
      memory.channel,
    ],
    organisation: { ...org, people: org.people.map((one) => ({ ...one, addresses: addresses(one.personId) })) },
    edit: (source) => `${source}\nchannels: { slack: ${slackRoom}, teams: "${teamsRoom}" }\n`,
  });
}, 120_000);
afterAll(async () => {
  await world.close();
  await Promise.all([slack.close(), teams.close()]);
});

const idOf = (index: number): string => `ST-${String(index).padStart(5, '0')}`;

const openCases = async (): Promise<string[]> => {
  const agent = await world.agent('pay-bot', ['payment-approval']);
  const caseIds: string[] = [];
  const open = async (index: number): Promise<void> => {
    const args = invoice(world.records, idOf(index), { vendor: { ageDays: 3 } });
    const subject = { invoiceId: idOf(index) };
    const { body } = await agent.call('startRun', { body: { control: 'payment-approval', subject } });
    const gated = await agent.call('gate', {
      params: { runId: body.run.runId },
      body: { epoch: 1, step: 'release-payment', arguments: args, key: 'pay' },
    });
    if (gated.body.kind !== 'handoff') throw new Error(JSON.stringify(gated.body));
    caseIds[index] = gated.body.caseId;
  };
  for (let from = 0; from < many; from += atOnce)
    await Promise.all(Array.from({ length: Math.min(atOnce, many - from) }, (_, offset) => open(from + offset)));
  return caseIds;
};

const passed = async (time: string): Promise<void> => {
  world.moveClock(time);
  await world.app.deliverOwed();
};

/** Until nothing is owed: what waits for the rates of a vendor is looked at each second, and time where nothing is due is skipped. */
const untilShown = async (): Promise<void> => {
  for (let looks = 0; looks < 8 * many + 40; looks++) {
    const { rows } = await world.pool.query<{ next: number | null }>(
      `SELECT min(greatest(o.next_attempt_at, coalesce(c.paused_until, o.next_attempt_at))) AS next
       FROM outbox o LEFT JOIN channels c ON c.name = o.lane WHERE o.next_attempt_at IS NOT NULL`,
    );
    const next = rows[0]?.next ?? null;
    if (next === null) return;
    await passed(`${Math.max(1_000, next - world.clock.now()) / 1_000}s`);
  }
};

it(
  `C9 C23 ${many} cases, Slack down and Teams at its limit: told in time elsewhere, and then one true card each`,
  async () => {
    slack.state('down');
    teams.next(...Array<{ kind: 'limit'; seconds: number }>(4 * many).fill({ kind: 'limit', seconds: 3_600 }));
    const caseIds = await openCases();
    await world.app.deliverOwed();
    const limited = teams.calls();
    // Ten minutes of the fifteen that the first rung has.
    for (const time of ['10s', '20s', '40s', '2m', '3m', '3m']) await passed(time);

    const dana = await world.person('dana');
    for (const caseId of caseIds) {
      const { rung, nextRungAt } = (await dana.call('getCase', { params: { caseId } })).body;
      expect(rung).toBe(0);
      expect(Date.parse(nextRungAt ?? '')).toBeGreaterThan(world.clock.now());
    }
    const told = new Set(memory.cards.map(({ ref }) => ref.id.split(' ')[0]));
    expect(caseIds.filter((caseId) => !told.has(`case:${caseId}`))).toEqual([]);
    // Four were under way, and who is in the room was asked once, when the limit was named; then nothing until its time.
    expect(limited).toBeLessThanOrEqual(5);
    expect(teams.calls()).toBe(limited);

    const claimed = caseIds.filter((_, index) => index % 4 === 0);
    for (const caseId of claimed) {
      const { revision } = (await dana.call('getCase', { params: { caseId } })).body;
      await dana.call('claimCase', { params: { caseId }, body: { revision } });
    }
    await world.app.deliverOwed();
    expect(teams.calls()).toBe(limited);

    slack.state('up');
    teams.forgive();
    await untilShown();
    for (const [index, caseId] of caseIds.entries())
      for (const cards of [
        slack.cards().filter((card) => card.where === '#treasury' && card.text.includes(idOf(index))),
        teams.cards().filter((card) => card.where === teamsRoom && card.text.includes(idOf(index))),
      ]) {
        expect(cards.length, idOf(index)).toBe(1);
        const [card] = cards;
        expect(card?.writes).toBeLessThanOrEqual(claimed.includes(caseId) ? 2 : 1);
        if (claimed.includes(caseId)) expect(card?.text).toContain('Dana Whitfield has control since');
        else expect(card?.actions).toEqual(['takeOver', 'decline']);
      }
    expect([...slack.violations, ...teams.violations]).toEqual([]);
  },
  process.env.BELAY_NIGHTLY === '1' ? 1_200_000 : 120_000,
);
