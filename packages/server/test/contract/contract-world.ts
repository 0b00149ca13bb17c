/** A Belay with one channel under test, a plain second one beside it, and the people linked to both. */
import type { JsonObject } from '@belay/protocol';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { CardRef, Channel, Place } from '../../src/engine/channel-ports.ts';
import { subjectKey } from '../../src/engine/delivery/cards.ts';
import { createWorld, invoice, sampleOrganisation, type World } from '../world.ts';
import type { Signing, Twin, TwinCard } from './twin.ts';

export type ChannelUnderTest = {
  channel: Channel;
  twin: Twin;
  /** an address for `channels:` of a control */
  room: string;
  /** people of the sample organisation by their address there; everybody else is a stranger */
  addresses: Record<string, string>;
  stranger: string;
};

/** Where the clock stands still, what waits for the rates of a vendor would, too. They have promises of their own (channel-pace.test.ts). */
export const unpaced = ({ rates: _rates, ...channel }: Channel): Channel => channel;

/** A channel in memory: where people are told when the one under test cannot. */
export const memoryChannel = () => {
  const cards: { place: Place; ref: CardRef; payload: JsonObject; lines: string[] }[] = [];
  const notices: { place: Place; text: string }[] = [];
  const channel: Channel = {
    name: 'memory',
    title: 'Memory',
    render: (card) => ({ state: card.state, who: card.who, sentence: card.sentence }),
    post: async (place, payload, subject) => {
      const ref = { id: `${subjectKey(subject)} ${place.address}` };
      cards.push({ place, ref, payload, lines: [] });
      return { kind: 'delivered', ref };
    },
    update: async (ref, payload) => {
      const found = cards.find((card) => card.ref.id === ref.id);
      if (found === undefined) return { kind: 'gone', because: 'it is not there' };
      found.payload = payload;
      return { kind: 'delivered', ref };
    },
    tell: async (place, text) => {
      notices.push({ place, text });
      return { kind: 'delivered', ref: { id: 'notice' } };
    },
  };
  return { channel, cards, notices };
};

const people = ['amelie', 'bruno', 'chidi', 'dana', 'emre'];

const organisation = ({ channel, addresses }: ChannelUnderTest, withMemory: boolean) => {
  const org = sampleOrganisation();
  return {
    ...org,
    people: org.people.map((person) => ({
      ...person,
      addresses: {
        ...(addresses[person.personId] === undefined ? {} : { [channel.name]: addresses[person.personId] ?? '' }),
        ...(withMemory && people.includes(person.personId) ? { memory: `memory-${person.personId}` } : {}),
      },
    })),
  };
};

/** What stands over there now. */
const seen = (twin: Twin, room: string) => ({
  /** The cards that show a text, of the room or of one person. */
  card: (text: string, where: string = room): TwinCard => {
    const found = twin.cards().filter((card) => card.text.includes(text) && card.where === where);
    if (found.length !== 1)
      throw new Error(
        `${found.length} cards show "${text}" in ${where}: ${JSON.stringify(twin.cards().map((c) => [c.where, c.text]))}`,
      );
    return found[0] as TwinCard;
  },
  cards: (text: string): TwinCard[] => twin.cards().filter((card) => card.text.includes(text)),
});

/** What is true in the inbox now, and what was written down. */
const reading = (world: World) => ({
  caseNow: async (caseId: string) => (await (await world.person('dana')).call('getCase', { params: { caseId } })).body,
  approvalNow: async (approvalId: string) =>
    (await (await world.person('dana')).call('getApproval', { params: { approvalId } })).body,
  entries: async (type: string): Promise<JsonObject[]> =>
    (
      await world.pool.query<{ event: JsonObject }>('SELECT event FROM entries WHERE type = $1 ORDER BY position', [
        type,
      ])
    ).rows.map((row) => row.event),
});

const linking = (world: World, channel: string) => ({
  /** Somebody who may take over, with this mail address; their account is not linked. */
  entitle: async (personId: string, email: string | null): Promise<void> => {
    const { house, applyOrganisation } = world.app.services;
    const { applied } = await house.organisationParts();
    const people = applied.people.map((person) =>
      person.personId === personId ? { ...person, email, roles: [...person.roles, 'treasury-lead'] } : person,
    );
    await applyOrganisation({ ...applied, people }, { kind: 'system', id: 'test' });
  },
  /** Nobody is at this person's account any more; answers how it is undone. */
  unlink: async (personId: string): Promise<() => Promise<void>> => {
    const by = { kind: 'system', id: 'test' } as const;
    const { house, applyOrganisation } = world.app.services;
    const before = (await house.organisationParts()).applied;
    const people = before.people.map((person) =>
      person.personId === personId ? { ...person, addresses: {} } : person,
    );
    await applyOrganisation({ ...before, people }, by);
    return async () => void (await applyOrganisation(before, by));
  },
  /** An administrator links an account to a person, who may take over from then on; answers how it is undone. */
  link: async (personId: string, address: string): Promise<() => Promise<void>> => {
    const by = { kind: 'system', id: 'test' } as const;
    const { house, applyOrganisation } = world.app.services;
    const before = (await house.organisationParts()).applied;
    const people = before.people.map((person) =>
      person.personId === personId
        ? {
            ...person,
            roles: [...person.roles, 'treasury-lead'],
            addresses: { ...person.addresses, [channel]: address },
          }
        : person,
    );
    await applyOrganisation({ ...before, people }, by);
    return async () => void (await applyOrganisation(before, by));
  },
});

