/**
 * Every route of the HTTP API, once: method, path, who may call it, what goes in, what comes out.
 * The server registers and validates from this table, /openapi.json is made from it, the SDK and the inbox are typed by it.
 */
import type { z } from 'zod';
import { agentRoutes } from './routes/agents.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { caseRoutes } from './routes/cases.ts';
import { channelRoutes } from './routes/channels.ts';
import { controlRoutes } from './routes/controls.ts';
import { drillRoutes } from './routes/drills.ts';
import { houseRoutes } from './routes/house.ts';
import { insightRoutes } from './routes/insight.ts';
import { oncallRoutes } from './routes/oncall.ts';

export {
  type Attached,
  attached,
  type ControlNews,
  controlNews,
  type ReportResult,
  reportResult,
  type WakeMessage,
  wakeMessage,
} from './routes/agents.ts';
export { allowOnce, type ReturnBody, returnBody } from './routes/cases.ts';
export type { BacktestView, PatternView, ProposalView } from './routes/insight.ts';
export type { Caller, Method } from './routes/route.ts';

export const routes: typeof agentRoutes &
  typeof caseRoutes &
  typeof approvalRoutes &
  typeof channelRoutes &
  typeof controlRoutes &
  typeof drillRoutes &
  typeof houseRoutes &
  typeof insightRoutes &
  typeof oncallRoutes = {
  ...agentRoutes,
  ...caseRoutes,
  ...approvalRoutes,
  ...channelRoutes,
  ...controlRoutes,
  ...drillRoutes,
  ...houseRoutes,
  ...insightRoutes,
  ...oncallRoutes,
};

export type RouteName = keyof typeof routes;
type Routes = typeof routes;
/** What a caller sends to a route. */
export type BodyOf<N extends RouteName> = Routes[N] extends { body: infer B extends z.ZodType }
  ? z.input<B>
  : undefined;
/** What the handler gets: defaults filled in. */
export type ParsedBodyOf<N extends RouteName> = Routes[N] extends { body: infer B extends z.ZodType }
  ? z.output<B>
  : undefined;
export type QueryOf<N extends RouteName> = Routes[N] extends { query: infer Q extends z.ZodType }
  ? z.input<Q>
  : undefined;
export type ParsedQueryOf<N extends RouteName> = Routes[N] extends { query: infer Q extends z.ZodType }
  ? z.output<Q>
  : undefined;
export type AnswerOf<N extends RouteName> = Routes[N] extends { answer: infer A extends z.ZodType }
  ? z.output<A>
  : undefined;
