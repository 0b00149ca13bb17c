/** A control's text to a `Control`, or every problem in it at once: structure, names, types, expressions, sentences. */
import { didYouMean, digestOf, type Json, nearest, type Target } from '@belay/protocol';
import { isMap, type Node } from 'yaml';
import { placeholdersOf } from '../evaluate/text.ts';
import { analyse } from '../expression/condition.ts';
import { isRef, resolve, type Scope, scopeOf } from '../expression/scope.ts';
import type { Control, ParseResult } from '../model.ts';
import { buildFacts, buildLadders, buildRules, buildSteps, type ControlRead, type Names, typesOf } from './build.ts';
import { buildApprovals, buildLimits, buildReview } from './build-approvals.ts';
import { entriesOf, type Located, readYaml, report, type Source } from './document.ts';
import { offsetWithin } from './position.ts';
import { controlShape } from './shapes.ts';

const minuteMs = 60_000;

const stuckOf = (read: ControlRead['stuck']): Control['stuck'] => ({
  idleMs: read?.idle?.value ?? 10 * minuteMs,
  sameStep: read?.['same-step']?.value ?? 3,
  attempts: read?.attempts?.value ?? 3,
  steps: read?.steps?.value ?? 200,
  costUsd: read?.cost === undefined ? null : Number(read.cost.value.slice('USD '.length).replaceAll('_', '')),
  ...(read?.heartbeat === undefined ? {} : { heartbeatMs: read.heartbeat.value }),
  ...(read?.time === undefined ? {} : { timeMs: read.time.value }),
  ...(read?.outage === undefined ? {} : { outageMs: read.outage.value }),
});

const sectionsOf = (packet: ControlRead['packet']): Control['packet']['sections'] =>
  packet?.sections?.flatMap(({ name, value }) => {
    if (value === undefined) return [];
    return [{ name, show: Array.isArray(value) ? value.map((fact) => fact.value) : value.value }];
  }) ?? [{ name: 'policy', show: 'rules' }];

/** Nothing at all when nothing is accepted: a control that accepts nothing keeps the digest it had before. */
const acceptsOf = (read: ControlRead['accepts']): Pick<Control, 'accepts'> =>
  read === undefined || read.length === 0
    ? {}
    : {
        accepts: read.map(({ finding, of, because }) => ({
          finding: finding.value,
          of: of?.value ?? null,
          because: because.value,
        })),
      };

/** Keys that a control does not use are left out: it keeps the digest it had before there were any. */
const packetOf = (control: string, packet: ControlRead['packet']): Control['packet'] => {
  const onYes = packet?.['on-yes']?.value;
  const onNo = packet?.['on-no']?.value;
  const least = packet?.complete?.value;
  const exceptional = packet?.exceptional?.map(({ when, because }) => ({ when: when.value, because: because.value }));
  return {
    title: packet?.title.value ?? `${control}: {step}`,
    sections: sectionsOf(packet),
    ...(exceptional === undefined ? {} : { exceptional }),
    ...(onYes === undefined ? {} : { onYes }),
    ...(onNo === undefined ? {} : { onNo }),
    ...(least === undefined ? {} : { least: Number.parseInt(least, 10) }),
  };
};

const build = (source: Source, read: ControlRead): { control: Control; broken: Set<string> } => {
  const { facts, broken } = buildFacts(source, read.facts);
  const { ladders, afterClaim } = buildLadders(source, read.ladders);
  const declared = (entries: { name: string }[] | undefined) => (entries ?? []).map(({ name }) => name);
  const names: Names = {
    steps: declared(read.steps),
    ladders: declared(read.ladders).filter((name) => name !== 'after-claim'),
    approvals: declared(read.approvals),
  };
  const owner = (read.owner?.value ?? 'role:owner') as Target;
  const name = read.control?.value ?? 'control';
  const steps = buildSteps(source, read.steps, facts);
  const control: Control = {
    name,
    about: read.about?.value ?? '',
    owner,
    subject: typesOf(read.subject, facts),
    facts,
    steps,
    rules: buildRules(source, read.rules, names),
    conditions: byName(read.conditions, (condition) => condition.value),
    lists: byName(read.lists, (items) => items.map(({ value }) => value)),
    approvals: buildApprovals(source, read.approvals, owner, names),
    limits: buildLimits(source, read.limits, steps, names),
    review: buildReview(source, read.review),
    ladders,
    afterClaim,
    stuck: stuckOf(read.stuck),
    priority: (read.priority ?? []).map(({ when, add, because }) => ({
      when: when.value,
      add: add.value,
      because: because.value,
    })),
    packet: packetOf(name, read.packet),
    channels: byName(read.channels, (address) => address.value),
    onLookupFailure: read['on-lookup-failure']?.value ?? 'handoff',
    ...acceptsOf(read.accepts),
  };
  return { control, broken };
};

const byName = <T, U>(
  entries: { name: string; value: T | undefined }[] | undefined,
  take: (value: T) => U,
): Record<string, U> =>
  Object.fromEntries((entries ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, take(value)]])));

/** Reports the problems of an expression at their places in the file. */
const checkExpression = (source: Source, expression: Located<string> | undefined, scope: Scope): void => {
  if (expression === undefined) return;
  for (const { code, from, message, remedy } of analyse(expression.value, scope).problems) {
    report(source, offsetWithin(source, expression, from), code, message, remedy);
  }
};

