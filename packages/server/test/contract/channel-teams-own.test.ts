/** What only Teams has: tokens that have to be right in every part, fresh cards, messages to the bot, links. */
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '@belay/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTeams } from '../../src/channels/teams/index.ts';
import { newSigner, signToken } from '../../src/demo/vendors/teams-token.ts';
import type { Channel } from '../../src/engine/channel-ports.ts';
import {
  startTeams,
  type TeamsVendor,
  teamsAddresses,
  teamsRoom,
  teamsStranger,
  teamsValues,
} from '../vendors/teams.ts';
import { textsIn } from '../vendors/teams-rules.ts';
import { type ContractWorld, contractWorld, unpaced } from './contract-world.ts';

let teams: TeamsVendor;
let at: ContractWorld;
/** A server that nobody may call. */
const calls: string[] = [];
const elsewhere = createServer((request, response) => {
  calls.push(request.url ?? '');
  response.end('{}');
});

const afresh = (): Channel => createTeams(teamsValues(teams));

beforeAll(async () => {
  teams = await startTeams();
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  at = await contractWorld({
    channel: afresh(),
    twin: teams,
    room: teamsRoom,
    addresses: teamsAddresses,
    stranger: teamsStranger,
  });
});
afterAll(async () => {
  await at.close();
  await new Promise((resolve) => elsewhere.close(resolve));
});

const now = () => at.world.clock.now();
const seconds = (from: number): number => Math.floor(now() / 1_000) + from;
const activityOf = async (id: string, by = 'bruno'): Promise<JsonObject> =>
  (await teams.press(at.card(id).id, 'takeOver', at.signing(by)).json()) as JsonObject;
