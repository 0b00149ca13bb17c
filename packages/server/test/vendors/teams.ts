/** The local Teams, judged by Microsoft's own schemas. */
import type { createTeams } from '../../src/channels/teams/index.ts';
import { startTeams as start, type TeamsOptions, type TeamsServer } from '../../src/demo/vendors/teams.ts';
import { teamsJudge } from './teams-rules.ts';

export { teamsAddresses, teamsAppId, teamsRoom, teamsStranger, teamsTenant } from '../../src/demo/vendors/teams.ts';
export type TeamsVendor = TeamsServer;
export const startTeams = (options: TeamsOptions = {}): Promise<TeamsVendor> =>
  start({ judge: teamsJudge, ...options });

export const teamsValues = (teams: TeamsVendor): Parameters<typeof createTeams>[0] => ({
  appId: teams.appId,
  appPassword: teams.appPassword,
  tenant: teams.tenant,
  team: teams.teamId,
  serviceUrl: teams.origin,
  loginUrl: teams.loginEndpoint,
  openIdUrl: teams.openIdMetadataUrl,
});
