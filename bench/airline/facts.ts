/**
 * Facts of one write, from what had been shown before it. A fact that the shown results do not settle is left
 * out: the control says for each what then happens. Names and types are those of `airline-desk.control.yaml`.
 */
import type { JsonObject } from '@belay/protocol';
import { bagFacts, bookingFacts, certificateFacts, changeFacts } from './desk.ts';
import { type Facts, known, money } from './known.ts';
import type { Profile, Reservation, Shown } from './shown.ts';
import { localInstant, text } from './shown.ts';
import { confirms, namedCard, namedIn, reasonGiven, topicsOf } from './words.ts';

export type Said = { customer: string[]; agent: string[] };

/** A duration as controls write it, never shorter than what passed. */
const minutes = (ms: number | null): string | null => (ms === null || ms < 0 ? null : `${Math.ceil(ms / 60_000)}m`);
const dayMs = 86_400_000;

const daysSince = (date: string, now: number): number | null => {
  const day = localInstant(`${date}T00:00:00`);
  return day === null ? null : Math.floor(now / dayMs) - day / dayMs;
};

const reservationFacts = (reservation: Reservation, now: number): Facts => {
  const days = reservation.segments.map((segment) => daysSince(segment.date, now)).filter((day) => day !== null);
  return known({
    'reservation.id': reservation.id,
    'reservation.cabin': reservation.cabin,
    'reservation.insured': reservation.insured,
    'reservation.age': minutes(reservation.bookedAt === null ? null : now - reservation.bookedAt),
    'reservation.changedToday': reservation.changed,
    'reservation.daysSinceFirstFlight': days.length === 0 ? null : Math.max(...days),
    'reservation.passengers': reservation.passengers,
    'reservation.bags': reservation.bags,
    'reservation.paidBags': reservation.nonfreeBags,
  });
};

const saidFacts = (step: string, said: Said): Facts =>
  known({
    'customer.confirmed': confirms(said.customer.at(-1) ?? ''),
    'customer.namedCard': namedCard(said.customer),
    'customer.reason': step === 'cancel-reservation' ? reasonGiven(said.customer) : null,
  });

const paidWith = (args: JsonObject, profile: Profile | undefined, reservation: Reservation | undefined): Facts => {
  const id = text(args.payment_id);
  if (id === null) return {};
  const method = profile?.methods.get(id);
  return known({
    'payment.inProfile': profile ? method !== undefined : null,
    'payment.usedBefore': reservation?.payments.includes(id) ?? false,
    'payment.kind': method?.kind,
    'payment.lastFour': method?.lastFour,
    'payment.balance': money(method?.balance ?? null),
  });
};

const deskFacts = (
  step: string,
  args: JsonObject,
  shown: Shown,
  reservation: Reservation | undefined,
  profile: Profile | undefined,
): Facts => {
  switch (step) {
    case 'book-reservation':
      return bookingFacts(args, shown, profile);
    case 'update-reservation-flights':
      return reservation ? changeFacts(args, shown, reservation) : {};
    case 'update-reservation-baggages':
      return reservation ? bagFacts(args, reservation, profile) : {};
    default:
      return {};
  }
};

/** Facts for a write of the airline's tools. */
export const writeFacts = (step: string, args: JsonObject, shown: Shown, said: Said, now: number): Facts => {
  const reservation = shown.reservations.get(text(args.reservation_id) ?? '');
  const customer = text(args.user_id) ?? reservation?.owner ?? '';
  const profile = shown.profiles.get(customer);
  return {
    ...(reservation ? reservationFacts(reservation, now) : {}),
    ...(profile ? known({ 'profile.id': customer, 'customer.tier': profile.tier }) : {}),
    ...(step === 'send-certificate' ? certificateFacts(args, shown, customer, [...said.customer, ...said.agent]) : {}),
    ...paidWith(args, profile, reservation),
    ...deskFacts(step, args, shown, reservation, profile),
    ...saidFacts(step, said),
  };
};

/** Facts for a request to a human: its subject by the agent's summary, the one reservation it is about by the record. */
export const transferFacts = (args: JsonObject, shown: Shown, said: Said, now: number): Facts => {
  const summary = text(args.summary) ?? '';
  const ids = [...shown.reservations.keys()];
  const named = namedIn([summary], ids);
  const about = named.length === 0 && ids.length === 1 ? ids : named;
  const reservation = about.length === 1 ? shown.reservations.get(about[0] ?? '') : undefined;
  const profile = shown.profiles.get(reservation?.owner ?? '') ?? [...shown.profiles.values()][0];
  return {
    ...(reservation ? reservationFacts(reservation, now) : {}),
    ...known({
      'customer.tier': profile?.tier,
      'request.topics': topicsOf(summary),
      'customer.reason': reasonGiven(said.customer),
    }),
  };
};
