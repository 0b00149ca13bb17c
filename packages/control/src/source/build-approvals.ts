/** Approvals, limits and the sampled review of a control: who signs, what is added up, what is looked at afterwards. */
import { didYouMean, type Target } from '@belay/protocol';
import type { ApprovalSpec, LimitSpec, ReviewSpec, SignerGroup, StepSpec, TypeSpec } from '../model.ts';
import { problemOf } from '../value/spec.ts';
import { type ControlRead, handoffIn, ladderOrTarget, type Names } from './build.ts';
import { type Located, report, type Source } from './document.ts';

type ApprovalRead = NonNullable<NonNullable<ControlRead['approvals']>[number]['value']>;
type LimitRead = NonNullable<ControlRead['limits']>[number];

const dayMs = 86_400_000;
/** Signing in and coming back takes as long as this. */
const leastFreshMs = 60_000;

const groupsOf = (source: Source, name: string, offset: number, value: ApprovalRead): SignerGroup[] => {
  const { groups, from, quorum } = value;
  if (groups !== undefined) {
    for (const key of ['from', 'quorum'] as const) {
      if (value[key] === undefined) continue;
      const message = `approvals.${name}: "${key}" stands in each of the groups.`;
      report(source, value.keyOffset(key), 'wrongForm', message, `Remove ${key}, or groups.`);
    }
    if (groups.length === 0)
      report(source, offset, 'wrongForm', `approvals.${name}.groups is empty.`, 'Say who signs.');
    return groups.map((group) => ({ from: group.from.value as Target, quorum: group.quorum?.value ?? 1 }));
  }
  if (from === undefined) {
    const remedy = 'Add from: role:NAME, or groups.';
    report(source, offset, 'missingKey', `approvals.${name} lacks "from": who may sign.`, remedy);
    return [];
  }
  return [{ from: from.value as Target, quorum: quorum?.value ?? 1 }];
};

export const buildApprovals = (
  source: Source,
  read: ControlRead['approvals'],
  owner: Target,
  names: Names,
): ApprovalSpec[] =>
  (read ?? []).flatMap(({ name, offset, value }): ApprovalSpec[] => {
    if (value === undefined) return [];
    const expiry = value['on-expiry'];
    const handoff = expiry === undefined ? owner : handoffIn(expiry.value);
    if (expiry !== undefined && handoff === null && expiry.value !== 'wait') {
      const message = `approvals.${name}.on-expiry must be wait or \`handoff to LADDER\`, not "${expiry.value}".`;
      report(source, expiry.offset, 'wrongForm', message, 'Write `handoff to LADDER`, so that silence moves it on.');
    }
    if (expiry !== undefined && handoff !== null) ladderOrTarget(source, handoff, expiry.offset, names);
    const dwellMs = value.dwell?.value ?? 0;
    const fresh = value['fresh-sign-in'];
    if (fresh !== undefined && fresh.value < leastFreshMs) {
      const message = `approvals.${name}.fresh-sign-in is shorter than a minute: nobody signs that fast.`;
      report(source, fresh.offset, 'wrongForm', message, 'Write a minute or more, such as 10m.');
    }
    return [
      {
        name,
        groups: groupsOf(source, name, offset, value),
        exclude: value.exclude?.map((role) => role.value) ?? ['requester'],
        veto: value.veto?.value ?? 'any',
        dwellMs,
        mustOpen: value['must-open']?.value ?? dwellMs > 0,
        ...(fresh === undefined ? {} : { freshSignInMs: fresh.value }),
        withinMs: value.within?.value ?? dayMs,
        onExpiry: handoff === null ? { kind: 'wait' } : { kind: 'handoff', to: handoff },
      },
    ];
  });

const whoNames = ['agent', 'subject', 'on-behalf-of'];

/** Arguments that every step of the limit has. */
const argumentsOf = (limit: LimitRead, steps: StepSpec[]): { names: string[]; types: Map<string, TypeSpec> } => {
  const counted =
    limit.at === undefined ? steps : steps.filter(({ name }) => limit.at?.some((at) => at.value === name));
  const types = new Map(counted.flatMap((step) => Object.entries(step.arguments)));
  const names = [...types.keys()].filter(
    (name) => limit.at === undefined || counted.every((step) => step.arguments[name] !== undefined),
  );
  return { names, types };
};

