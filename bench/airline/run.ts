/**
 * The airline desk against recorded conversations: derives the step log, decides it with the real gate on a ladder of
 * strictness, and prints the curve. `npm run bench:airline -- --data DIR [--json]`.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Control, parseControl } from '@belay/control';
import {
  count,
  emptyTally,
  reportOf,
  type ShadowDecision,
  wordsOf,
} from '../../packages/server/src/domain/insight/shadow.ts';
import { type Conversation, readConversations } from './conversation.ts';
import { deriveSteps } from './derive.ts';
import {
  type Count,
  decideAll,
  type Point,
  pointOf,
  provedOf,
  type TaskScore,
  type Transfers,
  taskScores,
  transfersOf,
} from './score.ts';
import { confirmationOnly, rungs } from './variants.ts';

const controlFile = fileURLToPath(new URL('../../controls/airline-desk.control.yaml', import.meta.url));

const readControl = (): Control => {
  const parsed = parseControl(readFileSync(controlFile, 'utf8'), controlFile);
  if (parsed.ok) return parsed.control;
  throw new Error(parsed.problems.map(({ line, message, remedy }) => `line ${line}: ${message} ${remedy}`).join('\n'));
};

const filesIn = (path: string): string[] => {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => /^airline.*\.jsonl(\.gz)?$/.test(name));
  return names.sort().map((name) => join(path, name));
};

export type AirlineReport = {
  conversations: number;
  steps: number;
  curve: Point[];
  shipped: { proved: number; unsupported: number; shareOfWrongStopped: number };
  byRule: { rule: string; wrong: number; right: number; errored: number }[];
  byTask: TaskScore[];
  transfers: { agent: Transfers; belay: Transfers };
  notStopped: { run: string; step: string }[];
  shadow: ReturnType<typeof reportOf>;
};

const byRule = (decisions: readonly ShadowDecision[]): AirlineReport['byRule'] => {
  const rules = new Map<string, AirlineReport['byRule'][number]>();
  for (const { label, outcome, reason } of decisions) {
    if (outcome === 'continue' || (label !== 'right' && label !== 'wrong' && label !== 'errored')) continue;
    const row = rules.get(reason) ?? { rule: reason, wrong: 0, right: 0, errored: 0 };
    row[label]++;
    rules.set(reason, row);
  }
  return [...rules.values()].sort((a, b) => b.wrong - a.wrong || b.errored - a.errored);
};

export const measure = (conversations: readonly Conversation[], control: Control): AirlineReport => {
  const steps = deriveSteps(conversations);
  const confirmation = decideAll(confirmationOnly(control), steps);
  const decided = rungs(control).map(({ variant, control: rung }) => ({ variant, decisions: decideAll(rung, steps) }));
  const shipped = decided[0]?.decisions ?? [];
  const tally = emptyTally();
  for (const decision of shipped) count(tally, decision);
  const curve = decided.map(({ variant, decisions }) => pointOf(variant.name, variant.about, decisions));
  const wrong = curve[0]?.wrongStopped ?? { stopped: 0, of: 0 };
  return {
    conversations: conversations.length,
    steps: steps.length,
    curve: [pointOf('confirmation only', 'for comparison: no yes in the last words', confirmation), ...curve],
    shipped: { ...provedOf(shipped), shareOfWrongStopped: wrong.of === 0 ? 0 : wrong.stopped / wrong.of },
    byRule: byRule(shipped),
    byTask: taskScores(conversations, shipped),
    transfers: transfersOf(conversations, shipped),
    notStopped: shipped
      .filter(({ label, outcome }) => label === 'wrong' && outcome === 'continue')
      .map(({ run, step }) => ({ run, step })),
    shadow: reportOf(tally),
  };
};

const of = ({ stopped, of: all }: Count): string => `${String(stopped).padStart(3)} of ${String(all).padEnd(4)}`;
const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;

const print = (report: AirlineReport): string[] => [
  `${report.conversations} conversations, ${report.steps} steps`,
  '',
  'strictness          wrong stopped  right held   errored stopped',
  ...report.curve.map(
    (point) =>
      `${point.name.padEnd(18)}  ${of(point.wrongStopped)}     ${of(point.rightHeld)}   ${of(point.erroredStopped)}  ${point.about}`,
  ),
  '',
  `As shipped: ${percent(report.shipped.shareOfWrongStopped)} of the wrong writes are stopped; ${report.shipped.proved} because shown records prove that the policy forbids them, ${report.shipped.unsupported} because nothing shown supports them.`,
  ...report.byRule.map(
    ({ rule, wrong, right, errored }) => `  ${rule.padEnd(28)} wrong ${wrong}, right ${right}, errored ${errored}`,
  ),
  '',
  'Conversations that should end with a person:',
  ...Object.entries(report.transfers).map(
    ([who, { needed, handedOff, rightly }]) =>
      `  ${who.padEnd(6)} handed off ${handedOff}, of which ${rightly} rightly; ${needed} needed it`,
  ),
  '',
  'By task (wrong stopped, right held):',
  ...report.byTask
    .filter(({ wrongStopped, rightHeld }) => wrongStopped.of + rightHeld.of > 0)
    .map(({ task, wrongStopped, rightHeld }) => `  task ${task.padStart(3)}  ${of(wrongStopped)} ${of(rightHeld)}`),
  '',
  'Wrong writes that went through:',
  ...report.notStopped.map(({ run, step }) => `  ${run} ${step}`),
  '',
  'Shadow report',
  ...wordsOf(report.shadow),
];

/** All conversations under a path; npm runs the bench in its folder, so a relative path is meant from where npm was called. */
export const conversationsIn = (data: string): { conversations: Conversation[]; problems: string[] } => {
  const read = filesIn(resolve(process.env.INIT_CWD ?? '.', data)).map((file) => ({
    file,
    ...readConversations(file),
  }));
  return {
    conversations: read.flatMap(({ conversations }) => conversations),
    problems: read.flatMap(({ file, problems }) =>
      problems.map(({ line, problem }) => `${file}:${line} ${problem}; it is left out.`),
    ),
  };
};

const main = (): number => {
  const { values } = parseArgs({ options: { data: { type: 'string' }, json: { type: 'boolean', default: false } } });
  if (values.data === undefined) {
    process.stderr.write('Say where the conversations are: --data DIR (or one .jsonl or .jsonl.gz file).\n');
    return 2;
  }
  const { conversations, problems } = conversationsIn(values.data);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  const report = measure(conversations, readControl());
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : `${print(report).join('\n')}\n`);
  return problems.length === 0 ? 0 : 1;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main();
