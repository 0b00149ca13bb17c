/**
 * The people of a local Teams: they press, fill in dialogs and write, each as the activity that the client would cause,
 * and they see what they are answered. Delivered with the token that the vendor would send along.
 */
import { randomUUID } from 'node:crypto';
import {
  actionsOf,
  cardsOf,
  inputsOf,
  isObject,
  objectsIn,
  plainText,
  textsIn,
  type Value,
  wordOf,
} from './teams-shapes.ts';
import { memberId, type Posted, type Tenant } from './teams-store.ts';
import { claimsOf, newSigner, signToken } from './teams-token.ts';
import type { OpenForm, Signing } from './twin.ts';

type Open = { user: string; conversation: string; replyTo: string; card: Value; title: string };
/** `form`: the dialog that was sent; it is gone when that is answered. */
type Sent = { user: string; conversation: string; replyTo: string | null; form?: Open };
/** `after`: how many messages there were, so that both can be told in order. */
type Told = { user: string; text: string; after: number };
type Fields = Record<string, string | boolean>;

/** The activity of somebody doing something in a conversation. */
export const activityOf = (
  tenant: Tenant,
  { by, at, workspace = tenant.tenantId }: Signing,
  conversation: string,
): Value => {
  const member = tenant.members.find((one) => one.aadObjectId === by);
  const isPersonal = tenant.conversations.get(conversation)?.kind === 'personal';
  return {
    id: `f:${randomUUID()}`,
    timestamp: new Date(at).toISOString(),
    localTimestamp: new Date(at).toISOString(),
    channelId: 'msteams',
    serviceUrl: tenant.origin,
    from: { id: memberId(by), name: member?.name ?? 'Somebody', aadObjectId: by },
    conversation: {
      id: conversation,
      tenantId: workspace,
      ...(isPersonal ? { conversationType: 'personal' } : { conversationType: 'channel', isGroup: true }),
    },
    recipient: { id: `28:${tenant.appId}`, name: 'Belay' },
    entities: [{ locale: 'en-US', country: 'US', platform: 'Windows', timezone: 'Europe/Paris', type: 'clientInfo' }],
    channelData: {
      ...(isPersonal ? {} : { teamsChannelId: conversation, teamsTeamId: tenant.teamId }),
      tenant: { id: workspace },
      source: { name: 'message' },
    },
    locale: 'en-US',
    localTimezone: 'Europe/Paris',
  };
};

const otherKeys = newSigner('another');

const tampered = (token: string): string => {
  const [head = '', , signature = ''] = token.split('.');
  const claims = Buffer.from(JSON.stringify({ ...claimsOf(token), exp: 4_102_444_800 })).toString('base64url');
  return `${head}.${claims}.${signature}`;
};

export const deliver = (activity: Value, token: string | null): Request => {
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
  if (token !== null) headers.authorization = `Bearer ${token}`;
  return new Request('http://belay.test/channels/teams/messages', {
    method: 'POST',
    headers,
    body: JSON.stringify(activity),
  });
};

/** What an input hands over when nobody touches it, or what somebody typed. */
const handedOver = (input: Value, given: string | boolean | undefined): unknown => {
  if (input.type !== 'Input.Toggle') return given ?? input.value ?? '';
  const on = input.valueOn ?? 'true';
  const off = input.valueOff ?? 'false';
  return given === undefined ? (input.value ?? off) : given ? on : off;
};

const inputValues = (card: unknown, fields: Record<string, string | boolean>): Value =>
  Object.fromEntries(inputsOf(card).map((input) => [String(input.id), handedOver(input, fields[String(input.id)])]));

const dataOf = ({ data }: Value): Value => (isObject(data) ? data : typeof data === 'string' ? { data } : {});

/** What is pressed where a client does not know Execute: what the card has in its stead. */
const asOlder = (action: Value): Value => {
  if (action.type !== 'Action.Execute') return action;
  if (!isObject(action.fallback)) throw new Error(`an older client shows nothing for ${String(action.title)}`);
  return action.fallback;
};

/** The invoke that a press on this action comes to: the action itself, or the request for its dialog. */
const invokeOf = (action: Value, inputs: Value, subject: string | undefined): Value => {
  const carried = JSON.stringify({ ...dataOf(action), ...inputs });
  const data = JSON.parse(subject === undefined ? carried : carried.replace(/\b(case|approval):\w+/g, subject));
  const opens = isObject(data.msteams) && data.msteams.type === 'task/fetch';
  if (opens) return { name: 'task/fetch', value: { data, context: { theme: 'default' } } };
  if (action.type !== 'Action.Execute') throw new Error(`${String(action.type)} is not delivered as an invoke`);
  const { type, id, title, verb } = action;
  return { name: 'adaptiveCard/action', value: { action: { type, id, title, verb, data }, trigger: 'manual' } };
};

