/** `belay check`: what is wrong with a control before an agent runs under it. Its cases are decided as well. */
import { existsSync } from 'node:fs';
import { type CaseReport, checkControl, compileControl, type Finding, parseCases, runCases } from '@belay/control';
import { type Command, type Io, printJson } from '../command.ts';
import { readControlFile } from '../control-file.ts';
import { invalid, placed, readOrganisation, readTextFile } from '../host.ts';
import { harmless, type Style } from '../paint.ts';

type Checked = { file: string; findings: Finding[]; cases: CaseReport[] };

const casesBeside = (file: string): string | null => {
  const beside = file.replace(/\.control\.ya?ml$/, '.cases.yaml');
  return beside !== file && existsSync(beside) ? beside : null;
};

const checkFile = (file: string, organisation: Parameters<typeof checkControl>[1]): Checked => {
  const { control } = readControlFile(file);
  const casesFile = casesBeside(file);
  const findings = checkControl(control, organisation);
  if (casesFile === null) return { file, findings, cases: [] };
  const parsed = parseCases(readTextFile(casesFile, 'list of cases'), casesFile);
  if (!parsed.ok) throw invalid('control_invalid', placed(casesFile, parsed.problems));
  return { file, findings, cases: runCases(compileControl(control), parsed.cases) };
};

const styles: Record<Finding['severity'], Style> = { error: 'red', warning: 'yellow', notice: 'dim' };

const say = ({ file, findings, cases }: Checked, io: Io): void => {
  const failed = cases.filter(({ ok }) => !ok);
  io.out(`${io.paint('bold', file)}\n`);
  for (const { severity, sentence, edit, case: found } of findings) {
    io.out(`  ${io.paint(styles[severity], severity)}  ${harmless(sentence)}\n`);
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
  options: { org: { type: 'string', value: 'FILE', about: 'check roles and schedules against this organisation' } },
  examples: [
    { line: 'belay check controls/payment-approval.control.yaml', about: 'exit code 1 when there is an error' },
    { line: 'belay check controls/*.control.yaml --org controls/organisation.yaml', about: 'with the people' },
  ],
  run: async (given, io) => {
    const org = given.text('org');
    const known = org === undefined ? null : readOrganisation(org);
    const organisation =
      known === null
        ? undefined
        : {
            people: known.people.filter((p) => p.active).map(({ personId, roles }) => ({ id: personId, roles })),
            schedules: known.schedules.map(({ name }) => name),
          };
    const checked = given.words.map((file) => checkFile(file, organisation));
    if (io.json) printJson(io, { items: checked });
    else for (const one of checked) say(one, io);
    const wrong = ({ findings, cases }: Checked): boolean =>
      findings.some(({ severity }) => severity === 'error') || cases.some(({ ok }) => !ok);
    return checked.some(wrong) ? 1 : 0;
  },
};
