/**
 * The one door to the server. Methods and paths are checked against the protocol by the compiler, by type alone:
 * no schema library reaches the browser. Every change carries a key, so that a repeated request changes nothing twice.
 */
import type { AnswerOf, BodyOf, ErrorCode, Problem, QueryOf, RouteName, routes } from '@belay/protocol';

type Route = { readonly [N in RouteName]?: `${(typeof routes)[N]['method']} ${(typeof routes)[N]['path']}` };

export const paths = {
  me: 'GET /v1/me',
  waysIn: 'GET /v1/ways-in',
  login: 'POST /v1/login',
  logout: 'POST /v1/logout',
  listPeople: 'GET /v1/people',
  listCases: 'GET /v1/cases',
  getCase: 'GET /v1/cases/:caseId',
  rewordCase: 'GET /v1/cases/:caseId/rewording',
  claimCase: 'POST /v1/cases/:caseId/claim',
  declineCase: 'POST /v1/cases/:caseId/decline',
  releaseCase: 'POST /v1/cases/:caseId/release',
  returnCase: 'POST /v1/cases/:caseId/return',
  resolveCase: 'POST /v1/cases/:caseId/resolve',
  cancelCase: 'POST /v1/cases/:caseId/cancel',
  snoozeCase: 'POST /v1/cases/:caseId/snooze',
  endSnooze: 'POST /v1/cases/:caseId/end-snooze',
  settlePermit: 'POST /v1/permits/:permitId/settle',
  listRuns: 'GET /v1/runs',
  getRun: 'GET /v1/runs/:runId',
  runEntries: 'GET /v1/runs/:runId/entries',
  takeOver: 'POST /v1/runs/:runId/take-over',
  reviewBreakGlass: 'POST /v1/runs/:runId/review',
  listApprovals: 'GET /v1/approvals',
  getApproval: 'GET /v1/approvals/:approvalId',
  approve: 'POST /v1/approvals/:approvalId/approve',
  reject: 'POST /v1/approvals/:approvalId/reject',
  openApproval: 'POST /v1/approvals/:approvalId/open',
  withdrawVote: 'POST /v1/approvals/:approvalId/withdraw',
  editApproval: 'POST /v1/approvals/:approvalId/edit',
  decideBatch: 'POST /v1/approvals/batch',
  listDelegations: 'GET /v1/delegations',
  addDelegation: 'POST /v1/delegations',
  listSamples: 'GET /v1/samples',
  reviewSample: 'POST /v1/samples/:sampleId/review',
  listExceptions: 'GET /v1/exceptions',
  listPatterns: 'GET /v1/insight/patterns',
  listProposals: 'GET /v1/insight/proposals',
  stop: 'POST /v1/stops',
  listStops: 'GET /v1/stops',
  liftStop: 'POST /v1/stops/:stopId/lift',
  listControls: 'GET /v1/controls',
  getControl: 'GET /v1/controls/:name',
  listVersions: 'GET /v1/controls/:name/versions',
  getControlPage: 'GET /v1/controls/:name/page',
  compareVersions: 'GET /v1/controls/:name/comparison',
  previewMove: 'GET /v1/controls/:name/move',
  moveRuns: 'POST /v1/controls/:name/move',
  draftControl: 'POST /v1/control-drafts',
  getDraft: 'GET /v1/controls/:name/draft',
  publishDraft: 'POST /v1/controls/:name/draft/publish',
  withdrawDraft: 'POST /v1/controls/:name/draft/withdraw',
  listSchedules: 'GET /v1/schedules',
  scheduleCalendar: 'GET /v1/schedules/:schedule/calendar',
  addOverride: 'POST /v1/schedules/:schedule/overrides',
  swapShifts: 'POST /v1/schedules/:schedule/swaps',
  addAbsence: 'POST /v1/people/:personId/absences',
  importAbsences: 'POST /v1/people/:personId/absences/import',
  importOverrides: 'POST /v1/schedules/:schedule/overrides/import',
  startDrill: 'POST /v1/drills',
  listDrills: 'GET /v1/drills',
  getOrganisation: 'GET /v1/organisation',
  previewOrganisation: 'POST /v1/organisation/preview',
  applyOrganisation: 'PUT /v1/organisation',
  withdrawEntered: 'DELETE /v1/entered/:id',
  listChannels: 'GET /v1/channels',
  lookAtAccountLink: 'POST /v1/account-links/look',
  confirmAccountLink: 'POST /v1/account-links/confirm',
  listUnknownAccounts: 'GET /v1/accounts/unknown',
  linkAccount: 'POST /v1/people/:personId/accounts',
} as const satisfies Route;

