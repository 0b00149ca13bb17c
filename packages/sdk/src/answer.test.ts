import { problem } from '@belay/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswer } from './answer.ts';
import { BelayError, Fenced, Unreachable } from './errors.ts';

const news = {
  runId: 'run-1',
  revision: 4,
  status: 'running',
  holder: 'agent',
  holderName: 'payer',
  fenced: false,
  settledKeys: [],
};
const json = 'application/json; charset=utf-8';
const read = (status: number, contentType: string, text: string) =>
  readAnswer('heartbeat', { status, contentType, text });

const errorOf = (status: number, contentType: string, text: string): BelayError => {
  const result = read(status, contentType, text);
  if (result.ok) throw new Error('It was taken for an answer.');
  return result.error;
};

describe('what counts as an answer', () => {
  it('is the documented one', () => {
    expect(read(200, json, JSON.stringify(news))).toEqual({ ok: true, answer: news });
  });

  it('is also the documented one with members that a newer server adds', () => {
    expect(read(200, json, JSON.stringify({ ...news, mood: 'good' })).ok).toBe(true);
  });

  it.each([
    ['an empty object', 200, json, '{}'],
    ['no body', 204, '', ''],
    ['a redirect', 302, 'text/html', '<a href="/login">'],
    ['an opaque redirect of a browser', 0, '', ''],
    ['a web page', 200, 'text/html', '<html>Log in to the hotel network</html>'],
    ['JSON that is cut off', 200, json, JSON.stringify(news).slice(0, -5)],
    ['a word this version does not know', 200, json, JSON.stringify({ ...news, status: 'hibernating' })],
    ['a redirect whose body is an answer', 302, json, JSON.stringify(news)],
    ['a 204 whose body is an answer', 204, json, JSON.stringify(news)],
    ['a wrong member beside a new one', 200, json, JSON.stringify({ ...news, mood: 'good', fenced: 'no' })],
    ['a member named twice', 200, json, `{"fenced":true,${JSON.stringify(news).slice(1)}`],
    ['a list', 200, json, '[]'],
    ['null', 200, json, 'null'],
    ['a page instead of problem details', 404, 'text/html', '<h1>404</h1>'],
    ['JSON that is no problem details', 403, json, '{"message":"blocked by the proxy"}'],
  ])('is not %s', (_what, status, contentType, text) => {
    const error = errorOf(status, contentType, text);
    expect(error).toBeInstanceOf(Unreachable);
    expect((error as Unreachable).answered).toBe(true);
  });

  it.each([500, 502, 503, 504, 529])('is not a %i, whatever it says', (status) => {
    const error = errorOf(status, json, JSON.stringify(news));
    expect(error).toBeInstanceOf(Unreachable);
    expect((error as Unreachable).answered).toBe(false);
  });

  it('is never anything else: no text with any status passes for a gate answer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 599 }), fc.oneof(fc.string(), fc.json()), (status, text) => {
        expect(readAnswer('gate', { status, contentType: json, text }).ok).toBe(false);
      }),
    );
  });
});

describe('a refusal', () => {
  it('carries code, remedy and problem details of the catalogue', () => {
    const refusal = problem('key_reused', 'Key k was used for pay with other arguments.');
    const error = errorOf(409, 'application/problem+json', JSON.stringify(refusal));
    expect(error).toMatchObject({ code: 'key_reused', remedy: refusal.remedy, retryable: false, problem: refusal });
    expect(error.message).toBe(refusal.detail);
  });

  it('by the fence says who has control', () => {
    const control = { by: 'person' as const, name: 'Ann', since: '2026-11-23T10:00:00.000Z' };
    const error = errorOf(
      409,
      'application/problem+json',
      JSON.stringify(problem('fenced', 'Ann has it.', { control })),
    );
    expect(error).toBeInstanceOf(Fenced);
    expect((error as Fenced).control).toEqual(control);
  });

  it('with a code that this version does not know stays a refusal', () => {
    const text = JSON.stringify({ code: 'quarantined', status: 409 });
    const error = errorOf(409, 'application/problem+json', text);
    expect(error).toBeInstanceOf(BelayError);
    expect(error).not.toBeInstanceOf(Unreachable);
    expect(error.code).toBe('quarantined');
  });
});
