/** A good control, and edits of it that each bring in one defect. */
import type { OrganisationView } from './organisation.ts';

export const good = `control: corpus
about: A control without findings.
owner: role:owner
facts:
  amount: { from: args, type: money, currency: [EUR], min: 0.01, max: 10_000.00 }
  payee.id: { from: lookup, source: erp, type: string }
  payee.ageDays: { from: lookup, source: erp, type: int, min: 0, max: 5_000 }
  payee.blocked: { from: lookup, source: erp, type: bool }
  mood: { from: agent, type: enum, values: [calm, angry] }
  score: { from: agent, type: decimal, scale: 2, min: 0, max: 1, optional: true }
lists:
  own: [me-1, me-2]
conditions:
  known: payee.ageDays > 90
steps:
  look: { risk: low, effect: none }
  answer: { risk: low, effect: reversible, arguments: { text: string } }
  pay: { risk: high, effect: irreversible, arguments: { payeeId: string, amount: money } }
rules:
  - { id: clean, at: pay, when: args.payeeId == payee.id && known, then: continue }
  - { id: large, at: pay, when: amount > EUR 500.00, then: approval, by: sign-off, because: large }
  - { id: young, at: pay, when: '!known', then: handoff, to: desk, because: young }
  - { id: other, at: pay, when: args.payeeId != payee.id, then: handoff, to: desk, because: other }
  - { id: blocked, at: pay, when: payee.blocked, then: forbid, because: blocked, instead: Ask for another account. }
  - { id: own, at: pay, when: args.payeeId in listed(own), then: forbid, because: own, instead: handoff to desk }
  - { id: unsure, at: pay, when: has(score) && score < 0.50, then: approval, by: sign-off, because: unsure }
  - { id: angry, at: answer, when: mood == "angry", then: handoff, to: desk, because: angry }
approvals:
  sign-off: { quorum: 2, from: role:approver, on-expiry: handoff to desk }
ladders:
  desk:
    - { tell: oncall:desk, within: 10m }
    - { tell: role:lead, repeat: 30m }
`;

export const year = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2027, 0, 1) };
const always = [year];
export const roles = ['role:owner', 'role:approver', 'role:lead'];

/** Everybody has an address, and every target names somebody at every hour of the year. */
export const organisation: OrganisationView = {
  people: [
    { id: 'ann', roles: ['approver', 'owner'], channels: ['slack', 'email'] },
    { id: 'bo', roles: ['approver', 'lead'], channels: ['slack'] },
    { id: 'cy', roles: ['approver'], channels: ['email'] },
  ],
  schedules: ['desk'],
  onCall: { desk: ['ann', 'cy'] },
  coverage: {
    ...year,
    zone: 'Europe/Berlin',
    covered: Object.fromEntries(['oncall:desk', ...roles].map((target) => [target, always])),
  },
};

const rule = (text: string): Edit => ({ from: 'approvals:\n', to: `  - { ${text} }\napprovals:\n` });

export type Edit = { from: string; to: string; also?: Edit };

const limitOf = (at: string, rest: string): string =>
  `limits: [{ id: daily, at: ${at}, ${rest}, window: 24h, then: approval, by: sign-off }]\n`;

