/** The rates that Slack documents. */
import type { Limit } from './limits.ts';

type MethodCall = { method: string; given: Record<string, string> };
const tier = (methods: string[], most: number): Limit<MethodCall> => ({
  about: 'calls a minute of',
  most,
  inMs: 60_000,
  keyOf: ({ method }) => (methods.includes(method) ? method : null),
});
/** As documented: one message a second in a conversation, and the tiers of the other methods. */
export const slackLimits: Limit<MethodCall>[] = [
  {
    about: 'a message a second in',
    most: 1,
    inMs: 1_000,
    keyOf: ({ method, given }) => (method === 'chat.postMessage' ? (given.channel ?? '') : null),
  },
  tier(['chat.postMessage'], 300),
  tier(['chat.update', 'conversations.open', 'conversations.history'], 50),
  tier(['views.open', 'users.info', 'chat.postEphemeral', 'views.publish'], 100),
];
