/** The part of the contract in which the vendor misbehaves: limits, outages, lost answers, closed doors. */
import { expect } from 'vitest';
import { type At, type Contract, keeps, type Promises } from './contract-world.ts';

const passed = async (at: At, time: string) => {
  at().world.moveClock(time);
  await at().world.app.deliverOwed();
};

const toOne: Promises = {
  'whoever left, or unlinked the account, is written to there no more: neither the card nor a notice': async (at) => {
    const amelie = at().addresses.amelie ?? '';
    const { caseId } = await at().handOff('VE-40');
    const before = at().card('VE-40', amelie);
    const told = at().twin.told(amelie).length;
    const relink = await at().unlink('amelie');
    await at().world.pool.query(
      `INSERT INTO outbox (kind, lane, target, body, next_attempt_at, created_at)
       VALUES ('notice', $1, 'left', $2, to_timestamp(0), to_timestamp(0))`,
      [at().channel.name, { place: { kind: 'person', address: amelie }, text: 'for amelie', personId: 'amelie' }],
    );
    const bruno = await at().world.person('bruno');
    await bruno.call('claimCase', { params: { caseId }, body: { revision: (await at().caseNow(caseId)).revision } });
    await at().world.app.deliverOwed();
    expect(at().card('VE-40').text).toContain('Bruno Ferrari has control since');
    expect(at().card('VE-40', amelie)).toEqual(before);
    expect(at().twin.told(amelie)).toHaveLength(told);
    const { rows } = await at().world.pool.query('SELECT 1 FROM direct_conversations WHERE address = $1', [amelie]);
    expect(rows).toEqual([]);
    await relink();
    await at().handOff('VE-41');
    expect(at().card('VE-41', amelie).actions).toContain('takeOver');
  },
};

const notLosing: Promises = {
  'C9 a limit is kept to: nothing is sent before its time, and then what is true then': async (at) => {
    at().twin.next({ kind: 'limit', seconds: 30 });
    const { caseId } = await at().handOff('VE-9');
    const dana = await at().world.person('dana');
    const [paused] = (await dana.call('listChannels')).body.items;
    if (paused?.state === 'paused') expect(Date.parse(paused.pausedUntil ?? '')).toBe(at().world.clock.now() + 30_000);
    const calls = at().twin.calls();
    await at().handOff('VX-9');
    await passed(at, '20s');
    expect(at().twin.calls()).toBe(calls);
    const bruno = await at().world.person('bruno');
    await bruno.call('claimCase', { params: { caseId }, body: { revision: (await at().caseNow(caseId)).revision } });
    await passed(at, '15s');
    expect(at().card('VE-9').text).toContain('Bruno Ferrari has control since');
    expect(at().card('VE-9').writes).toBe(1);
  },

  'C10 what was done although its answer was lost is found again, or labelled, never lost': async (at) => {
    at().twin.next({ kind: 'cut' }, { kind: 'cut' });
    await at().handOff('VE-10');
    await passed(at, '5s');
    await passed(at, '20s');
    const cards = at()
      .cards('VE-10')
      .filter((card) => card.where === at().room);
    expect(cards.length).toBeGreaterThan(0);
    if (cards.length > 1) expect(cards.flatMap((card) => card.lines).join('\n')).toContain('may stand here twice');
  },

  'C10 an error of the vendor is tried again until it works': async (at) => {
    at().twin.next({ kind: 'error', status: 500 }, { kind: 'hangUp' }, { kind: 'error', status: 503 });
    await at().handOff('VE-11');
    for (const time of ['5s', '10s', '20s', '40s']) await passed(at, time);
    expect(at().card('VE-11').actions).toContain('takeOver');
  },

  'C11 another process of Belay goes on where the first one was killed between sending and writing it down': async (
    at,
  ) => {
    at().twin.next({ kind: 'cut' }, { kind: 'cut' });
    await at().handOff('VE-12');
    await at().world.restart();
    await passed(at, '1h');
    const cards = at()
      .cards('VE-12')
      .filter((card) => card.where === at().room);
    if (cards.length > 1) expect(cards.flatMap((card) => card.lines).join('\n')).toContain('may stand here twice');
    expect(cards.length).toBeGreaterThan(0);
  },

  'C11 two processes of Belay show one card, and edit it once': async (at) => {
    const other = await at().world.anotherNode();
    const { caseId } = await at().handOff('VE-14');
    const bruno = await at().world.person('bruno');
    const { revision } = await at().caseNow(caseId);
    await bruno.call('claimCase', { params: { caseId }, body: { revision } });
    await Promise.all([other.deliverOwed(), at().world.app.deliverOwed()]);
    await Promise.all([other.deliverOwed(), at().world.app.deliverOwed()]);
    expect(at().card('VE-14')).toMatchObject({ writes: 2 });
    await other.stop();
  },

  'C13 a card that somebody deleted does not change the case, and the next rung posts it again': async (at) => {
    const { caseId } = await at().handOff('VE-13');
    at().twin.remove(at().card('VE-13').id);
    const chidi = await at().world.person('amelie');
    const { revision } = await at().caseNow(caseId);
    await chidi.call('declineCase', { params: { caseId }, body: { revision, because: 'Not mine' } });
    await at().world.app.deliverOwed();
    expect(
      at()
        .cards('VE-13')
        .filter((card) => card.where === at().room),
    ).toEqual([]);
    expect(await at().caseNow(caseId)).toMatchObject({ status: 'open' });
    await at().world.fastForward('16m');
    await at().world.app.deliverOwed();
    expect(at().card('VE-13').actions).toContain('takeOver');
  },

  'C21 one transition is one update of a card, however often it is owed': async (at) => {
    const { caseId } = await at().handOff('VE-21');
    const writes = at().card('VE-21').writes;
    await at().world.pool.query(
      `INSERT INTO outbox (kind, lane, target, body, next_attempt_at, created_at) VALUES ('card', 'cards', $1, '{}', to_timestamp(0), to_timestamp(0))`,
      [`case:${caseId}`],
    );
    await at().world.app.deliverOwed();
    expect(at().card('VE-21').writes).toBe(writes);
  },

  'C23 after hours of outage only what is true then is shown, and what is over is not shown any more': async (at) => {
    at().twin.state('down');
    const over = await at().handOff('VE-23');
    const open = await at().handOff('VE-24');
    const bruno = await at().world.person('bruno');
    const { revision } = await at().caseNow(over.caseId);
    await bruno.call('cancelCase', {
      params: { caseId: over.caseId },
      body: { revision, because: 'Paid twice already' },
    });
    for (let hour = 0; hour < 3; hour++) await passed(at, '1h');
    at().twin.state('up');
    await passed(at, '15m');
    await passed(at, '15m');
    expect(at().cards('VE-23')).toEqual([]);
    expect(at().card('VE-24').text).toContain((await at().caseNow(open.caseId)).ownerNames[0] ?? 'nobody');
    expect(at().twin.violations).toEqual([]);
  },

  'C29 a body of any size is refused before it fills the memory': async (at) => {
    const body = 'x'.repeat(2_000_000);
    const request = new Request(`http://belay.test/channels/${at().channel.name}/in`, { method: 'POST', body });
    expect((await at().world.app.fetch(request)).status).toBe(413);
  },
};

