/**
 * What a careful developer would write without a library: the decision by hand, after every fact that the step's rules
 * read has been taken from the input and validated. Answers `handoff` on a fact that cannot be used.
 */
import type { GateInput } from '@belay/control';
import { byHand } from './by-hand.ts';
import { type Decision, type Facts, type Rule, smallRules } from './rules.ts';

/** Digits with at most one point and `scale` digits after it, as a whole number; NaN otherwise. */
const scaled = (text: unknown, from: number, scale: number): number => {
  if (typeof text !== 'string' || text.length <= from || text.length - from > 15) return Number.NaN;
  let value = 0;
  let point = -1;
  for (let index = from; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
    else if (digit === -2 && point < 0 && index > from) point = index;
    else return Number.NaN;
  }
  const digits = point < 0 ? 0 : text.length - point - 1;
  if (digits > scale || (point >= 0 && digits === 0)) return Number.NaN;
  for (let missing = scale - digits; missing > 0; missing--) value *= 10;
  return value;
};

const euros = (text: unknown): number =>
  typeof text === 'string' &&
  text.charCodeAt(0) === 69 &&
  text.charCodeAt(1) === 85 &&
  text.charCodeAt(2) === 82 &&
  text.charCodeAt(3) === 32
    ? scaled(text, 4, 2)
    : Number.NaN;

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const areTexts = (value: unknown): value is string[] => {
  if (!Array.isArray(value)) return false;
  for (let index = 0; index < value.length; index++) if (typeof value[index] !== 'string') return false;
  return true;
};

const tiers = ['standard', 'silver', 'gold', 'vip'];

/** The facts that every step reads; one object is used again and again. */
const readCommon = (input: GateInput, facts: Facts): boolean => {
  const { amount, country, subject } = input.arguments;
  const { retries, hour } = input.system;
  facts.amount = euros(amount);
  facts.confidence = scaled(input.agent.confidence, 0, 3);
  if (!(facts.amount >= 0) || !(facts.confidence <= 1000)) return false;
  if (typeof country !== 'string' || typeof subject !== 'string' || !isCount(retries)) return false;
  if (!isCount(hour) || hour > 23) return false;
  facts.step = input.step;
  facts.country = country;
  facts.subject = subject;
  facts.retries = retries;
  facts.hour = hour;
  return true;
};

const readCustomer = (input: GateInput, facts: Facts): boolean => {
  const { crm } = input.looked;
  if (crm?.ok !== true) return false;
  const { tier, refunds } = crm.value as { tier: unknown; refunds: unknown };
  if (typeof tier !== 'string' || !tiers.includes(tier) || !isCount(refunds)) return false;
  facts.tier = tier;
  facts.refunds = refunds;
  return true;
};

const readVendor = (input: GateInput, facts: Facts): boolean => {
  const { vendors } = input.looked;
  if (vendors?.ok !== true) return false;
  const { vendorAge, vendorVerified } = vendors.value as { vendorAge: unknown; vendorVerified: unknown };
  if (!isCount(vendorAge) || typeof vendorVerified !== 'boolean') return false;
  facts.vendorAge = vendorAge;
  facts.vendorVerified = vendorVerified;
  return true;
};

const readRest = (input: GateInput, facts: Facts): boolean => {
  const { labels } = input.agent;
  const { env } = input.system;
  const { domain, rows } = input.arguments;
  if (!areTexts(labels) || (env !== 'prod' && env !== 'test') || typeof domain !== 'string' || !isCount(rows))
    return false;
  facts.labels = labels;
  facts.env = env;
  facts.domain = domain;
  facts.rows = rows;
  return true;
};

type Reader = (input: GateInput, facts: Facts) => boolean;

/** Which further facts the small set's rules read at each step. */
const smallReaders: Record<string, Reader> = {
  'pay-invoice': readVendor,
  refund: readCustomer,
  'close-account': readCustomer,
  'send-email': readRest,
  'export-data': readRest,
  'delete-data': readRest,
};

const empty: Facts = {
  step: '',
  env: '',
  amount: 0,
  country: '',
  confidence: 0,
  retries: 0,
  hour: 0,
  labels: [],
  subject: '',
  domain: '',
  rows: 0,
  tier: '',
  refunds: 0,
  vendorAge: 0,
  vendorVerified: false,
};

export const byHandValidated = (rules: Rule[], steps: string[]): ((input: GateInput) => Decision) => {
  const decide = byHand(rules, steps);
  const facts = { ...empty };
  if (rules !== smallRules)
    return (input) =>
      readCommon(input, facts) && readCustomer(input, facts) && readVendor(input, facts) ? decide(facts) : 'handoff';
  return (input) => {
    const more = smallReaders[input.step];
    if (!readCommon(input, facts) || (more !== undefined && !more(input, facts))) return 'handoff';
    return decide(facts);
  };
};
