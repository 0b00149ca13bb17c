/**
 * What a fare desk would work out for a booking or a change from the records shown: allowances, prices, whether
 * the flights connect. Arithmetic of the airline's published policy; null or left out where a record is missing.
 */
import type { Json, JsonObject } from '@belay/protocol';
import { type Facts, known, money } from './known.ts';
import {
  type Cabin,
  cabins,
  flightKey,
  number,
  type Profile,
  type Reservation,
  type Segment,
  type Shown,
  segmentsOf,
  text,
} from './shown.ts';
import { namedIn } from './words.ts';

const bagFee = 50;
const insuranceFee = 30;

/** Free checked bags for each passenger, by membership and cabin. */
const freeBags: Record<string, Record<Cabin, number>> = {
  regular: { basic_economy: 0, economy: 1, business: 2 },
  silver: { basic_economy: 1, economy: 2, business: 3 },
  gold: { basic_economy: 2, economy: 3, business: 3 },
};

/** Least and most free bags that fit what is known: without a membership shown, those of any. */
const freeBagRange = (tier: string | null, cabin: Cabin | null, passengers: number | null) => {
  if (cabin === null || passengers === null) return { least: null, most: null } as const;
  const each = Object.entries(freeBags).filter(([name]) => freeBags[tier ?? ''] === undefined || name === tier);
  const counts = each.map(([, allowance]) => allowance[cabin] * passengers);
  return { least: Math.min(...counts), most: Math.max(...counts) };
};

const cabinOf = (value: Json | undefined): Cabin | null => cabins.find((cabin) => cabin === value) ?? null;
const passengersIn = (args: JsonObject): number | null =>
  Array.isArray(args.passengers) ? args.passengers.length : null;
const sum = (amounts: (number | null)[]): number | null =>
  amounts.reduce<number | null>((total, amount) => (total === null || amount === null ? null : total + amount), 0);

const priceOf = (shown: Shown, segment: Segment, cabin: Cabin | null): number | null =>
  cabin === null ? null : number(shown.flights.get(flightKey(segment.number, segment.date))?.prices[cabin]);

/** Fewest seats shown on the flights; null when one of them was not shown. */
const seatsOn = (shown: Shown, segments: Segment[], cabin: Cabin | null): number | null => {
  const seats = segments.map((segment) =>
    cabin === null ? null : number(shown.flights.get(flightKey(segment.number, segment.date))?.seats[cabin]),
  );
  return seats.length === 0 || seats.includes(null) ? null : Math.min(...(seats as number[]));
};

type Leg = { origin: string; destination: string };

const legsOf = (shown: Shown, segments: Segment[]): Leg[] | null => {
  const legs = segments.map((segment) => shown.airports.get(segment.number));
  return legs.length === 0 || legs.includes(undefined) ? null : (legs as Leg[]);
};

/** Each flight leaves where the one before arrived, from the origin to the destination, and back on a round trip. */
const connects = (legs: Leg[] | null, args: JsonObject): boolean | null => {
  if (legs === null) return null;
  const joined = legs.every((leg, index) => index === 0 || leg.origin === legs[index - 1]?.destination);
  const end = args.flight_type === 'round_trip' ? args.origin : args.destination;
  const reaches = legs.some((leg) => leg.destination === args.destination);
  return joined && legs[0]?.origin === args.origin && legs.at(-1)?.destination === end && reaches;
};

