/** A follow-the-sun team with a life: three offices, absences, overrides and swapped weeks, all drawn from a seed. */
import { type CompiledControl, compileControl, parseControl } from '@belay/control';
import { weekdays } from '../../src/domain/oncall/hours.ts';
import type { Organisation, Person } from '../../src/domain/oncall/organisation.ts';
import { type Layer, type Override, swap } from '../../src/domain/oncall/schedule.ts';
import { day, hour } from '../../src/domain/oncall/wallclock.ts';
import type { Chance } from '../chance.ts';

const source = `
control: refunds
about: Gives money back to customers, around the clock.
owner: role:owners
subject: { id: string }
facts:
  amount: { from: args, type: money, currency: [EUR], min: 0.01, max: 100000.00 }
  odd: { from: agent, type: bool }
  customer: { from: lookup, source: crm, at: /name, type: string }
steps:
  refund: { risk: high, effect: irreversible, arguments: { amount: money, to: string }, editable: [amount] }
rules:
  - { id: small, at: refund, when: amount <= EUR 100.00, then: continue, because: "{amount} is small." }
  - { id: large, at: refund, when: amount > EUR 100.00, then: approval, by: sign-off, because: "{amount} needs signatures." }
  - { id: odd, at: refund, when: odd, then: handoff, to: sun, because: "{customer} is odd." }
approvals:
  sign-off: { quorum: 2, from: role:signers, exclude: [requester], within: 8h, on-expiry: handoff to sun }
ladders:
  sun: [{ tell: oncall:sun, within: 15m }, { tell: role:leads, within: 2h working }, { tell: role:owners, repeat: 1h }, { repeat: 1 }]
  after-claim: { idle: 2h, then: remind }
stuck: { idle: 10m, same-step: 4, attempts: 3, steps: 50, time: 12h, outage: 30m }
priority: [{ when: amount <= EUR 90.00, add: -10, because: it is small }]
`;

/** What must never leave the place it is kept in: I12 looks for it in all that is recorded and shown. */
export const secret = 'hunter2-f00d';
/** A record as a system of record gives it: with more than the control declares. */
export const customer = {
  crm: { ok: true as const, value: { name: 'Ada', token: secret, notes: [{ card: secret }] } },
};

const parsed = parseControl(source, 'refunds.control.yaml');
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
export const control: CompiledControl = compileControl(parsed.control);

const offices = [
  { name: 'asia', zone: 'Asia/Singapore', people: ['aiko', 'arun', 'ayu'] },
  { name: 'europe', zone: 'Europe/Paris', people: ['elena', 'emil', 'eva'] },
  { name: 'americas', zone: 'America/New_York', people: ['abby', 'alvaro', 'andre'] },
];
const firstDay = '2026-01-05T08:00';

const absencesOf = (chance: Chance, from: number, to: number): Person['absences'] => {
  const absences: Person['absences'] = [];
  for (let at = from + chance.wait(90 * day); at < to; at += chance.wait(90 * day)) {
    const end = at + day * (1 + chance.whole(14));
    absences.push({ from: Math.round(at), to: Math.round(end) });
    at = end;
  }
  return absences;
};

const personOf = (chance: Chance, personId: string, zone: string, index: number, span: [number, number]): Person => ({
  personId,
  name: personId,
  email: null,
  roles: [index === 0 ? 'leads' : 'signers', ...(index === 2 ? ['owners'] : [])],
  access: personId === 'eva' ? ['operator', 'admin'] : ['operator'],
  zone,
  addresses: { webhook: `https://hooks.example/${secret}` },
  absences: absencesOf(chance, ...span),
  quiet: [{ days: [...weekdays], from: '21:00', to: '07:00' }],
  active: true,
});

const overridesOf = (chance: Chance, layers: Layer[], from: number, to: number): Override[] => {
  const overrides: Override[] = [];
  for (let at = from + chance.wait(20 * day); at < to; at += chance.wait(20 * day)) {
    const layer = chance.pick(layers);
    const [one = '', other = ''] = layer.rotation.people;
    const interval = { from: Math.round(at), to: Math.round(at + hour * (1 + chance.whole(72))) };
    if (chance.happens(0.5)) overrides.push(...swap(layer.name, [one, other], interval, 'swapped', one));
    else
      overrides.push({ layer: layer.name, personId: other, ...interval, replaces: null, because: 'cover', by: other });
  }
  return overrides;
};

/** The middle layer is missing on weekends, so that there are gaps which the ladder has to pass. */
export const teamOf = (chance: Chance, from: number, to: number): Organisation => {
  const layers = offices.map(({ name, zone, people }): Layer => {
    const days =
      name === 'europe'
        ? (['mon', 'tue', 'wed', 'thu', 'fri'] as const)
        : (['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const);
    return {
      name,
      zone,
      rotation: { people, from: firstDay, turnMs: 7 * day },
      hours: [{ days: [...days], from: '08:00', to: '17:00' }],
    };
  });
  const people = offices.flatMap(({ people: names, zone }) =>
    names.map((personId, index) => personOf(chance, personId, zone, index, [from, to])),
  );
  const overrides = overridesOf(chance, layers, from, to);
  return {
    zone: 'UTC',
    people,
    hours: [{ days: weekdays.slice(0, 5), from: '09:00', to: '17:00' }],
    schedules: [{ name: 'sun', about: 'around the clock', zone: 'UTC', layers, overrides }],
  };
};
