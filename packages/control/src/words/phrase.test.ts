import { describe, expect, test } from 'vitest';
import { analyse } from '../expression/condition.ts';
import { scopeOf } from '../expression/scope.ts';
import { everyType, parsed } from '../sample.testing.ts';
import { sayDuration, sayEvery, sayTarget } from './names.ts';
import { phraseOf } from './phrase.ts';

const control = parsed(everyType(''));

const said = (condition: string): string => {
  const { ir, problems } = analyse(condition, scopeOf(control, ['pay']));
  if (ir === null) throw new Error(problems[0]?.message);
  return phraseOf(ir, { lists: control.lists, terms: [] }).say;
};

describe('a condition in words', () => {
  test.each([
    ['amount > EUR 500.00', 'amount is above EUR 500.00'],
    ['!(amount > EUR 500.00)', 'amount is at most EUR 500.00'],
    ['urgent', 'urgent is yes'],
    ['!urgent', 'urgent is no'],
    ['score <= 0.85', 'score is at most 0.85'],
    ['wait >= duration("24h")', 'wait is at least 24 hours'],
    ['due < date("2026-01-31")', 'due is before 2026-01-31'],
    ['fee == amount', 'amount is the same as fee'],
    ['other.count < count', 'count is above other count'],
    ['tier in ["gold", "silver"]', 'tier is gold or silver'],
    ['!(tier in ["gold", "silver"])', 'tier is neither gold nor silver'],
    ['args.id in listed(own-accounts)', "the step's ID is in the list own accounts"],
    ['subject.startsWith("Re:")', 'subject starts with "Re:"'],
    ['!subject.contains("x")', 'subject does not contain "x"'],
    ['"pii" in labels', 'labels include "pii"'],
    ['size(labels) > 3', 'the number of labels is above 3'],
    ['size(subject) > 200', 'the length of subject is above 200'],
    ['hour(receivedAt) >= 20', 'the hour of received at is at least 20'],
    ['labels.exists(l, l.startsWith("x"))', 'for some of labels, it starts with "x"'],
    ['!labels.all(l, l in ["a", "b"])', 'for some of labels, it is neither a nor b'],
    ['currency(amount) == "USD"', 'amount is in USD'],
    ['has(maybe)', 'maybe is known'],
  ])('%s', (condition, words) => expect(said(condition)).toBe(words));

  test('what another part says already is left out', () => {
    expect(said('currency(amount) == "EUR" && amount > EUR 500.00')).toBe('amount is above EUR 500.00');
    expect(said('has(maybe) && maybe > 3')).toBe('maybe is above 3');
    expect(said('currency(amount) == "EUR" && urgent')).toBe('amount is in EUR and urgent is yes');
  });

  test('a negation reaches every part, and joins them the other way round', () => {
    expect(said('!(urgent && count > 3)')).toBe('urgent is no or count is at most 3');
    expect(said('urgent && (count > 3 || count < 1)')).toBe('urgent is yes and (count is above 3 or count is below 1)');
  });
});

test('targets and durations are words', () => {
  expect([sayTarget('oncall:treasury'), sayTarget('role:treasury-lead'), sayTarget('person:ann')]).toEqual([
    'whoever is on call for treasury',
    'treasury lead',
    'ann',
  ]);
  expect([90_000, 86_400_000, 5_400_000, 604_800_000, 0].map(sayDuration)).toEqual([
    '1 minute 30 seconds',
    '24 hours',
    '1 hour 30 minutes',
    '7 days',
    '0 seconds',
  ]);
  expect([sayEvery(3_600_000), sayEvery(1_800_000)]).toEqual(['every hour', 'every 30 minutes']);
});