const checkNames = (source: Source, limit: LimitRead, known: string[], steps: StepSpec[]): void => {
  const stepNames = steps.map(({ name }) => name);
  for (const { value, offset } of limit.at ?? []) {
    if (stepNames.includes(value)) continue;
    const message = `There is no step "${value}".${didYouMean(value, stepNames)}`;
    report(source, offset, 'unknownName', message, `Steps: ${stepNames.join(', ')}.`);
  }
  const where = `The limit "${limit.id.value}"`;
  const check = ({ value, offset }: Located<string>, more: string[]): void => {
    const names = [...known, ...more];
    if (names.includes(value)) return;
    const message = `${where}: its steps have no argument "${value}".${didYouMean(value, names)}`;
    report(source, offset, 'unknownName', message, `Known: ${names.join(', ')}.`);
  };
  check(limit.of, ['count']);
  for (const name of limit.per) check(name, whoNames);
};

const wholeNumber = /^\d[\d_]*$/;

/** Thresholds in the form of the wire; money in each currency once. */
const aboveOf = (source: Source, limit: LimitRead, type: TypeSpec | undefined): string[] => {
  const countable = limit.of.value === 'count' || ['int', 'decimal', 'money'].includes(type?.type ?? '');
  if (type !== undefined && !countable) {
    const message = `The limit "${limit.id.value}" adds up "${limit.of.value}", which is no number.`;
    report(source, limit.of.offset, 'wrongType', message, 'Add up an int, a decimal or money, or write of: count.');
    return [];
  }
  const spec: TypeSpec = type?.type === 'money' ? { type: 'money', currency: [] } : (type ?? { type: 'int' });
  const seen = new Set<string>();
  return limit.above.flatMap(({ value, offset }) => {
    const text = value.replaceAll('_', '');
    const problem = problemOf(spec, spec.type === 'int' ? (wholeNumber.test(value) ? Number(text) : value) : text);
    const currency = spec.type === 'money' ? text.slice(0, 3) : '';
    if (problem === null && !seen.has(currency)) {
      seen.add(currency);
      return [text];
    }
    const message = `The limit "${limit.id.value}": "${value}" ${problem ?? 'is a second limit of the same kind'}.`;
    report(source, offset, 'wrongForm', message, 'Write an amount such as EUR 1_000.00, or a number for a number.');
    return [];
  });
};

const checkOutcome = (source: Source, limit: LimitRead, names: Names): void => {
  const then = limit.then.value;
  const where = `The limit "${limit.id.value}"`;
  const belongs = { to: 'handoff', by: 'approval' } as const;
  for (const key of ['to', 'by'] as const) {
    if (limit[key] === undefined || belongs[key] === then) continue;
    const message = `${where} is a ${then}; "${key}" belongs to ${belongs[key]}.`;
    report(source, limit.keyOffset(key), 'wrongForm', message, `Remove ${key}, or write then: ${belongs[key]}.`);
  }
  if (then === 'approval' && limit.by === undefined)
    report(source, limit.keyOffset('then'), 'missingKey', `${where} lacks "by".`, 'Name an approval.');
  if (limit.by !== undefined && !names.approvals.includes(limit.by.value)) {
    const message = `There is no approval "${limit.by.value}".${didYouMean(limit.by.value, names.approvals)}`;
    report(source, limit.by.offset, 'unknownName', message, `Approvals: ${names.approvals.join(', ') || 'none'}.`);
  }
};

export const buildLimits = (
  source: Source,
  read: ControlRead['limits'],
  steps: StepSpec[],
  names: Names,
): LimitSpec[] => {
  const ids = new Set<string>();
  return (read ?? []).map((limit) => {
    const { names: known, types } = argumentsOf(limit, steps);
    checkNames(source, limit, known, steps);
    checkOutcome(source, limit, names);
    if (ids.has(limit.id.value)) {
      const message = `Two limits are called "${limit.id.value}".`;
      report(source, limit.id.offset, 'duplicateName', message, 'Give each limit an id of its own.');
    }
    ids.add(limit.id.value);
    return {
      id: limit.id.value,
      at: (limit.at ?? []).map(({ value }) => value),
      of: limit.of.value,
      per: limit.per.map(({ value }) => value),
      windowMs: limit.window.value,
      above: aboveOf(source, limit, limit.of.value === 'count' ? undefined : types.get(limit.of.value)),
      then: limit.then.value,
      to: limit.to === undefined ? null : ladderOrTarget(source, limit.to.value, limit.to.offset, names),
      by: limit.by?.value ?? null,
      because: limit.because?.value ?? null,
      cites: limit.cites?.value ?? null,
    };
  });
};

export const buildReview = (source: Source, read: ControlRead['review']): ReviewSpec | null => {
  if (read === undefined) return null;
  const share = Math.round(Number(read.sample.value.slice(0, -1)) * 100);
  if (share > 10_000)
    report(source, read.sample.offset, 'wrongForm', 'review.sample is more than all of them.', 'Write at most 100%.');
  const within = read.within === undefined ? {} : { withinMs: read.within.value };
  return { share: Math.min(share, 10_000), by: read.by.value as Target, ...within };
};
