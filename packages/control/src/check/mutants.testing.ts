/**
 * A control with one thing in it weakened: what its check and its cases are for is to notice. Edits of conditions are
 * made in every direction; which of them weaken is decided afterwards, by a case or by the comparison.
 */
import { conjunctsOf } from '../expression/condition.ts';
import type { Control, RuleSpec } from '../model.ts';
import type { OrganisationView } from './organisation.ts';

export type Mutant = {
  name: string;
  control: Control;
  organisation: OrganisationView;
  /** known to weaken, without asking the comparison */
  weakens: boolean;
};

const flipped: Record<string, string[]> = {
  '>': ['>=', '<'],
  '>=': ['>', '<'],
  '<': ['<=', '>'],
  '<=': ['<', '>'],
  '==': ['!='],
  '!=': ['=='],
  '&&': ['||'],
  '||': ['&&'],
  '!': [''],
};

/** Amounts and durations before plain texts, so that their numbers are seen. */
const token =
  /duration\("\d+(?=[smhd]"\))|"(?:[^"\\]|\\.)*"|[A-Z]{3} \d[\d_.]*|\b\d[\d_]*(?:\.\d+)?|>=|<=|==|!=|&&|\|\||[<>!]/g;

/** The number at the end of the text, one step of its last digit up and down. */
const moved = (text: string): string[] => {
  const [, lead = '', number = ''] = /^(.*?)(\d[\d_]*(?:\.\d+)?)$/.exec(text) ?? [];
  if (number === '') return [];
  const digits = (number.split('.')[1] ?? '').length;
  const units = Number(number.replaceAll('_', '').replace('.', ''));
  return [units + 1, units - 1]
    .filter((unit) => unit >= 0)
    .map((unit) => lead + (digits === 0 ? String(unit) : (unit / 10 ** digits).toFixed(digits)));
};

/** The condition with one operator flipped or one threshold moved. */
const editsOf = (condition: string): string[] =>
  [...condition.matchAll(token)].flatMap(({ 0: found, index }) =>
    (found.startsWith('"') ? [] : (flipped[found] ?? moved(found))).map(
      (instead) => condition.slice(0, index) + instead + condition.slice(index + found.length),
    ),
  );

const withRule = (control: Control, id: string, change: Partial<RuleSpec>): Control => ({
  ...control,
  rules: control.rules.map((rule) => (rule.id === id ? { ...rule, ...change } : rule)),
});

const ruleMutants = (control: Control, rule: RuleSpec): [name: string, control: Control][] => {
  const found: [string, Control][] = editsOf(rule.when).map((when) => [
    `${rule.id}: ${when}`,
    withRule(control, rule.id, { when }),
  ]);
  if (rule.unless !== null) {
    for (const unless of editsOf(rule.unless))
      found.push([`${rule.id}: unless ${unless}`, withRule(control, rule.id, { unless })]);
  }
  if (rule.then !== 'continue') {
    found.push([`${rule.id} dropped`, { ...control, rules: control.rules.filter(({ id }) => id !== rule.id) }]);
    return found;
  }
  const parts = conjunctsOf(rule.when);
  for (const [index, part] of parts.entries()) {
    const when = parts.filter((_, at) => at !== index).join(' && ') || 'true';
    found.push([`${rule.id} without ${part}`, withRule(control, rule.id, { when })]);
  }
  return found;
};

const loopMutants = (control: Control): [name: string, control: Control][] =>
  control.ladders.flatMap((ladder): [string, Control][] => {
    const [first] = ladder.rungs;
    if (first === undefined || ladder.rungs.length < 2) return [];
    const rungs = ladder.rungs.map((rung, index) => (index === 0 ? rung : { ...rung, tell: first.tell }));
    const ladders = control.ladders.map((one) => (one === ladder ? { ...ladder, rungs } : one));
    return [[`${ladder.name}: every rung leads back to ${first.tell}`, { ...control, ladders }]];
  });

const ladderMutants = (control: Control): [name: string, control: Control][] =>
  control.ladders.map((ladder) => {
    const rungs = ladder.rungs.map((rung, index) =>
      index === ladder.rungs.length - 1 ? { ...rung, repeatMs: null } : rung,
    );
    const ladders = control.ladders.map((one) => (one === ladder ? { ...ladder, rungs } : one));
    return [`${ladder.name}: the last rung is never told again`, { ...control, ladders }];
  });

const approvalMutants = (control: Control): [name: string, control: Control][] =>
  control.approvals.map((approval) => {
    const waiting = { ...approval, onExpiry: { kind: 'wait' as const } };
    const approvals = control.approvals.map((one) => (one === approval ? waiting : one));
    return [`${approval.name} waits for ever`, { ...control, approvals }];
  });

/** The roles that the control speaks of, each without anybody who has it. */
const roleMutants = (
  control: Control,
  organisation: OrganisationView,
): [name: string, organisation: OrganisationView][] => {
  const targets = [
    control.owner,
    ...control.rules.map(({ to }) => to ?? ''),
    ...control.approvals.flatMap(({ groups }) => groups.map(({ from }) => from)),
    ...control.ladders.flatMap(({ rungs }) => rungs.map(({ tell }) => tell)),
  ];
  const roles = new Set(targets.filter((target) => target.startsWith('role:')).map((target) => target.slice(5)));
  return [...roles].map((role) => {
    const people = organisation.people.map((person) => ({
      ...person,
      roles: person.roles.filter((held) => held !== role),
    }));
    return [`nobody is ${role}`, { ...organisation, people }];
  });
};

export const mutantsOf = (control: Control, organisation: OrganisationView): Mutant[] => {
  const conditions = Object.entries(control.conditions).flatMap(([name, condition]): [string, Control][] =>
    editsOf(condition).map((edited) => [
      `${name}: ${edited}`,
      { ...control, conditions: { ...control.conditions, [name]: edited } },
    ]),
  );
  const asked = [...control.rules.flatMap((rule) => ruleMutants(control, rule)), ...conditions];
  const known = [...ladderMutants(control), ...loopMutants(control), ...approvalMutants(control)];
  return [
    ...asked.map(([name, mutant]) => ({ name, control: mutant, organisation, weakens: false })),
    ...known.map(([name, mutant]) => ({ name, control: mutant, organisation, weakens: true })),
    ...roleMutants(control, organisation).map(([name, mutant]) => ({
      name,
      control,
      organisation: mutant,
      weakens: true,
    })),
  ];
};
