/** No interleaving of agent, person, crash, retry and late report carries out what nobody permitted. */
import { describe, expect, it } from 'vitest';
import { explore } from './explorer.ts';

const nightly = process.env.BELAY_NIGHTLY === '1';

describe('every interleaving over the real reducers', () => {
  it('permits no effect after a takeover was acknowledged, and none twice without a person’s word', () => {
    const { states, story } = explore({}, nightly ? 14 : 8);
    expect(story).toBeNull();
    expect(states).toBeGreaterThan(500);
  });
});

describe('the model can fail: with one rule taken out it finds the story', () => {
  it('when a stale agent learns the epoch', () => {
    expect(explore({ tellsEpoch: true }, 9).story?.at(-1)).toMatch(/twice|after the takeover/);
  });
  it('when the person is told before the takeover is decided', () => {
    expect(explore({ earlyAck: true }, 6).story?.at(-1)).toContain('after the takeover was acknowledged');
  });
  it('when an unreported step is forgotten', () => {
    expect(explore({ forgetsRedeemed: true }, 8).story?.at(-1)).toContain('twice');
  });
});
