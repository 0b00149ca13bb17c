import { describe, expect, it } from 'vitest';
import { ofResponse, ofThrown, retryAfterMs } from './outcome.ts';

const answered = (status: number, headers: Record<string, string> = {}) =>
  ofResponse('It', { status, headers: new Headers(headers) });

describe('what an answer of a vendor means', () => {
  it('reads Retry-After in seconds and as a date, against the clock of the vendor', () => {
    expect(retryAfterMs('30', null)).toBe(30_000);
    expect(retryAfterMs('Wed, 21 Oct 2026 07:28:10 GMT', 'Wed, 21 Oct 2026 07:28:00 GMT')).toBe(10_000);
    expect(retryAfterMs('soon', null)).toBeNull();
  });

  it('is a pause of the whole channel when it names a time, and of one place when it does not', () => {
    expect(answered(429, { 'retry-after': '7' })).toMatchObject({
      kind: 'retry',
      afterMs: 7_000,
      of: 'channel',
      unknown: false,
    });
    expect(answered(503)).toMatchObject({ kind: 'retry', afterMs: null, of: 'place' });
  });

  it('leaves open whether it happened when the vendor broke, never when it refused', () => {
    expect([500, 502, 504].map((status) => answered(status))).toMatchObject([
      { unknown: true },
      { unknown: true },
      { unknown: true },
    ]);
    expect([401, 404, 400].map((status) => answered(status))).toMatchObject([
      { of: 'channel' },
      { of: 'place' },
      { of: 'card' },
    ]);
  });

  it('knows a call that never left from one that was cut', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(ofThrown('It', new TypeError('fetch failed', { cause: refused }))).toMatchObject({ unknown: false });
    expect(ofThrown('It', new TypeError('fetch failed', { cause: new Error('socket hang up') }))).toMatchObject({
      unknown: true,
    });
  });
});