const refreshedAlone = 60;

/**
 * Whether a client asks for a fresh card by itself when this person looks at it: in a conversation of up to 60 members
 * for everybody, above that for those whom the card names by their id of the conversation; for nobody where it names none.
 */
const refreshesFor = (tenant: Tenant, { conversation }: Posted, { userIds }: Value, by: string): boolean => {
  const isPersonal = tenant.conversations.get(conversation)?.kind === 'personal';
  if (Array.isArray(userIds) && userIds.length === 0) return false;
  if (isPersonal || tenant.members.length <= refreshedAlone) return true;
  return Array.isArray(userIds) && userIds.includes(memberId(by));
};

/** What the people of a tenant see beside the messages: dialogs, and what one of them alone is told. */
type Desk = {
  tenant: Tenant;
  forms: Open[];
  told: Told[];
  sent: WeakMap<Request, Sent>;
  token: (at: number) => string;
};

const tokenFor = ({ token }: Desk, { at, signature }: Signing): string | null => {
  const good = token(at);
  if (signature === 'none') return null;
  if (signature === 'wrong') return signToken(claimsOf(good), otherKeys);
  return signature === 'tampered' ? tampered(good) : good;
};

const signed = (desk: Desk, activity: Value, signing: Signing): Request => {
  const request = deliver(activity, tokenFor(desk, signing));
  const conversation = String((activity.conversation as Value).id);
  desk.sent.set(request, { user: signing.by, conversation, replyTo: (activity.replyToId as string) ?? null });
  return request;
};

const threadOf = ({ conversations }: Tenant, { conversation, root, id }: Posted): string =>
  conversations.get(conversation)?.kind === 'channel' ? `${conversation};messageid=${root ?? id}` : conversation;

const messageOf = ({ tenant }: Desk, cardId: string): { message: Posted; card: Value } => {
  const message = tenant.messages.find((one) => `${one.conversation} ${one.id}` === cardId);
  const card = message === undefined ? undefined : cardsOf(message.activity)[0];
  if (message === undefined || card === undefined) throw new Error(`there is no card ${cardId}`);
  return { message, card };
};

const invoked = (desk: Desk, message: Posted, invoke: Value, signing: Signing): Request => {
  const activity = activityOf(desk.tenant, signing, threadOf(desk.tenant, message));
  return signed(desk, { type: 'invoke', ...activity, replyToId: message.id, ...invoke }, signing);
};

type Pressing = { subject?: string | undefined; isOlder?: boolean };
const press = (desk: Desk, cardId: string, word: string, signing: Signing, how: Pressing = {}): Request => {
  const { message, card } = messageOf(desk, cardId);
  const action = actionsOf(card).find((one) => wordOf(one) === word);
  if (action === undefined) throw new Error(`there is no button ${word} on ${cardId}`);
  const shown = how.isOlder === true ? asOlder(action) : action;
  return invoked(desk, message, invokeOf(shown, inputValues(card, {}), how.subject), signing);
};

/** Somebody looks at a card: what their client asks for by itself, null when it shows the card as it was written. */
const look = (desk: Desk, cardId: string, signing: Signing): Request | null => {
  const { message, card } = messageOf(desk, cardId);
  const { refresh } = card;
  if (!isObject(refresh) || !isObject(refresh.action)) return null;
  if (!refreshesFor(desk.tenant, message, refresh, signing.by)) return null;
  const { type, id, title, verb } = refresh.action;
  const action = { type, id, title, verb, data: dataOf(refresh.action) };
  return invoked(desk, message, { name: 'adaptiveCard/action', value: { action, trigger: 'automatic' } }, signing);
};

const submit = (desk: Desk, fields: Fields, signing: Signing): Request => {
  const open = desk.forms.findLast((one) => one.user === signing.by);
  const action = actionsOf(open?.card).find((one) => one.type === 'Action.Submit' || one.type === 'Action.Execute');
  if (open === undefined || action === undefined) throw new Error(`nothing is open for ${signing.by}`);
  const data = { ...dataOf(action), ...inputValues(open.card, fields) };
  const value = { data, context: { theme: 'default' } };
  const activity = { ...activityOf(desk.tenant, signing, open.conversation), replyToId: open.replyTo };
  const request = signed(desk, { type: 'invoke', ...activity, name: 'task/submit', value }, signing);
  desk.sent.set(request, { user: open.user, conversation: open.conversation, replyTo: open.replyTo, form: open });
  return request;
};

