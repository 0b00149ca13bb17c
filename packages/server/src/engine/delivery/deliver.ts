/**
 * Shows what is true now. A delivery names a card, never a state: at the moment of sending the case is read again, the
 * card made afresh, and sent only when it differs from what stands there. First the card in place, then one line per
 * event under it. The outbox row owns every retry; other channels are asked before a rung's time is over.
 */
import { digestOf, type JsonObject } from '@belay/protocol';
import { type Channel, type Delivery, NotRead, type Place } from '../channel-ports.ts';
import { readCard } from '../inbound/read.ts';
import { backoffMs, type FullFor, leaseMs, type OwedRow } from '../outbox.ts';
import type { Found, ShownCard } from './card-store.ts';
import { type Card, parseSubject } from './cards.ts';
import { inConversation, mayBeTold } from './direct.ts';
import { channelFailed, isOpen, roomFailed, troubled } from './health.ts';
import { linesFor, together } from './lines.ts';
import type { Answered, Call } from './pace.ts';
import { deadlineOf } from './places.ts';
import { oweSubject } from './plan.ts';
import type { DeliverPorts } from './ports.ts';

/** Deliveries of one channel under way at a time; its vendor counts them. */
const atOnce = 4;
/** A person whose channel failed so often is told on another one, while this one goes on trying. */
const patience = 3;
const entriesAtOnce = 200;

type Work = { channel: Channel; shown: ShownCard; found: Found; card: Card; payload: JsonObject };
/** Within the vendor's rates it is not its turn yet. */
type Held = Answered & { kind: 'held' };
type Outcome = { delivery: Delivery | Held | null; shown: ShownCard };

/** Null: it is the turn, and the turn is taken. */
const waits = async (
  { cards, clock }: DeliverPorts,
  { name, rates }: Channel,
  call: Call,
  place: Place,
  card: string,
): Promise<Held | null> => {
  if (rates === undefined) return null;
  const answered = await cards.turn(name, rates, { call, place: place.address, card }, clock.now());
  return answered.waitMs === 0 ? null : { kind: 'held', ...answered };
};

const rungOf = (found: Found): number => (found.kind === 'case' ? found.kase.rung : 0);

/** What the card is posted again for, although somebody deleted it: the next rung, while it is still open. */
const mayPost = ({ shown, found, card }: Work): boolean =>
  !card.settled && (shown.deletedAtRung === null || rungOf(found) > shown.deletedAtRung);

const doubled = 'This card may stand here twice: the first try to post it was not answered.';

const postCard = async (ports: DeliverPorts, work: Work): Promise<Outcome> => {
  const { channel, shown, found, card, payload } = work;
  const held = await waits(ports, channel, 'post', shown.place, shown.subject);
  if (held !== null) return { delivery: held, shown };
  const before = { ...shown, linesSeq: found.run.entries, shownDigest: digestOf(payload), deletedAtRung: null };
  if (shown.attemptedAt !== null && channel.find !== undefined) {
    const ref = await channel.find(shown.place, card.subject);
    if (ref !== null) return { delivery: null, shown: { ...before, ref, attemptedAt: null, shownDigest: null } };
  }
  await ports.cards.save({ ...shown, attemptedAt: ports.clock.now() });
  const delivery = await inConversation(ports, channel, shown.place, (place) =>
    channel.post(place, payload, card.subject),
  );
  if (delivery.kind !== 'delivered') {
    const unknown = delivery.kind === 'retry' && delivery.unknown;
    return { delivery, shown: { ...shown, attemptedAt: unknown ? ports.clock.now() : shown.attemptedAt } };
  }
  if (shown.attemptedAt !== null) await channel.addLines?.(delivery.ref, [doubled]);
  return { delivery, shown: { ...before, ref: delivery.ref, attemptedAt: null } };
};

/** What people did on the card would be written over: it is read before. */
const readFirst = async (ports: DeliverPorts, channel: Channel, shown: ShownCard): Promise<Delivery | null> => {
  try {
    await readCard(ports, channel, shown);
    return null;
  } catch (error) {
    if (error instanceof NotRead) return error.delivery.kind === 'gone' ? null : error.delivery;
    throw error;
  }
};

const updateCard = async (ports: DeliverPorts, { channel, shown, found, payload }: Work): Promise<Outcome> => {
  const digest = digestOf(payload);
  const { ref } = shown;
  if (ref === null || shown.shownDigest === digest || channel.update === undefined) return { delivery: null, shown };
  const held = await waits(ports, channel, 'update', shown.place, shown.subject);
  if (held !== null) return { delivery: held, shown };
  const unread = await readFirst(ports, channel, shown);
  if (unread !== null) return { delivery: unread, shown };
  const delivery = await channel.update(ref, payload);
  if (delivery.kind === 'delivered') return { delivery, shown: { ...shown, ref: delivery.ref, shownDigest: digest } };
  if (delivery.kind !== 'gone') return { delivery, shown };
  return { delivery: null, shown: { ...shown, ref: null, shownDigest: null, deletedAtRung: rungOf(found) } };
};

