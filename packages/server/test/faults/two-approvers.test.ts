/** H1: two approvers at the same moment, on two nodes: one transition each time, and one execution. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { type Client, clientOf, createWorld, root, type World } from '../world.ts';

const times = 1_000;
const atOnce = 20;

let world: World;
let other: App;
let agent: Client;
let amelie: Client;
let bruno: Client;

beforeAll(async () => {
  world = await createWorld({ controls: [] });
  const source = readFileSync(root('packages/server/test/transfers.control.yaml'), 'utf8');
  await world.publish(source);
  other = await world.anotherNode();
  agent = await world.agent('payer', ['transfers']);
  amelie = await world.person('amelie');
  const { session, csrf } = await world.person('bruno');
  bruno = clientOf(other, { cookie: `belay_session=${session}`, 'x-belay-csrf': csrf });
});
afterAll(async () => {
  await other.stop();
  await world.close();
});

/** Both sign one approval that needs one of them, at the same moment, each at another node. */
const race = async (n: number) => {
  const { body } = await agent.call('startRun', { body: { control: 'transfers', subject: { id: `h1-${n}` } } });
  const params = { runId: body.run.runId };
  const asked = { params, body: { epoch: 1, step: 'anything', arguments: { n }, key: 'k', redeem: true } };
  const gate = await agent.call('gate', asked);
  if (gate.body.kind !== 'pause') throw new Error(gate.body.kind);
  const vote = {
    params: { approvalId: gate.body.approvalIds[0] ?? '' },
    body: { revision: 0, digest: gate.body.digest },
  };
  const [one, two] = await Promise.all([amelie.call('approve', vote), bruno.call('approve', vote)]);
  const go = await agent.call('gate', asked);
  return {
    signed: [one.ok, two.ok].filter(Boolean).length,
    codes: [one, two].filter(({ ok }) => !ok),
    go: go.body.kind,
  };
};

it(`H1: two approvers at the same moment, ${times} times: exactly one transition each time`, {
  timeout: 180_000,
}, async () => {
  const outcomes: Awaited<ReturnType<typeof race>>[] = [];
  for (let n = 0; n < times; n += atOnce)
    outcomes.push(...(await Promise.all(Array.from({ length: atOnce }, (_, index) => race(n + index)))));
  expect(outcomes.filter(({ signed }) => signed !== 1)).toEqual([]);
  expect(outcomes.filter(({ go }) => go !== 'continue')).toEqual([]);
  const { rows } = await world.pool.query<{ type: string; count: number }>(
    "SELECT type, count(*)::int AS count FROM entries WHERE type IN ('ApprovalSigned', 'ApprovalUsed', 'PermitRedeemed') GROUP BY type ORDER BY type",
  );
  expect(rows).toEqual([
    { type: 'ApprovalSigned', count: times },
    { type: 'ApprovalUsed', count: times },
    { type: 'PermitRedeemed', count: times },
  ]);
});
