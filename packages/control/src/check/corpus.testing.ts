/** A good control, and edits of it that each bring in one defect. */
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

export const organisation = {
  people: [
    { id: 'ann', roles: ['approver', 'owner'] },
    { id: 'bo', roles: ['approver', 'lead'] },
    { id: 'cy', roles: ['approver'] },
  ],
  schedules: ['desk'],
};

const rule = (text: string): Edit => ({ from: 'approvals:\n', to: `  - { ${text} }\napprovals:\n` });

export type Edit = { from: string; to: string };

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
];

/** Defects that the parser itself refuses. */
export const refused: [defect: string, code: string, edit: Edit][] = [
  ['a fact that is not there', 'unknownName', { from: 'payee.blocked, then', to: 'payee.bloked, then' }],
  [
    'an argument that is not there',
    'unknownName',
    { from: 'when: args.payeeId != payee.id', to: 'when: args.payee != payee.id' },
  ],
  ['a step that is not there', 'unknownName', { from: 'at: answer, when', to: 'at: anwser, when' }],
  ['a ladder that is not there', 'unknownName', { from: 'to: desk, because: young', to: 'to: dsek, because: young' }],
  [
    'an approval that is not there',
    'unknownName',
    { from: 'by: sign-off, because: large', to: 'by: signoff, because: large' },
  ],
  ['a list that is not there', 'unknownName', { from: 'listed(own)', to: 'listed(owns)' }],
  ['a value that the enum has not', 'unknownValue', { from: 'mood == "angry"', to: 'mood == "angre"' }],
  ['a currency that the fact has not', 'unknownValue', { from: 'amount > EUR', to: 'amount > USD' }],
  ['a number for money', 'wrongType', { from: 'amount > EUR 500.00', to: 'amount > 500' }],
  ['a text for a number', 'wrongType', { from: 'payee.ageDays > 90', to: 'payee.ageDays > "90"' }],
  ['too fine a threshold', 'wrongType', { from: 'score < 0.50', to: 'score < 0.505' }],
  ['a threshold out of range', 'outOfRange', { from: 'amount > EUR 500.00', to: 'amount > EUR 50_000.00' }],
  [
    'arithmetic between facts',
    'notInLanguage',
    { from: 'payee.ageDays > 90', to: 'payee.ageDays * payee.ageDays > 90' },
  ],
  ['a regular expression', 'notInLanguage', { from: 'mood == "angry"', to: 'args.text.matches("a.*")' }],
  ['a division', 'notInLanguage', { from: 'payee.ageDays > 90', to: 'payee.ageDays / 2 > 45' }],
  ['a comparison chain', 'syntax', { from: 'payee.ageDays > 90', to: '10 < payee.ageDays < 90' }],
  ['a bracket too few', 'syntax', { from: 'payee.ageDays > 90', to: '(payee.ageDays > 90' }],
  [
    'a word for an operator',
    'syntax',
    { from: 'args.payeeId == payee.id && known', to: 'args.payeeId == payee.id and known' },
  ],
  ['an assignment', 'notInLanguage', { from: 'mood == "angry"', to: 'mood = "angry"' }],
  ['an approval without a name', 'missingKey', { from: 'by: sign-off, because: large', to: 'because: large' }],
  ['a handoff without a reason', 'missingKey', { from: ', because: young', to: '' }],
  [
    'a lookup without a source',
    'missingKey',
    { from: 'payee.blocked: { from: lookup, source: erp,', to: 'payee.blocked: { from: lookup,' },
  ],
  ['a rung after which nobody is told', 'missingKey', { from: 'oncall:desk, within: 10m', to: 'oncall:desk' }],
  ['a step without its risk', 'missingKey', { from: 'look: { risk: low, ', to: 'look: { ' }],
  ['a misspelt section', 'unknownKey', { from: 'ladders:', to: 'laders:' }],
  ['a misspelt key of a rule', 'unknownKey', { from: 'instead: Ask', to: 'insted: Ask' }],
  ['a misspelt risk', 'wrongForm', { from: 'risk: high', to: 'risk: hihg' }],
  ['a target without its kind', 'wrongForm', { from: 'tell: role:lead', to: 'tell: lead' }],
  ['a duration in words', 'wrongForm', { from: 'within: 10m', to: 'within: ten minutes' }],
  [
    'an offline step with an effect',
    'wrongForm',
    { from: 'effect: reversible', to: 'effect: reversible, offline: allow' },
  ],
  [
    'a destination on an approval',
    'wrongForm',
    { from: 'by: sign-off, because: large', to: 'by: sign-off, to: desk, because: large' },
  ],
  ['two rules of one name', 'duplicateName', { from: 'id: young', to: 'id: clean' }],
  ['a condition that is its own', 'unknownName', { from: 'known: payee', to: 'known: known || payee' }],
  ['a sentence with an unknown fact', 'unknownName', { from: 'because: young', to: 'because: "{payee.age}"' }],
  ['the same section twice', 'yaml', { from: 'ladders:', to: 'lists: { own: [a] }\nladders:' }],
  ['an expression that YAML cannot read', 'yaml', { from: `when: '!known'`, to: `when: "a" in b` }],
  ['an anchor', 'yaml', { from: 'lists:', to: 'lists: &l' }],
  ['an unknown type', 'wrongForm', { from: 'type: bool', to: 'type: boolean' }],
  [
    'a default that does not fit',
    'wrongForm',
    {
      from: 'payee.blocked: { from: lookup, source: erp, type: bool',
      to: 'payee.blocked: { from: lookup, source: erp, type: bool, default: 1',
    },
  ],
  [
    'a key of another type',
    'wrongForm',
    {
      from: 'payee.ageDays: { from: lookup, source: erp, type: int',
      to: 'payee.ageDays: { from: lookup, source: erp, scale: 2, type: int',
    },
  ],
];
