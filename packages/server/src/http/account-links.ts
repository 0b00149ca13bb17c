/** Routes with which an account of a channel becomes somebody's: by themselves, or by an administrator. */
import type { Services } from '../engine/services.ts';
import { type Handlers, personOf, personWith } from './call.ts';
import { unlessRefused } from './problem.ts';

type LinkRoutes = 'lookAtAccountLink' | 'confirmAccountLink' | 'listUnknownAccounts' | 'linkAccount';

export const accountLinkRoutes = ({ accountLinks, changeOncall }: Services): Handlers<LinkRoutes> => ({
  lookAtAccountLink: async (call) => ({
    answer: unlessRefused(await accountLinks.look(call.body.token, personOf(call))),
  }),
  confirmAccountLink: async (call) => ({
    answer: unlessRefused(await accountLinks.confirm(call.body.token, personOf(call))),
  }),
  listUnknownAccounts: async (call) => {
    personWith(call, 'admin');
    return { answer: await accountLinks.unknown() };
  },
  linkAccount: async (call) => {
    const by = personWith(call, 'admin');
    const command = { type: 'linkAccount' as const, personId: call.param('personId'), ...call.body };
    const { id } = unlessRefused(await changeOncall(command, by));
    return { answer: { accountId: id === '' ? null : id }, status: 201 };
  },
});
