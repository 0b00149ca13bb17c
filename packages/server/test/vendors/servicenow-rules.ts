/**
 * ServiceNow's rules, from its documents on the Table API: what it would silently cut, leave out or ignore is held
 * against the caller, because an adapter that relies on it has lost something.
 */

import { queryTable } from '../../src/demo/vendors/servicenow-query.ts';
import { tables } from '../../src/demo/vendors/servicenow-tables.ts';
import { type Call, type Judge, objectOf, type Reply } from '../../src/demo/vendors/vendor-server.ts';

const parameters = new Set([
  'sysparm_query',
  'sysparm_fields',
  'sysparm_limit',
  'sysparm_offset',
  'sysparm_display_value',
  'sysparm_input_display_value',
  'sysparm_exclude_reference_link',
  'sysparm_suppress_pagination_header',
  'sysparm_no_count',
  'sysparm_view',
]);

const ofBody = (table: string, body: unknown): string[] =>
  Object.entries(objectOf(body)).flatMap(([name, value]) => {
    const most = tables[table]?.fields[name];
    if (most === undefined) return [`${table} has no field ${name}`];
    if (typeof value !== 'string') return [`${name} is no string`];
    return value.length > most ? [`${name} has ${value.length} characters of ${most}`] : [];
  });

const ofQuery = (table: string, query: Record<string, string>): string[] => {
  const fields = Object.keys(tables[table]?.fields ?? {});
  const unknown = (query.sysparm_fields ?? '').split(',').filter((name) => name !== '' && !fields.includes(name));
  return [
    ...Object.keys(query)
      .filter((name) => !parameters.has(name))
      .map((name) => `there is no parameter ${name}`),
    ...unknown.map((name) => `${table} has no field ${name} to show`),
    ...queryTable([], fields, query.sysparm_query ?? '').ignored.map((one) => `the condition ${one} would be ignored`),
  ];
};

const ofCall = ({ method, path, query, headers, body }: Call): string[] => {
  const table = path.split('/')[4] ?? '';
  if (tables[table] === undefined) return [];
  const approval = table === 'sysapproval_approver' && method !== 'GET';
  return [
    ...(headers.accept?.includes('application/json') ? [] : ['the header Accept does not ask for JSON']),
    ...(method === 'GET' || headers['content-type']?.includes('application/json')
      ? []
      : ['the body is not called JSON']),
    ...(approval ? ['an approval is answered by the person who is asked, never by an account'] : []),
    ...ofQuery(table, query),
    ...(method === 'GET' ? [] : ofBody(table, body)),
  ];
};

/** Values are strings, or what stands for a reference. */
const isValue = (value: unknown): boolean => {
  if (typeof value === 'string') return true;
  const names = Object.keys(objectOf(value));
  return names.length > 0 && names.every((name) => ['link', 'value', 'display_value'].includes(name));
};

const ofReply = (_call: Call, { status, body }: Reply): string[] => {
  if (status === 204) return body === undefined ? [] : ['204 with a body'];
  const said = objectOf(body);
  if (status >= 400) return said.status === 'failure' && 'error' in said ? [] : ['an error without its body'];
  const rows = [said.result].flat().map(objectOf);
  return rows.flatMap((row) =>
    Object.entries(row)
      .filter(([, value]) => !isValue(value))
      .map(([name]) => `${name} is no value`),
  );
};

export const serviceNowJudge: Judge = { ofCall, ofReply };
