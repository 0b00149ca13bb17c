/** The same rules in each engine. Every engine judges all rules of the step and takes the strictest outcome. */
import { compileControl, type GateInput, parseControl } from '@belay/control';
import { byHand } from './by-hand.ts';
import { byHandValidated } from './by-hand-validated.ts';
import { type Clause, type Decision, type Facts, type Outcome, type Rule, strictest } from './rules.ts';

/** `prepare` is not measured: it brings facts into the form that arrives at the engine. */
export type Engine<T = unknown> = {
  prepare(facts: Facts): T;
  decide(prepared: T): Decision | Promise<Decision>;
  note: string;
};

type Loader = (rules: Rule[], steps: string[]) => Promise<Engine>;

const engine = <T>(made: Engine<T>): Engine => made as Engine;

const text = (value: unknown): string => JSON.stringify(value);

// CEL

const celClause = (clause: Clause): string => {
  if ('any' in clause) return `(${clause.any.map(celClause).join(' || ')})`;
  const { fact, op, value } = clause;
  if (op === 'has') return `${text(value)} in ${fact}`;
  if (op === 'contains' || op === 'endsWith') return `${fact}.${op}(${text(value)})`;
  return `${fact} ${op} ${text(value)}`;
};

const celRule = ({ steps, all }: Rule, withStep: boolean): string => {
  const guard = withStep && steps.length > 0 ? [`step in ${text(steps)}`] : [];
  return [...guard, ...all.map(celClause)].join(' && ');
};

type Judge = (facts: Facts) => unknown;

const allOf =
  (rules: Rule[], judges: Judge[]): ((facts: Facts) => Decision) =>
  (facts) => {
    let decision: Decision = 'continue';
    for (let index = 0; index < judges.length; index++) {
      if ((judges[index] as Judge)(facts) !== true) continue;
      if ((rules[index] as Rule).outcome === 'handoff') return 'handoff';
      decision = 'approval';
    }
    return decision;
  };

/** Grouped by step by hand, as Belay does by itself. */
const grouped = (rules: Rule[], steps: string[], compile: (rule: Rule) => Judge): ((facts: Facts) => Decision) => {
  const compiled = new Map(rules.map((rule) => [rule, compile(rule)]));
  const byStep = new Map(
    steps.map((step) => {
      const own = rules.filter((rule) => rule.steps.length === 0 || rule.steps.includes(step));
      return [
        step,
        allOf(
          own,
          own.map((rule) => compiled.get(rule) as Judge),
        ),
      ] as const;
    }),
  );
  return (facts) => (byStep.get(facts.step) as (facts: Facts) => Decision)(facts);
};

const same = (facts: Facts): Facts => facts;

const bufbuild =
  (isGrouped: boolean): Loader =>
  async (rules, steps) => {
    const { celEnv, parse, plan } = await import('@bufbuild/cel');
    const env = celEnv();
    const compile = (rule: Rule, withStep: boolean): Judge =>
      plan(env, parse(celRule(rule, withStep))) as unknown as Judge;
    const decide = isGrouped
      ? grouped(rules, steps, (rule) => compile(rule, false))
      : allOf(
          rules,
          rules.map((rule) => compile(rule, true)),
        );
    return engine({ prepare: same, decide, note: 'untyped, facts not validated' });
  };

const marcbachmann =
  (isGrouped: boolean): Loader =>
  async (rules, steps) => {
    const { Environment } = await import('@marcbachmann/cel-js');
    const env = new Environment({ unlistedVariablesAreDyn: true });
    const compile = (rule: Rule, withStep: boolean): Judge => env.parse(celRule(rule, withStep)) as unknown as Judge;
    const decide = isGrouped
      ? grouped(rules, steps, (rule) => compile(rule, false))
      : allOf(
          rules,
          rules.map((rule) => compile(rule, true)),
        );
    return engine({ prepare: same, decide, note: 'untyped, facts not validated' });
  };

// Cedar

