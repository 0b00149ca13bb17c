/** `belay check`: what is wrong with a control before an agent runs under it. Its cases are decided as well. */
import { existsSync, writeFileSync } from 'node:fs';
import {
  type CaseReport,
  checkControl,
  compileControl,
  type Finding,
  fixControl,
  type OrganisationView,
  parseCases,
  placeOf,
  runCases,
} from '@belay/control';
import { viewOf } from '../../domain/oncall/coverage.ts';
import { day } from '../../domain/oncall/wallclock.ts';
import { type Command, type Io, printJson } from '../command.ts';
import { readControlFile } from '../control-file.ts';
import { invalid, placed, readOrganisation, readTextFile } from '../host.ts';
import { harmless, type Style } from '../paint.ts';

type Placed = Finding & { line: number; column: number };
type Checked = { file: string; findings: Placed[]; fixed: Finding[]; cases: CaseReport[] };

const casesBeside = (file: string): string | null => {
  const beside = file.replace(/\.control\.ya?ml$/, '.cases.yaml');
  return beside !== file && existsSync(beside) ? beside : null;
};

/** Writes the file with its safe edits made. */
const fixFile = (file: string, organisation: OrganisationView | undefined): Finding[] => {
  readControlFile(file);
  const { text, fixed } = fixControl(readTextFile(file, 'control'), organisation);
  if (fixed.length > 0) writeFileSync(file, text);
  return fixed;
};

const checkFile = (file: string, organisation: OrganisationView | undefined, fix: boolean): Checked => {
  const fixed = fix ? fixFile(file, organisation) : [];
  const { control } = readControlFile(file);
  const casesFile = casesBeside(file);
  const text = readTextFile(file, 'control');
  const findings = checkControl(control, organisation).map((found) => ({ ...found, ...placeOf(text, found) }));
  if (casesFile === null) return { file, findings, fixed, cases: [] };
  const parsed = parseCases(readTextFile(casesFile, 'list of cases'), casesFile);
  if (!parsed.ok) throw invalid('control_invalid', placed(casesFile, parsed.problems));
  return { file, findings, fixed, cases: runCases(compileControl(control), parsed.cases) };
};

const styles: Record<Finding['severity'], Style> = { error: 'red', warning: 'yellow', notice: 'dim' };

const say = ({ file, findings, fixed, cases }: Checked, io: Io): void => {
  const failed = cases.filter(({ ok }) => !ok);
  io.out(`${io.paint('bold', file)}\n`);
  for (const { sentence } of fixed) io.out(`  ${io.paint('green', 'mended')}  ${harmless(sentence)}\n`);
  for (const { severity, sentence, edit, case: found, code, line, column } of findings) {
    io.out(`  ${io.paint(styles[severity], severity)}  ${harmless(sentence)}\n`);
    io.out(`           ${io.paint('dim', `${file}:${line}:${column} ${code}`)}\n`);
    if (found !== null) io.out(`           For example: ${harmless(found.because)} (${found.outcome})\n`);
    io.out(`           ${io.paint('dim', harmless(edit))}\n`);
  }
  for (const { name, line, problems } of failed)
    io.out(`  ${io.paint('red', 'case')}  line ${line}, ${name}: ${problems.join(' ')}\n`);
  const count = (severity: Finding['severity']): number => findings.filter((one) => one.severity === severity).length;
  io.out(
    `  ${count('error')} errors, ${count('warning')} warnings, ${count('notice')} notices; ${cases.length - failed.length} of ${cases.length} cases as expected.\n`,
  );
};

export const check: Command = {
  name: 'check',
  summary: 'Prove what a control can lead to, and decide the cases beside it.',
  takes: ['FILE...'],
  options: {
    org: { type: 'string', value: 'FILE', about: 'check roles, schedules and their hours in the coming year as well' },
    fix: { type: 'boolean', about: 'make the edits that are safe, in the files; comments stay' },
  },
  examples: [
    { line: 'belay check controls/payment-approval.control.yaml', about: 'exit code 1 when there is an error' },
    { line: 'belay check controls/*.control.yaml --org controls/organisation.yaml', about: 'with the people' },
  ],
  run: async (given, io) => {
    const org = given.text('org');
    const known = org === undefined ? null : readOrganisation(org);
    const from = Date.now();
    const organisation = known === null ? undefined : viewOf(known, { from, to: from + 365 * day });
    const checked = given.words.map((file) => checkFile(file, organisation, given.flag('fix')));
    if (io.json) printJson(io, { items: checked });
    else for (const one of checked) say(one, io);
    const wrong = ({ findings, cases }: Checked): boolean =>
      findings.some(({ severity }) => severity === 'error') || cases.some(({ ok }) => !ok);
    return checked.some(wrong) ? 1 : 0;
  },
};
