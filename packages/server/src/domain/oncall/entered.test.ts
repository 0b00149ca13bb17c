import { describe, expect, it } from 'vitest';
import { decideOncall, type Entered, nothingEntered, type OncallCommand, withEntered } from './entered.ts';
import { type Organisation, putOnCallBy } from './organisation.ts';
import type { Person } from './person.ts';
import { onCallAt } from './schedule.ts';
import { day, hour } from './wallclock.ts';

const start = Date.parse('2026-12-07T09:00:00Z');
const person = (personId: string, access: Person['access'] = ['operator']): Person => ({
  personId,
  name: personId,
  email: null,
  roles: [],
  access,
  zone: 'UTC',
  addresses: {},
  absences: [],
  active: true,
});
const rotation = { people: ['ann', 'ben'], from: '2026-12-07T09:00', turnMs: 7 * day };
const org: Organisation = {
  zone: 'UTC',
  people: [person('ann'), person('ben'), person('cleo'), person('root', ['admin']), person('eve', ['auditor'])],
  schedules: [
    {
      name: 'desk',
      about: 'desk',
      zone: 'UTC',
      overrides: [],
      layers: [{ name: 'first', zone: 'UTC', hours: [], rotation }],
    },
  ],
};

const place = { schedule: 'desk', layer: null, from: start + hour, to: start + 2 * hour, because: 'dentist' };
const cover = (personId: string, replaces: string | null = null): OncallCommand => ({
  type: 'override',
  personId,
  replaces,
  ...place,
});

const house = () => {
  let entered: Entered = nothingEntered;
  let ids = 0;
  return {
    does: (by: string, command: OncallCommand, now = start) => {
      const given = {
        org,
        by: org.people.find((one) => one.personId === by) as Person,
        now,
        newId: (p: string) => `${p}_${++ids}`,
      };
      const decided = decideOncall(entered, command, given);
      if (decided.refused !== undefined) return decided.refused.code;
      entered = decided.entered;
      return decided.event?.type;
    },
    onCall: (at: number) => {
      const now = withEntered(org, entered);
      const [schedule] = now.schedules;
      return schedule === undefined ? null : (onCallAt(schedule, at, now.people)?.personId ?? null);
    },
    seat: (at: number) => {
      const now = withEntered(org, entered);
      return now.schedules[0] === undefined ? null : onCallAt(now.schedules[0], at, now.people);
    },
    appointedBy: (at: number) => putOnCallBy(withEntered(org, entered), 'oncall:desk', at),
    count: () => entered.overrides.length,
  };
};

describe('an override', () => {
  it('counts for exactly its time and says who entered it', () => {
    const { does, onCall, seat } = house();
    expect(does('ben', cover('ben'))).toBe('OverrideAdded');
    expect([0, 1, 1.999, 2].map((h) => onCall(start + h * hour))).toEqual(['ann', 'ben', 'ben', 'ann']);
    expect(seat(start + hour)?.override?.by).toBe('ben');
  });

  it.each([
    ['root', cover('cleo'), 'OverrideAdded'],
    ['ann', cover('cleo', 'ann'), 'OverrideAdded'],
    ['cleo', cover('cleo'), 'OverrideAdded'],
    ['cleo', cover('ben'), 'not_entitled'],
    ['cleo', cover('ben', 'ann'), 'not_entitled'],
    ['eve', cover('eve'), 'not_entitled'],
    ['root', cover('nobody'), 'unknown_target'],
    ['root', { ...cover('ben'), schedule: 'dsk' }, 'not_found'],
    ['root', { ...cover('ben'), layer: 'second' }, 'not_found'],
    ['root', { ...cover('ben'), to: start + hour }, 'invalid_request'],
    ['root', { ...cover('ben'), from: start - 3 * hour, to: start - hour }, 'invalid_request'],
    ['root', { ...cover('ben'), to: start + 500 * day }, 'invalid_request'],
    ['root', cover('ben', 'ben'), 'invalid_request'],
  ] as [string, OncallCommand, string][])('by %s: %j is %s', (by, command, outcome) => {
    expect(house().does(by, command)).toBe(outcome);
  });
});

it('whoever puts somebody on call is known, so that they cannot sign what it routes to them', () => {
  const { does, appointedBy } = house();
  does('ben', cover('ben'));
  expect([appointedBy(start), appointedBy(start + hour)]).toEqual([null, 'ben']);
});

describe('a swap', () => {
  it('exchanges the turns of both, and is withdrawn as one', () => {
    const { does, onCall, count } = house();
    const swap: OncallCommand = { type: 'swap', between: ['ann', 'ben'], ...place, from: start, to: start + 14 * day };
    expect(does('ann', swap)).toBe('ShiftsSwapped');
    expect([onCall(start + day), onCall(start + 8 * day)]).toEqual(['ben', 'ann']);
    expect(does('cleo', { type: 'withdraw', id: 'override_1' })).toBe('not_entitled');
    expect(does('ben', { type: 'withdraw', id: 'override_1' })).toBe('OverrideWithdrawn');
    expect([onCall(start + day), onCall(start + 8 * day)]).toEqual(['ann', 'ben']);
    expect(count()).toBe(0);
  });
});

