/** Routes of the house: stops, people, keys, sessions, health, the live feed. */
import { type Actor, type Json, problem, type RouteName } from '@belay/protocol';
import { type Organisation, type Person, readerOf } from '../domain/oncall/organisation.ts';
import type { SignIn } from '../domain/oncall/sign-in.ts';
import { channelAlarms } from '../engine/delivery/channel-health.ts';
import { entryView, signInView } from '../engine/entry-view.ts';
import { stop } from '../engine/people.ts';
import { personName, personView } from '../engine/present.ts';
import { mayUseLinks, type Services } from '../engine/services.ts';
import type { Auth } from './auth.ts';
import { sessionCookieFor } from './auth.ts';
import { type Call, type Handlers, notFound, personCaller, personOf, personWith } from './call.ts';
import { Refused } from './problem.ts';
import { eventStream } from './stream.ts';

const asPerson = (call: Call<RouteName>): Actor => ({ kind: 'person', id: personOf(call).personId });

type StopRoutes = 'stop' | 'listStops' | 'liftStop';

const stopById = async (services: Services, stopId: string) => {
  const org = await services.house.organisation();
  const [found] = await services.queries.listStops(stopId, 1, (personId) => personName(org, personId));
  if (found === undefined) throw notFound(`stop ${stopId}`);
  return found;
};

export const stopRoutes = (services: Services): Handlers<StopRoutes> => ({
  stop: async (call) => {
    personWith(call, 'operator');
    const { scope, name = null, because } = call.body;
    if (scope !== 'everything' && name === null)
      throw new Refused(problem('invalid_request', `name: which ${scope} is to be stopped?`));
    const { stopId } = await stop(services, { scope, name, because, by: personCaller(call).personId });
    return { answer: await stopById(services, stopId) };
  },
  listStops: async (call) => {
    personOf(call);
    const org = await services.house.organisation();
    return {
      answer: {
        items: await services.queries.listStops(null, call.query.limit, (id) => personName(org, id)),
        next: null,
      },
    };
  },
  liftStop: async (call) => {
    personWith(call, 'operator');
    const stopId = call.param('stopId');
    if (!(await services.queries.liftStop(stopId, call.body.because, asPerson(call), services.clock.now())))
      throw notFound(`stop ${stopId}`);
    return { answer: await stopById(services, stopId) };
  },
});

type KeyRoutes = 'createKey' | 'listKeys' | 'rotateKey' | 'revokeKey';

export const keyRoutes = (services: Services, auth: Auth): Handlers<KeyRoutes> => ({
  createKey: async (call) => {
    personWith(call, 'admin');
    const { agentId, controls, wakeUrl = null } = call.body;
    for (const name of controls)
      if ((await services.house.currentControl(name)) === null)
        throw new Refused(problem('control_not_found', `${name} is not published.`));
    const key = await services.accounts.createKey(agentId, controls, wakeUrl, services.clock.now(), asPerson(call));
    return { answer: key, status: 201, secret: true };
  },
  listKeys: async (call) => {
    personWith(call, 'admin', 'auditor');
    return { answer: { items: await services.accounts.listKeys(), next: null } };
  },
  rotateKey: async (call) => {
    personWith(call, 'admin');
    const key = await services.accounts.rotateKey(call.param('keyId'), services.clock.now(), asPerson(call));
    if (key === null) throw notFound(`key ${call.param('keyId')} in force`);
    return { answer: key, secret: true };
  },
  revokeKey: async (call) => {
    personWith(call, 'admin');
    const key = await services.accounts.revokeKey(call.param('keyId'), services.clock.now(), asPerson(call));
    if (key === null) throw notFound(`key ${call.param('keyId')}`);
    auth.forgetKeys();
    return { answer: key };
  },
});

const withCookie = (answer: unknown, value: string): Response =>
  new Response(JSON.stringify(answer), {
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'set-cookie': value },
  });

const signedIn = (person: Person, csrf: string, signIn: SignIn, org: Organisation) => {
  const { locale = null } = readerOf(org, person.personId);
  return { person: personView(person), csrf, locale, signIn: signInView(signIn) };
};

type PeopleRoutes = 'me' | 'waysIn' | 'login' | 'logout' | 'listPeople';

export const peopleRoutes = (services: Services): Handlers<PeopleRoutes> => ({
  me: async (call) => {
    const person = personOf(call);
    return { answer: signedIn(person, person.csrf, person.signIn, await services.house.organisation()) };
  },
  waysIn: async () => {
    const { signIn, loginLinks } = services;
    return { answer: { company: signIn === null ? null : { name: signIn.name }, loginLinks } };
  },
  login: async (call) => {
    const org = await services.house.organisation(true);
    const may = (personId: string) => mayUseLinks(services, org.people.find((p) => p.personId === personId) ?? null);
    const opened = await services.accounts.openSession(call.body.token, services.clock.now(), may);
    if (opened === null) throw new Refused(problem('login_link_used', 'This link cannot be used any more.'));
    const person = org.people.find((p) => p.personId === opened.personId);
    if (person === undefined) throw notFound(`person ${opened.personId}`);
    return withCookie(
      signedIn(person, opened.csrf, opened.signIn, org),
      sessionCookieFor(opened.session, services.url.startsWith('https:')),
    );
  },
  logout: async (call) => {
    await services.accounts.closeSession(personOf(call).session);
    return withCookie({}, sessionCookieFor('', services.url.startsWith('https:')));
  },
  listPeople: async (call) => {
    personOf(call);
    const org = await services.house.organisation();
    return { answer: { items: org.people.map(personView), next: null } };
  },
});

type HouseRoutes = 'feed' | 'health' | 'permitKeys';
const feedPage = 200;

export const houseRoutes = (services: Services): Handlers<HouseRoutes> => ({
  feed: async (call) => {
    personOf(call);
    const resume = call.request.headers.get('last-event-id');
    const asked = resume === null ? call.query.after : Number.parseInt(resume, 10);
    let at = asked === undefined || Number.isNaN(asked) ? await services.queries.lastLogIndex() : asked;
    const read = async () => {
      const rows = await services.queries.entriesAfter(at, feedPage);
      const org = await services.house.organisation();
      at = rows.at(-1)?.log_index ?? at;
      return rows.map((row) => ({ id: String(row.log_index), data: entryView(row, org) as unknown as Json }));
    };
    return eventStream({
      read,
      stillMay: call.stillMay,
      hints: services.changes.ofFeed,
      signal: call.request.signal,
      log: services.log,
    });
  },
  health: async () => {
    const { queries, clock, version } = services;
    let alarms = services.alarms();
    try {
      alarms = [...alarms, ...channelAlarms(await services.channelHealth())];
      const { stranded, lateMs: timersLateMs } = await queries.overdue(clock.now());
      const ok = stranded === 0 && alarms.length === 0;
      return { answer: { ok, version, database: true, timersLateMs, stranded, alarms } };
    } catch {
      const answer = { ok: false, version, database: false, timersLateMs: 0, stranded: 0, alarms };
      return { answer, status: 503 };
    }
  },
  permitKeys: async () => ({ answer: { keys: services.signer.publicKeys } }),
});
