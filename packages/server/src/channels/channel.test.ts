import { describe, expect, it } from 'vitest';
import { channelsFrom } from '../app.ts';
import { ConfigProblem } from '../config.ts';
import { channelDefinitions } from './all.ts';
import { ChannelProblem, configured } from './channel.ts';

describe.each(channelDefinitions.map((definition) => [definition.name, definition] as const))(
  'the channel %s',
  (_name, definition) => {
    const needed = Object.values(definition.settings).filter((setting) => setting.fallback === undefined);

    it('is not there when nothing of it is set, or only blanks', () => {
      expect(configured(definition, () => undefined)).toBeNull();
      expect(configured(definition, () => '  ')).toBeNull();
    });

    it('C2 is refused when it is half set up, with the names of what is missing', () => {
      const [first, ...others] = needed;
      const half = () => configured(definition, (env) => (env === first?.env ? 'something' : undefined));
      if (others.length === 0) return;
      expect(half).toThrow(ChannelProblem);
      for (const setting of others) expect(half).toThrow(setting.env);
    });

    it('keeps its settings to names of its own', () => {
      for (const { env } of Object.values(definition.settings))
        expect(env).toMatch(new RegExp(`^BELAY_${definition.name.toUpperCase()}_`));
    });
  },
);

describe('the server', () => {
  it('C2 does not start with a channel that is half set up', () => {
    expect(() => channelsFrom((env) => (env === 'BELAY_SLACK_BOT_TOKEN' ? 'xoxb-1' : undefined))).toThrow(
      ConfigProblem,
    );
    expect(channelsFrom(() => undefined)).toEqual([]);
  });
});