export const feedPath = '/v1/feed';

type Used = keyof typeof paths;
type Asked<N extends Used> = {
  params?: Record<string, string>;
  query?: QueryOf<N>;
  body?: BodyOf<N>;
  signal?: AbortSignal;
};

/** What went wrong, as a sentence, what it means here, and what to do about it. */
export class ApiError extends Error {
  readonly code: ErrorCode | 'offline';
  readonly status: number;
  readonly detail: string;
  readonly remedy: string;
  readonly retryable: boolean;

  constructor(
    problem: Pick<Problem, 'title' | 'detail' | 'remedy' | 'status' | 'retryable'> & { code: ApiError['code'] },
  ) {
    super(problem.title);
    this.name = 'ApiError';
    this.code = problem.code;
    this.status = problem.status;
    this.detail = problem.detail;
    this.remedy = problem.remedy;
    this.retryable = problem.retryable;
  }
}

const offline = (): ApiError =>
  new ApiError({
    code: 'offline',
    status: 0,
    title: 'Belay cannot be reached.',
    detail: 'No answer came, so nothing here claims that the change was made.',
    remedy: 'Check the connection and try again; the same change is never made twice.',
    retryable: true,
  });

const unreadable = (status: number): ApiError =>
  new ApiError({
    code: 'unavailable',
    status,
    title: 'Something between this page and Belay answered.',
    detail: `The answer (status ${status}) does not come from Belay.`,
    remedy: 'Check the proxy in front of Belay, then try again.',
    retryable: status >= 500,
  });

let csrf = '';
/** The token of GET /v1/me; it goes along with every change. */
export const rememberCsrf = (token: string): void => {
  csrf = token;
};

const newKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const addressOf = (path: string, asked: Asked<Used>): string => {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(asked.params?.[name] ?? ''));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? filled : `${filled}?${query}`;
};

const problemOf = async (response: Response): Promise<ApiError> => {
  try {
    const problem = (await response.json()) as Problem;
    return typeof problem.code === 'string' ? new ApiError(problem) : unreadable(response.status);
  } catch {
    return unreadable(response.status);
  }
};

const once = async (address: string, init: RequestInit): Promise<unknown> => {
  let response: Response;
  try {
    response = await fetch(address, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw offline();
  }
  if (!response.ok) throw await problemOf(response);
  try {
    return await response.json();
  } catch {
    throw unreadable(response.status);
  }
};

const pausesMs = [300, 1_200];
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A lost answer is asked for again with the same key: the server knows whether it had been done. */
const insisting = async (address: string, init: RequestInit): Promise<unknown> => {
  for (const ms of pausesMs) {
    try {
      return await once(address, init);
    } catch (error) {
      if (!(error instanceof ApiError && error.retryable)) throw error;
      await pause(ms);
    }
  }
  return once(address, init);
};

export const call = async <N extends Used>(name: N, asked: Asked<N> = {}): Promise<AnswerOf<N>> => {
  const [method = '', path = ''] = paths[name].split(' ');
  const address = addressOf(path, asked as Asked<Used>);
  if (method === 'GET') {
    return (await once(address, {
      headers: { accept: 'application/json' },
      signal: asked.signal ?? null,
    })) as AnswerOf<N>;
  }
  const headers = {
    accept: 'application/json',
    'content-type': 'application/json',
    'idempotency-key': newKey(),
    'x-belay-csrf': csrf,
  };
  return (await insisting(address, { method, headers, body: JSON.stringify(asked.body ?? {}) })) as AnswerOf<N>;
};
