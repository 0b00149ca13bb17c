/** From a verified activity of Teams to what somebody asks: a button, a dialog, a fresh card, a link, "what is mine". */
import type { Json, JsonObject } from '@belay/protocol';
import type { Ask, Fields, HttpAnswer, Parsed, Presser, RawRequest } from '../../engine/channel-ports.ts';
import { parseSubject } from '../../engine/delivery/cards.ts';
import { at, isAction, listAt, objectAt, pressedOn, readJson, textAt } from '../untrusted.ts';

export const verbPrefix = 'belay:';
export const refreshVerb = 'belay:refresh';

export const json = (body: object): HttpAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** How a text is told to the presser alone: by the kind of invoke that asked. */
export type Told = 'card' | 'dialog';
export const told = (as: Told, text: string): HttpAnswer =>
  as === 'dialog'
    ? json({ task: { type: 'message', value: text } })
    : json({ statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: text });

const again = 'This was taken in already.';
const nothing = (because: string, answer: HttpAnswer = { status: 200 }): Parsed => ({
  kind: 'nothing',
  because,
  answer,
});

/** The tenant is named twice; where the two differ it is nobody's. */
const presserOf = (activity: Json): Presser => {
  const named = [textAt(activity, 'conversation', 'tenantId'), textAt(activity, 'channelData', 'tenant', 'id')];
  const [workspace = '', ...others] = named.filter((one) => one !== '');
  return {
    workspace: others.every((one) => one === workspace) ? workspace : '',
    address: textAt(activity, 'from', 'aadObjectId'),
  };
};

const delivery = (activity: Json, ask: Ask | null, ack: HttpAnswer): Parsed => {
  const deliveryId = textAt(activity, 'id');
  if (ask === null || deliveryId === '') return nothing('nothing in it is ours', ack);
  return { kind: 'delivery', deliveryId, asks: [ask], ack };
};

/** Inputs arrive beside what the button carries, all of them texts; `checks` says which were boxes to tick. */
const fieldsOf = ({ belay, msteams: _msteams, ...inputs }: JsonObject): Fields => {
  const checks = listAt(belay, 'checks');
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      name,
      checks.includes(name) ? value === 'true' || value === true : typeof value === 'string' ? value : '',
    ]),
  );
};

const press = (activity: Json, data: JsonObject, fields: Fields | null, as: Told): Ask | null => {
  const word = textAt(data, 'belay', 'action');
  const on = pressedOn(at(data, 'belay'));
  if (on === null || !isAction(word)) return null;
  return {
    kind: 'press',
    presser: presserOf(activity),
    replyTo: { as },
    action: word,
    ...on,
    fields,
    proof: 'signed',
  };
};

const show = (activity: Json, data: JsonObject): Ask | null => {
  const subject = parseSubject(textAt(data, 'belay', 'subject'));
  return subject === null
    ? null
    : {
        kind: 'show',
        presser: presserOf(activity),
        replyTo: { as: 'card', viewer: textAt(activity, 'from', 'id') },
        subject,
      };
};

const invoke = (activity: Json): Parsed => {
  switch (textAt(activity, 'name')) {
    case 'adaptiveCard/action': {
      const data = objectAt(activity, 'value', 'action', 'data');
      const isRefresh = textAt(activity, 'value', 'action', 'verb') === refreshVerb;
      return delivery(
        activity,
        isRefresh ? show(activity, data) : press(activity, data, null, 'card'),
        told('card', again),
      );
    }
    case 'task/fetch':
      return delivery(
        activity,
        press(activity, objectAt(activity, 'value', 'data'), null, 'dialog'),
        told('dialog', again),
      );
    case 'task/submit': {
      const data = objectAt(activity, 'value', 'data');
      return delivery(activity, press(activity, data, fieldsOf(data), 'dialog'), told('dialog', again));
    }
    case 'composeExtension/queryLink': {
      const links = [textAt(activity, 'value', 'url')];
      const ask: Ask = { kind: 'preview', presser: presserOf(activity), replyTo: { as: 'card' }, links };
      return delivery(activity, ask, json({}));
    }
    default:
      return nothing('an invoke that is not used', json({}));
  }
};

/** Total: what cannot be read is nothing. */
export const parse = ({ body }: RawRequest): Parsed => {
  const activity = readJson(Buffer.from(body).toString('utf8'));
  switch (textAt(activity, 'type')) {
    case 'invoke':
      return invoke(activity);
    case 'message': {
      if (textAt(activity, 'conversation', 'conversationType') !== 'personal')
        return nothing('a message that is not to us alone');
      const replyTo = { conversation: textAt(activity, 'conversation', 'id') };
      return delivery(activity, { kind: 'list', presser: presserOf(activity), replyTo }, { status: 200 });
    }
    default:
      return nothing('an activity that is not used');
  }
};
