/** Every channel there is. A new one is a folder beside this file and a line in this list. */
import type { ChannelDefinition } from './channel.ts';
import { email } from './email/index.ts';
import { jira } from './jira/index.ts';
import { notion } from './notion/index.ts';
import { servicenow } from './servicenow/index.ts';
import { slack } from './slack/index.ts';
import { teams } from './teams/index.ts';
import { webhook } from './webhook/index.ts';

export const channelDefinitions: readonly ChannelDefinition[] = [
  slack,
  teams,
  email,
  jira,
  notion,
  servicenow,
  webhook,
];