const otherWays: Promises = {
  'C9 the person is told on another channel when the limit outlasts the rung, whose time stays as it is': async (
    at,
  ) => {
    at().twin.next(...at().places.map(() => ({ kind: 'limit' as const, seconds: 3_600 })));
    const { caseId } = await at().handOff('OT-9');
    const { nextRungAt, rung } = await at().caseNow(caseId);
    expect(at().memory.cards.map((card) => card.place.address)).toContain('memory-amelie');
    expect({ rung, nextRungAt }).toEqual({ rung: 0, nextRungAt: '2026-12-07T09:15:00.000Z' });
    at().world.moveClock('2h');
    await at().world.app.deliverOwed();
  },

  'C12 a revoked token marks the channel, tells the administrators elsewhere, and is noticed when it works again':
    async (at) => {
      at().twin.state('revoked');
      const { caseId } = await at().handOff('OT-12');
      expect((await at().entries('ChannelFailed')).at(-1)).toMatchObject({ channel: at().channel.name });
      expect(at().memory.notices.map((notice) => notice.place.address)).toContain('memory-dana');
      expect(at().memory.cards.some((card) => JSON.stringify(card.payload).includes('Nordwind'))).toBe(true);
      const dana = await at().world.person('dana');
      const health = async () =>
        (await dana.call('listChannels')).body.items.find(({ channel }) => channel === at().channel.name);
      const down = await health();
      expect(down).toMatchObject({
        state: 'down',
        because: expect.stringMatching(/./),
        remedy: expect.stringMatching(/./),
      });
      expect(down?.waiting).toBeGreaterThanOrEqual(0);
      expect((await dana.call('health')).body.alarms.join()).toContain(`${at().channel.title} is down`);
      const calls = at().twin.calls();
      await at().handOff('OT-13');
      expect(at().twin.calls()).toBe(calls);
      at().twin.state('up');
      at().world.moveClock('15m');
      await at().world.app.deliverOwed();
      await at().world.app.deliverOwed();
      expect((await at().entries('ChannelRecovered')).at(-1)).toMatchObject({ channel: at().channel.name });
      expect(await health()).toMatchObject({ state: 'working', waiting: 0, because: null });
      expect(at().cards('OT-12').length).toBeGreaterThan(0);
      expect((await at().caseNow(caseId)).status).toBe('open');
    },
};

const noWay: Promises = {
  'C31 the next rungs are asked at once, and the case stays with its last owner': async (at) => {
    at().twin.state('revoked');
    const { caseId } = await at().handOff('NO-31');
    const kase = await at().caseNow(caseId);
    expect(kase.status).toBe('open');
    expect(kase.rung).toBeGreaterThan(0);
    expect(kase.nextRungAt).not.toBeNull();
    const told = await at().world.pool.query<{ event: { skipped: { because: string }[] } }>(
      "SELECT event FROM entries WHERE type = 'RungFired' ORDER BY position DESC LIMIT 1",
    );
    expect(JSON.stringify(told.rows)).toContain('no channel could tell');
  },

  'C12 a room that was closed is told to the administrators, and the people are told all the same': async (at) => {
    at().twin.state('up');
    at().world.moveClock('2m');
    await at().world.app.deliverOwed();
    at().twin.closeRoom(at().room);
    await at().handOff('NO-12');
    expect(at().card('NO-12', at().addresses.amelie ?? '').actions).toContain('takeOver');
    expect(
      at()
        .twin.told(at().addresses.dana ?? '')
        .join('\n'),
    ).toContain(`cannot show a case in ${at().room}`);
  },
};

export const vendorContract = (contract: Contract): void => {
  keeps(contract, 'a vendor that misbehaves', { ...notLosing, ...toOne });
  keeps(contract, 'when it cannot tell somebody', otherWays, (name) => ({ withMemory: true, via: `${name}, memory` }));
  keeps(contract, 'when nobody can be told at all', noWay);
};
