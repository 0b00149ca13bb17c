/**
 * Takes in what channels deliver: verified on the raw bytes, stored raw, acknowledged, then processed once. A channel
 * that is not set up answers 503, so that nobody mistakes silence for consent.
 */
import type { Json } from '@belay/protocol';
import type { Answer, Ask, Channel, HttpAnswer, Listens, Parsed, Press, RawRequest } from '../channel-ports.ts';
import { createMemory } from '../memory.ts';
import { backoffMs, leaseMs } from '../outbox.ts';
import { needsForm, withTyped } from './forms.ts';
import { answerReading } from './list.ts';
import type { InboundPorts, InboundRow, RawDelivery } from './ports.ts';
import { answerPress, isOurs, isUnlinked } from './press.ts';
import { readCards, showAgain, tellPresser, tellPrivately } from './read.ts';

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

const answerOf = async (
  ports: InboundPorts,
  channel: Channel,
  ask: Ask,
  { deliveryId, lastError }: InboundRow,
  index: number,
): Promise<Answer | null> => {
  if (ask.kind !== 'press') return answerReading(ports, channel, ask);
  if (lastError === unlinked && needsForm(ask)) return pressAgain;
  return answerPress(ports, { channel, press: ask, key: `${deliveryId}#${index}`, deliveryId });
};

const unlinked = 'the account of the presser is not linked to a person';
/** A form opens in the moment of the press; the one that was pressed before is over. */
const pressAgain: Answer = {
  kind: 'said',
  ok: false,
  text: 'Your account is linked now. This button asks for words: press it again.',
  card: null,
};

type Answered = {
  http: HttpAnswer | null;
  answers: Answer[];
  /** something was asked and nothing changed */
  refused: boolean;
  /** the account of a presser is not linked: pressed again for them when it is, as long as they remember */
  waits: boolean;
};

const waitMs = 60_000;
const waitsMost = 15;

/** The answer of the vendor's own request, as long as somebody waits for it. */
type Turn = { isOver: boolean; http: HttpAnswer | null };
const newTurn = (isOver: boolean): Turn => ({ isOver, http: null });

/** What was typed is told with why it did not count, where the form itself cannot say it any more. */
const plainly = (answer: Answer): Answer => {
  if (answer.kind !== 'said' || answer.refusedForm === undefined) return answer;
  const { refusedForm, ...said } = answer;
  return { ...said, text: withTyped(said.text, refusedForm) };
};

/** Where the presser reads it: not in public, and not in the answer to a request that was over before they were linked. */
const reply = async (
  ports: InboundPorts,
  channel: Channel,
  { ask, answer: given, late, turn }: { ask: Ask; answer: Answer; late: boolean; turn: Turn },
): Promise<HttpAnswer | null> => {
  const answer = turn.isOver ? plainly(given) : given;
  if (late && channel.answersInline && (await tellPresser(ports, channel, ask, answer))) return null;
  if (channel.answersInPublic && (await tellPrivately(ports, channel, ask, answer))) return null;
  try {
    return (await channel.answer?.(ask, answer)) ?? null;
  } catch (error) {
    ports.log.warn({ error, channel: channel.name }, 'the presser could not be answered');
    return null;
  }
};

/** Answers each ask of one delivery. A reply that cannot be given is no reason to decide again. */
const answerAll = async (
  ports: InboundPorts,
  channel: Channel,
  { asks, row, turn }: { asks: Ask[]; row: InboundRow; turn: Turn },
): Promise<Answered> => {
  const all: Answered = { http: null, answers: [], refused: false, waits: false };
  for (const [index, ask] of asks.entries()) {
    if (!isOurs(channel, ask)) {
      ports.log.warn({ channel: channel.name, workspace: ask.presser.workspace }, 'a delivery of a foreign workspace');
      continue;
    }
    if (ask.kind === 'press' && (await isUnlinked(ports, channel, ask))) {
      all.waits = true;
      if (row.lastError === unlinked) continue;
    }
    const answer = await answerOf(ports, channel, ask, row, index);
    if (answer === null) continue;
    all.answers.push(plainly(answer));
    all.refused ||= answer.kind === 'said' && !answer.ok;
    all.http = (await reply(ports, channel, { ask, answer, late: row.lastError === unlinked, turn })) ?? all.http;
    turn.http = all.http;
  }
  return all;
};

const nobody: Answered = { http: null, answers: [], refused: false, waits: false };

const work = async (ports: InboundPorts, row: InboundRow, turn: Turn): Promise<Answered> => {
  const channel = ports.channels.get(row.channel);
  if (channel === undefined) return nobody;
  if ('asks' in row.raw) {
    const answered = await answerAll(ports, channel, { asks: row.raw.asks, row, turn });
    if (answered.refused) await showAgain(ports, channel, row.raw.card);
    return answered;
  }
  const parsed = channel.parse?.(reopened(row.raw.request));
  if (parsed?.kind === 'hint') await readCards(ports, channel, parsed.changed);
  return parsed?.kind === 'delivery' ? answerAll(ports, channel, { asks: parsed.asks, row, turn }) : nobody;
};

