/** Routes of the house: stops, people, keys, sessions, health. */
import { z } from 'zod';
import { keyView, personView, stopView } from '../views.ts';
import { jsonObject, signInView } from '../words.ts';
import { cursor, empty, limit, page, type Route, reason } from './route.ts';

const organisationFile = {
  source: z.string().max(1_000_000),
  file: z.string().max(400).default('organisation.yaml'),
};
const signedIn = z.strictObject({
  person: personView,
  csrf: z.string(),
  locale: z.string().nullable().describe('BCP 47: how values are written for you; null: in the house form'),
  signIn: signInView,
});
const organisationAnswer = z.strictObject({
  organisation: jsonObject.describe('as it counts, with what people entered'),
  applied: jsonObject.describe('as the organisation file says'),
  source: z.string().describe('the same as a file to edit, without the comments of yours'),
  revision: z.int(),
});

export const houseRoutes = {
  stop: {
    method: 'POST',
    path: '/v1/stops',
    caller: 'person',
    summary: 'Take control from an agent, a control or everything, at once.',
    body: z.strictObject({
      scope: z.enum(['agent', 'control', 'everything']),
      name: z.string().optional(),
      because: reason,
    }),
    answer: stopView,
  },
  listStops: {
    method: 'GET',
    path: '/v1/stops',
    caller: 'person',
    summary: 'Stops in force, then lifted ones.',
    query: z.strictObject({ limit, cursor }),
    answer: page(stopView),
  },
  liftStop: {
    method: 'POST',
    path: '/v1/stops/:stopId/lift',
    caller: 'person',
    summary: 'Let agents start and attach again. Runs taken stay with the person.',
    body: z.strictObject({ because: reason }),
    answer: stopView,
  },
  me: {
    method: 'GET',
    path: '/v1/me',
    caller: 'person',
    summary: 'Who is signed in, and the CSRF token.',
    answer: signedIn,
  },
  waysIn: {
    method: 'GET',
    path: '/v1/ways-in',
    caller: 'public',
    summary: 'How people sign in here: with the company (a browser goes to /sign-in), with one-time links.',
    answer: z.strictObject({
      company: z.strictObject({ name: z.string() }).nullable().describe('null: no identity provider is set up'),
      loginLinks: z.enum(['everybody', 'administrators']).describe('who may use a one-time link'),
    }),
  },
  login: {
    method: 'POST',
    path: '/v1/login',
    caller: 'public',
    summary: 'Exchange a one-time login link for a session.',
    body: z.strictObject({ token: z.string().max(200) }),
    answer: signedIn,
  },
  logout: {
    method: 'POST',
    path: '/v1/logout',
    caller: 'person',
    summary: 'End the session.',
    body: empty,
    answer: empty,
  },
  listPeople: {
    method: 'GET',
    path: '/v1/people',
    caller: 'person',
    summary: 'People of the organisation.',
    query: z.strictObject({}),
    answer: page(personView),
  },
  createLoginLink: {
    method: 'POST',
    path: '/v1/login-links',
    caller: 'person',
    summary: 'A link that signs a person in, once, within 15 minutes. For administrators.',
    body: z.strictObject({ personId: z.string().min(1).max(200) }),
    answer: z.strictObject({ person: personView, url: z.string() }),
  },
  getOrganisation: {
    method: 'GET',
    path: '/v1/organisation',
    caller: 'person',
    summary: 'The organisation in force: people, roles, schedules. For administrators.',
    answer: organisationAnswer,
  },
  previewOrganisation: {
    method: 'POST',
    path: '/v1/organisation/preview',
    caller: 'person',
    summary: 'What an organisation file would change, in sentences; nothing is changed. For administrators.',
    body: z.strictObject(organisationFile),
    answer: z.strictObject({
      changes: z.array(z.string()),
      duty: z.array(z.string()).describe('who is on call instead of whom in the next 28 days'),
      revision: z.int().describe('what it was compared with: send it along when applying'),
    }),
  },
  applyOrganisation: {
    method: 'PUT',
    path: '/v1/organisation',
    caller: 'person',
    summary: 'Replace the organisation by what this YAML text says. For administrators.',
    body: z.strictObject({
      ...organisationFile,
      revision: z.int().optional().describe('the one you compared with: refused when it has changed since'),
    }),
    answer: organisationAnswer,
  },
  createKey: {
    method: 'POST',
    path: '/v1/keys',
    caller: 'person',
    summary: 'Create an API key for an agent. The secret is shown once.',
    body: z.strictObject({
      agentId: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/),
      controls: z.array(z.string()).min(1),
      wakeUrl: z.url().optional(),
    }),
    answer: keyView.extend({ secret: z.string(), wakeSecret: z.string().nullable() }),
  },
  listKeys: {
    method: 'GET',
    path: '/v1/keys',
    caller: 'person',
    summary: 'API keys, without secrets.',
    query: z.strictObject({}),
    answer: page(keyView),
  },
  rotateKey: {
    method: 'POST',
    path: '/v1/keys/:keyId/rotate',
    caller: 'person',
    summary: 'A new secret; the old one works for 24 h more.',
    body: empty,
    answer: keyView.extend({ secret: z.string(), wakeSecret: z.string().nullable() }),
  },
  revokeKey: {
    method: 'DELETE',
    path: '/v1/keys/:keyId',
    caller: 'person',
    summary: 'The key stops working at once.',
    answer: keyView,
  },
  exportEvidence: {
    method: 'GET',
    path: '/v1/evidence',
    caller: 'person',
    summary: 'Evidence of one run, case, approval or period as a file that verifies offline (NDJSON).',
    query: z.strictObject({
      runId: z.string().optional(),
      caseId: z.string().optional(),
      approvalId: z.string().optional(),
      stream: z.string().optional().describe('organisation, stop or control:NAME'),
      from: z.iso.datetime().optional().describe('a period: from here'),
      to: z.iso.datetime().optional().describe('to here, this instant excluded'),
      since: z
        .string()
        .max(4_000)
        .optional()
        .describe('a checkpoint that you kept: the file proves that the log only grew since'),
    }),
    media: 'application/x-ndjson',
  },
  logKey: {
    method: 'GET',
    path: '/v1/log-key',
    caller: 'public',
    summary: 'Public key of the evidence log: keep it apart from the files it verifies.',
    answer: z.strictObject({ publicKey: z.string() }),
  },
  feed: {
    method: 'GET',
    path: '/v1/feed',
    caller: 'person',
    summary: 'Server-sent entries; resumes from Last-Event-ID or `after` (a log index).',
    query: z.strictObject({ after: z.coerce.number().int().min(-1).optional() }),
    media: 'text/event-stream',
  },
  health: {
    method: 'GET',
    path: '/v1/health',
    caller: 'public',
    summary: 'Alive, and whether it can decide.',
    answer: z.strictObject({
      ok: z.boolean(),
      version: z.string(),
      database: z.boolean(),
      timersLateMs: z.number(),
      stranded: z.int().describe('open things without an armed next step: always 0, else an alarm'),
      alarms: z.array(z.string()).describe('what administrators have to know, as sentences; empty when all is well'),
    }),
  },
  permitKeys: {
    method: 'GET',
    path: '/v1/permit-keys',
    caller: 'public',
    summary: 'JWK set that verifies permits.',
    answer: z.strictObject({ keys: z.array(jsonObject) }),
  },
} as const satisfies Record<string, Route>;
