/** From the read shapes to the parts of a `Control`, with defaults filled in and every name resolved. */
import { didYouMean, type Target } from '@belay/protocol';
import type {
  Control,
  FactSpec,
  LadderSpec,
  RuleSpec,
  RungSpec,
  StepSpec,
  TakeSpec,
  TypeSpec,
  ValueSpec,
} from '../model.ts';
import { article } from '../value/spec.ts';
import { report, type Source } from './document.ts';
import type { Named, Shape } from './shape.ts';
import type { controlShape } from './shapes.ts';
import { buildType, defaultOf, labelIn } from './type-shape.ts';

type Shaped<S> = S extends Shape<infer T> ? T : never;
export type ControlRead = Shaped<typeof controlShape>;
type ValueOf<K extends keyof ControlRead> = NonNullable<ControlRead[K]>;
type EntryOf<K extends keyof ControlRead> = ValueOf<K> extends Named<infer T>[] ? T : never;
type FactRead = EntryOf<'facts'>;
type RuleRead = ValueOf<'rules'>[number];
type LadderRead = EntryOf<'ladders'>;

/** Facts that Belay counts itself, with the types that it gives them. */
export const systemFacts: Record<string, TypeSpec> = {
  attempts: { type: 'int', min: 0 },
  sameStep: { type: 'int', min: 0 },
  steps: { type: 'int', min: 0 },
  costUsd: { type: 'decimal', scale: 2, min: '0' },
  heldMs: { type: 'int', min: 0 },
};

const pointerOf = (name: string, from: FactSpec['from']): string => {
  const parts = name.split('.');
  return from === 'lookup' ? `/${parts.at(-1)}` : `/${parts.join('/')}`;
};

const factType = (source: Source, { name, offset, value }: Named<FactRead>, read: FactRead): TypeSpec | null => {
  if (value === undefined) return null;
  if (read.type !== undefined) return buildType(source, read.type.value, read, `facts.${name}`, offset);
  const known = read.from.value === 'system' && Object.hasOwn(systemFacts, name) ? systemFacts[name] : undefined;
  if (known !== undefined) return known;
  const remedy =
    read.from.value === 'system'
      ? `Add type, or take a name that Belay counts: ${Object.keys(systemFacts).join(', ')}.`
      : 'Add type.';
  const near = read.from.value === 'system' ? didYouMean(name, Object.keys(systemFacts)) : '';
  report(source, offset, 'missingKey', `facts.${name} lacks "type".${near}`, remedy);
  return null;
};

/** Types that can come of each way to take. */
const takenAs: Record<TakeSpec['how'], TypeSpec['type'][]> = {
  median: ['int', 'money'],
  count: ['int'],
  issue: ['string'],
  impact: ['string'],
  tried: ['string'],
  promises: ['string'],
  deadline: ['string'],
};

const takeOf = (source: Source, { name }: Named<FactRead>, read: FactRead, spec: TypeSpec): TakeSpec | null => {
  const stray = (['of', 'last', 'times'] as const).find(
    (key) => read[key] !== undefined && (read.take === undefined || (key === 'times' && read.take.value !== 'median')),
  );
  if (stray !== undefined) {
    const belongs = stray === 'times' ? 'take: median' : 'take';
    const message = `facts.${name}: "${stray}" belongs to ${belongs}.`;
    report(source, read.keyOffset(stray), 'wrongForm', message, `Remove ${stray}, or write ${belongs}.`);
  }
  if (read.take === undefined) return null;
  const how = read.take.value;
  if (read.from.value !== 'lookup') {
    const remedy = 'Remove take, or look it up.';
    report(source, read.take.offset, 'wrongForm', `facts.${name} is not looked up: nothing is made of a list.`, remedy);
  } else if (!takenAs[how].includes(spec.type)) {
    const message = `facts.${name}: take ${how} gives ${takenAs[how].map(article).join(' or ')}.`;
    report(source, read.take.offset, 'wrongForm', message, `Write type: ${takenAs[how].join(' or ')}.`);
  }
  const numeric = how === 'median' || how === 'count';
  return {
    how,
    of: read.of?.value ?? (numeric ? '' : '/text'),
    last: read.last?.value ?? null,
    times: read.times?.value ?? 1,
  };
};

