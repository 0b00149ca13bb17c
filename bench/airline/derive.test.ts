import { describe, expect, test } from 'vitest';
import { parseConversations } from './conversation.ts';
import { deriveSteps, type StepLine } from './derive.ts';

const reservation = (over: object = {}) =>
  JSON.stringify({
    reservation_id: 'ZZ0001',
    user_id: 'ada_kovac_11',
    origin: 'OSL',
    destination: 'LIS',
    flight_type: 'one_way',
    cabin: 'economy',
    flights: [{ origin: 'OSL', destination: 'LIS', flight_number: 'XY101', date: '2024-06-01', price: 100 }],
    passengers: [{ first_name: 'Ada' }, { first_name: 'Ben' }],
    payment_history: [{ payment_id: 'card_1', amount: 200 }],
    created_at: '2024-05-14T12:00:00',
    total_baggages: 1,
    nonfree_baggages: 0,
    insurance: 'no',
    ...over,
  });

const profile = JSON.stringify({
  membership: 'silver',
  payment_methods: {
    card_1: { source: 'credit_card', last_four: '4242' },
    gift_1: { source: 'gift_card', amount: 50 },
  },
});

const found = (flight: string, from: string, to: string, price: number) =>
  JSON.stringify([
    {
      flight_number: flight,
      origin: from,
      destination: to,
      available_seats: { economy: 3 },
      prices: { economy: price },
    },
  ]);

const user = (content: string) => ({ role: 'user', content });
const agent = (content: string) => ({ role: 'assistant', content });
const call = (name: string, args: object, over: object = {}) => ({
  role: 'assistant',
  tool_calls: [{ name, arguments: args, kind: 'read', ...over }],
});
const write = (name: string, args: object, inGold = true, errored = false) =>
  call(name, args, { kind: 'write', in_gold: inGold, errored });
const result = (content?: string, error = false) => ({ role: 'tool', ...(content ? { content } : {}), error });

const lookUp = [call('get_reservation_details', { reservation_id: 'ZZ0001' }), result(reservation())];
const lookUpProfile = [call('get_user_details', { user_id: 'ada_kovac_11' }), result(profile)];
const cancel = write('cancel_reservation', { reservation_id: 'ZZ0001' });

const derive = (...messages: object[]): StepLine[] =>
  deriveSteps(parseConversations(JSON.stringify({ task_id: 't', trial: 1, messages })).conversations);
const last = (steps: StepLine[]): StepLine => steps.at(-1) as StepLine;

describe('a step log from conversations', () => {
  test('has one line for each tool call, in order, with the run of its conversation', () => {
    const steps = derive(...lookUp, cancel, result());
    expect(steps.map(({ step }) => step)).toEqual(['get-reservation-details', 'cancel-reservation']);
    expect(new Set(steps.map(({ run }) => run))).toEqual(new Set(['task-t-trial-1']));
    expect([...steps].sort((a, b) => (a.at < b.at ? -1 : 1))).toEqual(steps);
  });

  test('labels writes by the benchmark and nothing else', () => {
    const labelled = (inGold: boolean, errored: boolean) =>
      last(derive(write('cancel_reservation', { reservation_id: 'ZZ0001' }, inGold, errored))).label;
    expect([labelled(true, false), labelled(false, false), labelled(false, true)]).toEqual([
      'right',
      'wrong',
      'errored',
    ]);
    expect(last(derive(...lookUp)).label).toBeUndefined();
  });

  test('no fact depends on the label', () => {
    const facts = (inGold: boolean, errored: boolean) =>
      last(derive(...lookUp, write('cancel_reservation', { reservation_id: 'ZZ0001' }, inGold, errored))).facts;
    expect(facts(true, false)).toEqual(facts(false, true));
  });

  test('turns lists of records into readable texts', () => {
    const booking = {
      flights: [{ flight_number: 'XY101', date: '2024-06-01' }],
      passengers: [{ first_name: 'Ada', last_name: 'Kovac', dob: '1980-01-01' }],
      payment_methods: [{ payment_id: 'card_1', amount: 100 }],
    };
    expect(last(derive(write('book_reservation', booking))).arguments).toEqual({
      flights: ['XY101 2024-06-01'],
      passengers: ['Ada Kovac 1980-01-01'],
      payments: ['card_1 USD 100'],
    });
  });

  test('a refusal in words is a step, counted over the conversation', () => {
    const steps = derive(agent('I cannot do that.'), user('Please!'), agent('Sorry, that is not possible.'));
    expect(steps.map(({ step, facts }) => [step, facts])).toEqual([
      ['decline-request', { 'request.refusals': 1 }],
      ['decline-request', { 'request.refusals': 2 }],
    ]);
  });
});

