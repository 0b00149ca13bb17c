/** The page with the five views side by side: on loopback, for whoever sits at this machine; buttons work. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { accountsOf, isSeat, type LocalVendors, type Seat, seatsInOrder } from './channels.ts';
import { pageHtml } from './channels-page-html.ts';
import { jiraLook, notionLook, serviceNowLook } from './looks/desks.ts';
import type { Shown } from './looks/html.ts';
import { slackLook } from './looks/slack.ts';
import { teamsLook } from './looks/teams.ts';
import { teamsRoom } from './vendors/teams.ts';
import type { OpenForm, Twin } from './vendors/twin.ts';
import { objectOf, textOf } from './vendors/vendor-server.ts';

type Fields = Record<string, string | boolean>;
type Wish = { as: Seat; vendor: string; card: string; deed: string; value: string; fields: Fields };
type Told = { told: string[]; form: OpenForm | null };
type Page = { local: LocalVendors; belayUrl: string /** deliveries are signed with this time */; now: () => number };

const cardsMost = 30;

/** What each vendor shows to somebody. */
const looks = ({ local: { vendors, table, notionStatuses } }: Page, seat: Seat): Record<string, Shown[]> => {
  const me = accountsOf(seat);
  return {
    slack: slackLook(vendors.slack, me.slack),
    teams: teamsLook(vendors.teams, teamsRoom, me.teams),
    jira: jiraLook(vendors.jira, me.jira),
    notion: notionLook(vendors.notion, notionStatuses, me.notion),
    servicenow: serviceNowLook(vendors.snow, table, me.servicenow),
  };
};

const stateOf = (page: Page, seat: Seat): Record<string, string> =>
  Object.fromEntries(
    Object.entries(looks(page, seat)).map(([name, cards]) => [
      name,
      cards
        .slice(0, cardsMost)
        .map(({ html }) => html)
        .join('') || '<p class="empty">Nothing stands here yet.</p>',
    ]),
  );

/** Hands a signed delivery to Belay, and the vendor what Belay answered. */
const deliver = async (twin: Pick<Twin, 'heard'>, request: Request, belayUrl: string): Promise<void> => {
  const { pathname } = new URL(request.url);
  const body = await request.clone().text();
  const response = await fetch(`${belayUrl}${pathname}`, { method: 'POST', headers: request.headers, body });
  await twin.heard?.(request, response);
};

const waitMs = 2_500;
const lookEveryMs = 50;

type Listening = { told: (() => string[])[]; form: () => OpenForm | null };

