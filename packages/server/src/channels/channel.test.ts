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

const secret = `whsec_${Buffer.alloc(32).toString('base64')}`;
const good: Record<string, Record<string, string>> = {
  slack: { BOT_TOKEN: 'xoxb-1', SIGNING_SECRET: 's', TEAM: 'T1' },
  teams: { APP_ID: 'a', APP_PASSWORD: 'p', TENANT: 't', TEAM: '19:x@thread.tacv2' },
  email: { SERVER: 'smtp://mail.example.com', FROM: 'Belay <belay@example.com>' },
  jira: { SITE: 'https://acme.atlassian.net', EMAIL: 'belay@acme.example', API_TOKEN: 't', WEBHOOK_SECRET: 's' },
  notion: { TOKEN: 'ntn_1', DATA_SOURCE: 'd' },
  servicenow: { INSTANCE: 'https://acme.service-now.com', USER: 'belay', PASSWORD: 'p', PUSH_SECRET: 's' },
  webhook: { SECRET: secret, URLS: 'https://hooks.example.com/belay' },
};
const wrong: [string, string, string][] = [
  ['slack', 'API_URL', 'nonsense'],
  ['teams', 'SERVICE_URL', 'smba.trafficmanager.net'],
  ['teams', 'LOGIN_URL', 'ftp://login'],
  ['teams', 'OPENID_URL', 'nonsense'],
  ['email', 'SERVER', 'mail.example.com'],
  ['email', 'SERVER', 'https://mail.example.com'],
  ['email', 'FROM', 'Belay'],
  ['jira', 'SITE', 'acme.atlassian.net'],
  ['jira', 'EMAIL', 'belay'],
  ['jira', 'STATUSES', 'opened=To do'],
  ['jira', 'PRIORITIES', 'High'],
  ['jira', 'SERVICE_DESK', 'true'],
  ['jira', 'SIGNS', 'everything'],
  ['notion', 'API_URL', 'nonsense'],
  ['notion', 'STATUSES', 'open'],
  ['notion', 'ARMED_UNTIL', 'soon'],
  ['notion', 'SIGNS', 'LOW'],
  ['servicenow', 'INSTANCE', 'acme.service-now.com'],
  ['servicenow', 'STATES', 'new=1'],
  ['servicenow', 'PER_HOUR', 'many'],
  ['servicenow', 'SIGNS', 'yes'],
  ['webhook', 'SECRET', 'whsec_c2hvcnQ='],
  ['webhook', 'SECRET', 'a secret of more than twenty-four characters'],
  ['webhook', 'URLS', 'https://hooks.example.com/belay hooks.example.com'],
];
const channelWith = (name: string, more: Record<string, string> = {}) => {
  const definition = channelDefinitions.find((one) => one.name === name);
  const values = { ...good[name], ...more };
  if (definition === undefined) throw new Error(name);
  return configured(definition, (env) => values[env.slice(`BELAY_${name.toUpperCase()}_`.length)]);
};

describe('a setting that cannot be read', () => {
  it.each(wrong)('C2 refuses the channel %s, by its name: %s is %j', (name, setting, value) => {
    expect(channelWith(name)?.name).toBe(name);
    const made = () => channelWith(name, { [setting]: value });
    expect(made).toThrow(ChannelProblem);
    expect(made).toThrow(new RegExp(`^BELAY_${name.toUpperCase()}_${setting} .*(Write|It is one of) `));
  });

  it('is not repeated where it is a secret', () => {
    expect(() => channelWith('email', { SERVER: 'user:hunter2@mail' })).not.toThrow('hunter2');
    expect(() => channelWith('webhook', { SECRET: 'hunter2' })).not.toThrow('hunter2');
  });
});

describe('the server', () => {
  it('C2 does not start with a channel that is half set up', () => {
    expect(() => channelsFrom((env) => (env === 'BELAY_SLACK_BOT_TOKEN' ? 'xoxb-1' : undefined))).toThrow(
      ConfigProblem,
    );
    expect(channelsFrom(() => undefined)).toEqual([]);
  });
});