const cedarClause = (clause: Clause): string => {
  if ('any' in clause) return `(${clause.any.map(cedarClause).join(' || ')})`;
  const { fact, op, value } = clause;
  const name = `context.${fact}`;
  if (op === 'in') return `${text(value)}.contains(${name})`;
  if (op === 'has') return `${name}.contains(${text(value)})`;
  if (op === 'contains') return `${name} like ${text(`*${value}*`)}`;
  if (op === 'endsWith') return `${name} like ${text(`*${value}`)}`;
  return `${name} ${op} ${text(value)}`;
};

const cedarPolicy = (rule: Rule): string => {
  const actions = rule.steps.map((step) => `Action::${text(step)}`).join(', ');
  const action = rule.steps.length === 0 ? 'action' : `action in [${actions}]`;
  return `forbid(principal, ${action}, resource) when { ${rule.all.map(cedarClause).join(' && ')} };`;
};

const cedar: Loader = async (rules) => {
  const module = await import('@cedar-policy/cedar-wasm/nodejs');
  const policies = Object.fromEntries(rules.map((rule) => [rule.id, cedarPolicy(rule)]));
  const staticPolicies = { base: 'permit(principal, action, resource);', ...policies };
  const read = module.preparsePolicySet('bench', { staticPolicies, templates: {}, templateLinks: [] });
  if (read.type !== 'success') throw new Error(text(read));
  const outcomes = new Map(rules.map((rule) => [rule.id, rule.outcome]));
  return engine({
    prepare: ({ step, ...context }) => ({
      principal: { type: 'Agent', id: 'a' },
      action: { type: 'Action', id: step },
      resource: { type: 'Task', id: 't' },
      context,
      preparsedPolicySetId: 'bench',
      validateRequest: false,
      entities: [],
    }),
    decide: (request) => {
      const answer = module.statefulIsAuthorized(request);
      if (answer.type !== 'success') throw new Error(text(answer));
      const { decision, diagnostics } = answer.response;
      if (decision === 'allow') return 'continue';
      return strictest(diagnostics.reason.map((id: string) => outcomes.get(id) as Outcome));
    },
    note: 'judges all policies; allow and deny only, outcomes kept beside them',
  });
};

// json-rules-engine

const jsonOperators: Record<string, string> = {
  '<': 'lessThan',
  '>': 'greaterThan',
  '>=': 'greaterThanInclusive',
  '==': 'equal',
  '!=': 'notEqual',
  in: 'in',
  has: 'contains',
  contains: 'holdsText',
  endsWith: 'endsWith',
};

const jsonClause = (clause: Clause): object => {
  if ('any' in clause) return { any: clause.any.map(jsonClause) };
  return { fact: clause.fact, operator: jsonOperators[clause.op], value: clause.value };
};

const jsonRules: Loader = async (rules) => {
  const { Engine: RulesEngine } = await import('json-rules-engine');
  const made = new RulesEngine([], { allowUndefinedFacts: true });
  made.addOperator('holdsText', (fact: string, value: string) => fact.includes(value));
  made.addOperator('endsWith', (fact: string, value: string) => fact.endsWith(value));
  for (const rule of rules) {
    const step = rule.steps.length > 0 ? [{ fact: 'step', operator: 'in', value: rule.steps }] : [];
    made.addRule({
      conditions: { all: [...step, ...rule.all.map(jsonClause)] } as never,
      event: { type: rule.outcome },
    });
  }
  return engine({
    prepare: same,
    decide: async (facts) => strictest((await made.run(facts)).events.map(({ type }) => type as Outcome)),
    note: 'asynchronous only',
  });
};

// Belay

const money = (minor: number): string => `EUR ${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, '0')}`;

const belayClause = (clause: Clause): string => {
  if ('any' in clause) return `(${clause.any.map(belayClause).join(' || ')})`;
  const { fact, op, value } = clause;
  if (fact === 'amount') return `amount ${op} ${money(value as number)}`;
  if (fact === 'confidence') return `confidence ${op} 0.${String(value).padStart(3, '0')}`;
  return celClause(clause);
};

