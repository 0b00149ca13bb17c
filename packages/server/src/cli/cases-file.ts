/** The decision table beside a control: `NAME.control.yaml` and `NAME.cases.yaml`. */
import { existsSync } from 'node:fs';
import { type ControlCase, parseCases } from '@belay/control';
import { invalid, placed, readTextFile } from './host.ts';

/** The case file that belongs to a control's file; null when the control's name does not say. */
export const casesFileOf = (controlFile: string): string | null => {
  const beside = controlFile.replace(/\.control\.ya?ml$/, '.cases.yaml');
  return beside === controlFile ? null : beside;
};

export const controlFileOf = (casesFile: string): string => casesFile.replace(/\.cases\.ya?ml$/, '.control.yaml');

export const readCases = (file: string): ControlCase[] => {
  const parsed = parseCases(readTextFile(file, 'list of cases'), file);
  if (!parsed.ok) throw invalid('control_invalid', placed(file, parsed.problems));
  return parsed.cases;
};

/** The cases beside a control; none when there is no such file. */
export const casesBeside = (controlFile: string): ControlCase[] => {
  const file = casesFileOf(controlFile);
  return file !== null && existsSync(file) ? readCases(file) : [];
};
