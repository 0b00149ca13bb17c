/**
 * For whom Teams refreshes a card by itself: in a conversation of up to 60 members for everybody who looks at it, above
 * that for at most 60 who are named, by ids that only the roster of the conversation tells. What was read there is kept
 * for an hour; when it cannot be read, nobody is named: the card still stands, and the menu of the message refreshes it.
 * Only when Teams names a time until which to wait, the card waits too.
 */
import type { JsonObject } from '@belay/protocol';
import { refreshMost } from './render.ts';
import { outcomeOf, type TeamsClient } from './send.ts';

const keptMs = 3_600_000;
/** The most that Teams tells at once. */
const pageSize = 500;

type CardMessage = { attachments?: { content: { refresh?: { userIds?: string[] | undefined } } }[] };
const refreshOf = (message: CardMessage) => message.attachments?.[0]?.content.refresh;

const refreshedFor = (message: JsonObject, userIds: string[] | undefined): JsonObject => {
  const named = structuredClone(message);
  const refresh = refreshOf(named as CardMessage);
  if (refresh !== undefined) refresh.userIds = userIds;
  return named;
};

/** The conversation's ids of people by their directory ids, null for those who are not in it. */
type Roster = { isLarge: boolean; ids: Map<string, string | null> };

/** What it makes of a message names people as the conversation does, or nobody where nobody has to be named. */
export const createRoster = ({ client }: TeamsClient, now: () => number) => {
  const rosters = new Map<string, { at: number; roster: Promise<Roster> }>();

  const read = async (conversation: string): Promise<Roster> => {
    const { members } = await client.conversations.getPagedMembers(conversation, pageSize);
    const ids = new Map(members.map(({ id, aadObjectId }) => [aadObjectId ?? id, id] as const));
    return { isLarge: members.length > refreshMost, ids };
  };

  /** Read once for all cards that ask for it meanwhile; what could not be read is not kept. */
  const rosterOf = async (conversation: string): Promise<Roster> => {
    const known = rosters.get(conversation);
    if (known !== undefined && now() - known.at < keptMs) return known.roster;
    const roster = read(conversation);
    rosters.set(conversation, { at: now(), roster });
    roster.catch(() => rosters.delete(conversation));
    return roster;
  };

  /** Whoever is not on the first page is asked for alone. */
  const askedFor = async (conversation: string, directoryId: string): Promise<string | null> => {
    try {
      return (await client.conversations.getMemberById(conversation, directoryId)).id;
    } catch (error) {
      if (outcomeOf(error).kind === 'retry') throw error;
      return null;
    }
  };

  const idsIn = async (conversation: string, concerned: readonly string[]): Promise<string[] | undefined> => {
    const { isLarge, ids } = await rosterOf(conversation);
    if (!isLarge) return undefined;
    for (const one of concerned) if (!ids.has(one)) ids.set(one, await askedFor(conversation, one));
    return concerned.flatMap((one) => ids.get(one) ?? []);
  };

  return async (conversation: string, message: JsonObject): Promise<JsonObject> => {
    const concerned = refreshOf(message as CardMessage)?.userIds;
    if (concerned === undefined) return message;
    const ids = await idsIn(conversation, concerned).catch((error: unknown) => {
      const outcome = outcomeOf(error);
      if (outcome.kind === 'retry' && outcome.afterMs !== null) throw error;
      return undefined;
    });
    return refreshedFor(message, ids);
  };
};