const processRow = async (ports: InboundPorts, row: InboundRow, turn = newTurn(true)): Promise<Answered> => {
  const { inbound, clock, log } = ports;
  try {
    const answered = await work(ports, row, turn);
    if (answered.waits && row.attempts <= waitsMost) await inbound.failed(row, unlinked, clock.now() + waitMs);
    else await inbound.done(row, clock.now());
    return answered;
  } catch (error) {
    const again = row.attempts >= attemptsMax ? null : clock.now() + backoffMs(row.attempts);
    log.error({ error, channel: row.channel, deliveryId: row.deliveryId, again }, 'a delivery could not be processed');
    await inbound.failed(row, String(error), again);
    return nobody;
  }
};

/** The presses of a delivery as it was stored. */
export const pressesOf = (channel: Channel, raw: RawDelivery): Press[] => {
  const parsed = 'asks' in raw ? null : channel.parse?.(reopened(raw.request));
  const asks = 'asks' in raw ? raw.asks : parsed?.kind === 'delivery' ? parsed.asks : [];
  return asks.filter((ask) => ask.kind === 'press');
};

/** Decides a delivery now that waits for its account to be linked; what its presser is told. */
export const replay = async (ports: InboundPorts, channel: string, deliveryId: string): Promise<Answer[]> => {
  const row = await ports.inbound.waiting(channel, deliveryId);
  return row === null ? [] : (await processRow(ports, { ...row, lastError: unlinked })).answers;
};

/** Processes what was stored and is not done. */
export const processInbound = async (ports: InboundPorts): Promise<void> => {
  for (;;) {
    const rows = await ports.inbound.take(ports.clock.now(), leaseMs, 20);
    if (rows.length === 0) return;
    await Promise.all(rows.map((row) => processRow(ports, row)));
  }
};

/** What the work answers, or null when that takes longer than the vendor waits; then it goes on by itself. */
const inTurn = async (work: (turn: Turn) => Promise<Answered>, withinMs?: number): Promise<HttpAnswer | null> => {
  const turn = newTurn(false);
  const working = work(turn);
  if (withinMs === undefined) return (await working).http;
  let timer: NodeJS.Timeout | undefined;
  const waiting = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      turn.isOver = true;
      // Nobody waits for it any more: what could not be done is taken again, when its lease is over.
      working.catch(() => undefined);
      resolve();
    }, withinMs);
  });
  await Promise.race([working, waiting]);
  clearTimeout(timer);
  return turn.http;
};

/** Longer than a vendor or an impatient finger sends the same again; what was typed is not kept beyond that. */
const answersMost = 200;

export type Receive = (name: string, raw: RawRequest) => Promise<HttpAnswer>;

/** The door of every channel. `refused` counts what did not verify; `wake` hurries the processing. */
export const createReceive = (
  ports: InboundPorts,
  wake: () => void,
): { receive: Receive; connected: Receive; refusals: Map<string, number> } => {
  const refusals = new Map<string, number>();
  const answers = createMemory<Promise<HttpAnswer>>({ most: answersMost });

  const takeIn = async (
    channel: Channel & Listens,
    raw: RawRequest,
    parsed: Extract<Parsed, { deliveryId: string }>,
  ): Promise<HttpAnswer> => {
    const { deliveryId, ack } = parsed;
    const withinMs = parsed.kind === 'delivery' ? parsed.withinMs : undefined;
    const answered = channel.answersInline || withinMs !== undefined;
    const now = ports.clock.now();
    const dueAt = answered ? now + leaseMs : now;
    const fresh = await ports.inbound.store(channel.name, deliveryId, kept(raw) as unknown as Json, now, dueAt);
    if (!fresh) return ack;
    if (!answered) {
      wake();
      return ack;
    }
    const row = { channel: channel.name, deliveryId, raw: kept(raw), attempts: 1, lastError: null };
    return (await inTurn((turn) => processRow(ports, row, turn), withinMs)) ?? ack;
  };

  /** The same delivery again gets the same answer, here; where only the database knows it, that it was taken in. */
  const stored = (channel: Channel & Listens, raw: RawRequest): Promise<HttpAnswer> => {
    const parsed = channel.parse(raw);
    if (parsed.kind === 'nothing') return Promise.resolve(parsed.answer ?? text(200, ''));
    if (parsed.kind === 'handshake') {
      if (parsed.toOperator !== undefined) ports.log.warn({ channel: channel.name }, parsed.toOperator);
      return Promise.resolve(parsed.answer);
    }
    const id = JSON.stringify([channel.name, parsed.deliveryId]);
    const known = answers.get(id);
    if (known !== undefined) return known;
    const answer = takeIn(channel, raw, parsed);
    answers.set(id, answer);
    // Not taken in: whoever sends it again is to be heard.
    answer.catch(() => answers.forget(id));
    return answer;
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
  /** Through a connection of our own: nobody else speaks there. */
  const connected: Receive = async (name, raw) => {
    const channel = ports.channels.get(name);
    return listens(channel) ? stored(channel, raw) : text(404, `There is no channel ${name}.`);
  };
  return { receive, connected, refusals };
};
