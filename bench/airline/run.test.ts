import { readFileSync } from 'node:fs';
import { parseControl } from '@belay/control';
import { describe, expect, test } from 'vitest';
import type { Conversation } from './conversation.ts';
import { measure } from './run.ts';
import { ladder, rungs } from './variants.ts';

const file = new URL('../../controls/airline-desk.control.yaml', import.meta.url);
const parsed = parseControl(readFileSync(file, 'utf8'));
if (!parsed.ok) throw new Error(parsed.problems[0]?.message ?? 'the control cannot be read');
const { control } = parsed;

const details = (over: object) =>
  JSON.stringify({
    reservation_id: 'ZZ0001',
    user_id: 'ada_kovac_11',
    origin: 'OSL',
    destination: 'LIS',
    cabin: 'economy',
    flights: [{ origin: 'OSL', destination: 'LIS', flight_number: 'XY101', date: '2024-06-01', price: 100 }],
    passengers: [{}],
    created_at: '2024-05-01T12:00:00',
    total_baggages: 0,
    nonfree_baggages: 0,
    insurance: 'no',
    ...over,
  });

const says = (role: 'user' | 'assistant', content: string) => ({ role, content, error: false, calls: [] });
const calls = (name: string, args: object, kind = 'read', inGold = false) => ({
  role: 'assistant' as const,
  content: '',
  error: false,
  calls: [{ name, arguments: args as Record<string, string>, kind, inGold, errored: false }],
});
const shows = (content: string) => ({ role: 'tool' as const, content, error: false, calls: [] });

const conversation = (task: string, over: Partial<Conversation>): Conversation => ({
  run: `task-${task}-trial-0`,
  task,
  goldTransfer: false,
  agentTransfer: false,
  messages: [],
  ...over,
});

const cancelling = (task: string, record: object, right: boolean, words: string): Conversation =>
  conversation(task, {
    messages: [
      calls('get_reservation_details', { reservation_id: 'ZZ0001' }),
      shows(details(record)),
      says('user', words),
      calls('cancel_reservation', { reservation_id: 'ZZ0001' }, 'write', right),
    ],
  });

const refusing = conversation('3', {
  goldTransfer: true,
  messages: [1, 2, 3].map(() => says('assistant', 'I am unable to do that.')),
});

const report = measure(
  [
    cancelling('1', { insurance: 'yes' }, true, 'Please cancel it, I am ill.'),
    cancelling('2', {}, false, 'Yes.'),
    refusing,
  ],
  control,
);

describe('the measured desk', () => {
  test('stops what the record proves forbidden and holds nothing else', () => {
    const shipped = report.curve.find(({ name }) => name === 'as shipped');
    expect(shipped).toMatchObject({ wrongStopped: { stopped: 1, of: 1 }, rightHeld: { stopped: 0, of: 1 } });
    expect(report.shipped).toEqual({ proved: 1, unsupported: 0, shareOfWrongStopped: 1 });
  });

  test('compares with holding whatever was not confirmed', () => {
    const plain = report.curve.find(({ name }) => name === 'confirmation only');
    expect(plain).toMatchObject({ wrongStopped: { stopped: 0, of: 1 }, rightHeld: { stopped: 1, of: 1 } });
  });

  test('tells who should have reached a person and did', () => {
    expect(report.transfers.agent).toEqual({ needed: 1, handedOff: 0, rightly: 0 });
    expect(report.transfers.belay).toEqual({ needed: 1, handedOff: 1, rightly: 1 });
  });

  test('counts by task and by rule', () => {
    expect(report.byTask.map(({ task, wrongStopped }) => [task, wrongStopped.stopped])).toContainEqual(['2', 1]);
    expect(report.byRule).toEqual([{ rule: 'not-cancellable', wrong: 1, right: 0, errored: 0 }]);
    expect(report.notStopped).toEqual([]);
  });
});

describe('the ladder', () => {
  test('begins with the control as it is shipped', () => {
    expect(rungs(control)[0]?.control).toBe(control);
  });

  test('never stops less on a higher rung', () => {
    const stopped = report.curve
      .slice(1)
      .map(({ wrongStopped, rightHeld }) => wrongStopped.stopped + rightHeld.stopped);
    expect(stopped).toHaveLength(ladder.length);
    expect([...stopped].sort((a, b) => a - b)).toEqual(stopped);
  });

  test('ends with every write in front of a person', () => {
    const last = report.curve.at(-1);
    expect([last?.wrongStopped.stopped, last?.rightHeld.stopped]).toEqual([last?.wrongStopped.of, last?.rightHeld.of]);
  });
});
