/** The rules that every engine decides by: written once, translated for each. All numbers are whole, as some engines need. */

export type Clause =
  | { fact: string; op: '<' | '>' | '>=' | '==' | '!='; value: number | string | boolean }
  | { fact: string; op: 'in'; value: string[] }
  | { fact: string; op: 'has' | 'contains' | 'endsWith'; value: string }
  | { any: Clause[] };

export type Outcome = 'approval' | 'handoff';
export type Rule = { id: string; steps: string[]; outcome: Outcome; all: Clause[] };

export type Facts = {
  step: string;
  env: string;
  /** minor units of EUR */
  amount: number;
  country: string;
  /** thousandths */
  confidence: number;
  retries: number;
  hour: number;
  labels: string[];
  subject: string;
  domain: string;
  rows: number;
  tier: string;
  refunds: number;
  vendorAge: number;
  vendorVerified: boolean;
};

export const smallSteps = [
  'pay-invoice',
  'refund',
  'send-email',
  'export-data',
  'delete-data',
  'change-bank',
  'close-account',
  'look-up',
  'update-record',
];

const rule = (id: string, outcome: Outcome, steps: string[], ...all: Clause[]): Rule => ({ id, steps, outcome, all });
const above = (fact: string, value: number): Clause => ({ fact, op: '>', value });
const below = (fact: string, value: number): Clause => ({ fact, op: '<', value });
const from = (fact: string, value: number): Clause => ({ fact, op: '>=', value });
const is = (fact: string, value: string | boolean): Clause => ({ fact, op: '==', value });

/** Twenty rules of a back office. */
export const smallRules: Rule[] = [
  rule('embargo', 'handoff', [], { fact: 'country', op: 'in', value: ['KP', 'IR', 'SY', 'CU'] }),
  rule('delete-in-production', 'handoff', ['delete-data'], is('env', 'prod')),
  rule('bank-details', 'approval', ['change-bank'], from('retries', 0)),
  rule('very-large-invoice', 'handoff', ['pay-invoice'], above('amount', 5_000_000)),
  rule('large-invoice', 'approval', ['pay-invoice'], above('amount', 1_000_000)),
  rule('young-vendor', 'approval', ['pay-invoice'], below('vendorAge', 30), above('amount', 100_000)),
  rule('unverified-vendor', 'approval', ['pay-invoice'], is('vendorVerified', false)),
  rule(
    'foreign-vendor',
    'approval',
    ['pay-invoice'],
    { fact: 'country', op: '!=', value: 'DE' },
    above('amount', 500_000),
  ),
  rule('standard-refund', 'approval', ['refund'], above('amount', 50_000), is('tier', 'standard')),
  rule('large-refund', 'approval', ['refund'], above('amount', 200_000)),
  rule('serial-refund', 'handoff', ['refund'], from('refunds', 3)),
  rule('personal-data', 'approval', ['send-email'], { fact: 'labels', op: 'has', value: 'pii' }),
  rule('government', 'approval', ['send-email'], { fact: 'domain', op: 'endsWith', value: '.gov' }),
  rule('export', 'approval', ['export-data'], {
    any: [{ fact: 'labels', op: 'has', value: 'confidential' }, above('rows', 10_000)],
  }),
  rule('unsure', 'handoff', [], below('confidence', 500)),
  rule('rather-unsure', 'approval', [], below('confidence', 800), above('amount', 100_000)),
  rule('stuck', 'handoff', [], from('retries', 5)),
  rule('at-night', 'handoff', [], { any: [below('hour', 7), from('hour', 20)] }, above('amount', 250_000)),
  rule('gift-card', 'approval', [], { fact: 'subject', op: 'contains', value: 'gift card' }),
  rule('vip', 'approval', ['refund', 'close-account'], is('tier', 'vip')),
];

/** Repeatable random numbers. */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
};

export const manySteps = Array.from({ length: 50 }, (_, index) => `step-${index}`);

/** A thousand rules: 19 for each of 50 steps, and 50 for all of them. */
export const manyRules = (): Rule[] => {
  const random = randomFrom(99);
  const whole = (limit: number) => Math.floor(random() * limit);
  return Array.from({ length: 1000 }, (_, index): Rule => {
    const outcome = index % 2 === 0 ? 'approval' : 'handoff';
    if (index % 20 === 19) {
      const limits: Clause[][] = [
        [below('confidence', 10 + whole(50))],
        [from('retries', 20 + whole(200))],
        [is('country', `X${index}`)],
        [above('amount', 20_000_000 + whole(1e8)), from('hour', 22)],
      ];
      return rule(`all-${index}`, 'handoff', [], ...(limits[whole(4)] as Clause[]));
    }
    const step = manySteps[Math.floor(index / 20)] as string;
    const amount = 500_000 + whole(10_000_000);
    const kinds: Clause[][] = [
      [above('amount', amount)],
      [below('vendorAge', whole(60)), above('amount', amount)],
      [is('tier', 'vip'), above('amount', amount)],
      [{ fact: 'country', op: 'in', value: ['US', 'JP'] }, above('amount', amount)],
      [from('refunds', 3 + whole(20)), { fact: 'country', op: '!=', value: 'DE' }],
    ];
    return rule(`own-${index}`, outcome, [step], ...(kinds[index % 5] as Clause[]));
  });
};

/** Inputs for which nothing fires (`low`), so that every rule is judged, or a mixture of all outcomes. */
export const someFacts = (count: number, steps: string[], low: boolean): Facts[] => {
  const random = randomFrom(low ? 7 : 8);
  const whole = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(values: readonly T[]): T => values[whole(values.length)] as T;
  const quiet = steps.filter((step) => !['export-data', 'delete-data', 'change-bank'].includes(step));
  return Array.from({ length: count }, () => ({
    step: pick(low ? quiet : steps),
    env: pick(['prod', 'test']),
    amount: low ? whole(40_000) : Math.round(Math.exp(random() * 16)),
    country: low ? 'DE' : pick(['DE', 'FR', 'US', 'JP', 'IR']),
    confidence: low ? 900 + whole(100) : 300 + whole(700),
    retries: low ? whole(3) : whole(7),
    hour: low ? 8 + whole(11) : whole(24),
    labels: low ? ['internal'] : pick([[], ['internal'], ['pii', 'internal'], ['confidential']]),
    subject: low ? 'Your order 1234 has shipped' : pick(['Your order 1234 has shipped', 'buy a gift card now']),
    domain: low ? 'example.com' : pick(['example.com', 'agency.gov']),
    rows: low ? whole(9_000) : whole(20_000),
    tier: low ? 'gold' : pick(['standard', 'silver', 'gold', 'vip']),
    refunds: low ? 0 : whole(5),
    vendorAge: low ? 200 + whole(500) : whole(400),
    vendorVerified: low || random() < 0.8,
  }));
};

export type Decision = 'continue' | Outcome;

export const strictest = (fired: Outcome[]): Decision =>
  fired.includes('handoff') ? 'handoff' : fired.includes('approval') ? 'approval' : 'continue';
