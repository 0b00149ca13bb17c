/**
 * Drives the recorded conversations as live runs: an agent with the SDK over HTTP, the real server and database, a
 * person who takes over each case and gives control back. Every decision must be the one that the replay makes.
 * `npm run bench:airline:live -- --data DIR [--json]`.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type CompiledControl, compileControl, parseControl } from '@belay/control';
import type { JsonObject } from '@belay/protocol';
import {
  type Belay,
  type ControlMap,
  type ControlShape,
  createBelay,
  Paused,
  Refused,
  type Run as RunOf,
} from '@belay/sdk';
import { gateInputOf, type LoggedStep, replayer } from '../../packages/server/src/domain/insight/replayer.ts';
import type { ShadowDecision } from '../../packages/server/src/domain/insight/shadow.ts';
import { deriveSteps, type StepLine } from './derive.ts';
import { type LiveServer, startLive } from './live-server.ts';
import { conversationsIn } from './run.ts';

type Run = RunOf<ControlShape>;
type Live = { outcome: 'continue' | 'forbid' | 'handoff'; because: string; caseId: string | null };
type Difference = { run: string; step: string; replayed: string; live: string };
export type LiveReport = {
  runs: number;
  steps: number;
  same: number;
  /** the house asked for more than the rules: an agent that repeats itself, or asks a third time for what is forbidden */
  stricter: number;
  different: Difference[];
  takeovers: number;
  effects: number;
  effectsTwice: number;
};

const control = (): CompiledControl => {
  const parsed = parseControl(
    readFileSync(new URL('../../controls/airline-desk.control.yaml', import.meta.url), 'utf8'),
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return compileControl(parsed.control);
};

const ask = async (run: Run, line: StepLine, facts: JsonObject, key: string, effect: () => void): Promise<Live> => {
  try {
    await run.step(line.step, line.arguments, async () => effect(), { key, facts, on: 'pause' });
    return { outcome: 'continue', because: '', caseId: null };
  } catch (error) {
    if (error instanceof Refused) return { outcome: 'forbid', because: error.because, caseId: null };
    if (error instanceof Paused) return { outcome: 'handoff', because: error.message, caseId: error.caseId };
    throw error;
  }
};

const compare = (report: LiveReport, expected: ShadowDecision, live: Live, kinds: string[]): void => {
  const same = live.outcome === expected.outcome && (live.outcome === 'continue' || live.because === expected.because);
  if (same) report.same++;
  else if (live.outcome === 'handoff' && kinds.some((kind) => kind === 'persistent' || kind === 'stuck')) {
    report.stricter++;
  } else {
    const { run, step, outcome, because } = expected;
    const told = `${live.outcome}: ${live.because}`;
    report.different.push({ run, step, replayed: `${outcome}: ${because}`, live: told });
  }
};

type Bench = { server: LiveServer; belay: Belay<ControlMap>; compiled: CompiledControl; report: LiveReport };

/** One conversation as one run. A person takes over what is handed to them and gives it back; the agent goes on. */
const drive = async ({ server, belay, compiled, report }: Bench, lines: readonly StepLine[]): Promise<void> => {
  const id = lines[0]?.run ?? '';
  const { decide } = replayer(compiled);
  const carriedOut = new Map<string, number>();
  server.records.set(id, {});
  let run = (await belay.start({ control: 'airline-desk', subject: { conversationId: id } })) as Run;
  for (const [index, line] of lines.entries()) {
    const logged: LoggedStep = { ...line, label: line.label ?? null };
    const expected = decide(logged, index + 1);
    const { agent, looked } = gateInputOf(compiled.control.facts, logged, {});
    server.records.set(id, looked);
    const key = `${id}/${index}`;
    const live = await ask(run, line, agent, key, () => carriedOut.set(key, (carriedOut.get(key) ?? 0) + 1));
    let kinds: string[] = [];
    if (live.caseId !== null) {
      const found = await server.person.takeOverAndReturn(live.caseId);
      kinds = found.reasons.map(({ kind }) => kind);
      report.takeovers++;
      await run.close();
      run = (await belay.attach(run.id)) as Run;
      await run.acknowledge();
    }
    compare(report, expected, live, kinds);
  }
  await run.finish();
  report.runs++;
  report.steps += lines.length;
  report.effects += carriedOut.size;
  report.effectsTwice += [...carriedOut.values()].filter((times) => times > 1).length;
};

const byRun = (lines: StepLine[]): StepLine[][] => {
  const runs = new Map<string, StepLine[]>();
  for (const line of lines) runs.set(line.run, [...(runs.get(line.run) ?? []), line]);
  return [...runs.values()];
};

export const driveAll = async (lines: StepLine[]): Promise<LiveReport> => {
  const report = { runs: 0, steps: 0, same: 0, stricter: 0, different: [], takeovers: 0, effects: 0, effectsTwice: 0 };
  const server = await startLive();
  try {
    const belay = createBelay({ url: server.url, key: server.key, watch: false }) as unknown as Belay<ControlMap>;
    const bench: Bench = { server, belay, compiled: control(), report };
    const waiting = byRun(lines);
    const worker = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await drive(bench, next);
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
  } finally {
    await server.close();
  }
  return report;
};

const words = (report: LiveReport): string[] => [
  `${report.runs} live runs with ${report.steps} steps through server and SDK`,
  `${report.same} decided as in the replay, ${report.stricter} stricter (an agent that repeated itself or asked a third time), ${report.different.length} different`,
  `${report.takeovers} takeovers, each given back; ${report.effects} effects carried out, ${report.effectsTwice} twice`,
  ...report.different.map(
    ({ run, step, replayed, live }) => `  ${run} ${step}\n    replay ${replayed}\n    live   ${live}`,
  ),
];

const main = async (): Promise<number> => {
  const { values } = parseArgs({ options: { data: { type: 'string' }, json: { type: 'boolean', default: false } } });
  if (values.data === undefined) {
    process.stderr.write('Say where the conversations are: --data DIR (or one .jsonl or .jsonl.gz file).\n');
    return 2;
  }
  const report = await driveAll(deriveSteps(conversationsIn(values.data).conversations));
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : `${words(report).join('\n')}\n`);
  return report.different.length === 0 && report.effectsTwice === 0 ? 0 : 1;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main();
