/** Whose turn it is on a channel with rates: the urgent first, then who waits longest, and nobody is overtaken for ever. */
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Channel } from '../../src/engine/channel-ports.ts';
import type { Rate } from '../../src/engine/delivery/pace.ts';
import { createWorld, invoice, type World } from '../world.ts';

let world: World;
/** what the vendor was asked, in order: `post` or `update`, and the case */
let asked: string[] = [];
/** the vendor says once that it wants this long to itself */
let limitSeconds: number | null = null;
const names = new Map<string, string>();

const channelOf = (rates: readonly Rate[], payloadOf: (state: string) => string): Channel => {
  const did = (what: string, caseId: string): void => void asked.push(`${what} ${names.get(caseId)}`);
  return {
    name: 'desk',
    title: 'Desk',
    rates,
    render: ({ state }) => ({ shown: payloadOf(state) }),
    post: async (place, _payload, { id }) => {
      const afterMs = limitSeconds === null ? null : limitSeconds * 1_000;
      limitSeconds = null;
      if (afterMs !== null) return { kind: 'retry', because: '429', afterMs, unknown: false, of: 'channel' };
      did('post', id);
      return { kind: 'delivered', ref: { id: `${id} ${place.address}` } };
    },
    update: async (ref) => {
      did('update', ref.id.split(' ')[0] ?? '');
      return { kind: 'delivered', ref };
    },
  };
};

const open = async (rates: readonly Rate[], payloadOf = (state: string): string => state): Promise<void> => {
  world = await createWorld({
    controls: ['payment-approval'],
    channels: [channelOf(rates, payloadOf)],
    edit: (source) => `${source}\nchannels: { desk: "#treasury" }\n`,
  });
};

const handOff = async (name: string, erp: Record<string, string> = {}): Promise<string> => {
  const agent = await world.agent('pay-bot', ['payment-approval']);
  const args = invoice(world.records, name, { vendor: { ageDays: 3 }, erp });
  const { body } = await agent.call('startRun', {
    body: { control: 'payment-approval', subject: { invoiceId: name } },
  });
  const { body: gated } = await agent.call('gate', {
    params: { runId: body.run.runId },
    body: { epoch: 1, step: 'release-payment', arguments: args, key: 'pay' },
  });
  if (gated.kind !== 'handoff') throw new Error(JSON.stringify(gated));
  names.set(gated.caseId, name);
  return gated.caseId;
};

const claim = async (caseId: string): Promise<void> => {
  const dana = await world.person('dana');
  const { revision } = (await dana.call('getCase', { params: { caseId } })).body;
  await dana.call('claimCase', { params: { caseId }, body: { revision } });
};

const pass = async (seconds = 1): Promise<void> => {
  world.moveClock(`${seconds}s`);
  await world.app.deliverOwed();
};
const passes = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n++) await pass();
};

/** From here on everything is planned at once and goes out only after this. */
const limited = async (seconds: number): Promise<void> => {
  limitSeconds = seconds;
  await handOff('first');
  await pass();
};

/** Whatever is read of one case takes its time. */
const slowly = (caseId: string): void => {
  const { pool } = world;
  const query = pool.query.bind(pool) as (...asked: unknown[]) => Promise<unknown>;
  const late = (asked: unknown[]) => (JSON.stringify(asked).includes(caseId) ? setTimeout(50) : undefined);
  Object.assign(pool, { query: (...asked: unknown[]) => Promise.resolve(late(asked)).then(() => query(...asked)) });
};

const perPlace = (costs: Rate['costs']): Rate => ({ per: 'place', atOnce: 1, everyMs: 1_000, costs });

beforeEach(() => {
  asked = [];
  limitSeconds = null;
  names.clear();
});
afterEach(() => world.close());

describe('on a channel that takes one card a second', () => {
  it('the urgent case is first, although the row after it needs no turn and the one after that reads faster', async () => {
    await open([perPlace({ post: 1 })], () => 'the same whatever happens');
    const standing = await handOff('standing');
    await pass();
    await pass(60);
    await limited(60);
    const urgent = await handOff('urgent', { amount: 'EUR 60000.00' });
    slowly(urgent);
    await pass();
    await claim(standing);
    await pass();
    await handOff('later');
    await pass();
    expect(asked).toEqual(['post standing']);
    await pass(60);
    expect(asked).toEqual(['post standing', 'post urgent']);
  });

  it('cases are shown in the order in which they came', async () => {
    await open([perPlace({ post: 1 })]);
    await limited(60);
    const came = Array.from({ length: 13 }, (_, n) => `case-${n}`);
    for (const name of came) {
      await handOff(name);
      await pass();
    }
    await pass(60);
    await passes(came.length);
    expect(asked.filter((one) => one !== 'post first')).toEqual(came.map((name) => `post ${name}`));
  });

  it('a card that stands is changed at once where only new ones wait', async () => {
    await open([perPlace({ post: 1 })]);
    const standing = await handOff('standing');
    await pass();
    for (let n = 0; n < 12; n++) await handOff(`new-${n}`);
    await passes(2);
    await claim(standing);
    await pass();
    expect(asked).toContain('update standing');
    expect(asked.length).toBeLessThan(6);
  });
});

describe('where a change costs more than a new card', () => {
  it('it is not overtaken by all that cost less', async () => {
    await open([{ per: 'channel', atOnce: 4, everyMs: 2_000, costs: { post: 1, update: 4 } }]);
    const urgent = await handOff('urgent', { amount: 'EUR 60000.00' });
    await pass();
    for (let n = 0; n < 12; n++) await handOff(`new-${n}`);
    await passes(6);
    await claim(urgent);
    const before = asked.length;
    await passes(10);
    expect(asked[before]).toBe('update urgent');
    await passes(30);
    expect(asked.length).toBe(14);
  });
});

it('what waits on a channel is counted once for all cases that are planned together, not once for each', async () => {
  await open([perPlace({ post: 1 })]);
  for (let n = 0; n < 15; n++) await handOff(`case-${n}`);
  let counts = 0;
  const query = world.pool.query.bind(world.pool) as (...asked: unknown[]) => Promise<unknown>;
  const counting = (...args: unknown[]): Promise<unknown> => {
    if (/count\(\*\).* FROM outbox/s.test(String(args[0]))) counts++;
    return query(...args);
  };
  Object.assign(world.pool, { query: counting });
  await world.app.deliverOwed();
  expect(counts).toBeGreaterThan(0);
  expect(counts).toBeLessThan(5);
});