const countKinds = (args: JsonObject, profile: Profile | undefined): Record<string, number> => {
  const counts: Record<string, number> = { certificate: 0, credit_card: 0, gift_card: 0, unknown: 0 };
  for (const payment of Array.isArray(args.payment_methods) ? args.payment_methods : []) {
    const id = text((payment as JsonObject).payment_id);
    const kind = profile?.methods.get(id ?? '')?.kind ?? 'unknown';
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
};

const overdrawn = (args: JsonObject, profile: Profile | undefined): boolean | null => {
  const payments = Array.isArray(args.payment_methods) ? (args.payment_methods as JsonObject[]) : [];
  const short = payments.some((payment) => {
    const balance = profile?.methods.get(text(payment.payment_id) ?? '')?.balance ?? null;
    return balance !== null && (number(payment.amount) ?? 0) > balance;
  });
  return profile === undefined ? null : short;
};

export const bookingFacts = (args: JsonObject, shown: Shown, profile: Profile | undefined): Facts => {
  const cabin = cabinOf(args.cabin);
  const segments = segmentsOf(args.flights);
  const passengers = passengersIn(args);
  const free = freeBagRange(profile?.tier ?? null, cabin, passengers);
  const fares = sum(segments.map((segment) => priceOf(shown, segment, cabin)));
  const extras = (number(args.nonfree_baggages) ?? 0) * bagFee;
  const insurance = args.insurance === 'yes' ? insuranceFee : 0;
  const price = fares === null || passengers === null ? null : (fares + insurance) * passengers + extras;
  const payments = Array.isArray(args.payment_methods) ? (args.payment_methods as JsonObject[]) : [];
  const counts = countKinds(args, profile);
  const total = number(args.total_baggages) ?? 0;
  return known({
    'price.due': money(price),
    'booking.certificates': counts.certificate,
    'booking.creditCards': counts.credit_card,
    'booking.giftCards': counts.gift_card,
    'booking.unknownMethods': profile ? counts.unknown : null,
    'booking.overdrawn': overdrawn(args, profile),
    'booking.paid': money(sum(payments.map((payment) => number(payment.amount)))),
    'booking.seats': seatsOn(shown, segments, cabin),
    'trip.connects': connects(legsOf(shown, segments), args),
    'bags.leastPaid': free.most === null ? null : Math.max(0, total - free.most),
    'bags.mostPaid': free.least === null ? null : Math.max(0, total - free.least),
  });
};

const sameFlights = (left: Segment[], right: Segment[]): boolean =>
  left.length === right.length &&
  left.every((segment) => right.some((other) => other.number === segment.number && other.date === segment.date));

const sameRoute = (reservation: Reservation, before: Leg[] | null, after: Leg[] | null): boolean | null => {
  if (before === null || after === null) return null;
  const there = (legs: Leg[]) => legs.some((leg) => leg.destination === reservation.destination);
  return (
    before[0]?.origin === after[0]?.origin &&
    before.at(-1)?.destination === after.at(-1)?.destination &&
    (there(after) || !there(before))
  );
};

/** What the change costs: kept flights keep their price, others have the price shown; negative is a refund. */
const changePrice = (shown: Shown, reservation: Reservation, segments: Segment[], cabin: Cabin | null) => {
  const paid = sum(reservation.segments.map((segment) => segment.price));
  const kept = (segment: Segment) =>
    cabin === reservation.cabin
      ? reservation.segments.find((other) => other.number === segment.number && other.date === segment.date)
      : undefined;
  const fares = sum(segments.map((segment) => kept(segment)?.price ?? priceOf(shown, segment, cabin)));
  if (paid === null || fares === null || reservation.passengers === null) return null;
  return (fares - paid) * reservation.passengers;
};

export const changeFacts = (args: JsonObject, shown: Shown, reservation: Reservation): Facts => {
  const segments = segmentsOf(args.flights);
  const route = sameRoute(reservation, legsOf(shown, reservation.segments), legsOf(shown, segments));
  return known({
    'change.sameFlights': sameFlights(reservation.segments, segments),
    'change.sameRoute': route,
    'price.due': money(changePrice(shown, reservation, segments, cabinOf(args.cabin))),
  });
};

/** Bounds for the bags to be paid: what is free by the policy, never less or more than the added bags can change. */
export const bagFacts = (args: JsonObject, reservation: Reservation, profile: Profile | undefined): Facts => {
  const total = number(args.total_baggages);
  const { nonfreeBags: paid, bags: before } = reservation;
  const free = freeBagRange(profile?.tier ?? null, reservation.cabin, reservation.passengers);
  if (total === null || paid === null || before === null || free.least === null) return {};
  return {
    'bags.leastPaid': Math.min(Math.max(0, total - free.most), paid + Math.max(0, total - before)),
    'bags.mostPaid': Math.max(paid, total - free.least, 0),
  };
};

/**
 * Eligibility for a gesture. The tool is not told which reservation it is about: the one named last in the
 * conversation, or, when none is named, whichever of the customer's reservations shown fits best.
 */
export const certificateFacts = (args: JsonObject, shown: Shown, customer: string, words: string[]): Facts => {
  const theirs = [...shown.reservations.values()].filter((reservation) => reservation.owner === customer);
  const named = namedIn(
    words,
    theirs.map((reservation) => reservation.id),
  );
  const about = named.length === 0 ? theirs : theirs.filter((reservation) => named.includes(reservation.id));
  const amount = number(args.amount);
  const fits = (each: number) => theirs.some((reservation) => amount === each * (reservation.passengers ?? 0));
  return known({
    'compensation.tripQualifies':
      about.length === 0 ? null : about.some((trip) => trip.insured === true || trip.cabin === 'business'),
    'compensation.amountFits': theirs.length === 0 ? null : fits(50) || fits(100),
    'compensation.afterChange': theirs.some((reservation) => reservation.changed) || fits(100),
  });
};