describe('a swap or a cover of a turn that nobody has', () => {
  const said = (command: OncallCommand, layer = org.schedules[0]?.layers[0]) => {
    const given = { org: withLayer(layer), by: org.people[3] as Person, now: start, newId: (p: string) => p };
    return decideOncall(nothingEntered, command, given).refused?.detail ?? null;
  };
  const withLayer = (layer = org.schedules[0]?.layers[0]): Organisation => ({
    ...org,
    schedules: org.schedules.map((one) => ({ ...one, layers: layer === undefined ? [] : [layer] })),
  });
  const swapped = (between: [string, string], more: Partial<typeof place> = {}): OncallCommand => ({
    type: 'swap',
    between,
    ...place,
    ...more,
  });
  const three = { name: 'first', zone: 'UTC', hours: [], rotation: { ...rotation, people: ['ann', 'ben', 'cleo'] } };

  it('is refused, and told who has no turn where and when, when they have one, and what to do instead', () => {
    expect(said(swapped(['ben', 'cleo']), three)).toBe(
      'Neither ben nor cleo has a turn in first of desk from 2026-12-07 10:00 to 2026-12-07 11:00 (UTC). ' +
        'The next of ben begins 2026-12-14 09:00. The next of cleo begins 2026-12-21 09:00. ' +
        'Choose a time with a turn of one of them, or put one of them on call instead.',
    );
    expect(said(cover('cleo', 'ben'))).toBe(
      'ben has no turn in first of desk from 2026-12-07 10:00 to 2026-12-07 11:00 (UTC). ' +
        'The next of ben begins 2026-12-14 09:00. ' +
        'Choose a time with that turn, or put cleo on call in place of whoever has it.',
    );
    expect(said(cover('ann', 'cleo'))).toContain('cleo is not in its rotation.');
  });

  it('is judged by the layer, its zone and its hours: half-open, as everywhere', () => {
    const office = {
      ...three,
      zone: 'Asia/Singapore',
      hours: [{ days: ['mon' as const], from: '09:00', to: '17:00' }],
    };
    const night = { from: start + 12 * hour, to: start + 13 * hour };
    expect(said(swapped(['ann', 'ben'], night), three)).toBeNull();
    expect(said(swapped(['ann', 'ben'], night), office)).toContain('from 2026-12-08 05:00 to 2026-12-08 06:00 (Asia');
    expect(said(swapped(['ann', 'ben'], night), office)).toContain('The next of ben begins 2026-12-14 09:00.');
    const edge = start + 7 * day;
    expect(said(swapped(['ben', 'cleo'], { from: edge - hour, to: edge }), three)).toContain('Neither');
    expect(said(swapped(['ben', 'cleo'], { from: edge - hour, to: edge + 1 }), three)).toBeNull();
  });

  it('is also one before the rotation has begun', () => {
    const later = { ...three, rotation: { ...three.rotation, from: '2027-12-07T09:00' } };
    expect(said(swapped(['ann', 'ben']), later)).toContain('The next of ann begins 2027-12-07 09:00.');
    const muchLater = { ...three, rotation: { ...three.rotation, from: '2029-12-07T09:00' } };
    expect(said(swapped(['ann', 'ben']), muchLater)).toContain('ann has none in the 400 days after it.');
  });
});

describe('an absence', () => {
  it('takes somebody off the duty, by themselves or an administrator only', () => {
    const { does, onCall } = house();
    const absence: OncallCommand = { type: 'absence', personId: 'ann', from: start, to: start + day };
    expect(does('ben', absence)).toBe('not_entitled');
    expect(does('ann', absence)).toBe('AbsenceAdded');
    expect([onCall(start), onCall(start + day)]).toEqual(['ben', 'ann']);
    expect(does('ann', { type: 'withdraw', id: 'absence_1' })).toBe('AbsenceWithdrawn');
    expect(onCall(start)).toBe('ann');
    expect(does('ann', { type: 'withdraw', id: 'absence_1' })).toBe('not_found');
  });
});

it('what ended long ago is let go of', () => {
  const { does, count } = house();
  does('ben', cover('ben'));
  const later = start + 200 * day;
  does('ben', { ...cover('ben'), from: later, to: later + hour } as OncallCommand, later);
  expect(count()).toBe(1);
});

it('an organisation in which nothing was entered is the very same', () => {
  expect(withEntered(org, nothingEntered)).toBe(org);
});

it('what stands already is not entered a second time, and says whose it is', () => {
  const { does } = house();
  const absence = { type: 'absence' as const, personId: 'ann', from: start + hour, to: start + day };
  expect(does('ann', absence)).toBe('AbsenceAdded');
  expect(does('ann', absence)).toBe('invalid_request');
  expect(does('ann', { ...absence, to: start + 2 * day }), 'longer').toBe('AbsenceAdded');
  expect(does('ben', cover('ben'))).toBe('OverrideAdded');
  expect(does('ben', cover('ben'))).toBe('invalid_request');
  expect(does('ben', cover('ben', 'ann')), 'of one person only').toBe('OverrideAdded');
  const swap: OncallCommand = { type: 'swap', between: ['ann', 'ben'], ...place };
  expect(does('ann', swap)).toBe('ShiftsSwapped');
  expect(does('ann', swap)).toBe('invalid_request');
});