const buildFact = (source: Source, entry: Named<FactRead>): FactSpec | null => {
  const { name, offset, value: read } = entry;
  if (read === undefined) return null;
  const spec = factType(source, entry, read);
  const from = read.from.value;
  if (name === 'args' || name.startsWith('args.')) {
    report(source, offset, 'wrongName', '"args" is how arguments are read.', 'Name the fact otherwise.');
    return null;
  }
  if (from === 'lookup' && read.source === undefined) {
    const remedy = 'Name the system of record: source: vendor-master.';
    report(source, offset, 'missingKey', `facts.${name} is looked up, but lacks "source".`, remedy);
  } else if (from !== 'lookup' && read.source !== undefined) {
    report(source, read.keyOffset('source'), 'wrongForm', `facts.${name} is not looked up.`, 'Remove source.');
  }
  if (spec === null) return null;
  const take = takeOf(source, entry, read, spec);
  const fallback = defaultOf(source, spec, read, `facts.${name}`);
  return {
    ...spec,
    name,
    ...labelIn(read),
    from,
    ...(read.source === undefined ? {} : { source: read.source.value }),
    at: read.at?.value ?? pointerOf(name, from),
    ...(take === null ? {} : { take }),
    optional: read.optional?.value ?? fallback !== undefined,
    ...(fallback === undefined ? {} : { default: fallback }),
  };
};

/** The facts, and the names of those that could not be read. */
export const buildFacts = (source: Source, read: ControlRead['facts']): { facts: FactSpec[]; broken: Set<string> } => {
  const facts: FactSpec[] = [];
  const broken = new Set<string>();
  for (const entry of read ?? []) {
    const fact = buildFact(source, entry);
    if (fact === null) broken.add(entry.name);
    else facts.push(fact);
  }
  return { facts, broken };
};

/** Money without currencies takes those of the fact that is read from the same argument. */
const withCurrency = (spec: ValueSpec, argument: string, facts: FactSpec[]): ValueSpec => {
  if (spec.type !== 'money' || spec.currency.length > 0) return spec;
  const fact = facts.find(({ from, at }) => from === 'args' && at === `/${argument}`);
  return fact?.type === 'money' ? { ...spec, currency: fact.currency } : spec;
};

export const typesOf = (read: Named<ValueSpec>[] | undefined, facts: FactSpec[]): Record<string, ValueSpec> =>
  Object.fromEntries(
    (read ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, withCurrency(value, name, facts)]])),
  );

export const buildSteps = (source: Source, read: ControlRead['steps'], facts: FactSpec[]): StepSpec[] =>
  (read ?? []).flatMap(({ name, value }): StepSpec[] => {
    if (value === undefined) return [];
    const args = typesOf(value.arguments, facts);
    const declared = (value.arguments ?? []).map((argument) => argument.name);
    for (const { value: argument, offset } of value.editable ?? []) {
      if (declared.includes(argument)) continue;
      const message = `The step "${name}" has no argument "${argument}".${didYouMean(argument, declared)}`;
      report(source, offset, 'unknownName', message, 'List arguments of this step.');
    }
    const { effect, offline } = value;
    if (offline?.value === 'allow' && effect.value !== 'none') {
      const message = `The step "${name}" has an effect, so it is refused when Belay cannot be reached.`;
      report(source, offline.offset, 'wrongForm', message, 'Remove offline, or declare effect: none.');
    }
    return [
      {
        name,
        ...labelIn(value),
        risk: value.risk.value,
        effect: effect.value,
        offline: offline?.value ?? 'refuse',
        idempotent: value.idempotent?.value ?? effect.value === 'none',
        arguments: args,
        editable: (value.editable ?? []).map((argument) => argument.value),
      },
    ];
  });