export const belayText = (rules: Rule[], steps: string[]): string => `control: bench
about: The rules of the measurement.
owner: role:owner
facts:
  env: { from: system, type: enum, values: [prod, test] }
  amount: { from: args, type: money, currency: [EUR] }
  country: { from: args, type: string }
  confidence: { from: agent, type: decimal, scale: 3, min: 0, max: 1 }
  retries: { from: system, type: int, min: 0 }
  hour: { from: system, type: int, min: 0, max: 23 }
  labels: { from: agent, type: set }
  subject: { from: args, type: string }
  domain: { from: args, type: string }
  rows: { from: args, type: int, min: 0 }
  tier: { from: lookup, source: crm, type: enum, values: [standard, silver, gold, vip] }
  refunds: { from: lookup, source: crm, type: int, min: 0 }
  vendorAge: { from: lookup, source: vendors, type: int, min: 0 }
  vendorVerified: { from: lookup, source: vendors, type: bool }
steps:
${steps.map((step) => `  ${step}: { risk: low, effect: none, arguments: { amount: money, country: string, subject: string, domain: string, rows: int } }`).join('\n')}
approvals:
  sign-off: { from: role:approver }
rules:
${rules.map(belayRule).join('\n')}
`;

const belayRule = ({ id, steps, outcome, all }: Rule): string => {
  const at = steps.length > 0 ? `at: [${steps.join(', ')}], ` : '';
  const then = outcome === 'approval' ? 'approval, by: sign-off' : 'handoff';
  return `  - { id: ${id}, ${at}when: '${all.map(belayClause).join(' && ')}', then: ${then}, because: "{amount} at {step}" }`;
};

/** What arrives at a gate: JSON, with money and decimals as text. */
const wire = (facts: Facts): GateInput => {
  const { step, env, retries, hour, labels, tier, refunds, vendorAge, vendorVerified } = facts;
  const { amount, country, subject, domain, rows, confidence } = facts;
  const input = {
    step,
    arguments: { amount: money(amount), country, subject, domain, rows },
    agent: { confidence: `0.${String(confidence).padStart(3, '0')}`, labels },
    system: { env, retries, hour },
    looked: {
      crm: { ok: true, value: { tier, refunds } },
      vendors: { ok: true, value: { vendorAge, vendorVerified } },
    },
  };
  return JSON.parse(JSON.stringify(input));
};

const belayWith =
  (wait?: number): Loader =>
  async (rules, steps) => {
    const parsed = parseControl(belayText(rules, steps));
    if (!parsed.ok) throw new Error(parsed.problems.map(({ line, message }) => `${line}: ${message}`).join('\n'));
    const compiled = compileControl(parsed.control, wait);
    return engine({
      prepare: wire,
      decide: (input: GateInput) => compiled.decide(input).outcome as Decision,
      note: 'every fact validated, money and decimals read from text; reasons built when something fires',
    });
  };

const handValidated: Loader = async (rules, steps) =>
  engine({
    prepare: wire,
    decide: byHandValidated(rules, steps),
    note: 'the same input as Belay, every fact validated; no reasons: the floor',
  });

const hand: Loader = async (rules, steps) =>
  engine({ prepare: same, decide: byHand(rules, steps), note: 'facts not validated' });

export const engines: Record<string, Loader> = {
  'by hand': hand,
  'by hand, facts validated': handValidated,
  belay: belayWith(),
  'belay, without generated code': belayWith(Number.POSITIVE_INFINITY),
  '@marcbachmann/cel-js, grouped by step': marcbachmann(true),
  '@marcbachmann/cel-js': marcbachmann(false),
  '@bufbuild/cel, grouped by step': bufbuild(true),
  '@bufbuild/cel': bufbuild(false),
  '@cedar-policy/cedar-wasm': cedar,
  'json-rules-engine': jsonRules,
};