describe('facts come from what tools had shown before the step', () => {
  test('a record that was never shown gives no facts', () => {
    expect(Object.keys(last(derive(cancel)).facts).filter((name) => name.startsWith('reservation'))).toEqual([]);
  });

  test('a record shown only afterwards gives none either', () => {
    const [first] = derive(cancel, result(), ...lookUp);
    expect(first?.facts['reservation.cabin']).toBeUndefined();
  });

  test('a shown record gives its facts, dates counted from the policy’s now', () => {
    expect(last(derive(...lookUp, cancel)).facts).toMatchObject({
      'reservation.id': 'ZZ0001',
      'reservation.cabin': 'economy',
      'reservation.insured': false,
      'reservation.age': '1620m',
      'reservation.daysSinceFirstFlight': -17,
      'reservation.passengers': 2,
    });
  });

  test('an error shows nothing', () => {
    const failed = [call('get_reservation_details', { reservation_id: 'ZZ0001' }), result(reservation(), true)];
    expect(last(derive(...failed, cancel)).facts['reservation.id']).toBeUndefined();
  });

  test('an empty or broken result shows nothing', () => {
    const odd = [result(), result('{"reservation_id": '), result('[1, null]'), result('Error: not found')];
    for (const content of odd) {
      const steps = derive(call('get_reservation_details', { reservation_id: 'ZZ0001' }), content, cancel);
      expect(last(steps).facts['reservation.id']).toBeUndefined();
    }
  });

  test('a change of cabin that was made counts, although the tool shows the old cabin', () => {
    const args = { reservation_id: 'ZZ0001', cabin: 'business', flights: [], payment_id: 'card_1' };
    const changed = derive(...lookUp, write('update_reservation_flights', args), result(reservation()), cancel);
    expect(last(changed).facts).toMatchObject({ 'reservation.cabin': 'business', 'reservation.changedToday': true });
    const failed = derive(
      ...lookUp,
      write('update_reservation_flights', args, false, true),
      result('Error: payment method not found', true),
      cancel,
    );
    expect(last(failed).facts).toMatchObject({ 'reservation.cabin': 'economy', 'reservation.changedToday': false });
  });
});

const flights = [{ flight_number: 'XY101', date: '2024-06-01' }];
const booking = {
  user_id: 'ada_kovac_11',
  origin: 'OSL',
  destination: 'LIS',
  flight_type: 'one_way',
  cabin: 'economy',
  flights,
  passengers: [{ first_name: 'Ada' }, { first_name: 'Ben' }],
  payment_methods: [
    { payment_id: 'card_1', amount: 210 },
    { payment_id: 'gift_1', amount: 60 },
    { payment_id: 'other', amount: 40 },
  ],
  total_baggages: 5,
  nonfree_baggages: 1,
  insurance: 'yes',
};
const search = [call('search_direct_flight', { date: '2024-06-01' }), result(found('XY101', 'OSL', 'LIS', 100))];
const booked = (over: object = {}) =>
  last(derive(...lookUpProfile, ...search, write('book_reservation', { ...booking, ...over }))).facts;

describe('what a fare desk works out for a booking', () => {
  test('the price of flights, insurance and paid bags', () => {
    expect(booked()).toMatchObject({ 'price.due': 'USD 310.00', 'booking.paid': 'USD 310.00', 'booking.seats': 3 });
  });

  test('no price when a flight was not shown on that date', () => {
    const facts = booked({ flights: [{ flight_number: 'XY101', date: '2024-06-02' }] });
    expect(facts['price.due']).toBeUndefined();
    expect(facts['trip.connects']).toBe(true);
  });

  test('payment methods by the profile', () => {
    expect(booked()).toMatchObject({
      'booking.creditCards': 1,
      'booking.giftCards': 1,
      'booking.unknownMethods': 1,
      'booking.overdrawn': true,
    });
  });

  test('a balance is unknown after a write', () => {
    const after = derive(
      ...lookUpProfile,
      ...search,
      write('book_reservation', booking),
      result(reservation({ reservation_id: 'ZZ0002' })),
      write('book_reservation', booking),
    );
    expect(last(after).facts['booking.overdrawn']).toBe(false);
  });

  test('free bags by membership and cabin', () => {
    expect(booked()).toMatchObject({ 'bags.leastPaid': 1, 'bags.mostPaid': 1 });
  });
});

