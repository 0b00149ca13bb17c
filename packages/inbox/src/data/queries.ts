/** What the pages read, each with the key under which the feed can call it stale. */
import type { ControlPage, Drawing } from '@belay/control';
import type { ApprovalView, CaseView, EntryView, ExceptionView } from '@belay/protocol';
import { keepPreviousData, type QueryClient, queryOptions } from '@tanstack/react-query';
import { type ExceptionsSearch, midnight } from '../oversight/exceptions.ts';
import { call, rememberCsrf } from './api.ts';

export type CaseFilter = { show: 'live' | 'mine' | 'closed'; control: string | undefined };

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => {
    const me = await call('me', { signal });
    rememberCsrf(me.csrf);
    return me;
  },
  staleTime: Number.POSITIVE_INFINITY,
});

/** How people sign in here; the page for whoever is not signed in. */
export const waysInQuery = queryOptions({
  queryKey: ['ways-in'],
  queryFn: ({ signal }) => call('waysIn', { signal }),
  staleTime: 300_000,
});

export const peopleQuery = queryOptions({
  queryKey: ['people'],
  queryFn: ({ signal }) => call('listPeople', { query: {}, signal }),
  staleTime: 300_000,
});

const caseQueries = {
  live: { status: 'live' },
  mine: { status: 'live', mine: 'true' },
  closed: { status: 'closed' },
} as const;

export const casesQuery = ({ show, control }: CaseFilter) =>
  queryOptions({
    queryKey: ['cases', show, control ?? null],
    queryFn: ({ signal }) =>
      call('listCases', { query: { ...caseQueries[show], ...(control && { control }), limit: 200 }, signal }),
    placeholderData: keepPreviousData,
  });

export const caseQuery = (caseId: string) =>
  queryOptions({
    queryKey: ['case', caseId],
    queryFn: ({ signal }) => call('getCase', { params: { caseId }, signal }),
  });

