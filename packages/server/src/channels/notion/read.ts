/**
 * What people did on a page: comments, each with its author; and the row's status and owner, of which Notion tells only
 * who edited the page last. That is why a row proves no more than an account.
 */
import type { Json } from '@belay/protocol';
import type { Client } from '@notionhq/client';
import type { Deed, DeskRef, Statuses } from '../desk.ts';
import { at, listAt, textAt } from '../untrusted.ts';

const plain = (parts: Json[]): string => parts.map((part) => textAt(part, 'plain_text')).join('');
const property = (page: Json, name: string): Json => at(page, 'properties', name);

export type PageRef = DeskRef & { owner: string | null };

const commentsOn = async (client: Client, ref: PageRef, self: string): Promise<Deed[]> => {
  const { results } = await client.comments.list({ block_id: ref.id, page_size: 100 });
  return (results as unknown as Json[]).flatMap((comment): Deed[] => {
    const by = textAt(comment, 'created_by', 'id');
    if (by === '' || by === self) return [];
    const text = plain(listAt(comment, 'rich_text'));
    return [{ id: textAt(comment, 'id'), by, at: Date.parse(textAt(comment, 'created_time')), kind: 'comment', text }];
  });
};

const editsOn = (page: Json, ref: PageRef, statuses: Statuses, self: string): Deed[] => {
  const by = textAt(page, 'last_edited_by', 'id');
  if (by === '' || by === self) return [];
  const edited = textAt(page, 'last_edited_time');
  const status = textAt(property(page, 'Status'), 'status', 'name');
  const owner = textAt(listAt(property(page, 'Owner'), 'people')[0], 'id');
  const written = plain(listAt(property(page, 'Instructions'), 'rich_text'));
  // Rounded to the minute: the revision tells two edits of one minute apart.
  const one = (what: string) => ({ id: `${ref.id}:${ref.revision}:${edited}:${what}`, by, at: Date.parse(edited) });
  const said: Deed[] =
    written === '' || written.startsWith('/') ? [] : [{ ...one('instructions'), kind: 'comment', text: written }];
  const moved: Deed[] = status === statuses[ref.state] ? [] : [{ ...one(status), kind: 'status', to: status }];
  const owned: Deed[] =
    owner === (ref.owner ?? '') ? [] : [{ ...one(`owner ${owner}`), kind: 'owner', to: owner || null }];
  return [...said, ...moved, ...owned];
};

export const deedsOn = async (client: Client, ref: PageRef, statuses: Statuses, self: string): Promise<Deed[]> => {
  const [page, comments] = await Promise.all([
    client.pages.retrieve({ page_id: ref.id }),
    commentsOn(client, ref, self),
  ]);
  return [...comments, ...editsOn(page as unknown as Json, ref, statuses, self)];
};

const pagesMost = 20;

/** Ids of rows that were edited since. A comment is no edit: webhooks and the next edit bring it. */
export const changedSince = async (client: Client, source: string, since: number): Promise<string[]> => {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pagesMost; page++) {
    const { results, next_cursor: next } = await client.dataSources.query({
      data_source_id: source,
      filter: { timestamp: 'last_edited_time', last_edited_time: { on_or_after: new Date(since).toISOString() } },
      sorts: [{ timestamp: 'last_edited_time', direction: 'ascending' }],
      page_size: 100,
      ...(cursor === undefined ? {} : { start_cursor: cursor }),
    });
    ids.push(...results.map((row) => row.id));
    if (next === null) break;
    cursor = next;
  }
  return ids;
};
