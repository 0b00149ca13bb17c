/** Routes of drills: announced takeovers of a sample run, timed. */
import { z } from 'zod';
import { instant, target } from '../words.ts';
import { limit, page, type Route } from './route.ts';

const drillView = z.strictObject({
  runId: z.string().describe('evidence of the drill is that of this run'),
  caseId: z.string().nullable(),
  target: z.string(),
  announcedBy: z.string(),
  startedAt: instant,
  withinMs: z.int(),
  state: z.enum(['running', 'passed', 'failed']),
  told: z.array(z.string()),
  takenBy: z.string().nullable(),
  tookMs: z.int().nullable().describe('from the announcement to the takeover'),
  agentRefused: z.boolean().describe('the sample agent called after the takeover, and was refused'),
  sentence: z.string(),
});

export const drillRoutes = {
  startDrill: {
    method: 'POST',
    path: '/v1/drills',
    caller: 'person',
    summary: 'Announce a drill: a sample run is handed to a target, and somebody has to take it over in time.',
    body: z.strictObject({ target, withinMinutes: z.int().min(1).max(1_440).default(15) }),
    answer: drillView,
  },
  listDrills: {
    method: 'GET',
    path: '/v1/drills',
    caller: 'person',
    summary: 'Drills and their results, newest first.',
    query: z.strictObject({ limit }),
    answer: page(drillView),
  },
  getDrill: {
    method: 'GET',
    path: '/v1/drills/:runId',
    caller: 'person',
    summary: 'One drill.',
    answer: drillView,
  },
} as const satisfies Record<string, Route>;
