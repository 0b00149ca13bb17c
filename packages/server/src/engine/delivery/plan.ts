/**
 * From "this case changed" to one owed delivery a card: which cards there are, which must be added, and whether the
 * people of the rung can be told at all. When none can, the next rung fires at once instead of waiting in silence.
 */
import { rungFired } from '../../domain/case/open.ts';
import type { Context, Decided } from '../../domain/decided.ts';
import type { Run } from '../../domain/run/run.ts';
import { backoffMs, leaseMs, type OwedRow } from '../outbox.ts';
import type { Found, Owed, ShownCard } from './card-store.ts';
import { parseSubject, type Subject, subjectKey } from './cards.ts';
import { inTrouble } from './health.ts';
import { planNotice } from './notice.ts';
import { queueMs } from './pace.ts';
import { placesOf, type Wanted } from './places.ts';
import type { DeliverPorts } from './ports.ts';

const newCard = (subject: Subject, { channel, place, personId }: Wanted): ShownCard => ({
  subject: subjectKey(subject),
  channel,
  place,
  personId,
  ref: null,
  deletedAtRung: null,
  shownRevision: null,
  shownDigest: null,
  lastState: null,
  settled: false,
  linesSeq: 0,
  attemptedAt: null,
  failing: null,
  failed: false,
});

/** The cards lane owes a subject a new look; asking twice is asking once. */
export const oweSubject = (subject: Subject, urgency = 0): Owed => ({
  kind: 'card',
  lane: 'cards',
  target: subjectKey(subject),
  body: {},
  urgency,
});

const oweDelivery = ({ subject, channel, place, ref }: ShownCard, urgency: number): Owed => ({
  kind: 'delivery',
  lane: channel,
  target: `${channel} ${place.address} ${subject}`,
  body: { subject, place, stands: ref !== null },
  urgency,
});

type Rung = { caseId: string; rung: number };

/** Passes a rung whose people cannot be told. Below the last rung only: after it, the ladder's own time decides. */
export const passRung = (run: Run, { caseId, rung }: Rung, context: Context): Decided<null> => {
  const kase = run.case;
  if (kase === null || kase.caseId !== caseId || kase.status !== 'open' || kase.rung !== rung)
    return { events: [], answer: null };
  const fired = rungFired(kase, rung + 1, context);
  if (fired.rung <= rung) return { events: [], answer: null };
  if (fired.type === 'RungDelayed') return { events: [fired], answer: null };
  const because = 'no channel could tell the people of this rung';
  return { events: [{ ...fired, skipped: [{ rung, target: kase.owner, because }, ...fired.skipped] }], answer: null };
};

const passUnreached = async ({ handle }: DeliverPorts, found: Found): Promise<void> => {
  if (found.kind !== 'case') return;
  const { caseId, rung } = found.kase;
  await handle({
    runId: found.run.runId,
    by: { kind: 'system', id: 'belay' },
    decide: (run, context) => passRung(run, { caseId, rung }, context),
    present: () => null,
  });
};

/** How the channels are doing: looked at once for all that is planned together, because what waits is counted for it. */
type Outlook = Pick<Parameters<typeof placesOf>[1], 'freeAt' | 'unhealthy'>;

const outlookOf = async ({ channels, cards, clock }: DeliverPorts): Promise<Outlook> => {
  const states = await cards.channels();
  const paced = [...channels.values()].filter(({ rates }) => rates !== undefined);
  const queues = new Map(await Promise.all(paced.map(async ({ name }) => [name, await cards.queues(name)] as const)));
  const freeAt = (name: string, address: string): number => {
    const queue = queues.get(name) ?? [];
    const inPlace = queue.find((one) => one.address === address)?.waiting ?? 0;
    const inChannel = queue.reduce((sum, { waiting }) => sum + waiting, 0);
    const state = states.find((one) => one.name === name);
    const paused = state?.pausedUntil ?? 0;
    if (state !== undefined && inTrouble(state.trouble, clock.now())) return Number.POSITIVE_INFINITY;
    return Math.max(paused, clock.now() + queueMs(channels.get(name)?.rates ?? [], { inPlace, inChannel }));
  };
  const unhealthy = states.filter((state) => state.unhealthySince !== null);
  return { freeAt, unhealthy: new Set(unhealthy.map(({ name }) => name)) };
};

const plan = async (ports: DeliverPorts, subject: Subject, outlook: Outlook): Promise<void> => {
  const { channels, cards: store, house, clock } = ports;
  const found = channels.size === 0 ? null : await ports.find(subject);
  if (found === null) return;
  const cards = await store.cardsOf(subject);
  const { wanted, unreached } = placesOf(found, {
    control: await house.known.control(found.run.control.name, found.run.control.version),
    org: await house.organisation(),
    now: clock.now(),
    channels,
    cards,
    ...outlook,
  });
  const isThere = ({ channel, place }: Wanted): boolean =>
    cards.some((card) => card.channel === channel && card.place.address === place.address);
  const added = wanted.filter((one) => !isThere(one)).map((one) => newCard(subject, one));
  const urgency = found.kind === 'case' ? found.kase.priority : 0;
  // A card that cannot be shown is left alone until its channel recovers; a settled one has said its last word.
  const shown = cards.filter((card) => !card.settled && !card.failed && channels.has(card.channel));
  const owed = [...shown, ...added].map((card) => oweDelivery(card, urgency));
  if (owed.length > 0) await store.fanOut(added, owed, clock.now());
  if (unreached) await passUnreached(ports, found);
};

const planRow = async (ports: DeliverPorts, row: OwedRow, outlook: Outlook): Promise<void> => {
  const { outbox, clock, log } = ports;
  try {
    const subject = parseSubject(row.target);
    if (row.kind === 'tell') await planNotice(ports, row);
    else if (subject !== null) await plan(ports, subject, outlook);
    await outbox.delivered(row, clock.now());
  } catch (error) {
    log.warn({ error, subject: row.target }, 'where to show a card could not be decided; it is tried again');
    await outbox.failed(row, String(error), clock.now() + backoffMs(row.attempts));
  }
};

/** Decides for everything that changed where it is shown. Returns how much that was. */
export const planOwed = async (ports: DeliverPorts): Promise<number> => {
  for (let planned = 0; ; ) {
    const rows = await ports.outbox.take('cards', ports.clock.now(), leaseMs, 20);
    if (rows.length === 0) return planned;
    planned += rows.length;
    const outlook = await outlookOf(ports);
    await Promise.all(rows.map((row) => planRow(ports, row, outlook)));
  }
};
