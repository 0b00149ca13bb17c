/**
 * `belay demo`: a whole Belay on this machine, two agents at work, and the person at the terminal in charge.
 * With `once` it plays the people as well, checks what came of it, and ends.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Api, createApi } from '../cli/api.ts';
import { type Exit, type Io, printJson } from '../cli/command.ts';
import { keepConnection, loginLinkOf, sessionOf, untilStopped } from '../cli/host.ts';
import type { RunningServer } from '../server.ts';
import { type AgentProcess, startAgent } from './agents.ts';
import { startVendors } from './channels.ts';
import { openChannelsPage } from './channels-page.ts';
import { checked } from './expected.ts';
import { type DemoHouse, openDemoHouse, prepareDirectory, sampleOrganisation } from './house.ts';
import { payables } from './invoices.ts';
import { createOperator, takenWhileRunning } from './operator.ts';
import { toldLine, welcomeText } from './show.ts';
import { type Summary, summarise, summaryText } from './summary.ts';
import { support } from './tickets.ts';
import type { Mission, Told } from './told.ts';

export type DemoOptions = {
  /** null: the usual place; with `once` a directory that is gone afterwards */
  dataDir: string | null;
  usualDir: string;
  port: number;
  once: boolean;
  fresh: boolean;
  speed: 'slow' | 'fast';
  /** five local vendors as well, and a page that shows one case in all of them */
  channels: boolean;
};

const speeds = { slow: { readMs: 2_500, paceMs: 5_000 }, fast: { readMs: 200, paceMs: 250 } };
const onceBoundMs = 100_000;
const lookEveryMs = 100;

const missions = (house: DemoHouse, speed: DemoOptions['speed']): Mission[] => {
  const shared = { url: house.server.url, outsideUrl: house.outside.url, ...speeds[speed] };
  const one = { agentId: 'payables', control: 'payment-approval', subject: 'invoiceId', firstStep: 'gather-context' };
  const other = { agentId: 'support', control: 'support-escalation', subject: 'ticketId', firstStep: 'read-ticket' };
  return [
    { ...shared, ...one, tasks: payables },
    { ...shared, ...other, tasks: support },
  ].map((mission) => ({ ...mission, key: house.keyOf(mission.agentId) }));
};

/** Each person with a session of their own, opened when first needed. */
const sessions = (server: RunningServer) => {
  const open = new Map<string, Promise<Api>>();
  return (personId: string): Promise<Api> => {
    const known =
      open.get(personId) ?? sessionOf(server, personId).then((token) => createApi({ url: server.url, token }));
    open.set(personId, known);
    return known;
  };
};

type Stage = {
  house: DemoHouse;
  agents: AgentProcess[];
  /** everything the agents said so far */
  told: Told[];
  trouble: string[];
};

const startAgents = (house: DemoHouse, speed: DemoOptions['speed'], io: Io, show: boolean): Stage => {
  const stage: Stage = { house, agents: [], told: [], trouble: [] };
  const onTold = (told: Told): void => {
    stage.told.push(told);
    if (show) io.out(io.json ? `${JSON.stringify(told)}\n` : `${toldLine(told, new Date(), io)}\n`);
  };
  const onTrouble = (text: string): void => {
    stage.trouble.push(text);
    io.err(`${text}\n`);
  };
  stage.agents = missions(house, speed).map((mission) => startAgent(mission, onTold, onTrouble));
  return stage;
};

const stopAgents = ({ agents }: Stage): Promise<unknown> => Promise.all(agents.map((agent) => agent.stop()));

/** Looks again and again until the agents have ended. False: they did not within the bound. */
const playPeople = async (stage: Stage, as: (personId: string) => Promise<Api>): Promise<boolean> => {
  const { house, told, agents } = stage;
  const org = await house.server.app.services.house.organisation();
  const withRole = (target: string): string[] =>
    org.people.filter(({ roles }) => roles.some((role) => `role:${role}` === target)).map((person) => person.personId);
  const operator = createOperator(as, withRole);
  const fenced = (): boolean => told.some((one) => one.subject === takenWhileRunning && one.outcome === 'FENCED');
  const interrupted = operator.interrupt(fenced);
  interrupted.catch(() => undefined);
  let ended = false;
  const all = Promise.all(agents.map((agent) => agent.ended)).then(() => {
    ended = true;
  });
  const until = performance.now() + onceBoundMs;
  while (!ended && performance.now() < until) {
    await operator.look();
    await Promise.race([all, new Promise((resolve) => setTimeout(resolve, lookEveryMs))]);
  }
  await interrupted;
  return ended;
};

