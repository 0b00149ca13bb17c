import type { RungSpec } from '@belay/control';
import type { Target } from '@belay/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { administrators, type Organisation } from '../oncall/organisation.ts';
import { anySchedule, at, layer, override, person, schedule } from '../oncall/schedule.testing.ts';
import { nightly } from '../oncall/zones.testing.ts';
import { type FireRung, fireRung, type RungFired } from './fire-rung.ts';

const minute = 60_000;
const hour = 60 * minute;
const noon = at('2026-01-06T12:00:00Z');

const rung = (tell: Target, more: Partial<RungSpec> = {}): RungSpec => ({
  tell,
  via: [],
  withinMs: 15 * minute,
  repeatMs: null,
  ...more,
});

const org: Organisation = {
  zone: 'UTC',
  people: [
    person('ann', { roles: ['treasury-lead'] }),
    person('ben'),
    person('cem', { roles: ['finance'] }),
    person('dana', { roles: ['finance'], access: ['admin'] }),
  ],
  schedules: [schedule()],
};
const rungs = [rung('oncall:treasury'), rung('role:treasury-lead', { withinMs: 30 * minute })];
const fire = (more: Partial<FireRung> = {}): RungFired =>
  fireRung({ rungs, owner: 'role:finance', org, at: noon, from: 0, excluded: [], ...more });

describe('a rung in working hours', () => {
  const office = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'] as const, from: '09:00', to: '17:00' }];
  const atWork = { ...org, hours: office.map((one) => ({ ...one, days: [...one.days] })) };
  const working = [rung('oncall:treasury', { withinMs: 4 * hour, inWorkingHours: true }), rung('role:treasury-lead')];

  it('waits while those who were told are at home', () => {
    expect(fire({ rungs: working, org: atWork, at: at('2026-01-06T15:00:00Z') }).nextAt).toBe(
      at('2026-01-07T11:00:00Z'),
    );
  });
  it('is current until then after an outage too, and over after it', () => {
    const from = { rungs: working, org: atWork, from: 0, dueAt: at('2026-01-06T15:00:00Z') };
    expect(fire({ ...from, at: at('2026-01-07T10:59:00Z') })).toMatchObject({ rung: 0, skipped: [] });
    expect(fire({ ...from, at: at('2026-01-07T11:05:00Z') })).toMatchObject({ rung: 1, skipped: [{ rung: 0 }] });
  });
});

describe('a ladder', () => {
  it('tells who is on call when the rung fires, and says who is next and when', () => {
    expect(fire()).toEqual({
      rung: 0,
      target: 'oncall:treasury',
      people: ['ann'],
      skipped: [],
      nextAt: noon + 15 * minute,
      nextTarget: 'role:treasury-lead',
      round: 1,
      wrapped: false,
      endedAtOwner: false,
    });
    expect(fire({ at: noon + 7 * 24 * hour }).people).toEqual(['ben']);
  });

  it('goes on to the owner and the administrators, and then begins again', () => {
    const owner = fire({ from: 2 });
    expect(owner).toMatchObject({ rung: 2, target: 'role:finance', people: ['cem', 'dana'], endedAtOwner: true });
    expect(owner).toMatchObject({ nextAt: noon + hour, nextTarget: administrators, wrapped: false });
    expect(fire({ from: 3 })).toMatchObject({ rung: 3, target: administrators, people: ['dana'], endedAtOwner: true });
    expect(fire({ from: 4 })).toMatchObject({ rung: 0, target: 'oncall:treasury', wrapped: true, endedAtOwner: false });
  });

  it('is gone through again as often as it says before its owner is told, and says in which round it is', () => {
    const told = Array.from({ length: 9 }, (_, from) => fire({ repeat: 2, from }));
    expect(told.map(({ target }) => target)).toEqual([
      ...['oncall:treasury', 'role:treasury-lead', 'oncall:treasury', 'role:treasury-lead'],
      ...['oncall:treasury', 'role:treasury-lead', 'role:finance', administrators, 'oncall:treasury'],
    ]);
    expect(told.map(({ round }) => round)).toEqual([1, 1, 2, 2, 3, 3, 3, 3, 1]);
    expect(told.map(({ endedAtOwner }) => endedAtOwner).indexOf(true)).toBe(6);
    expect(told.map(({ wrapped }) => wrapped).indexOf(true)).toBe(8);
    expect(told[1]).toMatchObject({ nextAt: noon + 30 * minute, nextTarget: 'oncall:treasury' });
  });

  it('goes to its owner at once, in whatever round, when its rungs reach nobody; each of them is named once', () => {
    const nobody = [rung('oncall:nowhere'), rung('role:none')];
    const fired = fire({ rungs: nobody, repeat: 9 });
    expect(fired).toMatchObject({ target: 'role:finance', round: 10, endedAtOwner: true });
    expect(fired.skipped.map(({ target }) => target)).toEqual(['oncall:nowhere', 'role:none']);
  });

  it('stands after an outage in the round in which it would stand without one', () => {
    const round = 45 * minute;
    expect(fire({ repeat: 2, dueAt: noon - round })).toMatchObject({ rung: 2, round: 2, target: 'oncall:treasury' });
    expect(fire({ repeat: 2, dueAt: noon - 3 * round })).toMatchObject({ rung: 6, target: 'role:finance' });
  });

  it('waits at the end for as long as its last rung repeats, and tells an owner who is the last rung once', () => {
    const short = [rung('role:finance', { withinMs: null, repeatMs: 2 * hour })];
    expect(fire({ rungs: short })).toMatchObject({ nextAt: noon + 2 * hour, endedAtOwner: true });
    expect(fire({ rungs: short, from: 1 })).toMatchObject({ target: administrators, nextAt: noon + 2 * hour });
    expect(fire({ rungs: [] })).toMatchObject({ rung: 0, target: 'role:finance', nextAt: noon + hour });
  });

  it('never waits for less than a minute, so that no ladder can spin', () => {
    expect(fire({ rungs: [rung('person:ann', { withinMs: 0 })] }).nextAt).toBe(noon + minute);
  });
});