export type Names = { steps: string[]; ladders: string[]; approvals: string[] };

const isTarget = (text: string): boolean => /^(person|role|oncall):[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text);

/** A ladder of this control or a target; anything else is reported. */
export const ladderOrTarget = (source: Source, text: string, offset: number, { ladders }: Names): string => {
  if (isTarget(text) || ladders.includes(text)) return text;
  const message = `There is no ladder "${text}".${didYouMean(text, ladders)}`;
  const known = ladders.length === 0 ? 'none is declared' : ladders.join(', ');
  report(source, offset, 'unknownName', message, `Ladders: ${known}. Or write role:NAME, oncall:SCHEDULE, person:ID.`);
  return text;
};

export const handoffIn = (text: string): string | null => /^handoff to (\S+)$/.exec(text)?.[1] ?? null;

const buildInstead = (source: Source, instead: RuleRead['instead'], names: Names): RuleSpec['instead'] => {
  if (instead === undefined) return null;
  if ('handoff' in instead) {
    return { handoff: ladderOrTarget(source, instead.handoff.value, instead.handoff.offset, names) };
  }
  const ladder = handoffIn(instead.value);
  if (ladder === null) return { text: instead.value };
  return { handoff: ladderOrTarget(source, ladder, instead.offset, names) };
};

/** Keys that belong to one outcome only, and the one each outcome needs. */
const checkOutcomeKeys = (source: Source, rule: RuleRead): void => {
  const then = rule.then.value;
  const where = `The rule "${rule.id.value}"`;
  const belongs = { to: 'handoff', by: 'approval', instead: 'forbid' } as const;
  for (const key of ['to', 'by', 'instead'] as const) {
    if (rule[key] === undefined || belongs[key] === then) continue;
    const message = `${where} is a ${then}; "${key}" belongs to ${belongs[key]}.`;
    report(source, rule.keyOffset(key), 'wrongForm', message, `Remove ${key}, or write then: ${belongs[key]}.`);
  }
  if (then === 'approval' && rule.by === undefined) {
    report(
      source,
      rule.keyOffset('then'),
      'missingKey',
      `${where} lacks "by".`,
      'Name an approval: by: finance-sign-off.',
    );
  }
  if (then !== 'continue' && rule.because === undefined) {
    const remedy = 'Say in one sentence why a person is needed; {fact} is filled in.';
    report(source, rule.keyOffset('id'), 'missingKey', `${where} lacks "because".`, remedy);
  }
};

const buildRule = (source: Source, rule: RuleRead, names: Names): RuleSpec => {
  checkOutcomeKeys(source, rule);
  for (const { value, offset } of rule.at ?? []) {
    if (names.steps.includes(value)) continue;
    const message = `There is no step "${value}".${didYouMean(value, names.steps)}`;
    report(source, offset, 'unknownName', message, `Steps: ${names.steps.join(', ')}.`);
  }
  if (rule.by !== undefined && !names.approvals.includes(rule.by.value)) {
    const message = `There is no approval "${rule.by.value}".${didYouMean(rule.by.value, names.approvals)}`;
    const known = names.approvals.length === 0 ? 'none is declared' : names.approvals.join(', ');
    report(source, rule.by.offset, 'unknownName', message, `Approvals: ${known}.`);
  }
  return {
    id: rule.id.value,
    at: (rule.at ?? []).map(({ value }) => value),
    when: rule.when?.value ?? 'true',
    unless: rule.unless?.value ?? null,
    then: rule.then.value,
    to: rule.to === undefined ? null : ladderOrTarget(source, rule.to.value, rule.to.offset, names),
    by: rule.by?.value ?? null,
    instead: buildInstead(source, rule.instead, names),
    because: rule.because?.value ?? `The rule "${rule.id.value}" lets it through.`,
    cites: rule.cites?.value ?? null,
  };
};

