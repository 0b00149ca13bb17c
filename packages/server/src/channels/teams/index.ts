/** Microsoft Teams: Adaptive Cards in channels and chats, dialogs, fresh cards, previews, "what is mine" by message. */
import type { JsonObject } from '@belay/protocol';
import type { CardRef, Channel, Delivery, Place } from '../../engine/channel-ports.ts';
import type { Rate } from '../../engine/delivery/pace.ts';
import { defineChannel, type Setting, type SettingValues } from '../channel.ts';
import { delivered } from '../outcome.ts';
import { answerAsk } from './answer.ts';
import { guide } from './guide.ts';
import { parse } from './parse.ts';
import { render, said } from './render.ts';
import { createRoster } from './roster.ts';
import { createClient, isUnauthorised, outcomeOf, type TeamsClient } from './send.ts';
import { createKeys, verify } from './verify.ts';

const settings = {
  appId: { env: 'BELAY_TEAMS_APP_ID', about: 'the client id of the app registration' },
  appPassword: { env: 'BELAY_TEAMS_APP_PASSWORD', about: 'a client secret of it' },
  tenant: { env: 'BELAY_TEAMS_TENANT', about: 'the directory (tenant) id; nobody else is listened to' },
  team: { env: 'BELAY_TEAMS_TEAM', about: 'the id of a team that has the app, 19:…@thread.tacv2' },
  serviceUrl: {
    env: 'BELAY_TEAMS_SERVICE_URL',
    about: 'where Teams takes messages',
    fallback: 'https://smba.trafficmanager.net/teams',
    isUrl: true,
  },
  loginUrl: {
    env: 'BELAY_TEAMS_LOGIN_URL',
    about: 'the login service',
    fallback: 'https://login.microsoftonline.com',
    isUrl: true,
  },
  openIdUrl: {
    env: 'BELAY_TEAMS_OPENID_URL',
    about: 'whose keys sign what Teams delivers',
    fallback: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
    isUrl: true,
  },
} satisfies Record<string, Setting>;
type Values = SettingValues<typeof settings>;
type Ports = { fetch: typeof fetch; now: () => number };

/** Teams takes 7 in a second, 8 in two, 60 in thirty and 1,800 in an hour for each conversation, and 50 a second of an app. */
const rates: readonly Rate[] = [
  { per: 'place', atOnce: 6, everyMs: 2_010, costs: { post: 1, update: 1, addLines: 1, tell: 1 } },
  { per: 'channel', atOnce: 20, everyMs: 40, costs: { post: 2, update: 1, addLines: 1, tell: 2 } },
];

/** Where a card stands: a conversation, and the message in it. */
type TeamsRef = CardRef & { conversation: string; message: string };
const refOf = (conversation: string, message: string): TeamsRef => ({
  id: `${conversation} ${message}`,
  conversation,
  message,
});

type Message = Parameters<TeamsClient['client']['conversations']['createActivity']>[1];

/** Opens the conversation with one person; the vendor answers the same whenever it is asked for. */
const opensConversation =
  ({ client }: TeamsClient, { appId, tenant }: Values) =>
  async (address: string): Promise<string> => {
    const asked = {
      isGroup: false,
      bot: { id: `28:${appId}` },
      members: [{ id: address }],
      tenantId: tenant,
      channelData: { tenant: { id: tenant } },
    };
    const { id } = await client.conversations.create(
      asked as unknown as Parameters<typeof client.conversations.create>[0],
    );
    return id;
  };

const posting = (teams: TeamsClient, values: Values, now: Ports['now']) => {
  const { client, forget } = teams;
  const named = createRoster(teams, now);
  const open = opensConversation(teams, values);
  const attempt = async (work: () => Promise<Delivery>): Promise<Delivery> => {
    try {
      return await work();
    } catch (error) {
      if (isUnauthorised(error)) forget();
      return outcomeOf(error);
    }
  };
  const write = (conversation: string, message: JsonObject) =>
    client.conversations.createActivity(conversation, message as unknown as Message);
  const writeIn = async (conversation: string, message: JsonObject) => {
    const { id } = await write(conversation, message);
    return delivered(refOf(conversation, id));
  };
  /** Null: the conversation is not ours, or not any more. Another app registration has others. */
  const goOn = async (conversation: string, message: JsonObject): Promise<Delivery | null> => {
    try {
      return await writeIn(conversation, message);
    } catch (error) {
      const outcome = outcomeOf(error);
      if (outcome.kind === 'rejected' && outcome.of === 'place') return null;
      throw error;
    }
  };
  /** A channel is its own conversation; a person's is opened when none is known that takes the message. */
  const post = ({ kind, address, conversation }: Place, message: JsonObject): Promise<Delivery> =>
    attempt(async () => {
      if (kind === 'room') return writeIn(address, await named(address, message));
      const written = conversation === undefined ? null : await goOn(conversation, message);
      if (written !== null) return written;
      const opened = await open(address);
      return { ...(await writeIn(opened, message)), opened };
    });
  return { attempt, write, post, named };
};

const outgoing = (teams: TeamsClient, values: Values, now: Ports['now']) => {
  const { client } = teams;
  const { attempt, write, post, named } = posting(teams, values, now);
  return {
    write,
    posts: {
      render,
      post,
      tell: (place: Place, text: string) => post(place, said(text)),
      opens: true,
      update: (ref: CardRef, payload: JsonObject) =>
        attempt(async () => {
          const { conversation, message } = ref as TeamsRef;
          const card = await named(conversation, payload);
          await client.conversations.updateActivity(conversation, message, card as unknown as Message);
          return delivered(ref);
        }),
      /** In a channel the thread of the card; in a chat, which has no threads, an answer to it. */
      addLines: (ref: CardRef, lines: string[]) =>
        attempt(async () => {
          const { conversation, message } = ref as TeamsRef;
          const line = said(lines.join('\n'));
          if (conversation.startsWith('19:')) await write(`${conversation};messageid=${message}`, line);
          else await client.conversations.replyToActivity(conversation, message, line as unknown as Message);
          return delivered(ref);
        }),
      check: () =>
        attempt(async () => {
          await client.teams.getById(values.team);
          return delivered({ id: values.team });
        }),
      emailOf: async (address: string): Promise<string | null> => {
        const { email, userPrincipalName } = await client.conversations.getMemberById(values.team, address);
        return email ?? userPrincipalName ?? null;
      },
    },
  };
};

export const createTeams = (values: Values, ports: Ports = { fetch: globalThis.fetch, now: Date.now }): Channel => {
  const { appId, tenant } = values;
  const { write, posts } = outgoing(createClient(values, values.serviceUrl, ports), values, ports.now);
  const keys = createKeys(ports.fetch, values.openIdUrl);
  return {
    name: 'teams',
    title: 'Teams',
    rates,
    ...posts,
    workspaces: [tenant],
    verify: (raw, now) => verify({ appId, keys }, raw, now),
    parse,
    answer: (ask, answer) => answerAsk(write, ask, answer),
    answersInline: true,
  };
};

export const teams = defineChannel({
  name: 'teams',
  title: 'Teams',
  settings,
  guide,
  create: (values) => createTeams(values),
});
