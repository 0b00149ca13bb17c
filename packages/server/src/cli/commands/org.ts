/** `belay org`: who is there. The file is the truth; applying it shows first what it changes. */
import { dutyDifference, organisationDifference } from '../../domain/oncall/difference.ts';
import { formatOrganisation } from '../../domain/oncall/format.ts';
import type { Organisation } from '../../domain/oncall/organisation.ts';
import type { Api } from '../api.ts';
import { type Command, printJson } from '../command.ts';
import { connect, connecting } from '../connection.ts';
import { readOrganisation, readTextFile } from '../host.ts';
import { columns, harmless } from '../paint.ts';

/** The organisation in force. The wire has it as plain JSON, the form in which it is stored. */
export const organisationInForce = async (api: Api): Promise<Organisation> =>
  (await api.call('getOrganisation', {})).organisation as unknown as Organisation;

const show: Command = {
  name: 'org show',
  summary: 'Show people, roles, rights and schedules in force.',
  takes: [],
  options: { yaml: { type: 'boolean', about: 'as an organisation file, to edit and apply again' }, ...connecting },
  examples: [
    { line: 'belay org show', about: 'who may do what' },
    { line: 'belay org show --yaml > organisation.yaml', about: 'a file to go on with; comments are not kept' },
  ],
  run: async (given, io) => {
    if (given.flag('yaml')) {
      const { applied } = await connect(given).call('getOrganisation', {});
      io.out(formatOrganisation(applied as unknown as Organisation));
      return 0;
    }
    const organisation = await organisationInForce(connect(given));
    if (io.json) {
      printJson(io, organisation);
      return 0;
    }
    const rows = organisation.people.map(({ personId, name, roles, access, active }) => [
      personId,
      harmless(name),
      roles.join(', ') || '-',
      access.join(', ') || '-',
      active ? '' : 'not active',
    ]);
    io.out(
      columns([['person', 'name', 'roles', 'access', ''], ...rows], (cell, row) =>
        row === 0 ? io.paint('dim', cell) : cell,
      ),
    );
    for (const { name, about } of organisation.schedules) io.out(`schedule ${name}: ${harmless(about)}\n`);
    return 0;
  },
};

/** How far ahead a change of duty is shown. */
const lookAheadMs = 28 * 86_400_000;

const apply: Command = {
  name: 'org apply',
  summary: 'Apply an organisation file, after showing what it changes.',
  takes: ['FILE'],
  options: {
    'dry-run': { type: 'boolean', about: 'only show what would change' },
    ...connecting,
  },
  examples: [
    { line: 'belay org apply organisation.yaml --dry-run', about: 'what would change, in words' },
    { line: 'belay org apply organisation.yaml', about: 'from now on it counts' },
  ],
  run: async (given, io) => {
    const file = given.words[0] ?? '';
    const wanted = readOrganisation(file);
    const api = connect(given);
    const { applied, revision } = await api.call('getOrganisation', {});
    const before = applied as unknown as Organisation;
    const now = Date.now();
    const changes = organisationDifference(before, wanted);
    const duty = dutyDifference(before, wanted, now, now + lookAheadMs);
    const dryRun = given.flag('dry-run');
    const apply = changes.length > 0 && !dryRun;
    const source = readTextFile(file, 'organisation');
    if (apply) await api.call('applyOrganisation', { body: { source, file, revision } });
    if (io.json) printJson(io, { changes, duty, applied: apply });
    else {
      for (const change of [...changes, ...duty]) io.out(`${harmless(change)}\n`);
      if (changes.length === 0) io.out('Nothing changes.\n');
      else io.out(apply ? 'Applied.\n' : 'Nothing was applied: this was --dry-run.\n');
    }
    return 0;
  },
};

export const orgCommands = [show, apply];
