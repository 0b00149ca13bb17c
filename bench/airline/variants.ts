/**
 * A ladder of strictness over the shipped control, each rung on top of the one before. It shows what a stricter
 * reading would stop and what it would hold without need; nobody has to guess where the trade lies.
 */
import type { Control, RuleSpec } from '@belay/control';

export type Variant = { name: string; about: string; change(control: Control): Control };

type Addition = Pick<RuleSpec, 'id' | 'at' | 'when' | 'because'> & {
  outcome: RuleSpec['then'];
  to?: string;
  by?: string;
};

const rule = ({ id, at, when, because, outcome, to, by }: Addition): RuleSpec => ({
  id,
  at,
  when,
  unless: null,
  then: outcome,
  to: to ?? null,
  by: by ?? null,
  instead: outcome === 'forbid' ? { text: 'Tell the customer no, or ask a person.' } : null,
  because,
  cites: null,
});

const withRules = (control: Control, ...rules: RuleSpec[]): Control => ({
  ...control,
  rules: [...control.rules, ...rules],
});

const signOff: Control['approvals'][number] = {
  name: 'supervisor-sign-off',
  groups: [{ from: 'role:desk-supervisor', quorum: 1 }],
  exclude: [],
  veto: 'any',
  dwellMs: 0,
  mustOpen: false,
  withinMs: 3_600_000,
  onExpiry: { kind: 'handoff', to: 'desk' },
};

const writes = (control: Control): string[] =>
  control.steps.filter((step) => step.effect !== 'none').map((step) => step.name);

/** Four sentences that the shipped control reads mildly, taken at their word. */
const toTheLetter = (control: Control): Control =>
  withRules(
    {
      ...control,
      conditions: {
        ...control.conditions,
        flown: 'has(reservation.daysSinceFirstFlight) && reservation.daysSinceFirstFlight > 0',
        cancellable: 'fresh || business || insured',
      },
    },
    rule({
      id: 'letter-basic-economy',
      at: ['update-reservation-flights'],
      when: 'has(reservation.cabin) && reservation.cabin == "basic_economy" && has(change.sameFlights) && !change.sameFlights',
      outcome: 'forbid',
      because: 'Flights in basic economy cannot be changed, not even together with the cabin.',
    }),
    rule({
      id: 'letter-gesture-after-change',
      at: ['send-certificate'],
      when: 'has(compensation.afterChange) && !compensation.afterChange',
      outcome: 'forbid',
      because: 'A gesture for a delay is offered after the reservation was changed or cancelled.',
    }),
  );

const insuredReason = (control: Control): Control =>
  withRules(
    control,
    rule({
      id: 'insured-reason',
      at: ['cancel-reservation'],
      when: 'insured && !fresh && !business && has(customer.reason) && customer.reason == "other"',
      outcome: 'handoff',
      to: 'desk',
      because: 'Insurance covers health and weather; the customer named neither.',
    }),
  );

const unconfirmed = (control: Control): Control =>
  withRules(
    { ...control, approvals: [...control.approvals, signOff] },
    rule({
      id: 'unconfirmed',
      at: writes(control),
      when: 'has(customer.confirmed) && !customer.confirmed',
      outcome: 'approval',
      by: signOff.name,
      because: "The customer's last words hold no yes.",
    }),
  );

const everyWrite = (control: Control): Control =>
  withRules(
    control,
    rule({
      id: 'every-write',
      at: writes(control),
      when: 'true',
      outcome: 'approval',
      by: signOff.name,
      because: 'Every change is signed off.',
    }),
  );

export const ladder: Variant[] = [
  { name: 'as shipped', about: 'what the policy forbids and shown records prove', change: (control) => control },
  { name: 'to the letter', about: 'four sentences taken at their word', change: toTheLetter },
  { name: 'insurance reason', about: 'and insured cancellations need a covered reason', change: insuredReason },
  { name: 'unconfirmed', about: 'and writes without a word of agreement are signed off', change: unconfirmed },
  { name: 'every write', about: 'and everything else is signed off too', change: everyWrite },
];

/** The control of each rung. */
export const rungs = (control: Control): { variant: Variant; control: Control }[] => {
  let current = control;
  return ladder.map((variant) => {
    current = variant.change(current);
    return { variant, control: current };
  });
};

/** For comparison, what many would build first: hold a write when the customer's last words hold no yes. */
export const confirmationOnly = (control: Control): Control => {
  const bare = { ...control, rules: [] };
  const pass = rule({ id: 'pass', at: writes(control), when: 'true', outcome: 'continue', because: '' });
  return unconfirmed(withRules(bare, pass));
};