const runOnce = async (stage: Stage, startedAt: number, io: Io): Promise<Exit> => {
  const as = sessions(stage.house.server);
  const unpermitted = await fetch(`${stage.house.outside.url}/effects/release-payment`, {
    method: 'POST',
    body: JSON.stringify(payables[0]?.actions[0]?.arguments),
  });
  const ended = await playPeople(stage, as);
  await stopAgents(stage);
  const measured = await summarise(await as('dana'), stage.house.outside, performance.now() - startedAt);
  const problems = checked(measured, stage, { ended, paidWithoutPermit: unpermitted.ok });
  const summary: Summary = { ok: problems.length === 0, problems, ...measured };
  if (io.json) printJson(io, summary);
  else {
    io.out(`\n${summaryText(measured)}`);
    io.out(summary.ok ? `As it should be, in ${(measured.durationMs / 1_000).toFixed(1)} s.\n` : '');
    for (const problem of problems) io.err(`${problem}\n`);
  }
  return summary.ok ? 0 : 1;
};

const welcome = async ({ server }: DemoHouse, goesOn: boolean, channelsUrl: string | null, io: Io): Promise<void> => {
  const org = await server.app.services.house.organisation(true);
  const nameOf = (personId: string): string => org.people.find((one) => one.personId === personId)?.name ?? personId;
  const loginLink = await loginLinkOf(server, 'dana');
  const seats: [string, string][] = [
    ['chidi', 'finance approver (payments need two)'],
    ['bruno', 'finance approver and treasury lead'],
    ['farah', 'support lead'],
  ];
  const others = await Promise.all(
    seats.map(async ([personId, about]) => ({
      name: nameOf(personId),
      about,
      link: await loginLinkOf(server, personId),
    })),
  );
  const next = channelsUrl === null ? 'the next time it goes on from here' : 'and so does the next time';
  const data = goesOn ? 'Goes on where it was; `--fresh` starts anew.' : `Starts anew; ${next}.`;
  if (io.json) io.out(`${JSON.stringify({ url: server.url, loginLink, goesOn, channelsUrl })}\n`);
  else io.out(welcomeText({ url: server.url, loginLink, name: nameOf('dana'), data, others, channelsUrl }, io));
};

/** The agents have ended: what came of it so far. The inbox stays open for what waits. */
const tellOutcome = async ({ house }: Stage, durationMs: number, io: Io): Promise<void> => {
  const api = await sessions(house.server)('dana');
  const text = summaryText(await summarise(api, house.outside, durationMs));
  io.out(`\n${text}Both queues are done. The inbox stays open; \`--fresh\` starts anew.\n`);
};

const watch = async (stage: Stage, dataDir: string, stopped: Promise<void>, io: Io): Promise<Exit> => {
  const startedAt = performance.now();
  const tell = (error: unknown): void => io.err(`${(error as Error).message}\n`);
  const connection = await keepConnection(stage.house.server, dataDir, tell);
  let stopping = false;
  void Promise.all(stage.agents.map((agent) => agent.ended))
    .then(() => (io.json || stopping ? undefined : tellOutcome(stage, performance.now() - startedAt, io)))
    .catch(tell);
  await stopped;
  stopping = true;
  connection.end();
  if (!io.json) io.out('\nStopping. What waits is kept; start again to go on.\n');
  return 0;
};

/** Stopped before it was over: neither right nor wrong. */
const unfinished = async (stopped: Promise<void>): Promise<Exit> => {
  await stopped;
  return 1;
};

const play = async (options: DemoOptions, dataDir: string, startedAt: number, io: Io): Promise<Exit> => {
  const { once, speed, port } = options;
  const stopped = untilStopped();
  // The local vendors forget everything when they stop, so that demo starts anew each time.
  const goesOn = await prepareDirectory(dataDir, options.fresh || once || options.channels);
  const local = options.channels ? await startVendors(sampleOrganisation()) : null;
  for (const vendor of Object.values(local?.vendors ?? {})) vendor.countBy(Date.now);
  const agents = { payables: 'payment-approval', support: 'support-escalation' };
  const house = await openDemoHouse(dataDir, port, agents, local);
  const page = local === null ? null : await openChannelsPage({ local, belayUrl: house.server.url, now: Date.now });
  try {
    if (!once) await welcome(house, goesOn, page?.url ?? null, io);
    const stage = startAgents(house, speed, io, !(once && io.json));
    try {
      if (!once) return await watch(stage, dataDir, stopped, io);
      return await Promise.race([runOnce(stage, startedAt, io), unfinished(stopped)]);
    } finally {
      await stopAgents(stage);
    }
  } finally {
    await page?.close();
    await house.close();
    await local?.close();
  }
};

export const runDemo = async (options: DemoOptions, io: Io): Promise<Exit> => {
  const startedAt = performance.now();
  if (!options.once || options.dataDir !== null)
    return play(options, options.dataDir ?? options.usualDir, startedAt, io);
  const throwaway = mkdtempSync(join(tmpdir(), 'belay-demo-'));
  try {
    return await play(options, throwaway, startedAt, io);
  } finally {
    rmSync(throwaway, { recursive: true, force: true });
  }
};
