/** What people do in Notion's own pages; each is delivered as a webhook that says only what kind of thing happened. */
import type { JsonObject } from '@belay/protocol';
import { type Notion, readProperty } from './notion-values.ts';
import type { Reply } from './vendor-server.ts';

type Changes = {
  editPage(notion: Notion, id: string, body: JsonObject, by: string): Reply;
  addComment(notion: Notion, body: JsonObject, by: string): Reply;
};

const done = ({ status, body }: Reply): void => {
  if (status >= 300) throw new Error(`Notion refused: ${JSON.stringify(body)}`);
};
const richText = (text: string) => [{ type: 'text', text: { content: text } }];

export const handsOf = (notion: Notion, { editPage, addComment }: Changes) => ({
  setStatus: (by: string, pageId: string, name: string): void =>
    done(editPage(notion, pageId, { properties: { Status: { status: { name } } } }, by)),
  setOwner: (by: string, pageId: string, owner: string | null): void =>
    done(editPage(notion, pageId, { properties: { Owner: { people: owner === null ? [] : [{ id: owner }] } } }, by)),
  write: (by: string, pageId: string, property: string, text: string): void =>
    done(editPage(notion, pageId, { properties: { [property]: { rich_text: richText(text) } } }, by)),
  /** several properties at once, in the form of Notion's API */
  edit: (by: string, pageId: string, properties: JsonObject): void =>
    done(editPage(notion, pageId, { properties }, by)),
  comment: (by: string, pageId: string, text: string): void =>
    done(addComment(notion, { parent: { page_id: pageId }, rich_text: richText(text) }, by)),
  remove: (pageId: string): void => {
    notion.pages = notion.pages.filter((one) => one.id !== pageId);
  },
  read: (pageId: string, property: string): string => {
    const found = notion.pages.find((one) => one.id === pageId);
    return found === undefined ? '' : readProperty(found, property);
  },
});
