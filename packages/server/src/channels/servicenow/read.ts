/**
 * What people did on a record, with its author: work notes and comments, approvals, and what the record says now. A
 * record names only who changed it last: a state or an owner counts when nobody else touched it since we wrote.
 */
import type { Deed, DeskRef, Statuses } from '../desk.ts';
import { instantOf, type Row, type Table, timeOf } from './table.ts';

export type RecordRef = DeskRef & { table: string; sysId: string; owner: string | null };

const journalOf = async (table: Table, { sysId, table: name }: RecordRef): Promise<Row[]> => {
  const fields = ['sys_id', 'element', 'element_id', 'value', 'sys_created_by', 'sys_created_on'];
  const query = `element_id=${sysId}^name=${name}^ORDERBYDESCsys_created_on`;
  const rows = await table.list('sys_journal_field', query, fields);
  // A condition that ServiceNow does not know is left out by it, and rows of others come back.
  return rows.filter((row) => row.element_id === sysId && ['work_notes', 'comments'].includes(row.element ?? ''));
};

const personOf = async (table: Table, query: string): Promise<Row | null> => {
  const rows = await table.list('sys_user', `${query}^active=true`, ['sys_id', 'user_name', 'email', 'active'], 2);
  return rows.length === 1 ? (rows[0] ?? null) : null;
};

/** The sys_id of a user name; null when there is none, or more than one. */
export const userId = async (table: Table, userName: string): Promise<string | null> => {
  const found = await personOf(table, `user_name=${userName}`);
  return found?.user_name === userName ? (found.sys_id ?? null) : null;
};
const userName = async (table: Table, sysId: string): Promise<string> => {
  const found = await personOf(table, `sys_id=${sysId}`);
  return found?.sys_id === sysId ? (found.user_name ?? '') : '';
};
export const emailOf = async (table: Table, name: string): Promise<string | null> => {
  const found = await personOf(table, `user_name=${name}`);
  return found?.user_name === name ? found.email || null : null;
};

/** Decisions of approvers. The row has to be written by its approver: an integration that answers for people does not count. */
const decisions = async (table: Table, sysId: string): Promise<Deed[]> => {
  const fields = [
    'sys_id',
    'approver',
    'state',
    'sysapproval',
    'comments',
    'sys_updated_by',
    'sys_updated_on',
    'sys_mod_count',
  ];
  const rows = await table.list('sysapproval_approver', `sysapproval=${sysId}`, fields);
  const decided = rows.filter((row) => row.sysapproval === sysId && ['approved', 'rejected'].includes(row.state ?? ''));
  const found = await Promise.all(
    decided.map(async (row): Promise<Deed[]> => {
      const by = await userName(table, row.approver ?? '');
      if (by === '' || by !== row.sys_updated_by) return [];
      const approved = row.state === 'approved';
      const because = row.comments || 'Rejected in ServiceNow.';
      const id = `${row.sys_id}:${row.sys_mod_count}`;
      return [{ id, by, at: instantOf(row.sys_updated_on ?? ''), kind: 'decision', approved, because }];
    }),
  );
  return found.flat();
};

const edits = async (table: Table, ref: RecordRef, notes: Row[], statuses: Statuses, self: string): Promise<Deed[]> => {
  const row = await table.get(ref.table, ref.sysId);
  const by = row.sys_updated_by ?? '';
  const since = String(ref.writtenOn ?? '');
  const others = notes.some(
    (one) => ![by, self].includes(one.sys_created_by ?? '') && (one.sys_created_on ?? '') >= since,
  );
  if (by === self || others) return [];
  const one = { id: `${ref.id}:${row.sys_mod_count}`, by, at: instantOf(row.sys_updated_on ?? '') };
  const moved: Deed[] = row.state === statuses[ref.state] ? [] : [{ ...one, kind: 'status', to: row.state ?? '' }];
  const owner = row.assigned_to ?? '';
  if (owner === (ref.owner ?? '') || owner === '') return moved;
  return [...moved, { ...one, kind: 'owner', to: await userName(table, owner) }];
};

export const deedsOn = async (table: Table, ref: RecordRef, statuses: Statuses, self: string): Promise<Deed[]> => {
  const notes = await journalOf(table, ref);
  const said = notes
    .filter((row) => row.sys_created_by !== self)
    .map(
      (row): Deed => ({
        id: row.sys_id ?? '',
        by: row.sys_created_by ?? '',
        at: instantOf(row.sys_created_on ?? ''),
        kind: 'comment',
        text: row.value ?? '',
      }),
    );
  const decided = ref.subject.startsWith('approval:') ? await decisions(table, ref.sysId) : [];
  return [...said, ...decided, ...(await edits(table, ref, notes, statuses, self))];
};

/** Records of ours that changed since, and until when we know now, by ServiceNow's own clock. */
export const changedSince = async (table: Table, name: string, since: string): Promise<Row[]> => {
  const [day = '', time = ''] = since.split(' ');
  const query = `correlation_idSTARTSWITHbelay_^sys_updated_on>=javascript:gs.dateGenerate('${day}','${time}')^ORDERBYsys_updated_on`;
  const rows = await table.list(name, query, ['sys_id', 'correlation_id', 'sys_updated_on'], 1_000);
  return rows.filter((row) => row.correlation_id?.startsWith('belay_') && (row.sys_updated_on ?? '') >= since);
};

export const earlier = (time: string, ms: number): string => timeOf(instantOf(time) - ms);
