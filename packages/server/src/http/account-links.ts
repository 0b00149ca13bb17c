/** Routes with which an account of a channel becomes somebody's: by themselves, or by an administrator. */

import { problem } from '@belay/protocol';
import type { Services } from '../engine/services.ts';
import { type Handlers, personOf, personWith } from './call.ts';
import { Refused } from './problem.ts';

type LinkRoutes = 'lookAtAccountLink' | 'confirmAccountLink' | 'listUnknownAccounts' | 'linkAccount';

const taken = <T extends object>(answer: T | { refused: { code: never; detail: string } }): { answer: T } => {
  if ('refused' in answer) throw new Refused(problem(answer.refused.code, answer.refused.detail));
  return { answer };
};

export const accountLinkRoutes = ({ accountLinks, changeOncall }: Services): Handlers<LinkRoutes> => ({
  lookAtAccountLink: async (call) => taken(await accountLinks.look(call.body.token, personOf(call))),
  confirmAccountLink: async (call) => taken(await accountLinks.confirm(call.body.token, personOf(call))),
  listUnknownAccounts: async (call) => {
    personWith(call, 'admin');
    return { answer: await accountLinks.unknown() };
  },
  linkAccount: async (call) => {
    const by = personWith(call, 'admin');
    const command = { type: 'linkAccount' as const, personId: call.param('personId'), ...call.body };
    const linked = await changeOncall(command, by);
    if (linked.refused !== undefined) throw new Refused(problem(linked.refused.code, linked.refused.detail));
    return { answer: { accountId: linked.id === '' ? null : linked.id }, status: 201 };
  },
});
