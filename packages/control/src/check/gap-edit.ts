/**
 * The edit that closes a gap at a threshold: one of the rules beside it takes the value in. It is made without asking
 * only where a rule hands off anyway: then a person has the case as before, and the one whom the rule names.
 */
import type { RuleSpec } from '../model.ts';
import type { Finding, Fix } from './finding.ts';
import type { StepProof } from './proof.ts';

const plain = (text: string): string => text.replaceAll(/[_,]/g, '');

/** The condition with the comparison at the threshold made inclusive; null: it does not compare the fact with it there. */
const inclusive = (when: string, name: string, value: string): string | null => {
  const escaped = name.replaceAll('.', '\\.');
  const pattern = new RegExp(`(?<![\\w.])${escaped}\\s*([<>])(?!=)\\s*((?:[A-Z]{3} )?[\\d_]+(?:\\.[\\d_]+)?)`, 'g');
  for (const { 0: found, 1: operator = '', 2: literal = '', index } of when.matchAll(pattern)) {
    if (plain(literal) !== plain(value)) continue;
    const made = found.replace(operator, `${operator}=`);
    return when.slice(0, index) + made + when.slice(index + found.length);
  }
  return null;
};

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Handoffs first: what one of them takes in stays with a person. */
const order: RuleSpec['then'][] = ['handoff', 'approval', 'forbid', 'continue'];

/** Words for the edit, and the edit itself where it is safe. */
export const closing = ({ rules, compiled }: StepProof, name: string, value: string): Pick<Finding, 'edit' | 'fix'> => {
  const edits = rules.flatMap(({ rule }) => {
    const when = inclusive(rule.when, name, value);
    return when === null ? [] : [{ rule, when }];
  });
  const [best] = edits.sort((a, b) => order.indexOf(a.rule.then) - order.indexOf(b.rule.then));
  if (best === undefined) return { edit: 'Let one of the two include it: <= or >= instead of < or >.', fix: null };
  const { rule, when } = best;
  const edit = `Let the rule "${rule.id}" include it. Write there: when: ${quoted(when)}`;
  const path = ['rules', compiled.control.rules.indexOf(rule), 'when'];
  const fix: Fix | null = rule.then === 'handoff' ? { kind: 'put', path, text: quoted(when) } : null;
  return { edit, fix };
};
