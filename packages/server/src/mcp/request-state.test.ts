/** The sealed state between two rounds of a call. */
import { describe, expect, it } from 'vitest';
import { createRequestState } from './request-state.ts';

const day = 24 * 3_600_000;

describe('the sealed state', () => {
  it('is opened by any process with the same secret, and by nobody with another', () => {
    const sealed = createRequestState('secret', () => 0).seal({ ticket: 'run_1/a' });
    expect(createRequestState('secret', () => 1).open(sealed)).toEqual({ ticket: 'run_1/a' });
    expect(createRequestState('other', () => 1).open(sealed)).toBe('forged');
  });

  it('is refused when any of its characters is another, and after a week', () => {
    let now = 0;
    const state = createRequestState('secret', () => now);
    const sealed = state.seal({ ticket: 'run_1/a' });
    for (let at = 'belay.1.'.length; at < sealed.length - 1; at++) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      expect(state.open(sealed.slice(0, at) + other + sealed.slice(at + 1))).toBe('forged');
    }
    now = 7 * day + 1;
    expect(state.open(sealed)).toBe('forged');
  });

  it('of the server behind the proxy is left alone', () => {
    expect(createRequestState('secret', () => 0).open('v1.abc.def')).toBeNull();
  });
});
