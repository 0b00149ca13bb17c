/** What `demo --once` must come to, whatever the order in which agents and people got to it. */
import { payables } from './invoices.ts';
import { takenWhileRunning } from './operator.ts';
import type { Effect, Outside } from './outside.ts';
import type { Summary } from './summary.ts';
import { written } from './task.ts';
import { support } from './tickets.ts';
import type { Told } from './told.ts';

/** Payments and refunds that were right, with the amount that was right. Nothing else may leave the house. */
const money: Record<string, string> = {
  'INV-2041': 'EUR 182.40',
  'INV-2042': 'EUR 64.90',
  'INV-2043': 'EUR 4250.00',
  'INV-2044': 'EUR 340.00',
  'INV-2049': 'EUR 318.75',
  'INV-2050': 'EUR 62000.00',
  'INV-2052': 'EUR 148.20',
  'INV-2053': 'EUR 204.00',
  'TCK-502': 'EUR 19.00',
  'TCK-505': 'EUR 80.00',
  'TCK-511': 'EUR 30.00',
};

const isMoney = ({ step }: Effect): boolean => step === 'release-payment' || step === 'issue-refund';
const amountOf = ({ arguments: args }: Effect): string => String(args.amount ?? args.refund);

const wrongMoney = (effects: Effect[]): string[] => {
  const moved = effects.filter(isMoney);
  const missing = Object.keys(money).filter((subject) => !moved.some((effect) => effect.subject === subject));
  const wrong = moved.filter((effect) => money[effect.subject] !== amountOf(effect));
  return [
    ...missing.map((subject) => `${subject}: ${written(money[subject] ?? '')} should have been paid and was not.`),
    ...wrong.map((effect) => `${effect.subject}: ${written(amountOf(effect))} was paid and should not have been.`),
  ];
};

type Measured = Omit<Summary, 'ok' | 'problems'>;

export const checked = (
  measured: Measured,
  { house, told, trouble }: { house: { outside: Outside }; told: Told[]; trouble: string[] },
  { ended, paidWithoutPermit }: { ended: boolean; paidWithoutPermit: boolean },
): string[] => {
  const tasks = payables.length + support.length;
  const fenced = told.some(({ subject, outcome }) => subject === takenWhileRunning && outcome === 'FENCED');
  const wentOn = told.some(({ subject, outcome }) => subject === takenWhileRunning && outcome === 'returned');
  const failed = told.filter(({ outcome }) => outcome === 'failed');
  const zero = (['continue', 'approval', 'handoff', 'forbid', 'takeovers', 'returns'] as const).filter(
    (name) => measured[name] === 0,
  );
  const checks: [boolean, string][] = [
    [ended, 'The agents did not come to an end in time.'],
    [!paidWithoutPermit, 'The bank paid without a permit.'],
    [measured.runs === tasks, `${measured.runs} runs were started for ${tasks} tasks.`],
    [measured.runsFinished === tasks, `${tasks - measured.runsFinished} runs were not finished.`],
    [measured.effectsCarriedOutTwice === 0, `${measured.effectsCarriedOutTwice} effects were carried out twice.`],
    [measured.runsWithoutNextStep === 0, `${measured.runsWithoutNextStep} runs are left without an armed next step.`],
    [fenced, `The agent did not notice that ${takenWhileRunning} was taken over.`],
    [wentOn, `The agent did not go on with ${takenWhileRunning} after the return.`],
    [zero.length === 0, `Not seen at all: ${zero.join(', ')}.`],
  ];
  return [
    ...checks.filter(([fine]) => !fine).map(([, sentence]) => sentence),
    ...wrongMoney(house.outside.effects()),
    ...failed.map(({ agent, subject, because }) => `${agent} failed at ${subject}: ${because}`),
    ...trouble.map((text) => `An agent wrote: ${text}`),
  ];
};
