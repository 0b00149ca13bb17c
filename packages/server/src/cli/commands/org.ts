/** `belay org`: who is there. The file is the truth; applying it shows first what it changes. */
import type { Organisation } from '../../domain/oncall/organisation.ts';
import type { Api } from '../api.ts';
import { type Command, printJson } from '../command.ts';
import { connect, connecting } from '../connection.ts';
import { readOrganisation, readTextFile } from '../host.ts';
import { organisationDifference } from '../organisation-difference.ts';
import { columns, harmless } from '../paint.ts';

/** The organisation in force. The wire has it as plain JSON, the form in which it is stored. */
export const organisationInForce = async (api: Api): Promise<Organisation> =>
  (await api.call('getOrganisation', {})).organisation as unknown as Organisation;

const show: Command = {
  name: 'org show',
  summary: 'Show people, roles, rights and schedules in force.',
  takes: [],
  options: connecting,
  examples: [{ line: 'belay org show', about: 'who may do what' }],
  run: async (given, io) => {
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
    const { applied: before } = await api.call('getOrganisation', {});
    const changes = organisationDifference(before as unknown as Organisation, wanted);
    const dryRun = given.flag('dry-run');
    const applied = changes.length > 0 && !dryRun;
    if (applied) await api.call('applyOrganisation', { body: { source: readTextFile(file, 'organisation'), file } });
    if (io.json) printJson(io, { changes, applied });
    else {
      for (const change of changes) io.out(`${harmless(change)}\n`);
      if (changes.length === 0) io.out('Nothing changes.\n');
      else io.out(applied ? 'Applied.\n' : 'Nothing was applied: this was --dry-run.\n');
    }
    return 0;
  },
};

export const orgCommands = [show, apply];
