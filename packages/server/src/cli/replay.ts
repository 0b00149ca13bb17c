/**
 * `belay replay`: decides the steps of a log with the real gate and changes nothing. Prints the shadow-week report:
 * what would have continued, what would have reached a person and why, and how that compares with the labels.
 */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { type CompiledControl, compileControl, parseControl } from '@belay/control';
import { didYouMean } from '@belay/protocol';
import { replayer } from '../domain/insight/replayer.ts';
import {
  count,
  emptyTally,
  reportOf,
  type ShadowDecision,
  type ShadowReport,
  wordsOf,
} from '../domain/insight/shadow.ts';
import { unread } from './host.ts';
import { isBad, readStepLine } from './step-log.ts';

export type ReplayOptions = {
  control: string;
  log: string;
  json: boolean;
  /** also list each labelled step that the gate decided against its label */
  label: boolean;
};

export type ReplayIo = {
  read(file: string): Promise<string>;
  lines(file: string): AsyncIterable<string>;
  out(text: string): void;
  err(text: string): void;
};

export const replayIo: ReplayIo = {
  read: (file) => readFile(file, 'utf8'),
  lines: (file) => createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY }),
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
};

/** 0: every line was decided. 1: some lines were not. 2: nothing could be decided. */
export type ReplayExit = 0 | 1 | 2;

type BadLine = { line: number; problem: string; remedy: string };
type Against = Pick<ShadowDecision, 'line' | 'run' | 'step' | 'outcome' | 'reason' | 'because'> & { label: string };

const against = (decision: ShadowDecision): Against[] => {
  const { line, run, step, outcome, reason, because, label } = decision;
  const wanted = label === 'right' ? outcome !== 'continue' : label === 'wrong' && outcome === 'continue';
  return wanted && label !== null ? [{ line, run, step, outcome, reason, because, label }] : [];
};

const isExport = (header: string): boolean => /^\{\s*"format"\s*:\s*"belay-evidence"/.test(header);
const insteadOfExport = '`belay backtest FILE` decides the recorded steps of a server again.';

/** What the log says and the control does not know, and what the control asks for and no log can tell. */
const notesOn = ({ control: { facts, limits } }: CompiledControl, undeclared: Iterable<string>): string[] => {
  const known = facts.map(({ name }) => name);
  return [
    ...[...undeclared].map(
      (name) =>
        `The log's fact "${name}" is not declared in the control and decides nothing.${didYouMean(name, known)}`,
    ),
    ...limits.map(
      ({ id }) =>
        `What the limit ${id} would have asked for is not in this: a log does not tell what other runs had used of it.`,
    ),
  ];
};

const readControl = async (file: string, io: ReplayIo): Promise<CompiledControl | null> => {
  let text: string;
  try {
    text = await io.read(file);
  } catch (error) {
    io.err(`The control ${file} ${unread(error)}.\nName an existing control file.\n`);
    return null;
  }
  const parsed = parseControl(text, file);
  if (parsed.ok) return compileControl(parsed.control);
  for (const { line, column, message, remedy } of parsed.problems) {
    io.err(`${file}:${line}:${column} ${message} ${remedy}\n`);
  }
  return null;
};

const printWords = (io: ReplayIo, report: ShadowReport, contrary: Against[], withLabels: boolean): void => {
  for (const line of wordsOf(report)) io.out(`${line}\n`);
  if (!withLabels) return;
  io.out(contrary.length === 0 ? '\nNo labelled step was decided against its label.\n' : '\nAgainst their labels:\n');
  for (const { line, label, outcome, step, run, because } of contrary) {
    io.out(`  line ${line}: "${label}" but ${outcome}: ${step} in ${run}. ${because}\n`);
  }
};

export const replay = async (options: ReplayOptions, io: ReplayIo = replayIo): Promise<ReplayExit> => {
  const compiled = await readControl(options.control, io);
  if (compiled === null) return 2;
  const { decide, undeclared } = replayer(compiled);
  const tally = emptyTally();
  const bad: BadLine[] = [];
  const contrary: Against[] = [];
  let line = 0;
  try {
    for await (const text of io.lines(options.log)) {
      line++;
      if (text.trim() === '') continue;
      if (line === 1 && isExport(text)) {
        io.err(`The log ${options.log} is an export of evidence, and no step log.\n${insteadOfExport}\n`);
        return 2;
      }
      const read = readStepLine(text);
      if (isBad(read)) {
        bad.push({ line, ...read });
        continue;
      }
      const decision = decide(read, line);
      count(tally, decision);
      contrary.push(...against(decision));
    }
  } catch (error) {
    io.err(`The log ${options.log} ${unread(error)}.\nName an existing step log.\n`);
    return 2;
  }
  const report = reportOf(tally);
  const notes = notesOn(compiled, undeclared);
  if (options.json) {
    const labelled = options.label ? { againstLabel: contrary } : {};
    io.out(`${JSON.stringify({ ...report, ...labelled, badLines: bad, notes }, null, 2)}\n`);
  } else {
    printWords(io, report, contrary, options.label);
    for (const note of notes) io.err(`${note}\n`);
  }
  for (const { line: at, problem, remedy } of bad) io.err(`${options.log}:${at} ${problem} ${remedy}\n`);
  return report.steps === 0 && bad.length > 0 ? 2 : bad.length > 0 ? 1 : 0;
};
