/** Routes with which a person links an account of a channel to themselves. */

import { problem } from '@belay/protocol';
import type { Services } from '../engine/services.ts';
import { type Handlers, personOf } from './call.ts';
import { Refused } from './problem.ts';

type LinkRoutes = 'lookAtAccountLink' | 'confirmAccountLink';

const taken = <T extends object>(answer: T | { refused: { code: never; detail: string } }): { answer: T } => {
  if ('refused' in answer) throw new Refused(problem(answer.refused.code, answer.refused.detail));
  return { answer };
};

export const accountLinkRoutes = ({ accountLinks }: Services): Handlers<LinkRoutes> => ({
  lookAtAccountLink: async (call) => taken(await accountLinks.look(call.body.token, personOf(call))),
  confirmAccountLink: async (call) => taken(await accountLinks.confirm(call.body.token, personOf(call))),
});