/** What is changed, and the code that has to be found. */
export const defects: [defect: string, code: string, edit: Edit, about?: string][] = [
  [
    'a range that excludes itself',
    'neverFires',
    rule("id: x, at: pay, when: 'payee.ageDays < 10 && payee.ageDays > 20', then: handoff, because: b"),
    'x',
  ],
  [
    'no whole number between 4 and 5',
    'neverFires',
    rule("id: x, at: pay, when: 'payee.ageDays > 4 && payee.ageDays < 5', then: handoff, because: b"),
    'x',
  ],
  [
    'a text that is two things',
    'neverFires',
    rule(`id: x, at: answer, when: 'mood == "calm" && mood == "angry"', then: handoff, because: b`),
    'x',
  ],
  [
    'a text that begins with two things',
    'neverFires',
    rule(
      `id: x, at: answer, when: 'args.text.startsWith("a") && args.text.startsWith("b")', then: handoff, because: b`,
    ),
    'x',
  ],
  [
    'an exception that is the rule',
    'neverFires',
    rule(`id: x, at: answer, when: 'mood == "calm"', unless: 'mood == "calm"', then: handoff, because: b`),
    'x',
  ],
  [
    'equal and different at once',
    'neverFires',
    rule("id: x, at: pay, when: 'args.payeeId == payee.id && payee.id != args.payeeId', then: handoff, because: b"),
    'x',
  ],
  [
    'a fact compared with one out of its reach',
    'neverFires',
    rule("id: x, at: pay, when: 'amount * 2 > EUR 20_000.00', then: handoff, because: b"),
    'x',
  ],
  [
    'a continue under a handoff',
    'neverDecides',
    rule("id: x, at: pay, when: 'args.payeeId == payee.id && payee.ageDays < 30', then: continue"),
    'x',
  ],
  [
    'a continue under two rules together',
    'neverDecides',
    rule(
      "id: x, at: pay, when: 'args.payeeId == payee.id && (payee.ageDays < 30 || amount > EUR 900.00)', then: continue",
    ),
    'x',
  ],
  [
    'an approval inside another',
    'neverDecides',
    rule("id: x, at: pay, when: 'amount > EUR 900.00', then: approval, by: sign-off, because: b"),
    'x',
  ],
  [
    'a handoff inside two others',
    'neverDecides',
    rule("id: x, at: pay, when: 'payee.ageDays < 9 || args.payeeId != payee.id', then: handoff, to: desk, because: b"),
    'x',
  ],
  [
    'a handoff to somebody else',
    'twoOwners',
    rule("id: x, at: pay, when: 'amount > EUR 900.00', then: handoff, because: b"),
  ],
  [
    'a condition dropped',
    'outsidePolicy',
    { from: "  - { id: young, at: pay, when: '!known', then: handoff, to: desk, because: young }\n", to: '' },
  ],
  [
    'nothing lets it through',
    'neverContinues',
    { from: '  answer:', to: '  wipe: { risk: high, effect: irreversible }\n  answer:' },
  ],
  ['a gap at the threshold of days', 'gapAtThreshold', { from: "when: '!known'", to: 'when: payee.ageDays < 90' }],
  [
    'a gap at the threshold of money',
    'gapAtThreshold',
    { from: 'known, then: continue', to: 'known && amount < EUR 500.00, then: continue' },
  ],
  ['an optional fact without has', 'cannotBeJudged', { from: 'has(score) && score', to: 'score' }, 'unsure'],
  ['a second currency', 'cannotBeJudged', { from: 'currency: [EUR]', to: 'currency: [EUR, USD]' }, 'large'],
  [
    'the agent says that it may',
    'continueOnAgentsWord',
    { from: '&& known, then', to: '&& known && mood == "calm", then' },
    'clean',
  ],
  [
    'the agent excuses itself',
    'continueOnAgentsWord',
    {
      from: 'then: approval, by: sign-off, because: large',
      to: 'unless: mood == "calm", then: approval, by: sign-off, because: large',
    },
    'large',
  ],
  [
    'the agent names the payee',
    'continueOnAgentsWord',
    { from: 'payee.id: { from: lookup, source: erp, type: string }', to: 'payee.id: { from: agent, type: string }' },
    'clean',
  ],
  ['a payment to anybody', 'untiedArguments', { from: 'args.payeeId == payee.id && known', to: 'known' }, 'clean'],
  [
    'a payment to anybody, sometimes',
    'untiedArguments',
    { from: 'args.payeeId == payee.id && known', to: '(args.payeeId == payee.id || amount < EUR 5.00) && known' },
    'clean',
  ],
  [
    'a forbid without a way on',
    'forbidWithoutWayOn',
    { from: ', instead: Ask for another account.', to: '' },
    'blocked',
  ],
  ['a ladder that stops', 'ladderStops', { from: ', repeat: 30m', to: '' }],
  ['an approval that waits', 'approvalWaits', { from: ', on-expiry: handoff to desk', to: ', on-expiry: wait' }],
  ['a fact of no use', 'unused', { from: 'lists:', to: '  idle: { from: agent, type: bool }\nlists:' }],
  ['a list of no use', 'unused', { from: 'conditions:', to: '  idle: [a]\nconditions:' }],
  ['a condition of no use', 'unused', { from: 'steps:', to: '  idle: payee.blocked\nsteps:' }],
  ['an approval of no use', 'unused', { from: 'ladders:', to: '  idle: { quorum: 2, from: role:approver }\nladders:' }],
  [
    'a ladder of no use',
    'unused',
    { from: 'ladders:', to: 'ladders:\n  idle:\n    - { tell: role:lead, repeat: 1h }' },
  ],
  ['an owner that nobody is', 'nobodyInRole', { from: 'owner: role:owner', to: 'owner: role:owners' }],
  ['a rung that nobody is', 'nobodyInRole', { from: 'role:lead', to: 'role:laed' }],
  ['a schedule that is not there', 'unknownTarget', { from: 'oncall:desk', to: 'oncall:dekk' }],
  [
    'a person who is not there',
    'unknownTarget',
    { from: 'to: desk, because: young', to: 'to: person:dan, because: young' },
  ],
  ['more signatures than signers', 'quorumUnreachable', { from: 'quorum: 2', to: 'quorum: 4' }],
  ['a quorum of those on call', 'quorumUnreachable', { from: 'from: role:approver', to: 'from: oncall:desk' }],
  ['too few signers beside the requester', 'quorumTight', { from: 'quorum: 2', to: 'quorum: 3' }],
  [
    'too few signers beside requester and preparer',
    'quorumTight',
    { from: 'quorum: 2', to: 'quorum: 2, exclude: [requester, preparer]' },
  ],
  [
    'a rung that leads back',
    'ladderLoops',
    {
      from: '- { tell: role:lead, repeat: 30m }',
      to: '- { tell: role:lead, within: 9m }\n    - { tell: oncall:desk, repeat: 30m }',
    },
  ],
  [
    'a ladder that goes round for days',
    'ladderTakesLong',
    { from: '- { tell: role:lead, repeat: 30m }', to: '- { tell: role:lead, within: 3h }\n    - { repeat: 9 }' },
  ],
  ['a ladder of one and the same', 'ladderLoops', { from: 'tell: role:lead', to: 'tell: oncall:desk' }],
  [
    'a rung with the same people',
    'rungAddsNobody',
    { from: '- { tell: oncall:desk, within: 10m }', to: '- { tell: role:approver, within: 10m }' },
  ],
  [
    'a channel on which nobody is',
    'noWorkingChannel',
    { from: 'tell: role:lead,', to: 'tell: role:lead, via: [teams],' },
  ],
  [
    'a channel that one of those on call has not',
    'noWorkingChannel',
    { from: 'tell: oncall:desk,', to: 'tell: oncall:desk, via: slack,' },
  ],
  [
    'a packet about the arguments of a step without people',
    'packetUnfilled',
    {
      from: 'rules:\n',
      to: 'packet: { title: "{args.note}" }\nrules:\n',
      also: {
        from: 'look: { risk: low, effect: none }',
        to: 'look: { risk: low, effect: none, arguments: { note: string } }',
      },
    },
  ],
  [
    'a packet section that nothing fills',
    'packetUnfilled',
    {
      from: 'rules:\n',
      to: 'packet: { title: Pay, sections: { note: [args.note] } }\nrules:\n',
      also: {
        from: 'look: { risk: low, effect: none }',
        to: 'look: { risk: low, effect: none, arguments: { note: string } }',
      },
    },
  ],
  [
    'a set that is empty and holds something',
    'neverFires',
    {
      from: 'lists:',
      to: '  tags: { from: system, type: set }\nlists:',
      also: rule(`id: x, at: answer, when: 'size(tags) == 0 && "a" in tags', then: handoff, because: b`),
    },
    'x',
  ],
  [
    'a date before itself',
    'neverFires',
    {
      from: 'lists:',
      to: '  due: { from: lookup, source: erp, type: date }\nlists:',
      also: rule(
        `id: x, at: pay, when: 'due < date("2026-01-01") && due > date("2026-01-31")', then: handoff, because: b`,
      ),
    },
    'x',
  ],
  [
    'an hour that no day has',
    'neverFires',
    {
      from: 'lists:',
      to: '  sentAt: { from: lookup, source: erp, type: timestamp, zone: Europe/Berlin }\nlists:',
      also: rule("id: x, at: pay, when: 'hour(sentAt) < 6 && hour(sentAt) >= 20', then: handoff, because: b"),
    },
    'x',
  ],
  [
    'a rule written twice',
    'neverDecides',
    rule("id: x, at: pay, when: 'payee.blocked', then: forbid, because: b, instead: Ask for another account."),
    'x',
  ],
  [
    'an amount in no currency that it has',
    'neverFires',
    {
      from: 'currency: [EUR]',
      to: 'currency: [EUR, USD]',
      also: rule(
        `id: x, at: pay, when: 'currency(amount) == "EUR" && currency(amount) == "USD"', then: handoff, because: b`,
      ),
    },
    'x',
  ],
  [
    'a limit where nothing is let through',
    'limitNeverBinds',
    {
      from: 'rules:',
      to: `${limitOf('shut', 'above: 5, of: count, per: agent')}rules:`,
      also: { from: '  pay: {', to: '  shut: { risk: high, effect: none }\n  pay: {' },
    },
  ],
  [
    'a limit that says neither at which steps nor by which arguments it counts',
    'limitNeverBinds',
    {
      from: 'rules:',
      to: 'limits: [{ id: daily, above: 5, of: count, per: agent, window: 24h, then: approval, by: sign-off }]\nrules:',
    },
  ],
  [
    'a limit in a currency that never comes',
    'limitNeverBinds',
    { from: 'rules:', to: `${limitOf('pay', 'above: [EUR 900.00, USD 900.00], of: amount, per: payeeId')}rules:` },
  ],
  [
    'a limit without a threshold in a currency that comes',
    'limitCannotAddUp',
    {
      from: 'currency: [EUR]',
      to: 'currency: [EUR, USD]',
      also: {
        from: 'rules:',
        to: `${limitOf('pay', 'above: EUR 900.00, of: amount, per: payeeId')}rules:`,
      },
    },
  ],
];
