/** A control from a file, or from the server by its name. */
import { existsSync } from 'node:fs';
import { type Control, type ControlProblem, type ParsedFiles, parseControl } from '@belay/control';
import type { AnswerOf } from '@belay/protocol';
import { CliProblem, type Given, wrongUsage } from './command.ts';
import { connect } from './connection.ts';
import { invalid, placed, readControlFiles } from './host.ts';

/** `version`: null for a file. `text`: the control with its parts. */
export type ReadControl = {
  file: string;
  control: Control;
  problems: ControlProblem[];
  version: number | null;
  text: string;
  /** where something in that text was written */
  placeOf: ParsedFiles['placeOf'];
};

export const readControlFile = (file: string): ReadControl => {
  const parsed = readControlFiles(file);
  if (!parsed.ok) throw invalid('control_invalid', placed(file, parsed.problems));
  return {
    file,
    control: parsed.control,
    problems: parsed.problems,
    version: null,
    text: parsed.text,
    placeOf: parsed.placeOf,
  };
};

/** Whoever mistyped a file reads that there is none, before what the name came to instead. */
const publishedAs = async (name: string, given: Given): Promise<AnswerOf<'getControl'>> => {
  try {
    return await connect(given).call('getControl', { params: { name }, query: {} });
  } catch (error) {
    if (!(error instanceof CliProblem)) throw error;
    const { exit, message, remedy, code, errors } = error;
    throw new CliProblem(exit, `There is no file ${name} here. ${message}`, remedy, { code, errors });
  }
};

export const readControlNamed = async (name: string, given: Given): Promise<ReadControl> => {
  if (existsSync(name)) return readControlFile(name);
  if (/[./\\]/.test(name)) throw wrongUsage(`The control ${name} does not exist.`, 'Name an existing file.');
  const { source, version } = await publishedAs(name, given);
  const parsed = parseControl(source, name);
  if (!parsed.ok) throw invalid('control_invalid', placed(name, parsed.problems));
  return {
    file: name,
    control: parsed.control,
    problems: parsed.problems,
    version,
    text: source,
    placeOf: (place) => ({ ...place, file: name }),
  };
};
