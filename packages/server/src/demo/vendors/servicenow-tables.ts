/** The tables of a local ServiceNow: their fields, how long each may be, and which point to other tables. */
export type Table = {
  prefix: string;
  /** greatest length of each field's value */
  fields: Record<string, number>;
  /** fields that hold the sys_id of a row of another table */
  references: Record<string, string>;
  /** written like fields, kept in sys_journal_field, read as empty */
  journals: string[];
};

const system = {
  sys_id: 32,
  sys_created_on: 40,
  sys_created_by: 40,
  sys_updated_on: 40,
  sys_updated_by: 40,
  sys_mod_count: 40,
  sys_class_name: 80,
};

const task = {
  ...system,
  number: 40,
  active: 40,
  short_description: 160,
  description: 4_000,
  state: 40,
  urgency: 40,
  impact: 40,
  priority: 40,
  assigned_to: 32,
  assignment_group: 32,
  correlation_id: 100,
  correlation_display: 100,
  due_date: 40,
  opened_at: 40,
  opened_by: 32,
  closed_at: 40,
  close_notes: 4_000,
  work_notes: 65_000,
  comments: 65_000,
  approval: 40,
  parent: 32,
};

const taskReferences = { assigned_to: 'sys_user', assignment_group: 'sys_user_group', opened_by: 'sys_user' };

export const tables: Record<string, Table> = {
  incident: {
    prefix: 'INC',
    fields: {
      ...task,
      caller_id: 32,
      category: 40,
      close_code: 40,
      incident_state: 40,
      resolved_at: 40,
      resolved_by: 32,
      hold_reason: 40,
      severity: 40,
    },
    references: { ...taskReferences, caller_id: 'sys_user', resolved_by: 'sys_user' },
    journals: ['work_notes', 'comments'],
  },
  sc_task: { prefix: 'SCTASK', fields: task, references: taskReferences, journals: ['work_notes', 'comments'] },
  x_belay_takeover: {
    prefix: 'BLY',
    fields: { ...task, instructions: 4_000, belay_url: 1_024, arguments: 8_000, facts: 8_000 },
    references: taskReferences,
    journals: ['work_notes', 'comments'],
  },
  sys_user: {
    prefix: '',
    fields: { ...system, user_name: 40, name: 151, email: 100, active: 40 },
    references: {},
    journals: [],
  },
  sys_user_group: { prefix: '', fields: { ...system, name: 80, active: 40 }, references: {}, journals: [] },
  sysapproval_approver: {
    prefix: '',
    fields: { ...system, approver: 32, state: 40, sysapproval: 32, document_id: 32, comments: 4_000 },
    references: { approver: 'sys_user', sysapproval: 'task' },
    journals: [],
  },
  sys_journal_field: {
    prefix: '',
    fields: { ...system, element: 80, element_id: 32, name: 80, value: 65_000 },
    references: {},
    journals: [],
  },
};