const bad = (delivery: Outcome['delivery']): delivery is Exclude<Delivery, { kind: 'delivered' }> | Held =>
  delivery !== null && delivery.kind !== 'delivered';

/** Everything that happened since the last line, in as many messages as it takes. */
const addLines = async (ports: DeliverPorts, work: Work): Promise<Outcome> => {
  const { channel, shown, found, card } = work;
  const { ref } = shown;
  if (ref === null || channel.addLines === undefined) return { delivery: null, shown };
  const entries = await ports.entriesOf(found.run.runId, shown.linesSeq, entriesAtOnce);
  const all = linesFor(card.subject, entries, await ports.house.organisation(), shown.personId);
  const lines = together(all);
  const isAll = lines.length === all.length;
  const linesSeq = (isAll ? entries : lines).at(-1)?.seq ?? shown.linesSeq;
  const texts = lines.map(({ text }) => text);
  const held = () => waits(ports, channel, 'addLines', shown.place, shown.subject);
  const delivery = texts.length === 0 ? null : ((await held()) ?? (await channel.addLines(ref, texts)));
  if (bad(delivery)) return { delivery, shown };
  const told = { ...shown, linesSeq };
  if (isAll && entries.length < entriesAtOnce) return { delivery, shown: told };
  const rest = await addLines(ports, { ...work, shown: told });
  return { ...rest, delivery: rest.delivery ?? delivery };
};

/** Brings one card to the present, as far as the vendor lets us; says what is in the way, or null. */
const bringUp = async (ports: DeliverPorts, start: Work): Promise<Outcome> => {
  const posted: Outcome =
    start.shown.ref === null && mayPost(start) ? await postCard(ports, start) : { delivery: null, shown: start.shown };
  if (bad(posted.delivery)) return posted;
  const updated = await updateCard(ports, { ...start, shown: posted.shown });
  if (bad(updated.delivery)) return updated;
  const said = await addLines(ports, { ...start, shown: updated.shown });
  return { ...said, delivery: said.delivery ?? updated.delivery ?? posted.delivery };
};

const shownNow = ({ card }: Work, shown: ShownCard): ShownCard => ({
  ...shown,
  shownRevision: card.revision,
  lastState: card.state,
  settled: card.settled,
  failing: null,
  failed: false,
});

/** The vendor asked us to wait, or did not answer. Another channel tells the person meanwhile when time runs short. */
const later = async (
  ports: DeliverPorts,
  { row, work, shown }: { row: OwedRow; work: Work; shown: ShownCard },
  delivery: Extract<Delivery, { kind: 'retry' }>,
): Tried => {
  const { cards, outbox, clock } = ports;
  const now = clock.now();
  const again = now + (delivery.afterMs ?? backoffMs(row.attempts));
  if (delivery.of === 'channel' && delivery.afterMs !== null) await cards.pause(work.channel.name, again, now);
  const late = row.attempts >= patience || again >= deadlineOf(work.found);
  const turns = late && shown.failing === null && shown.place.kind === 'person';
  await cards.save({ ...shown, failing: late ? delivery.because : shown.failing });
  const trouble = await cards.went(work.channel.name, delivery.because, delivery.afterMs === null, now);
  if (delivery.afterMs === null) await troubled(ports, work.channel, delivery.because, trouble);
  await outbox.failed(row, delivery.because, again);
  if (turns) await cards.owe([oweSubject(work.card.subject, work.card.urgency)], now);
  return [];
};

/** The vendor will not have it. Whoever was to be told is told elsewhere, or the next rung is. */
const never = async (
  ports: DeliverPorts,
  { row, work, shown }: { row: OwedRow; work: Work; shown: ShownCard },
  delivery: Extract<Delivery, { kind: 'rejected' }>,
): Tried => {
  const { cards, outbox, clock, log } = ports;
  log.warn({ channel: work.channel.name, subject: shown.subject, because: delivery.because }, 'a card was refused');
  await cards.save({ ...shown, failing: delivery.because, failed: true, attemptedAt: null });
  await cards.went(work.channel.name, delivery.because, false, clock.now());
  if (delivery.of === 'channel') await channelFailed(ports, work.channel, delivery.because);
  else if (shown.place.kind === 'room') await roomFailed(ports, work.channel, shown.place.address, delivery.because);
  await outbox.failed(row, delivery.because, null);
  await cards.owe([oweSubject(work.card.subject, work.card.urgency)], clock.now());
  return [];
};

/** What the rest of this pass leaves out; nothing when it is done, or the row says when it is tried again. */
type Tried = Promise<FullFor[]>;

/**
 * What was done is kept; the rest is done when it is its turn. Held by what it shares with others, it keeps its place before
 * them, and nothing that would take from the same rate is looked at: what costs little would always find room before it.
 */