const checkSentence = (source: Source, sentence: Located<string> | undefined, scopes: Scope[]): void => {
  if (sentence === undefined) return;
  for (const { name, offset } of placeholdersOf(sentence.value)) {
    if (name === 'step') continue;
    const found = scopes.map((scope) => resolve(scope, name));
    const [first] = found;
    if (found.length === 0 || found.some((each) => each === null || isRef(each))) continue;
    if (first === null || first === undefined || isRef(first)) continue;
    const message = `{${name}} cannot be filled in. ${first.message}`;
    report(source, offsetWithin(source, sentence, offset), 'unknownName', message, first.remedy);
  }
};

/** What need not make sense at each step must make sense at one. */
const checkSomewhere = (source: Source, expression: Located<string>, scopes: Scope[]): void => {
  const fits = scopes.some((scope) => analyse(expression.value, scope).problems.length === 0);
  const [first] = scopes;
  if (!fits && first !== undefined) checkExpression(source, expression, first);
};

const checkMeaning = (source: Source, read: ControlRead, control: Control, broken: Set<string>): void => {
  const scopeAt = (at: readonly string[]) => scopeOf(control, at, broken);
  const each = control.steps.map((step) => scopeAt([step.name]));
  const stepNames = control.steps.map((step) => step.name);
  for (const rule of read.rules ?? []) {
    const at = (rule.at ?? []).flatMap(({ value }) => nearest(value, stepNames) ?? []);
    if (rule.at !== undefined && at.length === 0) continue;
    const scope = scopeAt(at);
    // Also at each step by itself, as it is decided: an argument may have another currency or scale at one of them.
    for (const one of scope.steps.length > 1 ? [scope, ...scope.steps.map(({ name }) => scopeAt([name]))] : [scope]) {
      checkExpression(source, rule.when, one);
      checkExpression(source, rule.unless, one);
    }
    checkSentence(source, rule.because, [scope]);
  }
  for (const { name, value } of read.conditions ?? []) {
    if (control.facts.some((fact) => fact.name === name)) {
      report(source, value?.offset ?? 0, 'duplicateName', `"${name}" is a fact and a condition.`, 'Rename one.');
    }
    if (value !== undefined) checkSomewhere(source, value, each);
  }
  for (const { when, because } of read.priority ?? []) {
    checkSomewhere(source, when, each);
    checkSentence(source, because, each);
  }
  checkPacket(source, read, control, each);
};

const checkPacket = (source: Source, read: ControlRead, control: Control, each: Scope[]): void => {
  for (const key of ['title', 'on-yes', 'on-no'] as const) checkSentence(source, read.packet?.[key], each);
  for (const { when, because } of read.packet?.exceptional ?? []) {
    checkSomewhere(source, when, each);
    checkSentence(source, because, each);
  }
  for (const { value } of read.packet?.sections ?? []) {
    if (!Array.isArray(value)) continue;
    for (const { value: name, offset } of value) {
      const found = each.map((scope) => resolve(scope, name));
      if (found.some((ref) => ref === null || isRef(ref))) continue;
      const facts = control.facts.map((fact) => fact.name);
      const message = `There is no fact "${name}" to show.${didYouMean(name, facts)}`;
      report(source, offset, 'unknownName', message, `Declared facts: ${facts.join(', ')}.`);
    }
  }
};

const byPlace = (problems: ParseResult['problems']): ParseResult['problems'] => {
  const distinct = new Map(
    problems.map((problem) => [`${problem.line}:${problem.column}:${problem.message}`, problem]),
  );
  return [...distinct.values()].sort((a, b) => a.line - b.line || a.column - b.column);
};

/** Half of a control decides nothing: its parts are joined before it is read. */
const refuseParts = (source: Source, root: Node | null): void => {
  const entry = isMap(root) ? entriesOf(source, root).find(({ key }) => key === 'parts') : undefined;
  if (entry === undefined || !isMap(root)) return;
  const remedy = 'Read it as a file, with the `belay` commands: they join it with its parts, also to publish it.';
  report(source, entry.keyOffset, 'parts', 'The parts of this control were not read with it.', remedy);
  root.delete('parts');
};

/**
 * Parses a control. All problems are reported at once, each with its place and its remedy; of a text that is not YAML only
 * where it is not: what seems to be missing then may stand there. Never throws.
 */
export const parseControl = (text: string, file = 'control.yaml'): ParseResult => {
  const { source, root } = readYaml(text, file);
  const yaml = [...source.problems];
  const garbled = yaml.length > 0;
  refuseParts(source, root);
  if (root === null && !garbled) report(source, 0, 'yaml', 'The file is empty.', 'Begin with `control: NAME`.');
  const read = root === null ? undefined : controlShape.read(source, root, '', 0);
  const built = read === undefined ? null : build(source, read);
  if (read !== undefined && built !== null && !garbled) checkMeaning(source, read, built.control, built.broken);
  const problems = byPlace(garbled ? yaml : source.problems);
  const failed = built === null || problems.some(({ severity }) => severity === 'error');
  return failed ? { ok: false, problems } : { ok: true, control: built.control, problems };
};

/** The identity of a control: what it says, not how its file is written. */
export const controlDigest = (control: Control): string => digestOf(control as unknown as Json);
