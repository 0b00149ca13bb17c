/** `belay serve`: a server in the foreground, until it is told to stop. */
import { digestOf, type Json } from '@belay/protocol';
import { type Config, readConfig } from '../../config.ts';
import type { Organisation } from '../../domain/oncall/organisation.ts';
import type { IntakeSource } from '../../engine/intake/intake.ts';
import type { Source } from '../../engine/lookups/lookups.ts';
import type { RunningServer } from '../../server.ts';
import { CliProblem, type Command, type Exit, type Io } from '../command.ts';
import {
  administratorOf,
  controlFilesIn,
  keepConnection,
  loginLinkOf,
  placed,
  publishAll,
  readOrganisation,
  readTextFile,
  startHost,
  untilStopped,
} from '../host.ts';
import { parseIntake } from '../intake.ts';
import { parseSources } from '../sources.ts';

/** Somebody has to be there before anybody can sign in. */
const firstOrganisation: Organisation = {
  people: [
    {
      personId: 'admin',
      name: 'Administrator',
      email: null,
      roles: [],
      access: ['operator', 'designer', 'admin'],
      zone: 'UTC',
      addresses: {},
      absences: [],
      active: true,
    },
  ],
  schedules: [],
  zone: 'UTC',
};

const misread = (file: string, problems: Parameters<typeof placed>[1], what: string): CliProblem => {
  const errors = placed(file, problems);
  return new CliProblem(2, errors.map((e) => `${e.path} ${e.message}`).join('\n'), `Mend the ${what}.`, {
    code: 'usage',
    errors,
  });
};

const readSources = (file: string | undefined): Source[] => {
  if (file === undefined) return [];
  const parsed = parseSources(readTextFile(file, 'list of sources'), file);
  if (parsed.ok) return parsed.sources;
  throw misread(file, parsed.problems, 'list of sources');
};

const readIntake = (file: string | undefined): IntakeSource[] => {
  if (file === undefined) return [];
  const parsed = parseIntake(readTextFile(file, 'list of intakes'), file);
  if (parsed.ok) return parsed.intake;
  throw misread(file, parsed.problems, 'list of intakes');
};

const same = (a: Organisation, b: Organisation): boolean =>
  digestOf(a as unknown as Json) === digestOf(b as unknown as Json);

/** True when nobody was there before. */
const settleOrganisation = async ({ app }: RunningServer, given: Organisation | null): Promise<boolean> => {
  const { applied: current } = await app.services.house.organisationParts();
  const empty = current.people.length === 0;
  const wanted = given ?? (empty ? firstOrganisation : current);
  if (!same(current, wanted)) await app.services.applyOrganisation(wanted, { kind: 'system', id: 'belay serve' });
  return empty;
};

const announce = async (server: RunningServer, first: boolean, published: string[], io: Io): Promise<void> => {
  const admin = administratorOf(await server.app.services.house.organisation(true));
  const loginLink = first ? await loginLinkOf(server, admin.personId) : null;
  if (io.json) {
    io.out(`${JSON.stringify({ url: server.url, loginLink, published, pid: process.pid })}\n`);
    return;
  }
  io.out(`Belay listens on ${io.paint('bold', server.url)}\n`);
  for (const what of published) io.out(`Published ${what}\n`);
  io.out(
    loginLink === null
      ? `Sign in: \`belay login ${admin.personId}\` prints a link.\n`
      : `Sign in as ${admin.name}, once, within 15 minutes: ${io.paint('cyan', loginLink)}\n`,
  );
};

type Prepared = { sources: Source[]; intake: IntakeSource[]; organisation: Organisation | null; controls: string[] };

const serveUntilStopped = async (
  config: Config,
  { sources, intake, organisation, controls }: Prepared,
  io: Io,
): Promise<Exit> => {
  const { databaseUrl, dataDir, host, port, url, secondPerson, model, oidc, loginLinks } = config;
  const { createLog } = await import('../log.ts');
  const log = createLog(config.logLevel, 2);
  const stopped = untilStopped();
  const people = { secondPerson, oidc, loginLinks };
  const server = await startHost({ databaseUrl, dataDir, host, port, url, sources, intake, ...people, model, log });
  try {
    const first = await settleOrganisation(server, organisation);
    const { personId } = administratorOf(await server.app.services.house.organisation(true));
    const published = await publishAll(server, controls, personId);
    const connection = await keepConnection(server, dataDir, (error) => log.warn({ error }, 'cli.json is not renewed'));
    try {
      await announce(server, first, published, io);
      await stopped;
    } finally {
      connection.end();
    }
  } finally {
    await server.close();
  }
  return 0;
};

export const serve: Command = {
  name: 'serve',
  summary: 'Run a server in the foreground.',
  takes: [],
  options: {
    data: { type: 'string', value: 'DIR', about: 'data directory (BELAY_DATA; default .belay)' },
    host: { type: 'string', value: 'ADDRESS', about: 'address to listen on (BELAY_HOST; default 127.0.0.1)' },
    port: { type: 'string', value: 'N', about: 'port to listen on (BELAY_PORT; default 4700; 0: any free one)' },
    url: { type: 'string', value: 'URL', about: 'what links begin with (BELAY_URL; default: where it listens)' },
    controls: { type: 'string', value: 'DIR', about: 'publish every *.control.yaml of this folder' },
    org: { type: 'string', value: 'FILE', about: 'apply this organisation' },
    sources: { type: 'string', value: 'FILE', about: 'systems of record the gate may ask (BELAY_SOURCES)' },
    intake: { type: 'string', value: 'FILE', about: 'tickets that open runs and cases (BELAY_INTAKE)' },
  },
  examples: [
    { line: 'belay serve', about: 'with the database Belay brings, in .belay' },
    { line: 'belay serve --controls controls --org controls/organisation.yaml', about: 'with what a folder holds' },
    { line: 'DATABASE_URL=postgresql://… belay serve --host 0.0.0.0', about: 'on a PostgreSQL of your own' },
  ],
  run: (given, io) => {
    const names = ['data', 'host', 'port', 'url', 'sources', 'intake'] as const;
    const flags = Object.fromEntries(
      names.flatMap((name) => {
        const value = given.text(name);
        return value === undefined ? [] : [[name, value]];
      }),
    );
    const config = readConfig(flags);
    const org = given.text('org');
    const controls = given.text('controls');
    const prepared = {
      sources: readSources(config.sources),
      intake: readIntake(config.intake),
      organisation: org === undefined ? null : readOrganisation(org),
      controls: controls === undefined ? [] : controlFilesIn(controls),
    };
    return serveUntilStopped(config, prepared, io);
  },
};