const putBack = async (ports: DeliverPorts, row: OwedRow, held: Held, stands: boolean): Tried => {
  const { of, calls, waitMs } = held;
  await ports.outbox.hold(row, of === 'card' ? ports.clock.now() + waitMs : row.dueAt, stands);
  if (of === 'card') return [];
  const address = of === 'place' ? (row.body as { place: Place }).place.address : null;
  const takesToo = (kind: boolean): boolean => kind === stands || calls.includes(kind ? 'update' : 'post');
  return [true, false].filter(takesToo).map((kind) => ({ stands: kind, address }));
};

const over = async ({ outbox, clock }: DeliverPorts, row: OwedRow): Tried => {
  await outbox.delivered(row, clock.now());
  return [];
};

const deliverCard = async (ports: DeliverPorts, channel: Channel, row: OwedRow): Tried => {
  const { subject: key, place } = row.body as { subject: string; place: Place };
  const subject = parseSubject(key);
  const shown = subject === null ? null : await ports.cards.card(subject, channel.name, place.address);
  const found = subject === null ? null : await ports.find(subject);
  if (shown === null || found === null) return over(ports, row);
  if (!(await mayBeTold(ports, channel, shown.place, shown.personId))) return over(ports, row);
  const card = await ports.cardOf(found, shown.personId);
  const work: Work = { channel, shown, found, card, payload: channel.render(card, shown.place) };
  const { delivery, shown: after } = await bringUp(ports, work);
  if (delivery?.kind === 'held') {
    if (after !== shown) await ports.cards.save(after);
    return putBack(ports, row, delivery, after.ref !== null);
  }
  const tried = { row, work, shown: after };
  if (delivery?.kind === 'retry') return later(ports, tried, delivery);
  if (delivery?.kind === 'rejected') return never(ports, tried, delivery);
  await ports.cards.save(shownNow(work, after));
  if (delivery !== null) await ports.cards.wentWell(channel.name);
  return over(ports, row);
};

const deliverNotice = async (ports: DeliverPorts, channel: Channel, row: OwedRow): Tried => {
  const { place, text, personId = null } = row.body as { place: Place; text: string; personId?: string | null };
  if (!(await mayBeTold(ports, channel, place, personId))) return over(ports, row);
  const held = await waits(ports, channel, 'tell', place, row.target);
  if (held !== null) return putBack(ports, row, held, false);
  const { tell } = channel;
  const told = tell && (await inConversation(ports, channel, place, (known) => tell(known, text)));
  if (told?.kind !== 'retry') return over(ports, row);
  await ports.outbox.failed(row, told.because, ports.clock.now() + (told.afterMs ?? backoffMs(row.attempts)));
  return [];
};

const deliverRow = async (ports: DeliverPorts, channel: Channel, row: OwedRow): Tried => {
  try {
    return await (row.kind === 'notice' ? deliverNotice : deliverCard)(ports, channel, row);
  } catch (error) {
    ports.log.error({ error, channel: channel.name, target: row.target }, 'a delivery failed; it is tried again');
    await ports.outbox.failed(row, String(error), ports.clock.now() + backoffMs(row.attempts));
    return [];
  }
};

/**
 * For rows that are tried at once: each asks for its first turn after all rows before it have asked for theirs or ended, so
 * that the urgent one gets it, however long its case takes to read; and what it could not have, no row after it takes.
 */
const oneAfterAnother = (ports: DeliverPorts) => {
  let before: Promise<void> = Promise.resolve();
  const full: (Answered & { place: string })[] = [];
  return async <T>(tried: (ports: DeliverPorts) => Promise<T>): Promise<T> => {
    const mine = before;
    let asked = () => {};
    const asking = new Promise<void>((resolve) => {
      asked = resolve;
    });
    before = mine.then(() => asking);
    const turn: DeliverPorts['cards']['turn'] = async (name, rates, wanted, at) => {
      await mine;
      try {
        const isFull = full.find(
          ({ calls, of, place }) =>
            calls.includes(wanted.call) && (of === 'channel' || (of === 'place' && place === wanted.place)),
        );
        const answered = isFull ?? (await ports.cards.turn(name, rates, wanted, at));
        if (answered.waitMs > 0) full.push({ ...answered, place: wanted.place });
        return answered;
      } finally {
        asked();
      }
    };
    return tried({ ...ports, cards: { ...ports.cards, turn } }).finally(asked);
  };
};

/**
 * Delivers what is owed to one channel, urgent first, until nothing is due, the channel asks us to wait, or its rates are
 * used up. What is full is left out, and looked at again the next time.
 */
export const deliverTo = async (ports: DeliverPorts, channel: Channel): Promise<void> => {
  const full: FullFor[] = [];
  while (await isOpen(ports, channel)) {
    const rows = await ports.outbox.take(channel.name, ports.clock.now(), leaseMs, atOnce, full);
    if (rows.length === 0) return;
    const inOrder = oneAfterAnother(ports);
    const tried = await Promise.all(rows.map((row) => inOrder((inTurn) => deliverRow(inTurn, channel, row))));
    full.push(...tried.flat());
    if ([true, false].every((stands) => full.some((one) => one.stands === stands && one.address === null))) return;
  }
};
