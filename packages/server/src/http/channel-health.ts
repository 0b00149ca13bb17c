/** The route that says how the channels are doing. */
import type { Services } from '../engine/services.ts';
import { type Handlers, personWith } from './call.ts';

export const channelHealthRoutes = (services: Services): Handlers<'listChannels'> => ({
  listChannels: async (call) => {
    personWith(call, 'operator', 'auditor');
    return { answer: { items: await services.examineChannels(), next: null } };
  },
});