describe('a rung', () => {
  it('H14: that reaches nobody is passed at once, and says why', () => {
    const people = org.people.map((one) => (one.personId === 'ann' ? { ...one, active: false } : one));
    const office = schedule({ layers: [layer({ hours: [{ days: ['sun'], from: '09:00', to: '17:00' }] })] });
    const fired = fire({
      org: { ...org, people, schedules: [office] },
      rungs: [rung('oncall:nowhere'), ...rungs, rung('person:ann')],
    });
    expect(fired).toMatchObject({ rung: 4, target: 'role:finance', people: ['cem', 'dana'] });
    expect(fired.skipped.map((one) => one.because)).toEqual([
      'there is no schedule nowhere',
      'nobody is on call for treasury',
      'nobody who is present has the role treasury lead',
      'Ann is not an active person of the organisation',
    ]);
  });

  it('names whoever comes next on call when the one on call has declined', () => {
    expect(fire({ excluded: ['ann'] })).toMatchObject({ rung: 0, people: ['ben'], skipped: [] });
  });

  it('tells who declined again only when nobody else is left', () => {
    const declined = fire({ excluded: ['ann', 'ben', 'cem'] });
    expect(declined).toMatchObject({ rung: 2, people: ['dana'], wrapped: false });
    expect(declined.skipped[0]).toEqual({
      rung: 0,
      target: 'oncall:treasury',
      because: 'everybody it names has declined',
    });
    const all = fire({ excluded: ['ann', 'ben', 'cem', 'dana'] });
    expect(all).toMatchObject({ rung: 0, people: ['ann'], wrapped: true });
  });

  it('is an alarm that is tried again in five minutes when nobody at all can be reached', () => {
    const empty = fire({ org: { ...org, people: [] } });
    expect(empty).toMatchObject({ people: [], target: administrators, nextAt: noon + 5 * minute, nextTarget: null });
    expect(empty.skipped).toHaveLength(4);
    expect(fire({ from: empty.rung + 1 })).toMatchObject({ rung: 0, people: ['ann'], wrapped: true });
  });

  it('T15 no longer tells whom an override named when it ends at the very instant of the rung', () => {
    const overrides = [override({ personId: 'cem', from: noon - hour, to: noon })];
    const covered = { ...org, schedules: [schedule({ overrides })] };
    expect(fire({ org: covered, at: noon - 1 }).people).toEqual(['cem']);
    expect(fire({ org: covered }).people).toEqual(['ann']);
  });

  it('after an outage tells only the current rung, and records the ones whose time passed', () => {
    const late = fire({ dueAt: noon - 20 * minute });
    expect(late).toMatchObject({ rung: 1, people: ['ann'], nextAt: noon + 30 * minute });
    expect(late.skipped).toEqual([
      { rung: 0, target: 'oncall:treasury', because: 'its time passed while nothing was told' },
    ]);
    expect(fire({ dueAt: noon - 14 * minute })).toMatchObject({ rung: 0, skipped: [] });
    expect(fire({ dueAt: noon - 15 * minute })).toMatchObject({ rung: 1 });
    const round = 15 * minute + 30 * minute + 2 * hour;
    expect(fire({ dueAt: noon - 1_000 * round })).toMatchObject({ rung: 0, skipped: [], wrapped: true });
  });
});

