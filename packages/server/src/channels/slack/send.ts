/** Calls to Slack through its own client, without its retries, and what each outcome means for the card. */
import {
  LogLevel,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api';
import type { Delivery } from '../../engine/channel-ports.ts';
import { ofResponse, ofThrown } from '../outcome.ts';

export const quietLogger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};

/** One request a call: retries and waiting are the outbox row's. */
export const clientOptions = (apiUrl: string) => ({
  slackApiUrl: apiUrl,
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
  timeout: 8_000,
  allowAbsoluteUrls: false,
});

export const createClient = (botToken: string, apiUrl: string): WebClient =>
  new WebClient(botToken, { ...clientOptions(apiUrl), logLevel: LogLevel.ERROR, logger: quietLogger });

const shut = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'missing_scope',
  'no_permission',
  'not_allowed_token_type',
  'org_login_required',
  'team_access_not_granted',
  'ekm_access_denied',
  'enterprise_is_restricted',
  'access_denied',
]);
const placeShut = new Set([
  'channel_not_found',
  'is_archived',
  'not_in_channel',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
  'user_not_found',
  'user_disabled',
  'user_not_visible',
  'users_not_found',
  'cannot_dm_bot',
  'messages_tab_disabled',
  'is_inactive',
]);
const deleted = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed', 'thread_not_found']);
const busy = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
]);

const ofCode = (code: string): Delivery => {
  const because = `Slack answered ${code}`;
  if (shut.has(code)) return { kind: 'rejected', because, of: 'channel' };
  if (placeShut.has(code)) return { kind: 'rejected', because, of: 'place' };
  if (deleted.has(code)) return { kind: 'gone', because };
  if (busy.has(code)) return { kind: 'retry', because, afterMs: null, unknown: !code.startsWith('rate'), of: 'place' };
  return { kind: 'rejected', because, of: 'card' };
};

/** What an error of Slack's client means. */
export const outcomeOf = (error: unknown): Exclude<Delivery, { kind: 'delivered' }> => {
  if (error instanceof WebAPIRateLimitedError) {
    const afterMs = error.retryAfter * 1_000;
    return { kind: 'retry', because: 'Slack answered 429', afterMs, unknown: false, of: 'channel' };
  }
  const known =
    error instanceof WebAPIPlatformError
      ? ofCode(error.data.error)
      : error instanceof WebAPIHTTPError
        ? ofResponse('Slack', { status: error.statusCode, headers: new Headers(error.headers) })
        : ofThrown('Slack', error instanceof WebAPIRequestError ? error.original : error);
  return known as Exclude<Delivery, { kind: 'delivered' }>;
};
