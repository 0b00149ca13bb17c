/**
 * The one catalogue of refusals. A code is never reused. HTTP turns it into RFC 9457 problem+json,
 * the SDK into `BelayError`, the CLI into a sentence with its remedy. Bugs are not in here: they throw.
 */
type ErrorEntry = {
  readonly status: number;
  readonly title: string;
  readonly remedy: string;
  /** May the very same request succeed later without any change? */
  readonly retryable?: true;
};

export const errorCatalogue = {
  invalid_request: {
    status: 422,
    title: 'The request is not of the documented form.',
    remedy: 'Mend the named fields; the reference page of the route shows the form.',
  },
  body_too_large: {
    status: 413,
    title: 'The body is larger than this route accepts.',
    remedy: 'Send less, or put large content into the system of record and send its digest.',
  },
  invalid_json: {
    status: 400,
    title: 'The body is not strict JSON.',
    remedy: 'Send UTF-8 JSON without duplicate keys, lone surrogates or unsafe numbers.',
  },
  unauthenticated: {
    status: 401,
    title: 'Nobody is signed in, or the key is unknown.',
    remedy: 'Send `Authorization: Bearer <key>` (agents) or sign in (people).',
  },
  key_revoked: { status: 401, title: 'This API key was revoked.', remedy: 'Create a new one with `belay key create`.' },
  login_link_used: {
    status: 410,
    title: 'This login link was used or has expired.',
    remedy: 'Ask for a new one: `belay login PERSON`.',
  },
  login_links_off: {
    status: 403,
    title: 'One-time links are for administrators here.',
    remedy: 'Sign in with the company, or set BELAY_LOGIN_LINKS=everybody.',
  },
  sign_in_unknown: {
    status: 403,
    title: 'Nobody in the organisation has this identity.',
    remedy: 'An administrator writes the e-mail address into the organisation file; or sign in as somebody else.',
  },
  sign_in_unverified: {
    status: 403,
    title: 'The identity provider does not say that this e-mail address was verified.',
    remedy: 'Verify it there; or an administrator links you, once: `belay channel link PERSON sign-in "ACCOUNT"`.',
  },
  sign_in_other: {
    status: 403,
    title: 'Somebody else signed in than who was signed in here.',
    remedy: 'Sign in as yourself again, or sign out first.',
  },
  sign_in_old: {
    status: 403,
    title: 'The identity provider did not ask who you are.',
    remedy: 'Sign out there, then try again; or an administrator makes you a one-time link: `belay login PERSON`.',
  },
  sign_in_cancelled: { status: 403, title: 'The sign-in was cancelled.', remedy: 'Begin again when you want to.' },
  sign_in_lost: {
    status: 410,
    title: 'This sign-in is over, or was begun in another browser.',
    remedy: 'Begin again, and end it in the same browser within ten minutes.',
  },
  sign_in_clock: {
    status: 502,
    title: 'The clocks of Belay and of the identity provider differ.',
    remedy: 'An administrator sets the clock of this machine (NTP); `belay doctor` compares it.',
  },
  sign_in_failed: {
    status: 502,
    title: 'The answer of the identity provider was refused.',
    remedy:
      'Try again. When it happens again, the log says why; an administrator compares the settings there and here.',
  },
  provider_down: {
    status: 503,
    title: 'The identity provider cannot be reached.',
    remedy: 'Try again later; meanwhile an administrator can make you a one-time link: `belay login PERSON`.',
    retryable: true,
  },
  account_link_used: {
    status: 410,
    title: 'This link was used, has expired, or is not one of ours.',
    remedy: 'Press the button in the channel again: that makes a new link.',
  },
  account_taken: {
    status: 409,
    title: 'This account cannot be linked by yourself.',
    remedy: 'An administrator decides whose account it is: `belay channel link PERSON CHANNEL ADDRESS`.',
  },
  csrf: {
    status: 403,
    title: 'The request did not come from the inbox.',
    remedy: 'Send the X-Belay-CSRF header with the token of /v1/me.',
  },
  not_entitled: {
    status: 403,
    title: 'You are not entitled to do this.',
    remedy: 'Ask somebody who is, or an administrator to entitle you.',
  },
  separation_of_duties: {
    status: 403,
    title: 'The requester may not sign off their own step.',
    remedy: 'Another entitled person must sign.',
  },
  key_scope: {
    status: 403,
    title: 'This API key is not scoped to that control.',
    remedy: 'Create a key with `belay key create --control NAME`.',
  },
  not_found: {
    status: 404,
    title: 'There is nothing with this name or id.',
    remedy:
      'Check the id: `belay run list` and `belay case list` show what exists; approvals, samples, stops and keys have a list too.',
  },
  route_not_found: { status: 404, title: 'There is no such route.', remedy: 'GET /openapi.json lists every route.' },
  control_not_found: {
    status: 404,
    title: 'No control of this name is published.',
    remedy: 'Publish it: `belay publish FILE`, or check the name.',
  },
  control_invalid: {
    status: 422,
    title: 'The control does not pass its checks.',
    remedy: 'Run `belay check FILE`; every problem says file, line, column and how to mend it.',
  },
  second_person_needed: {
    status: 409,
    title: 'Here a second person publishes what a designer drafted.',
    remedy:
      'Leave it as a draft: `belay publish FILE --draft`. Another designer publishes it: `belay draft NAME --publish`.',
  },
  draft_not_found: {
    status: 404,
    title: 'No draft of this control waits.',
    remedy: 'Leave one: `belay publish FILE --draft`.',
  },
  draft_changed: {
    status: 409,
    title: 'Another draft waits by now.',
    remedy: 'Read the draft again, then decide on what it says now.',
  },
  version_weaker: {
    status: 409,
    title: 'The version in force is weaker than the one that these runs are under.',
    remedy: 'Let them end under theirs, or publish a version that is stricter: `belay compare` says where it is not.',
  },
  organisation_invalid: {
    status: 422,
    title: 'The organisation file cannot be applied.',
    remedy: 'Mend the named lines; nothing was changed.',
  },
  version_exists: {
    status: 409,
    title: 'This version of the control is published already.',
    remedy: 'Nothing to do: the content is the same.',
  },
  unknown_step: {
    status: 422,
    title: 'The control has no step of this name.',
    remedy: 'Use a step of the control, or add it there.',
  },
  fenced: {
    status: 409,
    title: 'You no longer have control of this run.',
    remedy: 'Stop. Wait for the return of control, then attach.',
  },
  run_finished: { status: 409, title: 'This run is finished.', remedy: 'Start a new run.' },
  run_stopped: {
    status: 409,
    title: 'An operator has stopped this.',
    remedy: 'Wait until the stop is lifted: `belay stop list` shows who and why.',
  },
  instructions_unread: {
    status: 412,
    title: 'The instructions of the person who gave control back are not acknowledged.',
    remedy: 'Read them and acknowledge their digest before the next step.',
  },
  instructions_changed: {
    status: 409,
    title: 'These are not the current instructions.',
    remedy: 'Attach again and acknowledge the digest you get.',
  },
  key_reused: {
    status: 409,
    title: 'This step key was used with other arguments.',
    remedy: 'One key is one intended effect: use a new key for other arguments.',
  },
  permit_not_redeemable: {
    status: 409,
    title: 'This permit cannot be redeemed.',
    remedy: 'Ask the gate again with the same step key.',
  },
  permit_unknown: { status: 404, title: 'There is no such permit on this run.', remedy: 'Ask the gate for one.' },
  not_in_doubt: { status: 409, title: 'This step is not in doubt.', remedy: 'Nothing to answer: reload the case.' },
  idempotency_mismatch: {
    status: 422,
    title: 'This Idempotency-Key was used with another body.',
    remedy: 'Use a new key for a new request.',
  },
  answer_not_kept: {
    status: 409,
    title: 'This was done, and its answer is not kept.',
    remedy: 'Read the thing again. A secret is told once: where it was lost, rotate the key, or make a new link.',
  },
  idempotency_running: {
    status: 409,
    title: 'The first request with this Idempotency-Key is still running.',
    remedy: 'Wait and send the same request again.',
    retryable: true,
  },
  stale_revision: {
    status: 409,
    title: 'This has changed since you loaded it.',
    remedy: 'Look at the current state and decide again.',
  },
  case_not_open: {
    status: 409,
    title: 'This case is not open.',
    remedy: 'The detail says who took it, or how it ended.',
  },
  case_not_claimed: { status: 409, title: 'Nobody has taken this case over.', remedy: 'Take it over first.' },
  case_not_snoozed: {
    status: 409,
    title: 'Nobody snoozed this case.',
    remedy: 'Nothing to end; quiet hours end by themselves.',
  },
  not_claimer: {
    status: 403,
    title: 'Another person has this case.',
    remedy: 'Take it over from them, with a reason.',
  },
  already_in_control: { status: 409, title: 'You already have control of this run.', remedy: 'Nothing to do.' },
  takeover_needs_reason: {
    status: 409,
    title: 'Another person has control of this run.',
    remedy: 'Say why you take it from them.',
  },
  not_editable: {
    status: 422,
    title: 'The control does not allow a person to change this argument.',
    remedy: 'Only the arguments listed as `editable` may be changed.',
  },
  digest_mismatch: {
    status: 409,
    title: 'This is not what is waiting: the digest differs.',
    remedy: 'Look at the arguments again; decide on what is shown now.',
  },
  approval_not_waiting: {
    status: 409,
    title: 'This approval is not waiting for a signature.',
    remedy: 'The detail says who decided, or why it ended.',
  },
  not_read: {
    status: 409,
    title: 'This approval has to be read before it can be signed.',
    remedy: 'Open it in the inbox; the detail says from when on it may be signed.',
  },
  sign_in_too_old: {
    status: 403,
    title: 'This signature needs a recent sign-in.',
    remedy:
      'Sign in again from its page in the inbox, which brings you back to it; or with a new link: `belay login PERSON`.',
  },
  reported_otherwise: {
    status: 409,
    title: 'What was carried out is not what was let through.',
    remedy: 'A person is asked what happened. Carry out the arguments of the permit, and nothing else.',
  },
  too_little_known: {
    status: 409,
    title: 'Too little is known for a signature.',
    remedy: 'The detail says what is missing. Refuse it, or hand it off; nobody can sign it as it is.',
  },
  no_vote: {
    status: 409,
    title: 'You have no signature or refusal here that could be taken back.',
    remedy: 'Look at the approval: only your own vote, and only before it is used.',
  },
  mixed_batch: {
    status: 422,
    title: 'These approvals are not of one kind.',
    remedy: 'Decide approvals of one control, step and name together; each once.',
  },
  delegation_loop: {
    status: 422,
    title: 'These delegations would lead back to where they began.',
    remedy: 'Withdraw the other delegation first, or name somebody else.',
  },
  unknown_target: {
    status: 422,
    title: 'No such person, role or schedule.',
    remedy: 'Use a name of the organisation file.',
  },
  step_in_flight: {
    status: 409,
    title: 'A step is in flight: it was let through and not reported.',
    remedy: 'Wait for its report or say what became of it first.',
  },
  too_many_requests: {
    status: 429,
    title: 'Too many requests.',
    remedy: 'Slow down; Retry-After says how long.',
    retryable: true,
  },
  unavailable: {
    status: 503,
    title: 'Belay cannot decide now.',
    remedy: 'Nothing was permitted. Try again; `belay doctor` says what is wrong.',
    retryable: true,
  },
  internal: { status: 500, title: 'A bug in Belay.', remedy: 'Nothing was permitted. Report the incident id.' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

/** RFC 9457 problem details, with the catalogue's code and remedy. Shape of every HTTP error. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  remedy: string;
  retryable: boolean;
  errors?: { path: string; message: string }[];
  /** Who has control, on `fenced`. Never an epoch: a stale holder must not learn it. */
  control?: { by: 'person' | 'agent' | 'nobody'; name: string | null; since: string | null };
  incidentId?: string;
};

export const problem = (
  code: ErrorCode,
  detail: string,
  more: Partial<Pick<Problem, 'errors' | 'control' | 'incidentId'>> = {},
): Problem => {
  const entry: ErrorEntry = errorCatalogue[code];
  return {
    type: `/docs/errors#${code}`,
    title: entry.title,
    status: entry.status,
    code,
    detail,
    remedy: entry.remedy,
    retryable: entry.retryable ?? false,
    ...more,
  };
};
