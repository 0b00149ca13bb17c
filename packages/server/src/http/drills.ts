/** Routes of drills. */
import { drillControl } from '../domain/drill/drill.ts';
import { drillView, startDrill } from '../engine/drills.ts';
import type { Services } from '../engine/services.ts';
import { type Handlers, notFound, personCaller, personOf, personWith } from './call.ts';

type DrillRoutes = 'startDrill' | 'listDrills' | 'getDrill';

export const drillRoutes = (services: Services): Handlers<DrillRoutes> => {
  const shown = async (runId: string) => {
    const run = (await services.store.load([runId])).get(runId)?.run;
    if (run?.control.name !== drillControl) throw notFound(`drill ${runId}`);
    return { answer: drillView(run, await services.house.organisation()) };
  };
  return {
    startDrill: async (call) => {
      personWith(call, 'operator');
      const started = await startDrill(services, personCaller(call), call.body);
      return started.ok && !started.replayed ? { answer: started.answer, status: 201 } : started;
    },
    listDrills: async (call) => {
      personOf(call);
      const org = await services.house.organisation();
      const { items } = await services.queries.listRuns({ control: drillControl, limit: call.query.limit });
      return { answer: { items: items.map(({ run }) => drillView(run, org)), next: null } };
    },
    getDrill: (call) => {
      personOf(call);
      return shown(call.param('runId'));
    },
  };
};
