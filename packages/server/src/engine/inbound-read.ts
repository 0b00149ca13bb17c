/**
 * Surfaces without signed buttons: whatever says that something changed is a hint, and the card is read back, with who
 * did what. An act counts for the revision that stood on the card when it was done: what we last wrote there.
 */
import type { Json } from '@belay/protocol';
import { parseSubject } from './cards.ts';
import { type Channel, NotRead } from './channel-ports.ts';
import { oweSubject } from './deliver-plan.ts';
import type { DeliverPorts, ShownCard } from './deliver-ports.ts';
import type { InboundPorts } from './inbound-ports.ts';

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