const evil = (): string => `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;

type Wrong = { token?: () => string | null; body?: () => JsonObject; authorization?: string };
const another = newSigner('teams-1');
const withClaims = (claims: Record<string, unknown>) => ({ token: () => teams.token(now(), { claims }) });
const withHeader = (header: JsonObject) => ({ token: () => teams.token(now(), { header }) });

const tokens: Record<string, () => Wrong> = {
  'there is none': () => ({ token: () => null }),
  'it is the HMAC of an outgoing webhook (C19)': () => ({ token: () => null, authorization: 'HMAC c2lnbmF0dXJl' }),
  'it is a password': () => ({ token: () => null, authorization: 'Basic dXNlcjpwYXNz' }),
  'it is of another issuer': () => withClaims({ iss: 'https://sts.windows.net/other/' }),
  'it is for another app': () => withClaims({ aud: '00000000-0000-4000-8000-000000000000' }),
  'it is for several apps, and not for ours': () => withClaims({ aud: ['a', 'b'] }),
  'it ended ten minutes ago': () => withClaims({ nbf: seconds(-4_200), exp: seconds(-600) }),
  'it begins in ten minutes': () => withClaims({ nbf: seconds(600), exp: seconds(4_200) }),
  'it never ends': () => withClaims({ exp: undefined }),
  'its end is nothing': () => withClaims({ exp: null }),
  'its end is a text': () => withClaims({ exp: 'never' }),
  'another key signed it under the known name': () => ({ token: () => teams.token(now(), { signer: another }) }),
  'its key is not published': () => ({ token: () => teams.token(now(), { signer: newSigner('unknown') }) }),
  'its key is published, and not endorsed for Teams': () => ({
    token: () => teams.token(now(), { signer: teams.unendorsed }),
  }),
  'it brings its own key along': () =>
    withHeader({ jwk: another.publicKey.export({ format: 'jwk' }) as unknown as JsonObject, kid: 'mine' }),
  'its algorithm is none': () => withHeader({ alg: 'none' }),
  'the public key is used as a secret (HS256)': () => withHeader({ alg: 'HS256' }),
  'its algorithm is not the one agreed (RS384)': () => withHeader({ alg: 'RS384' }),
  'it is a token within a token': () => withHeader({ cty: 'JWT' }),
  'it demands something unknown': () => withHeader({ crit: ['belay'], belay: 1 }),
  'its claims were changed after it was signed': () => ({
    token: () => {
      const [head, , signature] = teams.token(now()).split('.');
      const claims = {
        iss: 'https://api.botframework.com',
        aud: teams.appId,
        serviceurl: teams.origin,
        exp: seconds(9_999),
      };
      return `${head}.${signToken(claims, another).split('.')[1]}.${signature}`;
    },
  }),
  'it is for another service address': () => withClaims({ serviceurl: evil() }),
  'it names no service address': () => withClaims({ serviceurl: undefined }),
  'the body names another service address': () => ({ body: () => ({ serviceUrl: evil() }) }),
  'the body names no service address': () => ({ body: () => ({ serviceUrl: '' }) }),
  'the body is of another channel': () => ({ body: () => ({ channelId: 'emulator' }) }),
  'the body is of an hour ago': () => ({ body: () => ({ timestamp: new Date(now() - 3_600_000).toISOString() }) }),
};

describe('C18 a delivery changes nothing and calls nobody when, of its token,', () => {
  beforeAll(() => at.handOff('TOKEN-1'));

  it.each(Object.keys(tokens))('%s', async (name) => {
    const { token = () => teams.token(now()), body = () => ({}), authorization } = tokens[name]?.() ?? {};
    const activity = { ...(await activityOf('TOKEN-1')), ...body() };
    const request = teams.deliver(activity, token());
    if (authorization !== undefined) request.headers.set('authorization', authorization);
    const counted = at.world.app.refusals.get('teams') ?? 0;
    expect((await at.world.app.fetch(request)).status).toBe(401);
    expect(at.world.app.refusals.get('teams')).toBe(counted + 1);
    expect(at.card('TOKEN-1').actions).toEqual(['takeOver', 'decline']);
    expect(calls).toEqual([]);
  });

  it('nothing is wrong: then it counts', async () => {
    expect((await at.deliver(teams.deliver(await activityOf('TOKEN-1'), teams.token(now())))).status).toBe(200);
    expect(at.card('TOKEN-1').text).toContain('Bruno Ferrari has control since');
  });
});

it('C19 an outgoing webhook of Teams decides nothing, however well its HMAC is made: it signs no time and names no tenant', async () => {
  const { caseId } = await at.handOff('OUTGOING-1');
  const key = Buffer.alloc(32, 7).toString('base64');
  const activity = JSON.stringify({ ...(await activityOf('OUTGOING-1')), type: 'message', text: 'Take over' });
  for (const secret of [key, teams.appPassword]) {
    const mac = createHmac('sha256', Buffer.from(secret, 'base64')).update(activity).digest('base64');
    const headers = { 'content-type': 'application/json', authorization: `HMAC ${mac}` };
    const request = new Request('http://belay.test/channels/teams/messages', {
      method: 'POST',
      headers,
      body: activity,
    });
    expect((await at.deliver(request)).status).toBe(401);
  }
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'open' });
});

it('C5 a delivery whose two tenants differ is of nobody', async () => {
  const { caseId } = await at.handOff('TENANT-1');
  const activity = await activityOf('TENANT-1');
  const channelData = { ...(activity.channelData as JsonObject), tenant: { id: 'another' } };
  await at.deliver(teams.deliver({ ...activity, channelData }, teams.token(now())));
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'open' });
});

const answered = async (activity: JsonObject) => {
  const response = await at.deliver(teams.deliver(activity, teams.token(now())));
  const text = await response.text();
  return text === '' ? null : (JSON.parse(text) as JsonObject & { value: JsonObject });
};

const refreshed = async (id: string, caseId: string, by: string) => {
  const value = {
    action: { type: 'Action.Execute', verb: 'belay:refresh', data: { belay: { subject: `case:${caseId}` } } },
    trigger: 'automatic',
  };
  return answered({ ...(await activityOf(id, by)), value });
};

it('shows whoever looks at a card what is true then, and a bystander no buttons', async () => {
  const { caseId } = await at.handOff('LOOK-1');
  const seen = await refreshed('LOOK-1', caseId, 'bruno');
  expect(seen?.type).toBe('application/vnd.microsoft.card.adaptive');
  expect(JSON.stringify(seen?.value)).toContain('belay:takeOver');
  const bystander = await activityOf('LOOK-1');
  const other = { ...(bystander.from as JsonObject), aadObjectId: teamsStranger };
  const value = {
    action: { verb: 'belay:refresh', data: { belay: { subject: `case:${caseId}` } } },
    trigger: 'automatic',
  };
  const theirs = await answered({ ...bystander, id: 'f:other', from: other, value });
  expect(textsIn(theirs?.value).join('\n')).toContain('was added 3 days ago');
  expect(JSON.stringify(theirs?.value)).not.toContain('belay:takeOver');
});

it('reaches those whose client cannot show such cards: a text with the link', async () => {
  const { caseId } = await at.handOff('OLD-1');
  const card = teams.messages().findLast(({ activity }) => JSON.stringify(activity).includes('ben-OLD-1'));
  const shown = JSON.stringify(card?.activity.attachments);
  expect(shown).toContain('"fallbackText":"Needs a person: Pay Nordwind GmbH');
  expect(shown).toContain(`[Open in the inbox](http://belay.test/cases/${caseId})"`);
});

