/** The HTTP edge as one app: API, documents, inbox. Works on Request and Response; a server only carries it. */
import type { RouteName } from '@belay/protocol';
import type { Hono } from 'hono';
import type { Services } from '../engine/services.ts';
import { accountLinkRoutes } from './account-links.ts';
import { approvalRoutes, delegationRoutes } from './approvals.ts';
import type { Auth } from './auth.ts';
import { type Handlers, onceEach } from './call.ts';
import { caseRoutes } from './cases.ts';
import { channelHealthRoutes } from './channel-health.ts';
import { addChannelRoutes } from './channels.ts';
import { controlRoutes } from './controls.ts';
import { drillRoutes } from './drills.ts';
import { evidenceRoutes } from './evidence.ts';
import { houseRoutes, keyRoutes, peopleRoutes, stopRoutes } from './house.ts';
import { insightRoutes } from './insight.ts';
import { addIntakeRoutes } from './intake.ts';
import { oncallRoutes } from './oncall.ts';
import { docsPage, openapi } from './openapi.ts';
import { organisationRoutes } from './organisation.ts';
import { createRouter } from './router.ts';
import { runRoutes } from './runs.ts';
import { addSignInRoutes } from './sign-in.ts';
import { addInbox } from './static.ts';

export const createHttp = (services: Services, auth: Auth, inboxFolder: string): Hono => {
  const handlers: Handlers<RouteName> = {
    ...runRoutes(services),
    ...caseRoutes(services),
    ...approvalRoutes(services),
    ...drillRoutes(services),
    ...onceEach(services.once, {
      ...stopRoutes(services),
      ...controlRoutes(services),
      ...keyRoutes(services, auth),
      ...organisationRoutes(services),
      ...oncallRoutes(services),
      ...accountLinkRoutes(services),
      ...delegationRoutes(services),
    }),
    ...channelHealthRoutes(services),
    ...peopleRoutes(services),
    ...houseRoutes(services),
    ...evidenceRoutes(services),
    ...insightRoutes(services),
  };
  const app = createRouter(handlers, auth, services.log);
  addChannelRoutes(app, services);
  addIntakeRoutes(app, services);
  addSignInRoutes(app, services, auth);
  const document = openapi(services.version);
  const page = docsPage(services.version);
  app.get('/openapi.json', (c) => c.json(document));
  app.get('/docs', (c) => c.html(page));
  app.get('/docs/*', (c) => c.html(page));
  addInbox(app, inboxFolder);
  return app;
};