const tell = ({ told, tenant }: Desk, user: string, text: string): void =>
  void told.push({ user, text, after: tenant.serial });

const shown = (desk: Desk, by: Sent, card: unknown, title: string): void => {
  desk.tenant.violations.push(...desk.tenant.judge.card(card).map((problem) => `shown to one person: ${problem}`));
  const { user, conversation, replyTo } = by;
  const leads = actionsOf(card).flatMap(({ type, url }) => (type === 'Action.OpenUrl' ? [String(url)] : []));
  if (inputsOf(card).length === 0) tell(desk, user, [...textsIn(card), ...leads].join('\n'));
  else desk.forms.push({ user, conversation, replyTo: replyTo ?? '', card: card as Value, title });
};

const heardDialog = (desk: Desk, by: Sent, { type, value }: Value): void => {
  if (type === 'message') tell(desk, by.user, plainText(String(value)));
  else if (type === 'continue' && isObject(value) && isObject(value.card))
    shown(desk, by, value.card.content, String(value.title));
  else desk.tenant.violations.push(`a dialog of the type ${String(type)}`);
};

/** The answer to an invoke, as the client shows it to whoever pressed. */
const heard = async (desk: Desk, request: Request, response: Response): Promise<void> => {
  const { tenant, sent } = desk;
  const by = sent.get(request);
  const answer: unknown = await response.json().catch(() => null);
  if (by === undefined || response.status !== 200 || !isObject(answer)) return;
  desk.forms = desk.forms.filter((one) => one !== by.form);
  if (isObject(answer.task)) return heardDialog(desk, by, answer.task);
  const { statusCode, type, value } = answer;
  if (typeof statusCode !== 'number' || typeof type !== 'string')
    tenant.violations.push(`an invoke is not answered by ${JSON.stringify(answer).slice(0, 200)}`);
  else if (type === 'application/vnd.microsoft.activity.message') tell(desk, by.user, plainText(String(value)));
  else if (type === 'application/vnd.microsoft.card.adaptive') shown(desk, by, value, '');
  else if (type === 'application/vnd.microsoft.error' && isObject(value)) tell(desk, by.user, String(value.message));
  else tenant.violations.push(`an invoke answered with ${type}`);
};

const standsIn = ({ type, value, valueOn }: Value): string | boolean =>
  type === 'Input.Toggle' ? value === (valueOn ?? 'true') : String(value ?? '');

/** A warning right under a field is read as being about it. */
const readIn = (card: Value): Pick<OpenForm, 'wrong' | 'text'> => {
  const wrong: Record<string, string> = {};
  const text: string[] = [];
  let field: string | null = null;
  for (const one of Array.isArray(card.body) ? card.body.filter(isObject) : []) {
    if (String(one.type).startsWith('Input.')) field = String(one.id);
    else if (field !== null && objectsIn(one).some(({ color }) => color === 'Attention'))
      wrong[field] = [wrong[field] ?? [], textsIn(one)].flat().join('\n');
    else {
      field = null;
      text.push(...textsIn(one));
    }
  }
  return { wrong, text: text.join('\n') };
};

const form = ({ forms }: Desk, by: string): OpenForm | null => {
  const open = forms.findLast((one) => one.user === by);
  if (open === undefined) return null;
  const inputs = inputsOf(open.card);
  return {
    title: open.title,
    fields: inputs.map((one) => String(one.id)),
    labels: Object.fromEntries(inputs.map(({ id, label, title }) => [String(id), String(label ?? title ?? '')])),
    typed: Object.fromEntries(inputs.map((one) => [String(one.id), standsIn(one)])),
    ...readIn(open.card),
  };
};

export const peopleOf = (tenant: Tenant, token: (at: number) => string) => {
  const desk: Desk = { tenant, token, forms: [], told: [], sent: new WeakMap() };
  return {
    signed: (activity: Value, signing: Signing) => signed(desk, activity, signing),
    press: (cardId: string, word: string, signing: Signing, how?: Pressing) => press(desk, cardId, word, signing, how),
    look: (cardId: string, signing: Signing) => look(desk, cardId, signing),
    submit: (fields: Fields, signing: Signing) => submit(desk, fields, signing),
    heard: (request: Request, response: Response) => heard(desk, request, response),
    form: (by: string) => form(desk, by),
    forgetForm: (by: string) => {
      desk.forms = desk.forms.filter(({ user }) => user !== by);
    },
    told: (by: string) => desk.told.filter(({ user }) => user === by),
  };
};
