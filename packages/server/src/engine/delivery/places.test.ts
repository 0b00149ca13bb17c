import { readFileSync } from 'node:fs';
import { compileControl, parseControl } from '@belay/control';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../domain/oncall/organisation.ts';
import type { Channel } from '../channel-ports.ts';
import type { Found, ShownCard } from './card-store.ts';
import { personAt, placesOf } from './places.ts';

const source = readFileSync(
  new URL('../../../../../controls/payment-approval.control.yaml', import.meta.url),
  'utf8',
).replace('{ tell: oncall:treasury, within: 15m }', '{ tell: role:treasury, via: [chat, mail], within: 15m }');
const parsed = parseControl(
  `${source}\nchannels: { chat: "#treasury", fax: "555" }\n`,
  'payment-approval.control.yaml',
);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const control = compileControl(parsed.control);

const person = (personId: string, addresses: Record<string, string>): Person => ({
  personId,
  name: personId,
  email: null,
  roles: ['treasury'],
  access: ['operator'],
  zone: 'UTC',
  addresses,
  absences: [],
  active: true,
});
const org = {
  people: [
    person('ann', { chat: 'U1', mail: 'ann@example.com' }),
    person('ben', { mail: 'ben@example.com' }),
    person('cleo', {}),
  ],
  schedules: [],
  zone: 'UTC',
};
const channel = (name: string): Channel =>
  ({ name, tell: async () => ({ kind: 'delivered', ref: { id: '1' } }) }) as never;
const channels = new Map([
  ['chat', channel('chat')],
  ['mail', channel('mail')],
]);

const found = (status: string, people: string[]): Found =>
  ({
    kind: 'case',
    kase: { status, to: 'treasury', rung: 0, told: [{ people }], declined: [] },
    run: {},
  }) as unknown as Found;
const shown = (channel: string, address: string, failed: boolean): ShownCard =>
  ({ channel, place: { kind: 'person', address }, failing: 'because', failed }) as ShownCard;
const situation = (more: { unhealthy?: string[]; cards?: ShownCard[]; paused?: [string, number][] } = {}) => ({
  control,
  org,
  now: 0,
  channels,
  unhealthy: new Set(more.unhealthy ?? []),
  freeAt: (channel: string) => new Map(more.paused ?? []).get(channel) ?? 0,
  cards: more.cards ?? [],
});
const addresses = (places: ReturnType<typeof placesOf>) =>
  places.wanted.map(({ channel, place }) => `${channel} ${place.address}`);

describe('where a case is shown', () => {
  it('is the rooms that are set up, and each person on the first channel of the rung on which they have an address', () => {
    expect(addresses(placesOf(found('open', ['ann', 'ben', 'cleo']), situation()))).toEqual([
      'chat #treasury',
      'chat U1',
      'mail ben@example.com',
    ]);
  });

  it('is nowhere new once somebody has taken it over', () => {
    expect(placesOf(found('claimed', ['ann']), situation())).toEqual({ wanted: [], unreached: false });
  });

  it('moves a person to their next channel when the first is shut, failed, or keeps them waiting', () => {
    const next = 'mail ann@example.com';
    expect(addresses(placesOf(found('open', ['ann']), situation({ unhealthy: ['chat'] })))).toContain(next);
    for (const failed of [true, false])
      expect(
        addresses(placesOf(found('open', ['ann']), situation({ cards: [shown('chat', 'U1', failed)] }))),
      ).toContain(next);
  });

  it('moves a person to their next channel when the first is paused beyond the rung, and nobody was told there yet', () => {
    const open = found('open', ['ann']);
    Object.assign((open as { kase: object }).kase, { nextRungAt: 900 });
    const at = (more: Parameters<typeof situation>[0]) => addresses(placesOf(open, situation(more))).slice(1);
    expect(at({ paused: [['chat', 900]] })).toEqual(['mail ann@example.com']);
    expect(at({ paused: [['chat', 899]] })).toEqual(['chat U1']);
    const there = { ...shown('chat', 'U1', false), failing: null, ref: { id: '1' } };
    expect(at({ paused: [['chat', 900]], cards: [there] })).toEqual(['chat U1']);
    expect(
      at({
        paused: [
          ['chat', 900],
          ['mail', 900],
        ],
      }),
    ).toEqual(['chat U1']);
  });

  it('is unreached only when nobody who has an address can be told by any channel, however long one waits', () => {
    const both = (failed: boolean) => [shown('chat', 'U1', true), shown('mail', 'ann@example.com', failed)];
    expect(placesOf(found('open', ['ann']), situation({ cards: both(true) })).unreached).toBe(true);
    expect(placesOf(found('open', ['ann']), situation({ cards: both(false) })).unreached).toBe(false);
    expect(placesOf(found('open', ['ann', 'ben']), situation({ cards: both(true) })).unreached).toBe(false);
    expect(placesOf(found('open', ['cleo']), situation()).unreached).toBe(false);
  });
});

describe('whose click it is', () => {
  it('is that of the one active person with the address, whatever its case, and otherwise nobody’s', () => {
    expect(personAt(org, 'mail', 'Ann@Example.com')?.personId).toBe('ann');
    expect(personAt(org, 'chat', 'U2')).toBeNull();
    expect(personAt({ ...org, people: org.people.map((one) => ({ ...one, active: false })) }, 'chat', 'U1')).toBeNull();
  });
});