type Handed = { vendor?: JsonObject; erp?: JsonObject; words?: string };

export type ContractWorld = Awaited<ReturnType<typeof contractWorld>>;

export const contractWorld = async (under: ChannelUnderTest, { withMemory = false, via = '' } = {}) => {
  const { channel, twin, room, addresses } = under;
  const memory = memoryChannel();
  const world: World = await createWorld({
    controls: ['payment-approval'],
    channels: withMemory ? [unpaced(channel), memory.channel] : [unpaced(channel)],
    organisation: organisation(under, withMemory),
    edit: (text) => {
      const source = text.replace('from: role:treasury-lead\n', 'from: role:treasury-lead\n    dwell: 30s\n');
      return `${via === '' ? source : source.replaceAll('{ tell: oncall:treasury,', `{ tell: oncall:treasury, via: [${via}],`)}\nchannels: { ${channel.name}: ${JSON.stringify(room)} }\n`;
    },
  });
  twin.useClock?.(world.clock.now);
  const agent = await world.agent('pay-bot', ['payment-approval']);
  const signing = (personId: string, more: Partial<Signing> = {}): Signing => ({
    by: addresses[personId] ?? personId,
    at: world.clock.now(),
    ...more,
  });

  const gate = async (id: string, changes: Parameters<typeof invoice>[2], words?: string) => {
    const args = invoice(world.records, id, changes);
    const { body } = await agent.call('startRun', {
      body: { control: 'payment-approval', subject: { invoiceId: id } },
    });
    const { runId } = body.run;
    const gated = await agent.call('gate', {
      params: { runId },
      body: {
        epoch: 1,
        step: 'release-payment',
        arguments: args,
        key: 'pay',
        ...(words === undefined ? {} : { words }),
      },
    });
    return { runId, gated: gated.body, args };
  };

  return {
    ...under,
    world,
    agent,
    memory,
    signing,
    gate,
    /** where a card for amelie stands: in the room, and with her where the channel reaches people */
    places: [room, ...(channel.tell === undefined ? [] : [addresses.amelie ?? ''])],
    /** A case that treasury is asked about: a beneficiary known for three days. */
    handOff: async (id: string, { vendor = {}, erp = {}, words }: Handed = {}) => {
      const { runId, gated } = await gate(id, { vendor: { ageDays: 3, ...vendor }, erp }, words);
      if (gated.kind !== 'handoff') throw new Error(JSON.stringify(gated));
      await world.app.deliverOwed();
      return { runId, caseId: gated.caseId };
    },
    /** Treasury signs, and only after reading: the control says so. */
    askToRead: async (id: string) => {
      const { gated } = await gate(id, { erp: { amount: 'USD 70.00' } });
      if (gated.kind !== 'pause') throw new Error(JSON.stringify(gated));
      await world.app.deliverOwed();
      return { approvalId: gated.approvalIds[0] ?? '' };
    },
    askApproval: async (id: string) => {
      const { runId, gated } = await gate(id, { erp: { amount: 'EUR 700.00' } });
      if (gated.kind !== 'pause') throw new Error(JSON.stringify(gated));
      await world.app.deliverOwed();
      return { runId, approvalId: gated.approvalIds[0] ?? '' };
    },
    ...linking(world, channel.name),
    ...seen(twin, room),
    /** Hands a delivery to Belay, lets it be processed and everything owed be shown. */
    deliver: async (request: Request): Promise<Response> => {
      const response = await world.app.fetch(request.clone());
      await world.app.takeIn();
      await twin.heard?.(request, response.clone());
      await world.app.deliverOwed();
      return response;
    },
    ...reading(world),
    close: async () => {
      await world.close();
      await twin.close();
    },
  };
};

/** Faults that cannot happen on a channel, or single promises that it cannot break, each with the reason. */
export type Skips = Partial<Record<string, string>>;
export type Contract = { name: string; make: () => Promise<ChannelUnderTest>; skips?: Skips };

const faultOf = (title: string): string => /^C\d+/.exec(title)?.[0] ?? '';

const withWorld = (make: Contract['make'], options: Parameters<typeof contractWorld>[1] = {}) => {
  let world: ContractWorld | undefined;
  beforeAll(async () => {
    world = await contractWorld(await make(), options);
  });
  afterAll(() => world?.close());
  return (): ContractWorld => {
    if (world === undefined) throw new Error('the world did not start');
    return world;
  };
};

export type At = () => ContractWorld;
/** A promise and the test that holds it to the channel. */
export type Promises = Record<string, (at: At) => Promise<void>>;

/** Tests the promises on one world, without those that this channel says cannot break there. */
export const keeps = (
  { name, make, skips = {} }: Contract,
  about: string,
  promises: Promises,
  options: (name: string) => Parameters<typeof contractWorld>[1] = () => ({}),
): void =>
  void describe(`${name}: ${about}`, () => {
    const at = withWorld(make, options(name));
    for (const [title, work] of Object.entries(promises)) {
      const reason = skips[faultOf(title)] ?? skips[title];
      if (reason === undefined) it(title, () => work(at));
      else it.skip(`${title} (${reason})`, () => work(at));
    }
  });
