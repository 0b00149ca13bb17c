/**
 * What the tools had shown so far in one conversation: the only source of facts. A record is known from the
 * moment a result shows it, and changes only by results of later calls. Nothing is guessed.
 */
import type { Json, JsonObject } from '@belay/protocol';
import type { ToolCall } from './conversation.ts';

export const cabins = ['basic_economy', 'economy', 'business'] as const;
export type Cabin = (typeof cabins)[number];

export type Segment = { number: string; date: string; origin: string | null; destination: string | null };

export type Reservation = {
  id: string;
  owner: string | null;
  cabin: Cabin | null;
  tripType: string | null;
  origin: string | null;
  destination: string | null;
  segments: (Segment & { price: number | null })[];
  passengers: number | null;
  bookedAt: number | null;
  bags: number | null;
  nonfreeBags: number | null;
  insured: boolean | null;
  payments: string[];
  /** flights or cabin were changed by a successful call of this conversation */
  changed: boolean;
};

export type PaymentMethod = { kind: string; balance: number | null; lastFour: string | null };
export type Profile = { tier: string | null; methods: Map<string, PaymentMethod> };
export type Flight = { origin: string | null; destination: string | null; seats: JsonObject; prices: JsonObject };

export type Shown = {
  reservations: Map<string, Reservation>;
  profiles: Map<string, Profile>;
  /** by number and date: seats and prices differ by date */
  flights: Map<string, Flight>;
  /** by number alone: the airports of a flight do not depend on its date */
  airports: Map<string, { origin: string; destination: string }>;
};

export const nothingShown = (): Shown => ({
  reservations: new Map(),
  profiles: new Map(),
  flights: new Map(),
  airports: new Map(),
});

const object = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
export const text = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);
export const number = (value: Json | undefined): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
const parse = (content: string): Json => {
  try {
    return JSON.parse(content) as Json;
  } catch {
    return null;
  }
};

export const flightKey = (flight: string, date: string): string => `${flight} ${date}`;

export const segmentsOf = (value: Json | undefined): (Segment & { price: number | null })[] =>
  list(value).map((raw) => {
    const segment = object(raw);
    return {
      number: text(segment.flight_number) ?? '',
      date: text(segment.date) ?? '',
      origin: text(segment.origin),
      destination: text(segment.destination),
      price: number(segment.price),
    };
  });

const rememberAirports = (shown: Shown, flight: string, origin: string | null, destination: string | null): void => {
  if (flight !== '' && origin && destination) shown.airports.set(flight, { origin, destination });
};

/** "2024-05-15T15:00:00", local to the airline: only differences to another such instant mean anything. */
export const localInstant = (value: string): number | null => {
  const ms = Date.parse(`${value}Z`);
  return Number.isNaN(ms) ? null : ms;
};

/** The tools answer with the cabin a reservation had before it was changed; a change that was made stays known. */
const showReservation = (shown: Shown, raw: JsonObject): Reservation => {
  const created = text(raw.created_at);
  const id = text(raw.reservation_id) ?? '';
  const before = shown.reservations.get(id);
  const reservation: Reservation = {
    id,
    owner: text(raw.user_id),
    cabin: before?.changed ? before.cabin : (cabins.find((cabin) => cabin === raw.cabin) ?? null),
    tripType: text(raw.flight_type),
    origin: text(raw.origin),
    destination: text(raw.destination),
    segments: segmentsOf(raw.flights),
    passengers: Array.isArray(raw.passengers) ? raw.passengers.length : null,
    bookedAt: created === null ? null : localInstant(created),
    bags: number(raw.total_baggages),
    nonfreeBags: number(raw.nonfree_baggages),
    insured: raw.insurance === 'yes' ? true : raw.insurance === 'no' ? false : null,
    payments: list(raw.payment_history).flatMap((payment) => text(object(payment).payment_id) ?? []),
    changed: before?.changed ?? false,
  };
  for (const segment of reservation.segments) {
    rememberAirports(shown, segment.number, segment.origin, segment.destination);
  }
  shown.reservations.set(reservation.id, reservation);
  return reservation;
};

const showProfile = (shown: Shown, userId: string, raw: JsonObject): void => {
  const methods = new Map<string, PaymentMethod>();
  for (const [id, value] of Object.entries(object(raw.payment_methods))) {
    const method = object(value);
    const kind = text(method.source) ?? '';
    methods.set(id, { kind, balance: number(method.amount), lastFour: text(method.last_four) });
  }
  shown.profiles.set(userId, { tier: text(raw.membership), methods });
};

const showFlights = (shown: Shown, found: Json, askedDate: string): void => {
  for (const raw of list(found).flatMap((option) => (Array.isArray(option) ? option : [option]))) {
    const flight = object(raw);
    const name = text(flight.flight_number) ?? '';
    const origin = text(flight.origin);
    const destination = text(flight.destination);
    rememberAirports(shown, name, origin, destination);
    const key = flightKey(name, text(flight.date) ?? askedDate);
    shown.flights.set(key, {
      origin,
      destination,
      seats: object(flight.available_seats),
      prices: object(flight.prices),
    });
  }
};

/** Balances of stored value change with each write: what the profile had shown is then no longer known. */
const forgetBalances = (shown: Shown): void => {
  for (const profile of shown.profiles.values()) {
    for (const method of profile.methods.values()) method.balance = null;
  }
};

const showWrite = (shown: Shown, call: ToolCall, result: JsonObject): void => {
  forgetBalances(shown);
  if (text(result.reservation_id) === null) return;
  const reservation = showReservation(shown, result);
  if (call.name !== 'update_reservation_flights') return;
  reservation.cabin = cabins.find((cabin) => cabin === call.arguments.cabin) ?? reservation.cabin;
  reservation.changed = true;
};

/** Takes one tool result into account. An error shows nothing. */
export const show = (shown: Shown, call: ToolCall, content: string, error: boolean): void => {
  if (error || call.errored || content.startsWith('Error')) return;
  const result = parse(content);
  if (call.kind === 'write') showWrite(shown, call, object(result));
  if (call.name.startsWith('search_')) showFlights(shown, result, text(call.arguments.date) ?? '');
  const raw = object(result);
  if (call.name === 'get_reservation_details' && text(raw.reservation_id)) showReservation(shown, raw);
  if (call.name === 'get_user_details' && raw.membership !== undefined) {
    showProfile(shown, text(call.arguments.user_id) ?? '', raw);
  }
};
