/**
 * Nobody has to tell Belay "too many": with all five vendors counting by the rates they document and refusing what is
 * more, a burst of cases is spread so that none of them ever does, the urgent ones first, and all of it arrives.
 */
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpaced } from './contract-world.ts';
import { channelNames, type EveryChannel, everyChannel } from './every-channel.ts';

const burst = 10;
const idOf = (n: number): string => `PACE-${String(n).padStart(2, '0')}-`;
const ids = Array.from({ length: burst }, (_, n) => idOf(n));

/** Second by second, until nothing is owed any more. */
const passes = async ({ world }: EveryChannel, seconds: number, each: () => void = () => undefined): Promise<void> => {
  for (let n = 0; n < seconds; n++) {
    await world.app.deliverOwed();
    each();
    const { rows } = await world.pool.query('SELECT 1 FROM outbox WHERE next_attempt_at IS NOT NULL LIMIT 1');
    if (rows.length === 0) return;
    world.moveClock('1s');
  }
};

/** Whatever is read of one case takes its time. */
const slowly = ({ world: { pool } }: EveryChannel, caseId: string): void => {
  const query = pool.query.bind(pool) as (...asked: unknown[]) => Promise<unknown>;
  const late = (asked: unknown[]) => (JSON.stringify(asked).includes(caseId) ? setTimeout(50) : undefined);
  Object.assign(pool, { query: (...asked: unknown[]) => Promise.resolve(late(asked)).then(() => query(...asked)) });
};

describe('a burst of cases on five vendors that count', () => {
  let at: EveryChannel;
  const seconds: Record<string, number> = {};
  beforeAll(async () => {
    at = await everyChannel();
    for (const name of channelNames) at.twins[name].countBy(at.world.clock.now);
    const cases: string[] = [];
    for (const id of ids) cases.push((await at.handOff(id)).caseId);
    slowly(at, (await at.handOff('URGENT-1', { amount: 'EUR 60000.00' })).caseId);
    const from = at.world.clock.now();
    await passes(at, 90, () => {
      for (const id of ['URGENT-1', ...ids])
        if (at.cards('slack', id).length === 1) seconds[id] ??= (at.world.clock.now() - from) / 1_000;
    });
    const dana = await at.world.person('dana');
    for (const caseId of cases.slice(0, burst / 2)) {
      const { revision } = (await dana.call('getCase', { params: { caseId } })).body;
      await dana.call('claimCase', { params: { caseId }, body: { revision } });
    }
    await passes(at, 90);
  }, 300_000);
  afterAll(() => at.close());

  it.each(channelNames)('no rate of %s is exceeded, and every card stands there once, as it is now', (name) => {
    const { exceeded, violations } = at.twins[name];
    expect({ exceeded, violations }).toEqual({ exceeded: [], violations: [] });
    for (const [n, id] of ids.entries()) {
      const cards = at.cards(name, id);
      expect(cards.map((card) => card.text.includes('Dana Whitfield has control since'))).toEqual([n < burst / 2]);
    }
  });

  it('the urgent case is shown first, although it came last and takes longest to read, and the others one a second after it', () => {
    expect(seconds['URGENT-1']).toBe(0);
    expect(ids.map((id) => seconds[id]).sort((a = 0, b = 0) => a - b)).toEqual(ids.map((_, n) => n + 1));
  });
});

describe('without keeping to the rates', () => {
  it('the vendors refuse, which shows that they count; what they name is obeyed, and nothing is lost', async () => {
    const at = await everyChannel({ change: unpaced });
    for (const name of channelNames) at.twins[name].countBy(at.world.clock.now);
    for (const id of ids) await at.handOff(id);
    await passes(at, 120);
    expect(at.twins.slack.exceeded.length).toBeGreaterThan(0);
    expect(at.twins.teams.exceeded.length).toBeGreaterThan(0);
    for (const name of channelNames) for (const id of ids) expect(at.cards(name, id)).toHaveLength(1);
    await at.close();
  }, 300_000);
});
