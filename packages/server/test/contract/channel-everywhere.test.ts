/**
 * One truth on every surface: a claim is written on the cards of all five vendors by the running lanes. Prints how long
 * each took from the press; what is promised of it here is that it happens. What waits for a vendor's rates is left out
 * (channel-pace.test.ts).
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Channel } from '../../src/engine/channel-ports.ts';
import { unpaced } from './contract-world.ts';
import { type ChannelName, channelNames, type EveryChannel, everyChannel } from './every-channel.ts';

const claims = 20;
const who = 'Dana Whitfield has control since';

/** When each vendor had taken an edit after which its card says what `isSeen` looks for. */
const edits = (isSeen: (name: ChannelName, id: string) => boolean) => {
  let taken: (name: ChannelName) => void = () => undefined;
  const change = (channel: Channel): Channel => ({
    ...unpaced(channel),
    update: async (ref, payload) => {
      const delivery = await channel.update?.(ref, payload);
      if (delivery === undefined) throw new Error(`${channel.name} has no update`);
      taken(channel.name as ChannelName);
      return delivery;
    },
  });
  /** resolves when all five have taken theirs: milliseconds from now, by channel */
  const next = (id: string): Promise<Record<ChannelName, number>> => {
    const from = performance.now();
    const ms: Partial<Record<string, number>> = {};
    return new Promise((resolve) => {
      taken = (name) => {
        if (isSeen(name, id)) ms[name] ??= performance.now() - from;
        if (channelNames.every((one) => ms[one] !== undefined)) resolve(ms as Record<ChannelName, number>);
      };
    });
  };
  return { change, next };
};

let at: EveryChannel;
const { change, next } = edits((name, id) => at.cards(name, id).some(({ text }) => text.includes(who)));
beforeAll(async () => {
  at = await everyChannel({ change });
});
afterAll(() => at.close());

const ranked = (all: number[], share: number): number =>
  Math.round(all.toSorted((a, b) => a - b)[Math.ceil(all.length * share) - 1] ?? Number.NaN);
const figures = (name: string, all: number[]): string =>
  `${name} ${ranked(all, 0.5)} / ${ranked(all, 0.95)} / ${ranked(all, 1)}`;

it('a claim is written on the card of each vendor, by the running lanes', async () => {
  const { world } = at;
  const dana = await world.person('dana');
  const ids = Array.from({ length: claims }, (_, n) => `SEEN-${String(n).padStart(2, '0')}-`);
  const cases: string[] = [];
  for (const id of ids) {
    cases.push((await at.handOff(id)).caseId);
    await world.app.deliverOwed();
  }
  for (const name of channelNames) expect(ids.map((id) => at.cards(name, id).length)).toEqual(ids.map(() => 1));
  world.app.start();
  const times: Record<ChannelName, number>[] = [];
  const acknowledged: number[] = [];
  for (const [n, caseId] of cases.entries()) {
    const { revision } = (await dana.call('getCase', { params: { caseId } })).body;
    const from = performance.now();
    const everywhere = next(ids[n] ?? '');
    const claimed = await dana.call('claimCase', { params: { caseId }, body: { revision } });
    acknowledged.push(performance.now() - from);
    expect(claimed.status).toBe(200);
    times.push(await everywhere);
  }
  for (const name of channelNames)
    for (const id of ids) expect(at.cards(name, id).map(({ text }) => text.includes(who))).toEqual([true]);
  const last = times.map((one) => Math.max(...Object.values(one)));
  const each = channelNames.map((name) =>
    figures(
      name,
      times.map((one) => one[name]),
    ),
  );
  const shown = [figures('acknowledged', acknowledged), ...each, figures('everywhere', last)].join(', ');
  process.stdout.write(`A claim, from the press, ms (p50 / p95 / slowest of ${claims}): ${shown}\n`);
}, 60_000);
