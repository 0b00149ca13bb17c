/** How Teams is connected; docs/how-to/connect-teams.md has the same manifest. */
import type { GuideOf } from '../guide.ts';

const manifest = (url: string, host: string): string => `{
  "$schema": "https://developer.microsoft.com/json-schemas/teams/v1.19/MicrosoftTeams.schema.json",
  "manifestVersion": "1.19",
  "version": "1.0.0",
  "id": "CLIENT-ID",
  "developer": {
    "name": "Your organisation",
    "websiteUrl": "${url}",
    "privacyUrl": "${url}",
    "termsOfUseUrl": "${url}"
  },
  "name": { "short": "Belay", "full": "Belay" },
  "description": { "short": "Takes over from AI agents", "full": "Takes over from AI agents, signs off their steps." },
  "icons": { "color": "color.png", "outline": "outline.png" },
  "accentColor": "#1F6FEB",
  "bots": [{ "botId": "CLIENT-ID", "scopes": ["team", "personal"], "isNotificationOnly": false }],
  "composeExtensions": [
    {
      "botId": "CLIENT-ID",
      "messageHandlers": [{ "type": "link", "value": { "domains": ["${host}"] } }]
    }
  ],
  "validDomains": ["${host}"]
}
`;

export const guide: GuideOf = (url) => {
  return {
    steps: [
      'In Microsoft Entra register an app for a single tenant, note its client id and directory id, and make a client secret.',
      `In Azure create an Azure Bot with that client id; its messaging endpoint is ${url}/channels/teams/messages. Switch on the channel Microsoft Teams.`,
      'Zip what stands below as manifest.json, with your client id in it, and two icons; upload it in Teams and add it to the team.',
    ],
    paste: { where: 'manifest.json', text: manifest(url, new URL(url).host) },
    page: 'docs/how-to/connect-teams.md',
  };
};