const targets = fc.constantFrom<Target>('person:ann', 'person:cem', 'role:r', 'role:none', 'oncall:any', 'oncall:none');
const anyLadder = fc.record({
  world: anySchedule,
  rungs: fc.array(
    fc.record({
      tell: targets,
      via: fc.constant<string[]>([]),
      withinMs: fc.option(fc.integer({ min: minute, max: hour })),
      repeatMs: fc.option(fc.integer({ min: minute, max: hour })),
    }),
    { maxLength: 4 },
  ),
  repeat: fc.nat({ max: 3 }),
  owner: targets,
  admins: fc.boolean(),
  from: fc.nat({ max: 12 }),
  lateMs: fc.nat({ max: 24 * hour }),
  excluded: fc.subarray(['ann', 'ben', 'cem']),
});
type AnyLadder = typeof anyLadder extends fc.Arbitrary<infer T> ? T : never;

const inputOf = ({ world, rungs: own, repeat, owner, admins, from, excluded }: AnyLadder): FireRung => {
  const people = world.people.map((one) => ({
    ...one,
    roles: ['r'],
    access: admins ? (['admin'] as const).slice() : [],
  }));
  return {
    rungs: own,
    repeat,
    owner,
    org: { zone: 'UTC', people, schedules: [world.schedule] },
    at: noon,
    from,
    excluded,
  };
};

const begun = (name: string) =>
  schedule({ name, layers: [layer({ rotation: { people: ['ann', 'cem'], from: '2025-01-06', turnMs: hour } })] });

describe('every ladder', () => {
  const runs = { numRuns: nightly ? 5_000 : 40 };

  it('ends, tells active people only, and always arms its next step', () => {
    fc.assert(
      fc.property(anyLadder, (any) => {
        const input = inputOf(any);
        const fired = fireRung({ ...input, dueAt: noon - any.lateMs });
        expect(Number.isFinite(fired.nextAt) && fired.nextAt > noon).toBe(true);
        const active = input.org.people.filter((one) => one.active).map((one) => one.personId);
        expect(fired.people.filter((one) => !active.includes(one))).toEqual([]);
        if (fired.people.length === 0) expect(fired.nextAt).toBe(noon + 5 * minute);
      }),
      runs,
    );
  });

  it('tells nobody who declined as long as anybody else can be told', () => {
    fc.assert(
      fc.property(anyLadder, (any) => {
        const input = inputOf(any);
        const others = input.org.people.filter((one) => !input.excluded.includes(one.personId));
        const without = fireRung({ ...input, org: { ...input.org, people: others }, excluded: [] });
        const told = fireRung(input).people.filter((one) => input.excluded.includes(one));
        if (without.people.length > 0) expect(told).toEqual([]);
      }),
      runs,
    );
  });

  it('leaves nobody out: a whole ladder tells everybody whom a rung, the owner or the administrators name', () => {
    fc.assert(
      fc.property(anyLadder, (any) => {
        const input = { ...inputOf(any), excluded: [], from: 0 };
        const told = new Set<number>();
        const walked = new Set<number>();
        let fired = fireRung(input);
        for (let step = 0; step < 30 && !walked.has(fired.rung); step++) {
          walked.add(fired.rung);
          for (const one of [fired.rung, ...fired.skipped.map((skipped) => skipped.rung)]) told.add(one);
          fired = fireRung({ ...input, from: fired.rung + 1 });
        }
        for (const skipped of fired.skipped) told.add(skipped.rung);
        const own = any.rungs.length * (any.repeat + 1);
        const places = [...told].map((index) =>
          index < own ? index % any.rungs.length : any.rungs.length + index - own,
        );
        const length = any.rungs.length + (any.rungs.at(-1)?.tell === any.owner ? 1 : 2);
        expect([...new Set(places)].sort()).toEqual(Array.from({ length }, (_, index) => index));
      }),
      runs,
    );
  });

  it('stands after an outage where walking step by step would have left it', () => {
    fc.assert(
      fc.property(anyLadder, (any) => {
        const people = [person('ann', { roles: ['r', 'none'], access: ['admin'] }), person('cem')];
        const always = { people, zone: 'UTC', schedules: ['any', 'none'].map(begun) };
        const input = { ...inputOf(any), org: always, excluded: [] };
        let walked = fireRung({ ...input, at: noon - any.lateMs });
        let due = noon - any.lateMs;
        while (walked.nextAt <= noon) {
          due = walked.nextAt;
          walked = fireRung({ ...input, at: due, from: walked.rung + 1 });
        }
        expect(fireRung({ ...input, dueAt: noon - any.lateMs }).rung).toBe(walked.rung);
      }),
      { numRuns: nightly ? 1_000 : 10 },
    );
  });
});
