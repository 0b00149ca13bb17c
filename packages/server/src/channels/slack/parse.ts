/** From a verified request of Slack to what somebody asks: a button, a form, a home page, a command, a shared link. */
import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '@belay/protocol';
import type { Ask, Fields, HttpAnswer, Parsed, Presser, RawRequest } from '../../engine/channel-ports.ts';
import { at, isAction, listAt, objectAt, pressedOn, readJson, textAt } from '../untrusted.ts';

export const actionPrefix = 'belay:';
export const formCallback = 'belay:form';
/** What came through our own connection; no request by HTTP has such a path. */
export const socketPath = 'socket:';

const ack: HttpAnswer = { status: 200 };
const nothing = (because: string, answer: HttpAnswer = ack): Parsed => ({ kind: 'nothing', because, answer });

/** Of a guest from another workspace (Slack Connect) it is that workspace's id, and not ours. */
const presserOf = (payload: Json): Presser => ({
  workspace: textAt(payload, 'user', 'team_id') || textAt(payload, 'team', 'id'),
  address: textAt(payload, 'user', 'id'),
});

const replyOf = (payload: Json): JsonObject => ({
  user: textAt(payload, 'user', 'id'),
  channel: textAt(payload, 'container', 'channel_id') || textAt(payload, 'channel', 'id'),
  trigger: textAt(payload, 'trigger_id'),
  responseUrl: textAt(payload, 'response_url'),
});

const buttons = (payload: Json): Ask[] =>
  listAt(payload, 'actions').flatMap((action): Ask[] => {
    const word = textAt(action, 'action_id').replace(actionPrefix, '');
    const on = pressedOn(readJson(textAt(action, 'value')));
    if (on === null || !isAction(word)) return [];
    const replyTo = replyOf(payload);
    return [
      { kind: 'press', presser: presserOf(payload), replyTo, action: word, ...on, fields: null, proof: 'signed' },
    ];
  });

const fieldOf = (input: Json): string | boolean =>
  textAt(input, 'type') === 'checkboxes' ? listAt(input, 'selected_options').length > 0 : textAt(input, 'value');

const fieldsOf = (payload: Json): Fields =>
  Object.fromEntries(
    Object.entries(objectAt(payload, 'view', 'state', 'values')).map(([name, inputs]) => [
      name,
      fieldOf(Object.values(objectAt(inputs))[0] ?? null),
    ]),
  );

const submitted = (payload: Json): Ask[] => {
  const carried = readJson(textAt(payload, 'view', 'private_metadata'));
  const word = textAt(carried, 'action');
  const on = pressedOn(carried);
  if (on === null || !isAction(word) || textAt(payload, 'view', 'callback_id') !== formCallback) return [];
  const replyTo = { ...replyOf(payload), channel: textAt(carried, 'channel') };
  const fields = fieldsOf(payload);
  return [{ kind: 'press', presser: presserOf(payload), replyTo, action: word, ...on, fields, proof: 'signed' }];
};

const bodyId = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex');

/** Slack waits for 3 seconds, and shows what is wrong with a form only in the answer to it. */
const formWithinMs = 2_000;

const delivery = (asks: Ask[], deliveryId: string, more: { withinMs?: number } = {}): Parsed =>
  asks.length === 0 ? nothing('nothing in it is ours') : { kind: 'delivery', deliveryId, asks, ack, ...more };

const interaction = (payload: Json, body: Uint8Array): Parsed => {
  const deliveryId = textAt(payload, 'trigger_id') || bodyId(body);
  switch (textAt(payload, 'type')) {
    case 'block_actions':
      return delivery(buttons(payload), deliveryId);
    case 'view_submission':
      return delivery(submitted(payload), deliveryId, { withinMs: formWithinMs });
    default:
      return nothing('an interaction that is not used');
  }
};

const command = (form: URLSearchParams, body: Uint8Array): Parsed => {
  const said = (name: string): string => form.get(name) ?? '';
  const presser = { workspace: said('team_id'), address: said('user_id') };
  const replyTo = {
    user: said('user_id'),
    channel: said('channel_id'),
    trigger: said('trigger_id'),
    responseUrl: said('response_url'),
  };
  return delivery([{ kind: 'list', presser, replyTo }], said('trigger_id') || bodyId(body));
};

const event = (payload: Json): Parsed => {
  if (textAt(payload, 'type') === 'url_verification')
    return { kind: 'handshake', answer: { status: 200, body: textAt(payload, 'challenge') } };
  const inner = at(payload, 'event');
  const presser = { workspace: textAt(payload, 'team_id'), address: textAt(inner, 'user') };
  const deliveryId = textAt(payload, 'event_id');
  if (deliveryId === '') return nothing('an event without an id');
  if (textAt(inner, 'type') === 'app_home_opened' && textAt(inner, 'tab') === 'home')
    return delivery([{ kind: 'list', presser, replyTo: { home: presser.address } }], deliveryId);
  if (textAt(inner, 'type') !== 'link_shared') return nothing('an event that is not used');
  const links = listAt(inner, 'links').map((link) => textAt(link, 'url'));
  const replyTo = {
    channel: textAt(inner, 'channel'),
    ts: textAt(inner, 'message_ts'),
    unfurl: textAt(inner, 'unfurl_id'),
    source: textAt(inner, 'source'),
  };
  return delivery([{ kind: 'preview', presser, replyTo, links }], deliveryId);
};

/** Through the socket the payload is there by itself, and the handshake is the connection's. */
const fromSocket = (kind: string, payload: Json, body: Uint8Array): Parsed => {
  switch (kind) {
    case 'interactive':
      return interaction(payload, body);
    case 'slash_commands': {
      const fields = Object.keys(objectAt(payload)).map((name): [string, string] => [name, textAt(payload, name)]);
      return command(new URLSearchParams(fields), body);
    }
    case 'events_api':
      return event(payload);
    default:
      return nothing('an envelope that is not used');
  }
};

/** Total: what cannot be read is nothing. */
export const parse = ({ path, headers, body }: RawRequest): Parsed => {
  const text = Buffer.from(body).toString('utf8');
  if (path.startsWith(socketPath)) return fromSocket(path.slice(socketPath.length), readJson(text), body);
  if ((headers['content-type'] ?? '').includes('application/json')) {
    const payload = readJson(text);
    return payload === null ? nothing('it is not strict JSON', { status: 400 }) : event(payload);
  }
  const form = new URLSearchParams(text);
  if (form.get('ssl_check') === '1') return nothing('a check of the certificate');
  const carried = form.getAll('payload');
  if (carried.length > 1) return nothing('two payloads in one request', { status: 400 });
  if (carried[0] !== undefined) {
    const payload = readJson(carried[0]);
    return payload === null ? nothing('it is not strict JSON', { status: 400 }) : interaction(payload, body);
  }
  return form.has('command') ? command(form, body) : nothing('neither an interaction nor a command');
};
