/**
 * Takes in what channels deliver: verified on the raw bytes, stored raw, acknowledged, then processed once. A channel
 * that is not set up answers 503, so that nobody mistakes silence for consent.
 */
import type { Json } from '@belay/protocol';
import type { Answer, Ask, Channel, HttpAnswer, Listens, RawRequest } from './channel-ports.ts';
import { answerReading } from './inbound-list.ts';
import type { InboundPorts, InboundRow, RawDelivery } from './inbound-ports.ts';
import { answerPress, isOurs } from './inbound-press.ts';
import { backoffMs, leaseMs } from './outbox.ts';

const attemptsMax = 20;
/** Not needed after verification, and worth stealing. */
const unkept = new Set(['authorization', 'cookie', 'proxy-authorization']);

const text = (status: number, body: string): HttpAnswer => ({
  status,
  headers: { 'content-type': 'text/plain' },
  body,
});

const kept = ({ headers, body, ...request }: RawRequest): RawDelivery => ({
  request: {
    ...request,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !unkept.has(name))),
    body: Buffer.from(body).toString('base64'),
  },
});

const reopened = ({ body, ...request }: Extract<RawDelivery, { request: unknown }>['request']): RawRequest => ({
  ...request,
  body: Buffer.from(body, 'base64'),
});

const listens = (channel: Channel | undefined): channel is Channel & Listens =>
  channel?.verify !== undefined && channel.parse !== undefined && channel.answer !== undefined;

const answerOf = (ports: InboundPorts, channel: Channel, ask: Ask, key: string): Promise<Answer | null> =>
  ask.kind === 'press' ? answerPress(ports, { channel, press: ask, key }) : answerReading(ports, channel, ask);

/** Answers each ask of one delivery. A reply that cannot be given is no reason to decide again. */
const answerAll = async (
  ports: InboundPorts,
  channel: Channel,
  asks: Ask[],
  deliveryId: string,
): Promise<HttpAnswer | null> => {
  let http: HttpAnswer | null = null;
  for (const [index, ask] of asks.entries()) {
    if (!isOurs(channel, ask)) {
      ports.log.warn({ channel: channel.name, workspace: ask.presser.workspace }, 'a delivery of a foreign workspace');
      continue;
    }
    const answer = await answerOf(ports, channel, ask, `${deliveryId}#${index}`);
    if (answer === null) continue;
    try {
      http = (await channel.answer?.(ask, answer)) ?? http;
    } catch (error) {
      ports.log.warn({ error, channel: channel.name }, 'the presser could not be answered');
    }
  }
  return http;
};

const readBack = async (ports: InboundPorts, channel: Channel, hint: never): Promise<void> => {
  const found = (await channel.readBack?.(hint)) ?? [];
  for (const { deliveryId, asks } of found)
    await ports.inbound.store(channel.name, deliveryId, { asks } as unknown as Json, ports.clock.now());
};

const work = async (ports: InboundPorts, row: InboundRow): Promise<HttpAnswer | null> => {
  const channel = ports.channels.get(row.channel);
  if (channel === undefined) return null;
  if ('asks' in row.raw) return answerAll(ports, channel, row.raw.asks, row.deliveryId);
  const parsed = channel.parse?.(reopened(row.raw.request));
  if (parsed?.kind === 'hint') await readBack(ports, channel, parsed.hint as never);
  return parsed?.kind === 'delivery' ? answerAll(ports, channel, parsed.asks, row.deliveryId) : null;
};

const processRow = async (ports: InboundPorts, row: InboundRow): Promise<HttpAnswer | null> => {
  const { inbound, clock, log } = ports;
  try {
    const answer = await work(ports, row);
    await inbound.done(row, clock.now());
    return answer;
  } catch (error) {
    const again = row.attempts >= attemptsMax ? null : clock.now() + backoffMs(row.attempts);
    log.error({ error, channel: row.channel, deliveryId: row.deliveryId, again }, 'a delivery could not be processed');
    await inbound.failed(row, String(error), again);
    return null;
  }
};

/** Processes what was stored and is not done. */
export const processInbound = async (ports: InboundPorts): Promise<void> => {
  for (;;) {
    const rows = await ports.inbound.take(ports.clock.now(), leaseMs, 20);
    if (rows.length === 0) return;
    await Promise.all(rows.map((row) => processRow(ports, row)));
  }
};

/** Asks the surfaces that do not tell by themselves. */
export const pollChannel = async (ports: InboundPorts, channel: Channel): Promise<void> => {
  const { poll, pollEveryMs, name } = channel;
  if (poll === undefined || pollEveryMs === undefined) return;
  const now = ports.clock.now();
  const state = (await ports.cards.channels()).find((one) => one.name === name);
  if (now - (state?.polledAt ?? Number.NEGATIVE_INFINITY) < pollEveryMs) return;
  const { deliveries, cursor } = await poll(state?.cursor ?? null);
  for (const { deliveryId, asks } of deliveries)
    await ports.inbound.store(name, deliveryId, { asks } as unknown as Json, now);
  await ports.cards.polled(name, cursor, now);
};

export type Receive = (name: string, raw: RawRequest) => Promise<HttpAnswer>;

/** The door of every channel. `refused` counts what did not verify; `wake` hurries the processing. */
export const createReceive = (
  ports: InboundPorts,
  wake: () => void,
): { receive: Receive; refusals: Map<string, number> } => {
  const refusals = new Map<string, number>();

  const stored = async (channel: Channel & Listens, raw: RawRequest): Promise<HttpAnswer> => {
    const parsed = channel.parse(raw);
    if (parsed.kind === 'nothing') return parsed.answer ?? text(200, '');
    if (parsed.kind === 'handshake') return parsed.answer;
    const { deliveryId, ack } = parsed;
    const now = ports.clock.now();
    const dueAt = channel.answersInline ? now + leaseMs : now;
    const fresh = await ports.inbound.store(channel.name, deliveryId, kept(raw) as unknown as Json, now, dueAt);
    if (!fresh) return ack;
    if (!channel.answersInline) {
      wake();
      return ack;
    }
    const row = { channel: channel.name, deliveryId, raw: kept(raw), attempts: 1 };
    return (await processRow(ports, row)) ?? ack;
  };

  const receive: Receive = async (name, raw) => {
    const channel = ports.channels.get(name);
    if (channel === undefined)
      return ports.known.includes(name)
        ? text(503, `The channel ${name} is not set up here.`)
        : text(404, `There is no channel ${name}.`);
    if (!listens(channel)) return text(404, `${channel.title} does not take in anything.`);
    const verified = await channel.verify(raw, ports.clock.now());
    if (!verified.ok) {
      refusals.set(name, (refusals.get(name) ?? 0) + 1);
      ports.log.warn({ channel: name, because: verified.because }, 'a delivery was refused');
      return text(401, 'refused');
    }
    return stored(channel, raw);
  };
  return { receive, refusals };
};
