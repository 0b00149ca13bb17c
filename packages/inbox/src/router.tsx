/** Every page by its address. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { ApprovalPage } from './approvals/ApprovalPage.tsx';
import { ApprovalsPage } from './approvals/ApprovalsPage.tsx';
import { CasePage } from './cases/CasePage.tsx';
import { InboxPage } from './cases/InboxPage.tsx';
import { ControlsPage } from './controls/ControlsPage.tsx';
import { OncallPage } from './oncall/OncallPage.tsx';
import { OrganisationPage } from './organisation/OrganisationPage.tsx';
import { exceptionsSearch } from './oversight/exceptions.ts';
import { patternsSearch } from './oversight/patterns.ts';
import { RunPage } from './runs/RunPage.tsx';
import { RunsPage } from './runs/RunsPage.tsx';
import { Login } from './session/Login.tsx';
import { NotFound } from './shell/NotFound.tsx';
import { Shell } from './shell/Shell.tsx';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  component: Login,
  validateSearch: (search): { token?: string } => {
    const token = text(search.token);
    return token === undefined ? {} : { token };
  },
});

const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });

type InboxSearch = { show?: 'mine' | 'closed'; control?: string };
const inbox = createRoute({
  getParentRoute: () => shell,
  path: '/',
  component: InboxPage,
  validateSearch: (search): InboxSearch => {
    const show = search.show === 'mine' || search.show === 'closed' ? search.show : undefined;
    const control = text(search.control);
    return { ...(show && { show }), ...(control && { control }) };
  },
});
const aCase = createRoute({ getParentRoute: () => shell, path: '/cases/$caseId', component: CasePage });
const approvals = createRoute({
  getParentRoute: () => shell,
  path: '/approvals',
  component: ApprovalsPage,
  validateSearch: (search): { show?: 'decided' } => (search.show === 'decided' ? { show: 'decided' } : {}),
});
const approval = createRoute({ getParentRoute: () => shell, path: '/approvals/$approvalId', component: ApprovalPage });
const delegations = createRoute({
  getParentRoute: () => shell,
  path: '/approvals/delegations',
  component: lazyRouteComponent(() => import('./approvals/DelegationsPage.tsx'), 'DelegationsPage'),
});
const runs = createRoute({
  getParentRoute: () => shell,
  path: '/runs',
  component: RunsPage,
  validateSearch: (search): { show?: 'finished' } => (search.show === 'finished' ? { show: 'finished' } : {}),
});
const run = createRoute({ getParentRoute: () => shell, path: '/runs/$runId', component: RunPage });
const controls = createRoute({ getParentRoute: () => shell, path: '/controls', component: ControlsPage });
const whole = (value: unknown): number | undefined => {
  const number = Number(value);
  return Number.isInteger(number) && number > 0 ? number : undefined;
};
const comparison = createRoute({
  getParentRoute: () => shell,
  path: '/controls/$name/compare',
  component: lazyRouteComponent(() => import('./controls/ComparePage.tsx'), 'ComparePage'),
  validateSearch: (search): { before?: number; after?: number } => {
    const [before, after] = [whole(search.before), whole(search.after)];
    return { ...(before && { before }), ...(after && { after }) };
  },
});
const control = createRoute({
  getParentRoute: () => shell,
  path: '/controls/$name',
  component: lazyRouteComponent(() => import('./controls/ControlPage.tsx'), 'ControlPage'),
  validateSearch: (search): { version?: number } => {
    const version = whole(search.version);
    return version === undefined ? {} : { version };
  },
});
const oncall = createRoute({ getParentRoute: () => shell, path: '/on-call', component: OncallPage });
const organisation = createRoute({
  getParentRoute: () => shell,
  path: '/organisation',
  component: OrganisationPage,
});

const channels = createRoute({
  getParentRoute: () => shell,
  path: '/channels-health',
  component: lazyRouteComponent(() => import('./channels/ChannelsPage.tsx'), 'ChannelsPage'),
});
const samples = createRoute({
  getParentRoute: () => shell,
  path: '/samples',
  component: lazyRouteComponent(() => import('./oversight/SamplesPage.tsx'), 'SamplesPage'),
  validateSearch: (search): { show?: 'open' | 'done'; control?: string } => {
    const show = search.show === 'open' || search.show === 'done' ? search.show : undefined;
    const control = text(search.control);
    return { ...(show && { show }), ...(control && { control }) };
  },
});
const exceptions = createRoute({
  getParentRoute: () => shell,
  path: '/exceptions',
  component: lazyRouteComponent(() => import('./oversight/ExceptionsPage.tsx'), 'ExceptionsPage'),
  validateSearch: exceptionsSearch,
});
const patterns = createRoute({
  getParentRoute: () => shell,
  path: '/patterns',
  component: lazyRouteComponent(() => import('./oversight/PatternsPage.tsx'), 'PatternsPage'),
  validateSearch: patternsSearch,
});

const link = createRoute({
  getParentRoute: () => shell,
  path: '/link',
  component: lazyRouteComponent(() => import('./channels/LinkPage.tsx'), 'LinkPage'),
  validateSearch: (search): { token: string } => ({ token: text(search.token) ?? '' }),
});

export const router = createRouter({
  routeTree: root.addChildren([
    login,
    shell.addChildren([
      inbox,
      aCase,
      approvals,
      approval,
      delegations,
      runs,
      run,
      controls,
      control,
      comparison,
      oncall,
      organisation,
      channels,
      samples,
      exceptions,
      patterns,
      link,
    ]),
  ]),
  scrollRestoration: true,
  // As plain text: the router's own reading would turn a login token that looks like a number into another one.
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch: (search) => {
    const given = Object.entries(search).filter(([, value]) => value !== undefined);
    const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
    return query.size === 0 ? '' : `?${query}`;
  },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
