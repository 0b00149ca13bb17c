/** What a developer would write without a library: one function for twenty rules, closures by step for a thousand. */
import { type Clause, type Decision, type Facts, type Rule, smallRules } from './rules.ts';

const smallByHand = (facts: Facts): Decision => {
  const { step, amount, country, confidence, tier } = facts;
  if (country === 'KP' || country === 'IR' || country === 'SY' || country === 'CU') return 'handoff';
  if (confidence < 500 || facts.retries >= 5) return 'handoff';
  if (amount > 250_000 && (facts.hour < 7 || facts.hour >= 20)) return 'handoff';
  if (step === 'delete-data' && facts.env === 'prod') return 'handoff';
  if (step === 'pay-invoice' && amount > 5_000_000) return 'handoff';
  if (step === 'refund' && facts.refunds >= 3) return 'handoff';
  if (confidence < 800 && amount > 100_000) return 'approval';
  if (facts.subject.includes('gift card')) return 'approval';
  switch (step) {
    case 'change-bank':
      return 'approval';
    case 'pay-invoice':
      if (amount > 1_000_000 || !facts.vendorVerified) return 'approval';
      if (facts.vendorAge < 30 && amount > 100_000) return 'approval';
      return country !== 'DE' && amount > 500_000 ? 'approval' : 'continue';
    case 'refund':
      if (tier === 'vip' || amount > 200_000) return 'approval';
      return tier === 'standard' && amount > 50_000 ? 'approval' : 'continue';
    case 'send-email':
      return facts.labels.includes('pii') || facts.domain.endsWith('.gov') ? 'approval' : 'continue';
    case 'export-data':
      return facts.labels.includes('confidential') || facts.rows > 10_000 ? 'approval' : 'continue';
    case 'close-account':
      return tier === 'vip' ? 'approval' : 'continue';
    default:
      return 'continue';
  }
};

type Test = (facts: Facts) => boolean;

const testOf = (clause: Clause): Test => {
  if ('any' in clause) {
    const tests = clause.any.map(testOf);
    return (facts) => tests.some((test) => test(facts));
  }
  const key = clause.fact as keyof Facts;
  const value = clause.value as never;
  const tests: Record<string, Test> = {
    '<': (facts) => (facts[key] as number) < value,
    '>': (facts) => (facts[key] as number) > value,
    '>=': (facts) => (facts[key] as number) >= value,
    '==': (facts) => facts[key] === value,
    '!=': (facts) => facts[key] !== value,
    in: (facts) => (value as string[]).includes(facts[key] as string),
    has: (facts) => (facts[key] as string[]).includes(value),
    contains: (facts) => (facts[key] as string).includes(value),
    endsWith: (facts) => (facts[key] as string).endsWith(value),
  };
  return tests[clause.op] as Test;
};

const closuresByStep = (rules: Rule[], steps: string[]): ((facts: Facts) => Decision) => {
  const compiled = rules.map((rule) => ({ rule, tests: rule.all.map(testOf) }));
  const byStep = new Map(
    steps.map((step) => [step, compiled.filter(({ rule }) => rule.steps.length === 0 || rule.steps.includes(step))]),
  );
  return (facts) => {
    let decision: Decision = 'continue';
    for (const { rule, tests } of byStep.get(facts.step) ?? []) {
      let fires = true;
      for (let index = 0; fires && index < tests.length; index++) fires = (tests[index] as Test)(facts);
      if (fires && rule.outcome === 'handoff') return 'handoff';
      if (fires) decision = 'approval';
    }
    return decision;
  };
};

export const byHand = (rules: Rule[], steps: string[]): ((facts: Facts) => Decision) =>
  rules === smallRules ? smallByHand : closuresByStep(rules, steps);