describe('what a fare desk works out for a change', () => {
  test('without a membership shown, bounds that hold for any', () => {
    const bags = write('update_reservation_baggages', {
      reservation_id: 'ZZ0001',
      total_baggages: 4,
      nonfree_baggages: 0,
    });
    expect(last(derive(...lookUp, bags)).facts).toMatchObject({ 'bags.leastPaid': 0, 'bags.mostPaid': 2 });
    expect(last(derive(...lookUp, ...lookUpProfile, bags)).facts).toMatchObject({
      'bags.leastPaid': 0,
      'bags.mostPaid': 0,
    });
  });

  test('whether a round trip comes back', () => {
    const back = [call('search_direct_flight', { date: '2024-06-05' }), result(found('XY202', 'LIS', 'OSL', 80))];
    const trip = (second: string) => {
      const both = [...flights, { flight_number: second, date: '2024-06-05' }];
      const args = { ...booking, flight_type: 'round_trip', flights: both };
      return last(derive(...search, ...back, write('book_reservation', args))).facts['trip.connects'];
    };
    expect([trip('XY202'), trip('XY101'), trip('XY999')]).toEqual([true, false, undefined]);
  });

  test('whether a change keeps flights and route, and what it costs', () => {
    const change = (number: string) =>
      last(
        derive(
          ...lookUp,
          call('search_direct_flight', { date: '2024-06-03' }),
          result(found('XY103', 'OSL', 'LIS', 140)),
          call('search_direct_flight', { date: '2024-06-03' }),
          result(found('XY104', 'OSL', 'FAO', 90)),
          write('update_reservation_flights', {
            reservation_id: 'ZZ0001',
            cabin: 'economy',
            flights: [{ flight_number: number, date: number === 'XY101' ? '2024-06-01' : '2024-06-03' }],
            payment_id: 'card_1',
          }),
        ),
      ).facts;
    expect(change('XY101')).toMatchObject({ 'change.sameFlights': true, 'price.due': 'USD 0.00' });
    expect(change('XY103')).toMatchObject({ 'change.sameRoute': true, 'price.due': 'USD 80.00' });
    expect(change('XY104')).toMatchObject({ 'change.sameFlights': false, 'change.sameRoute': false });
  });

  test('whether a gesture fits the trip that was named', () => {
    const other = reservation({ reservation_id: 'ZZ0002', insurance: 'yes', passengers: [{}] });
    const both = [...lookUp, call('get_reservation_details', { reservation_id: 'ZZ0002' }), result(other)];
    const gesture = (words: string, amount: number) =>
      last(derive(...both, agent(words), write('send_certificate', { user_id: 'ada_kovac_11', amount }))).facts;
    expect(gesture('I found ZZ0001.', 100)).toMatchObject({
      'compensation.tripQualifies': false,
      'compensation.amountFits': true,
    });
    expect(gesture('I found your trip.', 70)).toMatchObject({
      'compensation.tripQualifies': true,
      'compensation.amountFits': false,
    });
  });
});

describe('claims from words', () => {
  const bags = write('update_reservation_baggages', { reservation_id: 'ZZ0001', payment_id: 'card_1' });

  test.each([
    ['Yes, please.', true],
    ['Go ahead!', true],
    ['How much is it?', false],
  ])('%s', (words, confirmed) => {
    expect(last(derive(...lookUp, user(words), bags)).facts['customer.confirmed']).toBe(confirmed);
  });

  test('the card named in the newest words about payment', () => {
    const facts = (...words: string[]) => last(derive(...lookUp, ...words.map(user), bags)).facts['customer.namedCard'];
    expect(facts('Use my card ending in 1234.', 'Yes.')).toBe('1234');
    expect(facts('Use my card ending in 1234.', 'No, the gift card.')).toBeUndefined();
  });

  test('the reason for a cancellation', () => {
    const reason = (words: string) => last(derive(...lookUp, user(words), cancel)).facts['customer.reason'];
    expect(reason('I am sick.')).toBe('healthOrWeather');
    expect(reason('The airline cancelled my flight.')).toBe('airline');
    expect(reason('My plans changed.')).toBe('other');
  });

  test('the subject of a request to a person', () => {
    const topics = (summary: string) =>
      last(derive(call('transfer_to_human_agents', { summary }, { kind: 'transfer' }))).facts['request.topics'];
    expect(topics('The user wants to cancel ZZ0001.')).toEqual(['cancel']);
    expect(topics('Wants compensation and to cancel ZZ0001.')).toEqual(['compensation', 'cancel']);
    expect(topics('Wants a refund of the travel insurance.')).toEqual(['other']);
    expect(topics('Something else.')).toEqual(['other']);
  });
});

describe('files of the same shape', () => {
  test('a line that cannot be read is named, the rest is used', () => {
    const good = JSON.stringify({ task_id: 1, messages: [] });
    const { conversations, problems } = parseConversations(['{', good, '', '[]', '{"task_id": 2}'].join('\n'));
    expect(conversations.map(({ run }) => run)).toEqual(['task-1-trial-0']);
    expect(problems).toEqual([
      { line: 1, problem: 'is not JSON' },
      { line: 4, problem: 'is not a JSON object' },
      { line: 5, problem: 'has no list "messages"' },
    ]);
  });

  test('odd messages and calls are passed over', () => {
    expect(derive({ role: 'robot' }, { role: 'assistant', tool_calls: [null, { name: 7 }] }, { role: 'tool' })).toEqual(
      [],
    );
  });
});
