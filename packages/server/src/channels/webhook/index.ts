/**
 * The plainest channel: each card as a signed JSON request (Standard Webhooks 1.0) to an address that the operator
 * allowed. It only tells; whoever receives it decides in the inbox or through the API.
 */
import { digestOf, type JsonObject } from '@belay/protocol';
import type { CardRef, Channel, Delivery, Place } from '../../engine/channel-ports.ts';
import { type Card, type Subject, subjectKey } from '../../engine/delivery/cards.ts';
import { signWebhook } from '../../engine/outbox.ts';
import { cardTexts } from '../card.ts';
import { ChannelProblem, defineChannel, isWebUrl, unreadable } from '../channel.ts';
import { delivered, ofResponse, ofThrown } from '../outcome.ts';
import { guide } from './guide.ts';

const settings = {
  secret: { env: 'BELAY_WEBHOOK_SECRET', about: 'signs each request, whsec_ and base64' },
  urls: { env: 'BELAY_WEBHOOK_URLS', about: 'addresses that may be called, separated by spaces; each a prefix' },
};
const timeoutMs = 8_000;
const room = { title: 500, sentence: 2_000, arguments: 100_000, fact: 2_000, facts: 100, words: 10_000 };

type Ports = { fetch: typeof fetch; now: () => number };
type Values = { secret: string; urls: string };

/** Same origin and path below: `https://a.example/x` allows `https://a.example/x/y`, not `https://a.example.evil`. */
const mayCall = (address: string, allowed: readonly string[]): boolean => {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  return allowed.some((prefix) => {
    const base = new URL(prefix);
    const path = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`;
    return url.origin === base.origin && url.username === '' && `${url.pathname}/`.startsWith(path);
  });
};

const render = (card: Card): JsonObject => {
  const { subject, runId, control, agentId, state, settled, revision, url, step } = card;
  const { buttons: _buttons, notHere: _notHere, ...texts } = cardTexts(card, room);
  return {
    subject,
    runId,
    control,
    agentId,
    status: state,
    settled,
    revision,
    url,
    step: step?.name ?? null,
    digest: step?.digest ?? null,
    ...texts,
  };
};

/** As Standard Webhooks asks: at least 24 bytes. The secret is not repeated. */
const checked = (values: Values): Values => {
  const [, key = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(values.secret) ?? [];
  if (Buffer.from(key, 'base64').length < 24)
    throw new ChannelProblem(`${settings.secret.env} is no secret. Write whsec_ and 32 random bytes in base64.`);
  const wrong = values.urls.split(/\s+/).find((url) => !isWebUrl(url));
  if (wrong !== undefined) throw unreadable(settings.urls, wrong, 'addresses, separated by spaces: https://…');
  return values;
};

export const createWebhook = ({ secret, urls }: Values, { fetch, now }: Ports): Channel => {
  const allowed = urls.split(/\s+/);

  const send = async (ref: CardRef, type: string, data: JsonObject): Promise<Delivery> => {
    const address = String(ref.address);
    if (!mayCall(address, allowed))
      return { kind: 'rejected', because: `${address} is not one of ${settings.urls.env}`, of: 'place' };
    const said = { type, data: { id: ref.id, ...data } };
    const body = JSON.stringify(said);
    // A repeat has the id of the first try, so that the receiver can drop it.
    const messageId = `card_${digestOf(said).slice(7, 39)}`;
    const headers = { 'content-type': 'application/json', ...signWebhook(secret, messageId, now(), body) };
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await fetch(address, { method: 'POST', headers, body, redirect: 'error', signal });
      return response.ok ? delivered(ref) : ofResponse('the webhook', response, 'place');
    } catch (error) {
      return ofThrown('the webhook', error);
    }
  };

  return {
    name: 'webhook',
    title: 'Webhook',
    render,
    post: (place: Place, payload, subject: Subject) =>
      send({ id: `${subjectKey(subject)} ${place.address}`, address: place.address }, 'card.posted', payload),
    update: (ref, payload) => send(ref, 'card.updated', payload),
    addLines: (ref, lines) => send(ref, 'card.lines', { lines }),
  };
};

export const webhook = defineChannel({
  name: 'webhook',
  title: 'Webhook',
  settings,
  guide,
  create: (values) => createWebhook(checked(values), { fetch: globalThis.fetch, now: Date.now }),
});
