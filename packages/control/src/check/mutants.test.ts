/** How much of what weakens a good control is noticed by its check and its own cases. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { type ControlCase, parseCases } from '../cases/parse.ts';
import { runCases } from '../cases/run.ts';
import { compareControls } from '../compare/compare.ts';
import { compileControl } from '../evaluate/compile.ts';
import { strictness } from '../evaluate/verdict.ts';
import type { CompiledControl, Control } from '../model.ts';
import { parsed } from '../sample.testing.ts';
import { checkControl } from './check.ts';
import { type Mutant, mutantsOf } from './mutants.testing.ts';
import type { OrganisationView } from './organisation.ts';

const read = (file: string): string => readFileSync(new URL(`../../../../controls/${file}`, import.meta.url), 'utf8');

const organisation = ((): OrganisationView => {
  const { people, schedules } = parse(read('organisation.yaml')) as {
    people: Record<string, { roles?: string[] }>;
    schedules: Record<string, unknown>;
  };
  return {
    people: Object.entries(people).map(([id, { roles = [] }]) => ({ id, roles })),
    schedules: Object.keys(schedules),
  };
})();

const casesOf = (name: string): ControlCase[] => {
  const result = parseCases(read(`${name}.cases.yaml`));
  if (!result.ok) throw new Error(`The cases of ${name} cannot be read.`);
  return result.cases;
};

/** Null: the edit is not a control, such as one that compares a text with a number. */
const compiledOr = (control: Control): CompiledControl | null => {
  try {
    return compileControl(control);
  } catch {
    return null;
  }
};

const seriousOf = (control: Control, people: OrganisationView): string[] =>
  checkControl(control, people)
    .filter(({ severity }) => severity !== 'notice')
    .map(({ code, rule, step }) => `${code} ${rule} ${step}`);

type Fate = 'invalid' | 'not weaker' | 'case' | 'check' | 'survived';

const fateOf = (original: CompiledControl, mutant: Mutant, cases: ControlCase[], known: string[]): Fate => {
  const compiled = compiledOr(mutant.control);
  if (compiled === null) return 'invalid';
  const laxer = cases.some(({ input }) => {
    const [before, after] = [original.decide(input), compiled.decide(input)];
    const lost = before.requirements.some(
      ({ kind, rule }) => kind !== 'continue' && !after.requirements.some((one) => one.rule === rule),
    );
    return strictness[after.outcome] > strictness[before.outcome] || lost;
  });
  if (!mutant.weakens && !laxer && !compareControls(original.control, mutant.control).weaker) return 'not weaker';
  if (runCases(compiled, cases).some(({ ok }) => !ok)) return 'case';
  const found = seriousOf(mutant.control, mutant.organisation).some((finding) => !known.includes(finding));
  return found ? 'check' : 'survived';
};

const floor = 0.95;

/** The last has more facts than the comparison can prove: there, what is not proved to be no weaker counts as weaker. */
const names = [
  'payment-approval',
  'support-escalation',
  'payment-run',
  'support-desk',
  ...(process.env.BELAY_NIGHTLY === '1' ? ['airline-desk'] : []),
];

test('a threshold that no case is at is moved unnoticed', () => {
  const control = parsed(read('payment-approval.control.yaml'));
  const known = seriousOf(control, organisation);
  const limit = mutantsOf(control, organisation).find(({ name }) => name.includes('amount > EUR 500.01'));
  const fate = (cases: ControlCase[]) => limit && fateOf(compileControl(control), limit, cases, known);
  expect([fate([]), fate(casesOf('payment-approval'))]).toEqual(['survived', 'case']);
});

test.each(names)(
  'what weakens %s is noticed by its check or its cases',
  (name) => {
    const control = parsed(read(`${name}.control.yaml`));
    const [original, cases] = [compileControl(control), casesOf(name)];
    const known = seriousOf(control, organisation);
    const fates = mutantsOf(control, organisation).map((mutant) => ({
      name: mutant.name,
      fate: fateOf(original, mutant, cases, known),
    }));
    const count = (fate: Fate): number => fates.filter((one) => one.fate === fate).length;
    const noticed = count('case') + count('check');
    const survivors = fates.filter(({ fate }) => fate === 'survived').map((one) => one.name);
    const all = noticed + survivors.length;
    console.log(
      [
        `${name}: ${noticed} of ${all} weakening mutants noticed (${((100 * noticed) / all).toFixed(1)} %),`,
        `${count('case')} by cases, ${count('check')} by the check;`,
        `left out: ${count('not weaker')} not weaker, ${count('invalid')} not valid`,
        ...survivors.map((survivor) => `\n  survived: ${survivor}`),
      ].join(' '),
    );
    expect(all).toBeGreaterThan(20);
    expect(noticed / all).toBeGreaterThanOrEqual(floor);
  },
  120_000,
);