/** What a language model made of its sentence. The page never waits for it, and lives without it. */
export const rewordingQuery = ({ caseId, revision }: CaseView) =>
  queryOptions({
    queryKey: ['rewording', caseId, revision],
    queryFn: ({ signal }) => call('rewordCase', { params: { caseId }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

/** As many as one decision takes. */
const approvalsMost = 600;

export const approvalsQuery = (status: 'waiting' | 'decided') =>
  queryOptions({
    queryKey: ['approvals', status],
    queryFn: async ({ signal }) => {
      const items: ApprovalView[] = [];
      for (let cursor: string | null | undefined; cursor !== null && items.length < approvalsMost; ) {
        const page = await call('listApprovals', { query: { status, limit: 200, ...(cursor && { cursor }) }, signal });
        items.push(...page.items);
        cursor = page.next;
      }
      return { items };
    },
    placeholderData: keepPreviousData,
  });

export const approvalQuery = (approvalId: string) =>
  queryOptions({
    queryKey: ['approval', approvalId],
    queryFn: ({ signal }) => call('getApproval', { params: { approvalId }, signal }),
  });

export const delegationsQuery = queryOptions({
  queryKey: ['delegations'],
  queryFn: ({ signal }) => call('listDelegations', { query: {}, signal }),
  // One that begins or ends is no entry of the feed: the page asks again by itself.
  refetchInterval: 60_000,
});

export type SampleFilter = { show: 'mine' | 'open' | 'done'; control: string | undefined };

const sampleQueries = { mine: ['open'], open: ['open'], done: ['wrong', 'right'] } as const;

/** Everything that waits; of what was looked at, the wrong ones first. */
export const samplesQuery = ({ show, control }: SampleFilter) =>
  queryOptions({
    queryKey: ['samples', show, control ?? null],
    queryFn: async ({ signal }) => {
      const more = { ...(show === 'mine' && { mine: 'true' }), ...(control && { control }), limit: 200 };
      const pages = await Promise.all(
        sampleQueries[show].map((status) => call('listSamples', { query: { status, ...more }, signal })),
      );
      return { items: pages.flatMap(({ items }) => items) };
    },
    placeholderData: keepPreviousData,
  });

const exceptionsMost = 1_000;

export const exceptionsQuery = ({ from, to, open, ...filter }: ExceptionsSearch) =>
  queryOptions({
    queryKey: ['exceptions', { from, to, open, ...filter }],
    queryFn: async ({ signal }) => {
      const items: ExceptionView[] = [];
      const window = { ...(from && { from: midnight(from) }), ...(to && { to: midnight(to, 1) }) };
      const query = { ...filter, ...window, ...(open && { open: 'true' as const }), limit: 200 };
      let cursor: string | null | undefined;
      do {
        const page = await call('listExceptions', { query: { ...query, ...(cursor && { cursor }) }, signal });
        items.push(...page.items);
        cursor = page.next;
      } while (cursor !== null && items.length < exceptionsMost);
      return { items, more: cursor !== null };
    },
    placeholderData: keepPreviousData,
  });

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

export const patternsQuery = (control: string, days: number) =>
  queryOptions({
    queryKey: ['patterns', control, days],
    queryFn: ({ signal }) => call('listPatterns', { query: { control, since: daysAgo(days) }, signal }),
    placeholderData: keepPreviousData,
  });

export const proposalsQuery = (control: string, days: number) =>
  queryOptions({
    queryKey: ['proposals', control, days],
    queryFn: ({ signal }) => call('listProposals', { query: { control, since: daysAgo(days) }, signal }),
  });

export const runsQuery = (show: 'unfinished' | 'finished') =>
  queryOptions({
    queryKey: ['runs', show],
    queryFn: ({ signal }) =>
      call('listRuns', {
        query: { ...(show === 'finished' ? { status: 'finished' } : { unfinished: 'true' }), limit: 200 },
        signal,
      }),
    placeholderData: keepPreviousData,
  });

export const runQuery = (runId: string) =>
  queryOptions({ queryKey: ['run', runId], queryFn: ({ signal }) => call('getRun', { params: { runId }, signal }) });

const pageOfEntries = 1_000;

/** Only what came after the last known entry is fetched: a timeline never changes, it grows. */
export const entriesQuery = (client: QueryClient, runId: string) =>
  queryOptions({
    queryKey: ['entries', runId],
    queryFn: async ({ signal, queryKey }): Promise<EntryView[]> => {
      const entries = [...(client.getQueryData<EntryView[]>(queryKey) ?? [])];
      for (;;) {
        const query = { after: entries.at(-1)?.seq ?? 0, limit: pageOfEntries };
        const { items } = await call('runEntries', { params: { runId }, query, signal });
        entries.push(...items);
        if (items.length < pageOfEntries) return entries;
      }
    },
  });

export const schedulesQuery = queryOptions({
  queryKey: ['schedules'],
  queryFn: ({ signal }) => call('listSchedules', { query: {}, signal }),
  // A hand-over is no entry of the feed: the page asks again by itself.
  refetchInterval: 60_000,
});

/** `from` and `to`: epoch ms. */
export const calendarQuery = (schedule: string, from: number, to: number) =>
  queryOptions({
    queryKey: ['calendar', schedule, from, to],
    queryFn: ({ signal }) => {
      const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
      return call('scheduleCalendar', { params: { schedule }, query, signal });
    },
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });

export const drillsQuery = queryOptions({
  queryKey: ['drills'],
  queryFn: ({ signal }) => call('listDrills', { query: { limit: 10 }, signal }),
});

export const organisationQuery = queryOptions({
  queryKey: ['organisation'],
  queryFn: ({ signal }) => call('getOrganisation', { signal }),
});

/** Accounts that pressed something and belong to nobody. */
export const unknownAccountsQuery = queryOptions({
  queryKey: ['unknown accounts'],
  queryFn: ({ signal }) => call('listUnknownAccounts', { query: {}, signal }),
  refetchInterval: 60_000,
});

/** What a link would do. It spends nothing, and is not asked again behind the back of whoever reads it. */
export const accountLinkQuery = (token: string) =>
  queryOptions({
    queryKey: ['account link', token],
    queryFn: ({ signal }) => call('lookAtAccountLink', { body: { token }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const channelsQuery = queryOptions({
  queryKey: ['channels'],
  queryFn: ({ signal }) => call('listChannels', { query: {}, signal }),
  // What waits and what arrived are no entries of the feed.
  refetchInterval: 15_000,
});

export const stopsQuery = queryOptions({
  queryKey: ['stops'],
  queryFn: ({ signal }) => call('listStops', { query: { limit: 100 }, signal }),
});

export const controlsQuery = queryOptions({
  queryKey: ['controls'],
  queryFn: ({ signal }) => call('listControls', { query: {}, signal }),
});

export const controlQuery = (name: string, version?: number) =>
  queryOptions({
    queryKey: ['control', name, version ?? null],
    queryFn: ({ signal }) =>
      call('getControl', { params: { name }, query: version === undefined ? {} : { version }, signal }),
  });

export const versionsQuery = (name: string) =>
  queryOptions({
    queryKey: ['control', name, 'versions'],
    queryFn: ({ signal }) => call('listVersions', { params: { name }, query: {}, signal }),
  });

/** The page of a version; what it is made of never changes. */
export const controlPageQuery = (name: string, version?: number) =>
  queryOptions({
    queryKey: ['control', name, 'page', version ?? null],
    queryFn: async ({ signal }) => {
      const query = version === undefined ? {} : { version };
      const { page, drawing } = await call('getControlPage', { params: { name }, query, signal });
      return { page: page as unknown as ControlPage, drawing: drawing as unknown as Drawing };
    },
  });

export const comparisonQuery = (name: string, before: number, after: number) =>
  queryOptions({
    queryKey: ['comparison', name, before, after],
    queryFn: ({ signal }) => call('compareVersions', { params: { name }, query: { before, after }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What waits for a second person; null: nothing. */
export const draftQuery = (name: string) =>
  queryOptions({
    queryKey: ['control', name, 'draft'],
    queryFn: async ({ signal }) => (await call('getDraft', { params: { name }, signal })).draft,
  });

/** Runs under way under older versions, and whether they may be moved to the one in force. */
export const moveQuery = (name: string) =>
  queryOptions({
    queryKey: ['control', name, 'move'],
    queryFn: ({ signal }) => call('previewMove', { params: { name }, signal }),
  });
