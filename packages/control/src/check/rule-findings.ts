/** Findings about rules beside one another: never true, never of use, two owners for one case. */
import type { Control, RuleSpec } from '../model.ts';
import { type Finding, finding } from './finding.ts';
import { firesOf, type ProvenRule, partOutside, type StepProof, searchCase } from './proof.ts';

/** Where a rule sends the case, when it sends it to somebody. */
export const destinationOf = (rule: RuleSpec, control: Control): string | null => {
  if (rule.then === 'handoff') return rule.to ?? control.owner;
  return rule.instead !== null && 'handoff' in rule.instead ? rule.instead.handoff : null;
};

const fires = (proof: StepProof, { regions }: ProvenRule): boolean => partOutside(proof, regions.yes, []) !== null;

const proofsOf = (proofs: StepProof[], id: string): Place[] =>
  proofs.flatMap((proof) => {
    const proven = proof.rules.find(({ rule }) => rule.id === id);
    return proven === undefined ? [] : [{ proof, proven }];
  });

/** Rules whose condition no input fulfils. */
export const neverFires = (control: Control, proofs: StepProof[]): Finding[] =>
  control.rules.flatMap((rule) => {
    const own = proofsOf(proofs, rule.id);
    if (own.length === 0 || own.some(({ proof, proven }) => fires(proof, proven))) return [];
    const exception = rule.unless === null ? '' : `, unless ${rule.unless}`;
    const sentence = `The rule "${rule.id}" never fires: no case fulfils \`${rule.when}${exception}\`.`;
    return [finding('neverFires', sentence, `Mend its condition, or remove "${rule.id}".`, { rule: rule.id })];
  });

const asksTheSame = (a: RuleSpec, b: RuleSpec): boolean =>
  a.then === b.then && a.to === b.to && a.by === b.by && JSON.stringify(a.instead) === JSON.stringify(b.instead);

const strictness = { handoff: 0, forbid: 1, approval: 2, continue: 3 } as const;

/** A stricter rule makes a `continue` idle; any other rule is idle only where another one asks for the same. */
const makesIdle = (rule: RuleSpec, other: RuleSpec): boolean =>
  asksTheSame(rule, other) || (rule.then === 'continue' && strictness[other.then] < strictness.continue);

type Place = { proof: StepProof; proven: ProvenRule };

/** Is the rule, wherever it fires at this step, beside one of the others? */
const isCovered = ({ proof, proven }: Place, others: ProvenRule[]): boolean =>
  partOutside(proof, proven.regions.yes, firesOf(others)) === null;

/** As few of the others as suffice: each one that is not needed is left out. */
const needed = (place: Place, others: ProvenRule[]): ProvenRule[] => {
  let kept = others;
  for (const other of others) {
    const without = kept.filter((candidate) => candidate !== other);
    if (isCovered(place, without)) kept = without;
  }
  return kept;
};

const listed = (ids: string[]): string => {
  const shown = ids.slice(0, 4).map((id) => `"${id}"`);
  return `${shown.join(' and ')}${ids.length > 4 ? ` and ${ids.length - 4} more` : ''}`;
};

const idleSentence = (rule: RuleSpec, rules: string[]): string => {
  const subject = rules.length > 1 ? `${listed(rules)}, together, ask` : `${listed(rules)} asks`;
  const what = rule.then === 'continue' ? 'for a person' : 'for the same';
  return `The rule "${rule.id}" never decides: ${subject} ${what} wherever it fires.`;
};

/** Rules that fire only where others leave them nothing to do, alone or together. Of two alike the later one is idle. */
export const neverDecides = (control: Control, proofs: StepProof[], dead: Set<string>): Finding[] => {
  const idle = new Set(dead);
  const found: Finding[] = [];
  for (const rule of [...control.rules].reverse()) {
    if (idle.has(rule.id)) continue;
    const places = proofsOf(proofs, rule.id).map((place) => {
      const others = place.proof.rules.filter(
        (other) => !idle.has(other.rule.id) && other.rule !== rule && makesIdle(rule, other.rule),
      );
      return { place, others };
    });
    if (places.length === 0 || !places.every(({ place, others }) => isCovered(place, others))) continue;
    idle.add(rule.id);
    const covering = new Set(
      places.flatMap(({ place, others }) => needed(place, others).map((other) => other.rule.id)),
    );
    const rules = control.rules.filter(({ id }) => covering.has(id)).map(({ id }) => id);
    const edit = `Remove "${rule.id}", or change when it fires.`;
    found.unshift(finding('neverDecides', idleSentence(rule, rules), edit, { rule: rule.id, rules }));
  }
  return found;
};

const common = (a: readonly bigint[], b: readonly bigint[]): (readonly bigint[])[] => {
  const box = a.map((cells, index) => cells & (b[index] as bigint));
  return box.includes(0n) ? [] : [box];
};

/** Cases that two rules send to different owners. */
export const twoOwners = (control: Control, proofs: StepProof[]): Finding[] =>
  proofs.flatMap((proof) => {
    const sending = proof.rules.filter(({ rule }) => destinationOf(rule, control) !== null);
    const found = new Map<string, Finding>();
    for (const [index, first] of sending.entries()) {
      for (const second of sending.slice(index + 1)) {
        const owners = [destinationOf(first.rule, control), destinationOf(second.rule, control)];
        const key = [...owners].sort().join(' ');
        if (owners[0] === owners[1] || found.has(key)) continue;
        const region = first.regions.yes.flatMap((box) => second.regions.yes.flatMap((other) => common(box, other)));
        const ids = [first.rule.id, second.rule.id];
        const search = searchCase(proof, region, proof.errors, ({ fired }) => ids.every((id) => fired.includes(id)));
        if (!search.found) continue;
        const sentence = `At "${proof.step.name}" one case can have two owners: "${ids[0]}" sends it to ${owners[0]}, "${ids[1]}" to ${owners[1]}. It goes to ${owners[0]}, the first in the file.`;
        const edit = `Send both to one owner, or add \`unless\` to "${ids[1]}".`;
        found.set(
          key,
          finding('twoOwners', sentence, edit, {
            step: proof.step.name,
            rule: ids[0] ?? null,
            rules: ids.slice(1),
            case: search.case,
            possible: search.case === null,
          }),
        );
      }
    }
    return [...found.values()];
  });
