/** What people did on an issue, with its author: the changelog, the comments and the decisions of the service desk. */

import type { Json } from '@belay/protocol';
import type { Client } from 'jira.js/core';
import type { Deed, DeskRef } from '../desk.ts';
import { at, listAt, textAt } from '../untrusted.ts';
import { cloud } from './send.ts';

const pageSize = 100;
const pagesMost = 20;

const instant = (value: unknown): number => (value instanceof Date ? value.getTime() : Date.parse(String(value)));

/** The text of a document, one line a paragraph. */
export const plainText = (node: Json | undefined): string => {
  const type = textAt(node, 'type');
  if (type === 'text') return textAt(node, 'text');
  if (type === 'hardBreak') return '\n';
  const inner = listAt(node, 'content').map(plainText);
  return inner.join(type === 'paragraph' || type === 'heading' ? '' : '\n');
};

const changes = async (client: Client, issue: string, self: string): Promise<Deed[]> => {
  const { getChangeLogs } = await cloud();
  const deeds: Deed[] = [];
  for (let page = 0; page < pagesMost; page++) {
    const { values = [], isLast } = await getChangeLogs(client, {
      issueIdOrKey: issue,
      startAt: page * pageSize,
      maxResults: pageSize,
    });
    for (const { id = '', author, created, items = [] } of values) {
      const by = author?.accountId ?? '';
      if (by === '' || by === self) continue;
      for (const item of items) {
        const one = { id, by, at: instant(created) };
        if (item.field === 'status')
          deeds.push({ ...one, kind: 'status', to: textAt(item as unknown as Json, 'toString') });
        if (item.field === 'assignee') deeds.push({ ...one, kind: 'owner', to: item.to ?? null });
      }
    }
    if (isLast !== false || values.length === 0) break;
  }
  return deeds;
};

const comments = async (client: Client, issue: string, self: string): Promise<Deed[]> => {
  const { getComments } = await cloud();
  const { comments: found = [] } = await getComments(client, {
    issueIdOrKey: issue,
    orderBy: '-created',
    maxResults: pageSize,
  });
  return found.flatMap(({ id = '', author, created, body }): Deed[] => {
    const by = author?.accountId ?? '';
    if (by === '' || by === self) return [];
    return [{ id, by, at: instant(created), kind: 'comment', text: plainText(body as Json) }];
  });
};

/** Decisions that each approver gave in Jira Service Management themselves. Belay gives none. */
const decisions = async (client: Client, issue: string): Promise<Deed[]> => {
  const { getApprovals } = await import('jira.js/serviceDesk');
  const { values = [] } = await getApprovals(client, { issueIdOrKey: issue });
  return values.flatMap(({ id = '', approvers = [], completedDate, createdDate }) =>
    approvers.flatMap(({ approver, approverDecision }): Deed[] => {
      const by = approver?.accountId ?? '';
      if (by === '' || (approverDecision !== 'approved' && approverDecision !== 'declined')) return [];
      const when = completedDate?.epochMillis ?? createdDate?.epochMillis ?? 0;
      const because = 'Declined in Jira Service Management.';
      const approved = approverDecision === 'approved';
      return [{ id: `${id}:${by}:${approverDecision}`, by, at: when, kind: 'decision', approved, because }];
    }),
  );
};

export const deedsOn = async (
  client: Client,
  ref: DeskRef,
  { self, serviceDesk }: { self: string; serviceDesk: boolean },
): Promise<Deed[]> => {
  const found = await Promise.all([
    changes(client, ref.id, self),
    comments(client, ref.id, self),
    serviceDesk && ref.subject.startsWith('approval:') ? decisions(client, ref.id) : [],
  ]);
  return found.flat();
};

/** Ids of our issues that changed in the last minutes. */
export const changedSince = async (client: Client, minutes: number): Promise<string[]> => {
  const { searchAndReconsileIssuesUsingJqlPost: search } = await cloud();
  const ids: string[] = [];
  let nextPageToken: string | undefined;
  for (let page = 0; page < pagesMost; page++) {
    const jql = `labels = belay AND updated >= -${minutes}m ORDER BY updated ASC`;
    const found = await search(client, {
      jql,
      fields: ['updated'],
      maxResults: pageSize,
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
    });
    ids.push(...(found.issues ?? []).map((issue) => textAt(issue as unknown as Json, 'id')));
    nextPageToken = found.nextPageToken ?? undefined;
    if (nextPageToken === undefined) break;
  }
  return ids.filter((id) => id !== '');
};

export const statusOf = (issue: Json): { name: string; assignee: string | null } => ({
  name: textAt(issue, 'fields', 'status', 'name'),
  assignee: at(issue, 'fields', 'assignee') === null ? null : textAt(issue, 'fields', 'assignee', 'accountId'),
});
