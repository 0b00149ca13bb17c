/** The local Slack, judged by Slack's own schemas. */
import { type SlackServer, startSlack } from '../../../src/demo/vendors/slack.ts';
import { slackJudge } from './slack-rules.ts';

export { deliverForm, deliverJson, slackTeam } from '../../../src/demo/vendors/slack.ts';
export type SlackTwin = SlackServer;
export const startSlackTwin = (): Promise<SlackTwin> => startSlack(slackJudge);
