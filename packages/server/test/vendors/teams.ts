/** The local Teams, judged by Microsoft's own schemas. */
import { startTeams as start, type TeamsServer } from '../../src/demo/vendors/teams.ts';
import { teamsJudge } from './teams-rules.ts';

export { teamsAddresses, teamsAppId, teamsRoom, teamsStranger, teamsTenant } from '../../src/demo/vendors/teams.ts';
export type TeamsVendor = TeamsServer;
export const startTeams = (): Promise<TeamsVendor> => start({ judge: teamsJudge });
