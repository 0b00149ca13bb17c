/**
 * From the moment a takeover is acknowledged (its POST is answered) to the agent's `AbortSignal` in another process, as
 * multiples of one commit plus one loopback round trip; and whether a stale epoch is refused, each time.
 * `npm run bench:takeover -- [--json] [--takeovers N] [--build DIR]`.
 */
import { parseArgs } from 'node:util';
import { type Bench, builtServer, gateBody, withBench } from '../gate/bench.ts';
import type { Connection } from '../gate/connection.ts';
import { type Measured, median, percentile } from '../gate/measure.ts';
import { type Program, start } from '../gate/process.ts';

type Taken = { toSignal: number; pressToSignal: number; acknowledged: number };
type Round = { taken: Taken[]; refused: number; stale: number; commit: number; roundTrip: number };
const runsAtOnce = 20;

const post = async (
  connection: Connection,
  path: string,
  body: object,
): Promise<{ status: number; answer: unknown }> => {
  const { status, text } = await connection.post(path, JSON.stringify(body));
  return { status, answer: JSON.parse(text) };
};

const ms = (from: bigint, to: bigint): number => Number(to - from) / 1e6;

/** Everything that an agent may still try with what it had before the takeover. */
const staleCalls = async (
  agent: Connection,
  runId: string,
  permitId: string,
): Promise<{ refused: number; stale: number }> => {
  const calls = [
    ['redeem', { epoch: 1, permitId }],
    ['gate', JSON.parse(gateBody(runId)) as object],
    ['heartbeat', { epoch: 1 }],
    ['finish', { epoch: 1 }],
  ] as const;
  let refused = 0;
  for (const [name, body] of calls) {
    const { status } = await post(agent, `/v1/runs/${runId}/${name}`, body);
    if (status === 409) refused += 1;
  }
  return { refused, stale: calls.length };
};

const takeOver = async (
  { agent, person, watcher }: { agent: Connection; person: Connection; watcher: Program },
  runId: string,
): Promise<{ taken: Taken; refused: number; stale: number }> => {
  const granted = await post(agent, `/v1/runs/${runId}/gate`, JSON.parse(gateBody(runId, false)) as object);
  const { permit } = granted.answer as { permit: { permitId: string } };
  const aborted = watcher.said<{ runId: string; reason: string; abortedAt: string }>();
  const pressed = process.hrtime.bigint();
  const { status, answer } = await post(person, `/v1/runs/${runId}/take-over`, {});
  const acknowledged = process.hrtime.bigint();
  if (status !== 200) throw new Error(JSON.stringify(answer));
  const stale = await staleCalls(agent, runId, permit.permitId);
  const { runId: told, reason, abortedAt } = await aborted;
  if (told !== runId || reason !== 'Fenced') throw new Error(`${told} aborted with ${reason} instead of ${runId}.`);
  const at = BigInt(abortedAt);
  const taken = {
    toSignal: ms(acknowledged, at),
    pressToSignal: ms(pressed, at),
    acknowledged: ms(pressed, acknowledged),
  };
  return { taken, ...stale };
};

/** The round trip of a request that the server answers without its database. */
const roundTrip = async (connection: Connection): Promise<number> => {
  const took: number[] = [];
  for (let index = 0; index < 50; index++) {
    const before = performance.now();
    await connection.post('/v1/nothing', '{}');
    took.push(performance.now() - before);
  }
  return median(took);
};

const round = async (bench: Bench, watcher: Program): Promise<Round> => {
  const { runIds } = await watcher.ask<{ runIds: string[] }>({ ask: 'hold', runs: runsAtOnce });
  const agent = await bench.connect();
  const person = await bench.connect({
    cookie: `belay_session=${bench.ready.session}`,
    'x-belay-csrf': bench.ready.csrf,
  });
  const { p50: commit } = await bench.bare.ask<Measured>({ ask: 'measure', callers: 1, commits: 50 });
  const done: Round = { taken: [], refused: 0, stale: 0, commit, roundTrip: await roundTrip(agent) };
  for (const runId of runIds) {
    const { taken, refused, stale } = await takeOver({ agent, person, watcher }, runId);
    done.taken.push(taken);
    done.refused += refused;
    done.stale += stale;
  }
  agent.close();
  person.close();
  return done;
};

const rounded = (value: number): number => Number(value.toPrecision(3));

const reportOf = (rounds: Round[]) => {
  const unit = median(rounds.map(({ commit, roundTrip: trip }) => commit + trip));
  const of = (pick: (taken: Taken) => number) => {
    const all = rounds.flatMap(({ taken }) => taken.map(pick));
    const p50 = percentile(all, 0.5);
    const p99 = percentile(all, 0.99);
    return { p50: rounded(p50), p99: rounded(p99), p50Multiple: rounded(p50 / unit), p99Multiple: rounded(p99 / unit) };
  };
  return {
    takeovers: rounds.reduce((all, { taken }) => all + taken.length, 0),
    commit: rounded(median(rounds.map(({ commit }) => commit))),
    roundTrip: rounded(median(rounds.map(({ roundTrip: trip }) => trip))),
    acknowledgedToSignal: of(({ toSignal }) => toSignal),
    pressToAcknowledged: of(({ acknowledged }) => acknowledged),
    pressToSignal: of(({ pressToSignal }) => pressToSignal),
    staleCalls: rounds.reduce((all, { stale }) => all + stale, 0),
    staleRefused: rounds.reduce((all, { refused }) => all + refused, 0),
  };
};

export type Report = ReturnType<typeof reportOf>;

const shown = (report: Report): string => {
  const line = (name: string, { p50, p99, p50Multiple, p99Multiple }: Report['pressToSignal']) =>
    `${name.padEnd(24)} p50 ${p50} ms, p99 ${p99} ms; ${p50Multiple} and ${p99Multiple} times one commit and one round trip`;
  return [
    `${report.takeovers} takeovers; one commit ${report.commit} ms, one loopback round trip ${report.roundTrip} ms.`,
    line('acknowledged to signal', report.acknowledgedToSignal),
    line('pressed to acknowledged', report.pressToAcknowledged),
    line('pressed to signal', report.pressToSignal),
    `Calls with the stale epoch after the acknowledgement: ${report.staleRefused} of ${report.staleCalls} refused.`,
  ].join('\n');
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      takeovers: { type: 'string', default: '200' },
      build: { type: 'string', default: builtServer },
    },
  });
  await withBench(values.build, async (bench) => {
    const { url, key } = bench.ready;
    const watcher = start(new URL('agent.ts', import.meta.url), { url, key });
    await watcher.said();
    const rounds: Round[] = [];
    while (rounds.length * runsAtOnce < Number(values.takeovers)) rounds.push(await round(bench, watcher));
    await watcher.end();
    const report = reportOf(rounds);
    console.log(values.json ? JSON.stringify(report) : shown(report));
    if (report.staleRefused !== report.staleCalls) process.exitCode = 1;
  });
};

await main();
