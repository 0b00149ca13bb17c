/** `belay check`: what is wrong with a control before an agent runs under it. Its cases are decided as well. */
import { writeFileSync } from 'node:fs';
import {
  acceptLine,
  type CaseReport,
  checkControl,
  compileControl,
  type Finding,
  fixControl,
  type Judgement,
  judgeFindings,
  type OrganisationView,
  partsOf,
  placeOf,
  runCases,
} from '@belay/control';
import { counted } from '@belay/protocol';
import { viewOf } from '../../domain/oncall/coverage.ts';
import { day } from '../../domain/oncall/wallclock.ts';
import { casesBeside } from '../cases-file.ts';
import { type Command, type Io, printJson, wrongUsage } from '../command.ts';
import { readControlFile } from '../control-file.ts';
import { readOrganisation, readTextFile } from '../host.ts';
import { harmless, type Style } from '../paint.ts';

type Placed = Finding & { file: string; line: number; column: number };
type Checked = Judgement<Placed> & { file: string; fixed: Finding[]; cases: CaseReport[] };

/** Writes the file with its safe edits made. */
const fixFile = (file: string, organisation: OrganisationView | undefined): Finding[] => {
  const source = readTextFile(file, 'control');
  if (partsOf(source).length > 0)
    throw wrongUsage(
      `${file} is written in several files.`,
      'Make the edits where the findings stand; --fix writes one file only.',
    );
  readControlFile(file);
  const { text, fixed } = fixControl(source, organisation);
  if (fixed.length > 0) writeFileSync(file, text);
  return fixed;
};

const checkFile = (file: string, organisation: OrganisationView | undefined, fix: boolean): Checked => {
  const fixed = fix ? fixFile(file, organisation) : [];
  const { control, text, placeOf: writtenAt } = readControlFile(file);
  const findings = checkControl(control, organisation).map((found) => ({
    ...found,
    ...writtenAt(placeOf(text, found)),
  }));
  const cases = runCases(compileControl(control), casesBeside(file));
  return { file, ...judgeFindings(control, findings, organisation !== undefined), fixed, cases };
};

const styles: Record<Finding['severity'], Style> = { error: 'red', warning: 'yellow', notice: 'dim' };

const sayFinding = (found: Checked['findings'][number], io: Io): void => {
  const { severity, sentence, edit, case: shown, code, file, line, column, accepted } = found;
  if (accepted !== null) {
    io.out(`  ${io.paint('green', 'accepted')}  ${harmless(sentence)}\n           Because: ${harmless(accepted)}\n`);
    return;
  }
  io.out(`  ${io.paint(styles[severity], severity)}  ${harmless(sentence)}\n`);
  io.out(`           ${io.paint('dim', `${file}:${line}:${column} ${code}`)}\n`);
  if (shown !== null) io.out(`           For example: ${harmless(shown.because)} (${shown.outcome})\n`);
  io.out(`           ${io.paint('dim', harmless(edit))}\n`);
};

/** What the author can do about warnings that are right as they are, and about reasons that have outlived theirs. */
const sayAccepting = ({ refused, stale }: Checked, io: Io): void => {
  for (const { finding, of } of stale)
    io.out(
      `  It accepts ${finding}${of === null ? '' : ` of ${of}`}, which is not found any more: remove that line.\n`,
    );
  const lines = refused.filter(({ severity }) => severity === 'warning').map((found) => `      ${acceptLine(found)}\n`);
  if (lines.length > 0)
    io.out(`  A warning that is right as it is gets its reason in the control:\n    accepts:\n${lines.join('')}`);
};

const say = (checked: Checked, io: Io): void => {
  const { file, findings, fixed, cases } = checked;
  const failed = cases.filter(({ ok }) => !ok);
  io.out(`${io.paint('bold', file)}\n`);
  for (const { sentence } of fixed) io.out(`  ${io.paint('green', 'mended')}  ${harmless(sentence)}\n`);
  for (const found of findings) sayFinding(found, io);
  for (const { name, line, problems } of failed)
    io.out(`  ${io.paint('red', 'case')}  line ${line}, ${name}: ${problems.join(' ')}\n`);
  sayAccepting(checked, io);
  const count = (severity: Finding['severity']): string =>
    counted(findings.filter((one) => one.severity === severity && one.accepted === null).length, severity);
  io.out(
    `  ${count('error')}, ${count('warning')}, ${count('notice')}; ${cases.length - failed.length} of ${counted(cases.length, 'case')} as expected.\n`,
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
    {
      line: 'belay check controls/payment-approval.control.yaml',
      about: 'exit code 1 when it could not be published, or a case differs',
    },
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
    const wrong = ({ publishable, cases }: Checked): boolean => !publishable || cases.some(({ ok }) => !ok);
    return checked.some(wrong) ? 1 : 0;
  },
};
