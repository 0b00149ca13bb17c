/**
 * Surfaces without signed buttons: whatever says that something changed is a hint, and the card is read back, with who
 * did what. An act counts for the revision that stood on the card when it was done: what we last wrote there.
 */
import type { Json } from '@belay/protocol';
import { type Answer, type Ask, type Channel, NotRead } from '../channel-ports.ts';
import type { ShownCard } from '../delivery/card-store.ts';
import { parseSubject } from '../delivery/cards.ts';
import { addressOf, personAt } from '../delivery/places.ts';
import { oweSubject } from '../delivery/plan.ts';
import type { DeliverPorts } from '../delivery/ports.ts';
import type { InboundPorts } from './ports.ts';

/** Stores what people did on one card; what was stored before is not stored again. Says whether there was anything new. */
export const readCard = async (
  { inbound, clock }: Pick<DeliverPorts, 'inbound' | 'clock'>,
  channel: Channel,
  { ref }: ShownCard,
): Promise<boolean> => {
  if (ref === null || channel.readBack === undefined) return false;
  let fresh = false;
  for (const { deliveryId, asks } of await channel.readBack(ref)) {
    const raw = { asks, card: ref.id } as unknown as Json;
    fresh = (await inbound.store(channel.name, deliveryId, raw, clock.now())) || fresh;
  }
  return fresh;
};

/** Reads back the cards of these refs; others are not ours. */
export const readCards = async (ports: InboundPorts, channel: Channel, refIds: readonly string[]): Promise<void> => {
  for (const refId of new Set(refIds)) {
    const shown = await ports.cards.cardByRef(channel.name, refId);
    if (shown !== null) await readCard(ports, channel, shown);
  }
};

/** An act that changed nothing left its mark on the card: what is true is written there again. */
export const showAgain = async ({ cards, clock }: InboundPorts, channel: Channel, refId: string): Promise<void> => {
  const shown = await cards.cardByRef(channel.name, refId);
  const subject = shown === null ? null : parseSubject(shown.subject);
  if (shown === null || subject === null) return;
  await cards.save({ ...shown, shownDigest: null, settled: false });
  await cards.owe([oweSubject(subject)], clock.now());
};

const oweNotice = async (
  { cards, clock }: InboundPorts,
  lane: string,
  { address, personId }: { address: string; personId: string | null },
  text: string,
): Promise<true> => {
  const now = clock.now();
  const target = `${lane} ${address} ${now} ${text}`.slice(0, 500);
  await cards.owe(
    [{ kind: 'notice', lane, target, body: { place: { kind: 'person', address }, text, personId }, urgency: 500 }],
    now,
  );
  return true;
};

/** By a message of their own, when the request of the press is over. False: the channel has no such messages. */
export const tellPresser = async (ports: InboundPorts, channel: Channel, ask: Ask, answer: Answer): Promise<boolean> =>
  answer.kind === 'said' &&
  channel.tell !== undefined &&
  oweNotice(ports, channel.name, { address: ask.presser.address, personId: null }, answer.text);

/** What one person is to know goes to the first channel on which only they read it. False: they have none. */
export const tellPrivately = async (
  ports: InboundPorts,
  channel: Channel,
  ask: Ask,
  answer: Answer,
): Promise<boolean> => {
  if (answer.kind !== 'said') return false;
  const org = await ports.house.organisation();
  const person = personAt(org, channel.name, ask.presser.address);
  const way = [...ports.channels.values()].find(
    ({ name, tell }) => tell !== undefined && person !== null && addressOf(person, name) !== null,
  );
  if (person === null || way === undefined) return false;
  const to = { address: addressOf(person, way.name) ?? '', personId: person.personId };
  return oweNotice(ports, way.name, to, `${channel.title}: ${answer.text}`);
};

/** Asks a surface that does not tell, or not reliably. One node does it at a time. */
export const pollChannel = async (ports: InboundPorts, channel: Channel): Promise<void> => {
  const { poll, pollEveryMs, name } = channel;
  if (poll === undefined || pollEveryMs === undefined) return;
  const now = ports.clock.now();
  const turn = await ports.cards.takePoll(name, now, pollEveryMs);
  if (turn === null) return;
  try {
    const { changed, cursor } = await poll(turn.cursor, now);
    await readCards(ports, channel, changed);
    await ports.cards.polled(name, cursor);
  } catch (error) {
    if (!(error instanceof NotRead)) throw error;
    ports.log.warn({ channel: name, because: error.message }, 'a channel could not be polled; it is asked again');
  }
};
