/** The urgency of a case as a priority of Jira, by names. Jira is asked which it has: a name it lacks costs no card. */
import type { Client } from 'jira.js/core';
import { ChannelProblem } from '../channel.ts';
import { cloud } from './send.ts';

/** From this urgency on, this name; the highest first. */
export type Priorities = readonly { from: number; name: string }[];
type Known = { id: string; name: string };

/** "0=Medium, 40=High"; what cannot be read is named. */
export const prioritiesFrom = (text: string): Priorities =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [, from, name] = /^(-?\d+)\s*=\s*(\S.*)$/.exec(part) ?? [];
      if (from === undefined || name === undefined)
        throw new ChannelProblem(
          `BELAY_JIRA_PRIORITIES says "${part}". Write from which urgency on which priority: "0=Medium, 40=High".`,
        );
      return { from: Number(from), name };
    })
    .sort((a, b) => b.from - a.from);

/** Far more than a site has. */
const most = '1000';
const knownTo = async (client: Client): Promise<Known[]> => {
  const { values = [] } = await (await cloud()).searchPriorities(client, { maxResults: most });
  return values.flatMap(({ id, name }) => (id === undefined || name === undefined ? [] : [{ id, name }]));
};
const named = (known: readonly Known[], name: string): Known | undefined =>
  known.find((one) => one.name.toLowerCase() === name.toLowerCase());

/** The field of an issue; null where nothing is configured for this urgency, or Jira does not have it. */
export const priorityFor = async (
  client: Client,
  priorities: Priorities,
  urgency: number | null,
): Promise<{ id: string } | null> => {
  const wanted = urgency === null ? undefined : priorities.find(({ from }) => urgency >= from);
  if (wanted === undefined) return null;
  const found = named(await knownTo(client), wanted.name);
  return found === undefined ? null : { id: found.id };
};

/** Has anybody chosen a priority since the issue was made? Belay, which chose none, is nobody. */
export const choseTheirs = async (client: Client, issueIdOrKey: string): Promise<boolean> => {
  const { values = [] } = await (await cloud()).getChangeLogs(client, { issueIdOrKey, maxResults: 100 });
  return values.some(({ items = [] }) => items.some(({ field }) => field === 'priority'));
};

/** Names that Jira does not have, and what to do about them. */
export const unknownPriorities = async (
  client: Client,
  priorities: Priorities,
): Promise<{ because: string; remedy: string } | null> => {
  if (priorities.length === 0) return null;
  const known = await knownTo(client);
  const missing = priorities.filter(({ name }) => named(known, name) === undefined).map(({ name }) => `"${name}"`);
  if (missing.length === 0) return null;
  return {
    because: `Jira has no priority ${missing.join(' and no ')}; it has ${known.map(({ name }) => name).join(', ')}`,
    remedy:
      'Write one of those in BELAY_JIRA_PRIORITIES, or make it in Jira. Until then such issues get no priority of Belay.',
  };
};