/** Slack and Jira tell afterwards, Teams in its answer: looks until something is new, for a moment. */
const newlyTold = async (
  { told: places, form: formNow }: Listening,
  work: () => Promise<void>,
  isForm = false,
): Promise<Told> => {
  const before = places.map((place) => place().length);
  const formBefore = formNow();
  await work();
  // A form that was sent and is still there was refused, in the same words perhaps as before.
  if (isForm && formNow() !== null) return { told: [], form: formNow() };
  for (const until = performance.now() + waitMs; performance.now() < until; ) {
    const form = formNow();
    const opened = form !== null && JSON.stringify(form) !== JSON.stringify(formBefore);
    const told = places.flatMap((place, index) => place().slice(before[index]));
    if (opened || told.length > 0) return { told, form: opened ? form : null };
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  return { told: [], form: null };
};

const messenger = async ({ belayUrl, now }: Page, twin: Twin, by: string, wish: Wish): Promise<Told> => {
  const signing = { by, at: now() };
  const listening = { told: [() => twin.told(by)], form: () => twin.form(by) };
  if (wish.deed === 'submit') {
    const sent = twin.submit(wish.fields, signing);
    return newlyTold(listening, () => deliver(twin, sent, belayUrl), true);
  }
  twin.forgetForm?.(by);
  return newlyTold(listening, () => deliver(twin, twin.press(wish.card, wish.value, signing), belayUrl));
};

/** What is done on a record is answered by a mail of Jira, or on the person's Slack or Teams. */
const desk = async ({ local: { vendors, table } }: Page, { as, vendor, card, deed, value }: Wish): Promise<Told> => {
  const me = accountsOf(as);
  const { slack, teams, jira, notion, snow } = vendors;
  const hands: Record<string, () => void> = {
    'jira status': () => jira.hands.move(me.jira, card, value),
    'jira owner': () => jira.hands.assign(me.jira, card, value),
    'jira comment': () => jira.hands.comment(me.jira, card, value),
    'notion status': () => notion.hands.setStatus(me.notion, card, value),
    'notion owner': () => notion.hands.setOwner(me.notion, card, value),
    'notion comment': () => notion.hands.comment(me.notion, card, value),
    'servicenow status': () =>
      snow.hands.update(me.servicenow, table, card, {
        state: value,
        ...(value === '6' ? { close_code: 'Solution provided', close_notes: 'Done' } : {}),
      }),
    'servicenow owner': () => snow.hands.update(me.servicenow, table, card, { assigned_to: value }),
    'servicenow comment': () => snow.hands.update(me.servicenow, table, card, { work_notes: value }),
  };
  const told = [() => jira.noticesTo(me.jira), () => slack.told(me.slack), () => teams.told(me.teams)];
  return newlyTold({ told, form: () => null }, async () => hands[`${vendor} ${deed}`]?.());
};

const perform = async (page: Page, wish: Wish): Promise<Told> => {
  const { slack, teams } = page.local.vendors;
  const me = accountsOf(wish.as);
  if (wish.vendor === 'slack') return messenger(page, slack, me.slack, wish);
  if (wish.vendor === 'teams') return messenger(page, teams, me.teams, wish);
  return desk(page, wish);
};

const largestBody = 50_000;
const wishIn = async (request: IncomingMessage): Promise<Wish | null> => {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > largestBody) return null;
  }
  const given = objectOf(JSON.parse(text));
  const as = textOf(given.as);
  if (!isSeat(as)) return null;
  const fields = Object.fromEntries(
    Object.entries(objectOf(given.fields)).map(([name, value]) => [
      name,
      typeof value === 'boolean' ? value : textOf(value),
    ]),
  );
  return {
    as,
    vendor: textOf(given.vendor),
    card: textOf(given.card),
    deed: textOf(given.deed),
    value: textOf(given.value),
    fields,
  };
};

const send = (response: ServerResponse, status: number, type: string, body: string): void => {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
};
const sendJson = (response: ServerResponse, status: number, body: object): void =>
  send(response, status, 'application/json', JSON.stringify(body));

/** Only a page of ours: another site may neither read nor press, whatever name it gives this machine. */
const isOurs = ({ headers }: IncomingMessage, port: number): boolean => {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host = '', origin } = headers;
  return hosts.includes(host) && (origin === undefined || hosts.includes(origin.replace('http://', '')));
};

const serve = async (page: Page, port: number, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  if (!isOurs(request, port)) return sendJson(response, 403, { problem: 'Only from this page.' });
  const url = new URL(request.url ?? '/', `http://127.0.0.1:${port}`);
  if (request.method === 'POST' && url.pathname === '/do' && request.headers['content-type'] === 'application/json') {
    const wish = await wishIn(request);
    return wish === null
      ? sendJson(response, 400, { problem: 'That is nothing this page asks for.' })
      : sendJson(response, 200, await perform(page, wish));
  }
  const as = url.searchParams.get('as') ?? '';
  if (url.pathname === '/state')
    return isSeat(as)
      ? sendJson(response, 200, stateOf(page, as))
      : sendJson(response, 400, { problem: 'Nobody is called so here.' });
  if (url.pathname === '/favicon.ico') return void response.writeHead(204).end();
  if (url.pathname === '/') return send(response, 200, 'text/html', pageHtml(seatsInOrder));
  return send(response, 404, 'text/plain', 'There is nothing here.');
};

/** Starts the page on any free port; answers its address. */
export const openChannelsPage = async (page: Page): Promise<{ url: string; close: () => Promise<void> }> => {
  let port = 0;
  const server = createServer((request, response) => {
    serve(page, port, request, response).catch((error: unknown) =>
      sendJson(response, 409, { problem: (error as Error).message }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { url: `http://127.0.0.1:${port}`, close };
};
