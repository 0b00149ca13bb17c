/** The channels at work: planning what is shown where, one loop of deliveries a channel, what comes in, what is polled. */
import type { AnswerOf } from '@belay/protocol';
import type { Refusal } from '../../domain/decided.ts';
import { type Person, readerOf } from '../../domain/oncall/organisation.ts';
import type { Channel, Connection } from '../channel-ports.ts';
import { pollMs } from '../due.ts';
import type { Entering } from '../entering.ts';
import { confirmLink, lookAtLink, unknownAccounts } from '../inbound/account-links.ts';
import { createReceive, processInbound, type Receive } from '../inbound/inbound.ts';
import type { InboundPorts } from '../inbound/ports.ts';
import { pollChannel } from '../inbound/read.ts';
import type { Loop, StartLoop } from '../loop.ts';
import type { Queries } from '../queries.ts';
import type { Found } from './card-store.ts';
import { approvalCard, type Card, caseCard, type Subject } from './cards.ts';
import { channelHealth, examineChannels } from './channel-health.ts';
import { deliverTo } from './deliver.ts';
import { planOwed } from './plan.ts';
import type { DeliverPorts } from './ports.ts';

type Given = Omit<DeliverPorts, 'find' | 'cardOf' | 'entriesOf'> &
  Omit<InboundPorts, 'find' | 'cardOf' | 'queries'> &
  Pick<Entering, 'changeOncall'> & {
    startLoop: StartLoop;
    queries: Pick<Queries, 'getCase' | 'getApproval' | 'listCases' | 'listApprovals' | 'entriesOf'>;
  };

/** Unknown accounts becoming somebody's. */
export type AccountLinks = {
  look(token: string, person: Person): Promise<AnswerOf<'lookAtAccountLink'> | { refused: Refusal }>;
  confirm(token: string, person: Person): Promise<AnswerOf<'confirmAccountLink'> | { refused: Refusal }>;
  unknown(): Promise<AnswerOf<'listUnknownAccounts'>>;
};

export type ChannelWork = {
  /** what edges ask */
  asked: {
    receive: Receive;
    accountLinks: AccountLinks;
    channelHealth: () => Promise<AnswerOf<'listChannels'>['items']>;
    examineChannels: () => Promise<AnswerOf<'listChannels'>['items']>;
  };
  /** deliveries that did not verify, by channel, since the start */
  refusals: ReadonlyMap<string, number>;
  /** everything that is owed and due now; the loops do the same by themselves */
  deliver: () => Promise<void>;
  /** everything that came in and is due now */
  takeIn: () => Promise<void>;
  /** opens the connections of channels that connect themselves; starting does the same */
  connect: () => void;
  /** something may be owed */
  wake: () => void;
  start: () => void;
  stop: () => Promise<void>;
};

const finds =
  ({ queries }: Given): DeliverPorts['find'] =>
  async ({ kind, id }: Subject): Promise<Found | null> => {
    if (kind === 'case') {
      const row = await queries.getCase(id);
      return row === null ? null : { kind, ...row };
    }
    const row = await queries.getApproval(id);
    return row === null ? null : { kind, ...row };
  };

const makesCards =
  ({ house, clock, url }: Given): DeliverPorts['cardOf'] =>
  async (found, personId): Promise<Card> => {
    const org = await house.organisation();
    const context = { org, url, reader: readerOf(org, personId) };
    if (found.kind === 'case') return caseCard(found.kase, found.run, context);
    const { control } = await house.known.control(found.run.control.name, found.run.control.version);
    const known = control.steps.find((step) => step.name === found.approval.step);
    const { risk, effect } = known ?? { risk: 'high', effect: 'irreversible' };
    return approvalCard(found.approval, found.run, { risk, effect }, clock.now(), context);
  };

export const createChannelWork = (given: Given): ChannelWork => {
  const { log, queries, startLoop } = given;
  const ports = { ...given, find: finds(given), cardOf: makesCards(given), entriesOf: queries.entriesOf };
  const channels: Channel[] = [...given.channels.values()];
  let loops: Loop[] = [];
  let connections: Connection[] = [];
  let wakeDeliveries = (): void => undefined;
  let wakePlan = (): void => undefined;
  let wakeInbound = (): void => undefined;
  const { receive, connected, refusals } = createReceive(ports, () => wakeInbound());

  const plan = async (): Promise<number> => {
    const planned = await planOwed(ports);
    if (planned > 0) wakeDeliveries();
    return planned;
  };
  /** A delivery may owe a new plan (another channel, the next rung) and a plan new deliveries, until all is quiet. */
  const deliver = async (): Promise<void> => {
    for (let planned = 1; planned > 0; ) {
      planned = await planOwed(ports);
      await Promise.all(channels.map((channel) => deliverTo(ports, channel)));
    }
  };
  const takeIn = async (): Promise<void> => {
    const asked = await Promise.allSettled(channels.map((channel) => pollChannel(ports, channel)));
    for (const [index, one] of asked.entries())
      if (one.status === 'rejected') log.warn({ error: one.reason, channel: channels[index]?.name }, 'polling failed');
    await processInbound(ports);
  };

  const connect = (): void => {
    connections = channels.flatMap(({ name, connect: open }) => {
      const trouble = (because: string): void => log.warn({ channel: name, because }, 'a connection has trouble');
      return open?.({ take: (raw) => connected(name, raw), trouble }) ?? [];
    });
  };

  const start = (): void => {
    const planning = startLoop('planning cards', pollMs, plan);
    const lanes = channels.map((channel) =>
      startLoop(`delivering to ${channel.name}`, pollMs, () => deliverTo(ports, channel)),
    );
    const incoming = startLoop('taking in deliveries', pollMs, () => processInbound(ports));
    const polling = channels.map((channel) =>
      startLoop(`polling ${channel.name}`, pollMs, () => pollChannel(ports, channel)),
    );
    wakePlan = planning.wake;
    wakeInbound = incoming.wake;
    wakeDeliveries = () => {
      for (const lane of lanes) lane.wake();
    };
    loops = [planning, ...lanes, incoming, ...polling];
    connect();
  };

  const accountLinks: AccountLinks = {
    look: (token, person) => lookAtLink(ports, token, person),
    confirm: (token, person) => confirmLink(ports, token, person),
    unknown: () => unknownAccounts(ports),
  };
  return {
    asked: {
      receive,
      accountLinks,
      channelHealth: () => channelHealth({ ...ports, refusals }),
      examineChannels: () => examineChannels({ ...ports, refusals }),
    },
    refusals,
    deliver,
    takeIn,
    connect,
    wake: () => wakePlan(),
    start,
    stop: async () => {
      await Promise.all(connections.map((connection) => connection.close()));
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
};