export const buildRules = (source: Source, read: ControlRead['rules'], names: Names): RuleSpec[] => {
  const seen = new Set<string>();
  return (read ?? []).map((rule) => {
    if (seen.has(rule.id.value)) {
      const message = `Two rules are called "${rule.id.value}".`;
      report(source, rule.id.offset, 'duplicateName', message, 'Give each rule an id of its own.');
    }
    seen.add(rule.id.value);
    return buildRule(source, rule, names);
  });
};

type AfterClaimRead = Extract<LadderRead, { idle: unknown }>;
type EntryRead = Exclude<LadderRead, { idle: unknown }>[number];
type RungRead = Extract<EntryRead, { tell: unknown }>;
type RepetitionRead = Exclude<EntryRead, RungRead>;
const isRung = (entry: EntryRead): entry is RungRead => 'tell' in entry;
const isAfterClaim = (read: LadderRead): read is AfterClaimRead => !Array.isArray(read);

const afterClaimOf = (read: AfterClaimRead): Control['afterClaim'] => ({
  idleMs: read.idle.value,
  then: read.then.value,
});

/** Only as the last entry, and once: another would make rungs that are never told. */
const checkRepetitions = (source: Source, name: string, read: EntryRead[]): void => {
  for (const [index, entry] of read.entries()) {
    if (isRung(entry) || index === read.length - 1) continue;
    const message = `ladders.${name}: the whole ladder repeats, and this is in the middle of it.`;
    report(source, entry.offset, 'wrongForm', message, 'Write repeat once, after the last rung.');
  }
};

const checkRungs = (source: Source, name: string, read: RungRead[], repeated: boolean, offset: number): void => {
  if (read.length === 0) report(source, offset, 'wrongForm', `ladders.${name} has no rung.`, 'Say who is told.');
  for (const [index, rung] of read.entries()) {
    const last = index === read.length - 1;
    if ((!last || (repeated && rung.repeat === undefined)) && rung.within === undefined) {
      const message = `ladders.${name}: after rung ${index + 1} nobody would be told.`;
      report(source, rung.offset, 'missingKey', message, 'Say with within how long until the next rung, such as 15m.');
    }
    if (!last && rung.repeat !== undefined) {
      const message = `ladders.${name}: only the last rung repeats.`;
      report(source, rung.keyOffset('repeat'), 'wrongForm', message, 'Write within here.');
    }
  }
};

const rungOf = (rung: RungRead): RungSpec => ({
  tell: rung.tell.value as Target,
  via: (rung.via ?? []).map((channel) => channel.value),
  withinMs: rung.within?.value.ms ?? null,
  ...(rung.within?.value.working === true ? { inWorkingHours: true as const } : {}),
  repeatMs: rung.repeat?.value ?? null,
});

export const buildLadders = (
  source: Source,
  read: ControlRead['ladders'],
): { ladders: LadderSpec[]; afterClaim: Control['afterClaim'] } => {
  const ladders: LadderSpec[] = [];
  let afterClaim: Control['afterClaim'] = null;
  for (const { name, offset, value } of read ?? []) {
    if (value === undefined) continue;
    if (isAfterClaim(value) !== (name === 'after-claim')) {
      const remedy = 'A ladder is a list of rungs; after-claim is { idle: 2h, then: next-rung }.';
      report(source, offset, 'wrongForm', `ladders.${name} has the wrong form.`, remedy);
    } else if (isAfterClaim(value)) afterClaim = afterClaimOf(value);
    else {
      const rungs = value.filter(isRung);
      const repetition = value.find((entry): entry is RepetitionRead => !isRung(entry));
      checkRepetitions(source, name, value);
      checkRungs(source, name, rungs, repetition !== undefined, offset);
      ladders.push({
        name,
        rungs: rungs.map(rungOf),
        ...(repetition === undefined ? {} : { repeat: repetition.repeat.value }),
      });
    }
  }
  return { ladders, afterClaim };
};
