/** How Slack is connected; docs/how-to/connect-slack.md has the same manifest. */
import type { GuideOf } from '../guide.ts';

const manifest = (url: string, host: string): string => `display_information:
  name: Belay
  description: Takes over from AI agents, signs off their steps
features:
  app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: true }
  bot_user: { display_name: Belay, always_online: true }
  slash_commands:
    - { command: /belay, url: ${url}/channels/slack/commands, description: What waits for you }
  unfurl_domains: [${host}]
oauth_config:
  scopes:
    bot:
      - chat:write
      - chat:write.public
      - im:write
      - commands
      - channels:history
      - groups:history
      - im:history
      - links:read
      - links:write
      - users:read
      - users:read.email
settings:
  event_subscriptions:
    request_url: ${url}/channels/slack/events
    bot_events: [app_home_opened, link_shared]
  interactivity: { is_enabled: true, request_url: ${url}/channels/slack/interactions }
  org_deploy_enabled: false
  socket_mode_enabled: false
  token_rotation_enabled: false
`;

export const guide: GuideOf = (url) => {
  return {
    steps: [
      'Create the app at https://api.slack.com/apps: Create New App, From a manifest, and paste what stands below.',
      'Install it to the workspace. Take the bot token from "OAuth & Permissions", the signing secret from "Basic Information", the id of the workspace (T…) from the address of Slack in a browser.',
    ],
    paste: { where: 'the manifest of the app', text: manifest(url, new URL(url).host) },
    page: 'docs/how-to/connect-slack.md',
  };
};