it('lets a client press that does not know Action.Execute, and tells the answer in a dialog', async () => {
  const { caseId } = await at.handOff('OLDER-1');
  await at.deliver(teams.pressInOlder(at.card('OLDER-1').id, 'takeOver', at.signing('bruno')));
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed', claimedBy: 'bruno' });
  expect(teams.told(teamsAddresses.bruno ?? '').at(-1)).toContain('You have control.');
});

it('names nobody in a channel of up to 60 members, where every client asks for a fresh card', async () => {
  await at.handOff('SMALL-1');
  const message = teams.messages().findLast(({ conversation }) => conversation === teamsRoom);
  expect(JSON.stringify(message?.activity)).not.toContain('userIds');
  for (const by of ['amelie', 'emre', teamsStranger])
    expect(teams.look(at.card('SMALL-1').id, at.signing(by))).not.toBeNull();
});

it('answers a message with what is theirs, and a stranger with how to be linked', async () => {
  await at.handOff('MINE-1');
  await at.deliver(teams.write('what is mine?', at.signing('amelie')));
  expect(
    teams
      .cards()
      .filter((card) => card.where === teamsAddresses.amelie)
      .at(-1)?.text,
  ).toContain('Yours now, Amélie Laurent');
  await at.deliver(teams.write('hello', at.signing(teamsStranger)));
  expect(teams.told(teamsStranger).at(-1)).toContain('is not linked to a person');
  await at.deliver(teams.install(at.signing('amelie'), 'team'));
  expect(teams.violations).toEqual([]);
});

it('previews a case whose link somebody shared, without buttons or the words of the agent', async () => {
  const { caseId } = await at.handOff('LINK-1', { words: 'secret words' });
  const { replyToId: _replyToId, ...activity } = await activityOf('LINK-1');
  const value = { url: `http://belay.test/cases/${caseId}` };
  const shown = JSON.stringify(await answered({ ...activity, name: 'composeExtension/queryLink', value }));
  expect(shown).toContain('was added 3 days ago');
  expect(shown).not.toMatch(/secret words|belay:takeOver/);
});

describe('the conversation with a person', () => {
  const amelie = teamsAddresses.amelie ?? '';
  /** What is owed is delivered by a Belay that has just started. */
  const restartedDelivers = async (): Promise<void> => {
    const node = await at.world.anotherNode(undefined, [unpaced(afresh())]);
    await node.deliverOwed();
    await node.stop();
  };
  const direct = (id: string) => at.card(`ben-${id}`, amelie).id.split(' ')[0];
  const kept = async (conversation: string) =>
    at.world.pool.query('UPDATE direct_conversations SET conversation = $1 WHERE address = $2', [conversation, amelie]);

  it('is opened once: after a restart cards and notices go on in it', async () => {
    await at.handOff('AGAIN-1');
    expect(teams.openingsOf(amelie)).toBe(1);
    await at.gate('AGAIN-2', { vendor: { ageDays: 3 } });
    await at.world.pool.query(
      `INSERT INTO outbox (kind, lane, target, body, next_attempt_at, created_at)
       VALUES ('notice', 'teams', 'again', $1, to_timestamp(0), to_timestamp(0))`,
      [{ place: { kind: 'person', address: amelie }, text: 'a notice after the restart' }],
    );
    await restartedDelivers();
    expect(direct('AGAIN-2')).toBe(direct('AGAIN-1'));
    expect(teams.told(amelie)).toContain('a notice after the restart');
    expect(teams.openingsOf(amelie)).toBe(1);
  });

  it('is opened again when Teams does not know it any more, and the new one is kept', async () => {
    await kept('a:of-an-app-registration-before');
    await at.handOff('MOVED-1');
    await at.handOff('MOVED-2');
    expect(direct('MOVED-2')).toBe(direct('AGAIN-1'));
    expect(teams.openingsOf(amelie)).toBe(2);
  });

  it('is not opened again because a message was refused or Teams is in trouble', async () => {
    const place = { kind: 'person', address: amelie, conversation: teams.chatOf(amelie) } as const;
    for (const status of [400, 503]) {
      teams.next({ kind: 'error', status });
      expect((await afresh().tell?.(place, 'hello'))?.kind).not.toBe('delivered');
    }
    expect(teams.openingsOf(amelie)).toBe(2);
  });
});

it('kept to all rules of Teams', () => {
  expect(teams.violations).toEqual([]);
});
