/** Socket Mode: the same story when Slack cannot reach us; what is not stored is not acknowledged; it connects again. */
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createSlack } from '../../src/channels/slack/index.ts';
import { waitMs } from '../../src/channels/slack/socket.ts';
import type { Channel, Connection, TakesIn } from '../../src/engine/channel-ports.ts';
import { type ContractWorld, contractWorld } from './contract-world.ts';
import { type SlackTwin, slackTeam, startSlackTwin } from './twins/slack.ts';

let slack: SlackTwin;
let at: ContractWorld;
let server: WebSocketServer;
let sockets: WebSocket[] = [];
const acknowledged: string[] = [];
const answers = new Map<string, unknown>();
const troubles: string[] = [];
let isStored = true;

const until = async (what: string, holds: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 400; tries++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`it did not happen: ${what}`);
};

beforeAll(async () => {
  slack = await startSlackTwin();
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.send(JSON.stringify({ type: 'hello', num_connections: 1 }));
    socket.on('message', (text) => {
      const { envelope_id, payload } = JSON.parse(String(text)) as { envelope_id: string; payload?: unknown };
      acknowledged.push(envelope_id);
      answers.set(envelope_id, payload);
    });
    socket.on('close', () => {
      sockets = sockets.filter((one) => one !== socket);
    });
  });
  const slackChannel = createSlack(
    { ...slack.values, appToken: 'xapp-twin' },
    { fetch, responseHosts: [slack.origin] },
  );
  const channel: Channel = {
    ...slackChannel,
    connect: ({ take }) => {
      const unsure: TakesIn['take'] = (raw) =>
        isStored ? take(raw) : Promise.reject(new Error('the database is away'));
      return slackChannel.connect?.({ take: unsure, trouble: (because) => void troubles.push(because) }) as Connection;
    },
  };
  at = await contractWorld({
    channel,
    twin: slack,
    room: '#treasury',
    addresses: { amelie: 'U02AMELIE', bruno: 'U02BRUNO' },
    stranger: 'U0STRANGER',
  });
  slack.openSocketAt(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/link`);
  at.world.app.connect();
  await until('it connects', () => sockets.length === 1);
});
afterAll(async () => {
  await at.close();
  server.close();
});

let serial = 0;
/** Slack sends an envelope down the socket. */
const send = (type: string, payload: unknown): string => {
  serial += 1;
  const envelope_id = `env-${serial}`;
  sockets[0]?.send(JSON.stringify({ envelope_id, type, accepts_response_payload: true, payload }));
  return envelope_id;
};
const payloadOf = async (request: Request): Promise<unknown> =>
  JSON.parse(new URLSearchParams(await request.text()).get('payload') ?? 'null');
const pressed = async (id: string, action: string) =>
  send('interactive', await payloadOf(slack.press(at.card(id).id, action, at.signing('bruno'))));
const worked = async (envelope: string): Promise<void> => {
  await until(`${envelope} is acknowledged`, () => acknowledged.includes(envelope));
  await at.world.app.takeIn();
  await at.world.app.deliverOwed();
};

it('is taken over, given back with instructions and shown everywhere', async () => {
  const { caseId } = await at.handOff('SO-1');
  await worked(await pressed('SO-1', 'takeOver'));
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed', claimedBy: 'bruno' });
  await worked(await pressed('SO-1', 'return'));
  const form = await payloadOf(slack.submit({ instructions: 'Pay it', allowOnce: true }, at.signing('bruno')));
  await worked(send('interactive', form));
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'returned' });
  expect(at.card('SO-1').actions).toEqual([]);
});

it('is told in the acknowledgement what is wrong with a form, and nothing when it counts', async () => {
  const { caseId } = await at.handOff('SO-6');
  await worked(await pressed('SO-6', 'takeOver'));
  await worked(await pressed('SO-6', 'resolve'));
  const filled = async (resolution: string) =>
    send('interactive', await payloadOf(slack.submit({ resolution }, at.signing('bruno'))));
  const refused = await filled(' ');
  await worked(refused);
  expect(answers.get(refused)).toEqual({
    response_action: 'errors',
    errors: { resolution: '“What you did” is needed.' },
  });
  const counted = await filled('Paid by hand');
  await worked(counted);
  expect(answers.get(counted) ?? {}).toEqual({});
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'resolved' });
});

it('answers the command and the home page', async () => {
  await at.handOff('SO-2');
  const command = {
    command: '/belay',
    team_id: slackTeam,
    user_id: 'U02AMELIE',
    channel_id: 'C0TREASURY',
    trigger_id: 'so-2',
  };
  await worked(send('slash_commands', { ...command, response_url: `${slack.origin}/response/U02AMELIE/x` }));
  expect(slack.told('U02AMELIE').at(-1)).toContain('was added 3 days ago');
  const event = { type: 'app_home_opened', user: 'U02AMELIE', tab: 'home' };
  await worked(send('events_api', { type: 'event_callback', team_id: slackTeam, event_id: 'EvSO2', event }));
  expect(JSON.stringify(slack.homeOf('U02AMELIE'))).toContain('was added 3 days ago');
});

it('C8 does not acknowledge what was not stored, and takes it when it comes again', async () => {
  const { caseId } = await at.handOff('SO-3');
  isStored = false;
  const payload = await payloadOf(slack.press(at.card('SO-3').id, 'takeOver', at.signing('bruno')));
  const lost = send('interactive', payload);
  await until('it is told', () => troubles.some((because) => because.includes('the database is away')));
  expect(acknowledged).not.toContain(lost);
  isStored = true;
  await worked(send('interactive', payload));
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed' });
});

it('C1 by HTTP nobody speaks as if through the socket', async () => {
  const { caseId } = await at.handOff('SO-4');
  const payload = await payloadOf(slack.press(at.card('SO-4').id, 'takeOver', at.signing('bruno')));
  for (const path of ['/channels/slack/socket:interactive', '/channels/slack//socket:interactive']) {
    const forged = new Request(`http://belay.test${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(payload),
    });
    expect((await at.deliver(forged)).status).toBe(401);
  }
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'open' });
});

it('connects again when Slack closes the connection, and when Slack was away', async () => {
  slack.openSocketAt(null);
  const before = troubles.length;
  sockets[0]?.close();
  await until('it is told', () => troubles.length > before);
  slack.openSocketAt(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/link`);
  await until('it connects', () => sockets.length === 1);
  const { caseId } = await at.handOff('SO-5');
  await worked(await pressed('SO-5', 'takeOver'));
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed' });
});

it('waits longer after each failure, a minute at most', () => {
  expect([0, 1, 2, 3, 20].map(waitMs)).toEqual([0, 1_000, 2_000, 4_000, 60_000]);
});
