/**
 * What each finding means, with an example that has it and one that has not: edits of one small control, and for findings
 * about people of one small organisation. The reference page is made from this, and a test checks every example.
 */
import type { FindingCode } from './finding.ts';

export type Example = { from: string; bad: string; good: string };
export type Explained = { means: string; control?: Example; organisation?: Example };

export const exampleControl = `control: refunds
about: Pays supplier refunds.
owner: role:owner
facts:
  payee.id: { from: lookup, source: erp, type: string }
  payee.ageDays: { from: lookup, source: erp, type: int, min: 0, max: 5_000 }
  mood: { from: agent, type: enum, values: [calm, angry] }
  score: { from: agent, type: int, min: 0, max: 100, optional: true }
steps:
  answer: { risk: low, effect: reversible, arguments: { text: string } }
  pay: { risk: high, effect: irreversible, arguments: { payeeId: string, amount: int } }
rules:
  - { id: clean, at: pay, when: args.payeeId == payee.id && payee.ageDays > 90, then: continue }
  - { id: large, at: pay, when: args.amount > 500, then: approval, by: sign-off, because: It is large. }
  - { id: young, at: pay, when: payee.ageDays <= 90, then: handoff, to: desk, because: The payee is new. }
  - { id: other, at: pay, when: args.payeeId != payee.id, then: handoff, to: desk, because: Another payee. }
  - { id: angry, at: answer, when: mood == "angry", then: handoff, to: desk, because: The customer is angry. }
  - { id: unsure, at: answer, when: has(score) && score < 50, then: handoff, to: desk, because: It is unsure. }
approvals:
  sign-off: { quorum: 2, from: role:approver, on-expiry: handoff to desk }
ladders:
  desk:
    - { tell: oncall:desk, within: 10m }
    - { tell: role:lead, repeat: 30m }
`;

export const exampleOrganisation = `zone: Europe/Paris
people:
  ann: { name: Ann, email: ann@example.com, roles: [approver, owner], access: [operator, admin] }
  bo: { name: Bo, email: bo@example.com, roles: [approver, lead], access: [operator] }
  cy: { name: Cy, email: cy@example.com, roles: [approver], access: [operator] }
schedules:
  desk:
    layers:
      - name: daily
        rotation: { people: [ann, cy], every: week, from: 2026-01-05, at: "09:00" }
`;

const moreRules = 'approvals:\n';
const rule = (bad: string, good: string): Example => ({
  from: moreRules,
  bad: `  - { ${bad} }\n${moreRules}`,
  good: `  - { ${good} }\n${moreRules}`,
});

const everybody = exampleOrganisation.slice(
  exampleOrganisation.indexOf('  ann:'),
  exampleOrganisation.indexOf('schedules:'),
);

const away = 'absences: [{ from: 2026-12-24, to: 2026-12-27 }], ';

const limit = (at: string, of: string, above: string): string =>
  `limits:\n  - { id: daily, at: ${at}, of: ${of}, per: payeeId, window: 24h, above: ${above}, then: approval, by: sign-off }\n`;
const refund =
  '  refund: { risk: low, effect: reversible, arguments: { payeeId: string, value: { type: money, currency: [EUR, USD] } } }\n';

/** So many tests of one text that all their combinations cannot be gone through. */
const many = Array.from({ length: 26 }, (_, index) => {
  const letters = [index, (index + 7) % 26].map((letter) => String.fromCharCode(97 + letter));
  return `(${letters.map((letter) => `payee.id.contains("${letter}")`).join(' || ')})`;
}).join(' && ');

export const explained: Record<FindingCode, Explained> = {
  neverFires: {
    means: 'No case at all fulfils the rule: it protects nobody, whoever wrote it believes that it does.',
    control: rule(
      "id: x, at: pay, when: 'payee.ageDays < 10 && payee.ageDays > 20', then: handoff, because: Odd.",
      "id: x, at: pay, when: 'payee.ageDays > 4_000', then: handoff, because: Odd.",
    ),
  },
  neverDecides: {
    means:
      'Whenever the rule fires, others ask for the same or more. It changes nothing, so its sentence is never read.',
    control: rule(
      "id: x, at: pay, when: 'payee.ageDays < 30', then: handoff, to: desk, because: Very new.",
      "id: x, at: pay, when: 'payee.ageDays > 4_000', then: handoff, to: desk, because: Very old.",
    ),
  },
  twoOwners: {
    means:
      'One case is sent to two owners. The first rule in the file has it; that should be a decision, not an accident.',
    control: rule(
      "id: x, at: pay, when: 'payee.ageDays < 5', then: handoff, to: role:lead, because: Added this week.",
      "id: x, at: pay, when: 'payee.ageDays < 5', then: handoff, to: desk, because: Added this week.",
    ),
  },
  outsidePolicy: {
    means:
      'There are high-risk cases of which no rule speaks. They are safe with the owner; perhaps somebody else knows more.',
    control: {
      from: 'when: args.payeeId != payee.id,',
      bad: "when: 'args.payeeId != payee.id && args.amount > 10',",
      good: 'when: args.payeeId != payee.id,',
    },
  },
  neverContinues: {
    means: 'A high-risk step that only ever goes to a person: the agent can do nothing there.',
    control: {
      from: '  pay: { risk',
      bad: '  close: { risk: high, effect: irreversible, arguments: { payeeId: string } }\n  pay: { risk',
      good: '  close: { risk: low, effect: reversible, arguments: { payeeId: string } }\n  pay: { risk',
    },
  },
  gapAtThreshold: {
    means: 'Rules speak of the values below and above a threshold, and none of the value itself.',
    control: {
      from: 'when: payee.ageDays <= 90,',
      bad: 'when: payee.ageDays < 90,',
      good: 'when: payee.ageDays <= 90,',
    },
  },
  cannotBeJudged: {
    means: 'Usable facts that the rule still cannot compare: an optional one that is not there, or another currency.',
    control: { from: 'has(score) && score < 50', bad: 'score < 50', good: 'has(score) && score < 50' },
  },
  continueOnAgentsWord: {
    means: 'A high-risk step continues because of what the agent claims. What it claims, it can get wrong.',
    control: rule(
      'id: x, at: pay, when: args.payeeId == payee.id && mood == "calm", then: continue',
      'id: x, at: pay, when: args.payeeId == payee.id && payee.ageDays > 100, then: continue',
    ),
  },
  untiedArguments: {
    means:
      'A high-risk step continues, and none of its arguments is compared with a record: what was looked up may be about something else.',
    control: {
      from: 'when: args.payeeId == payee.id && payee.ageDays > 90',
      bad: 'when: payee.ageDays > 90',
      good: 'when: args.payeeId == payee.id && payee.ageDays > 90',
    },
  },
  forbidWithoutWayOn: {
    means: 'An agent that is only refused is stuck: it asks again, or gives up. A refusal says what to do instead.',
    control: rule(
      "id: x, at: pay, when: 'payee.ageDays == 0', then: forbid, because: It was added today.",
      "id: x, at: pay, when: 'payee.ageDays == 0', then: forbid, because: It was added today., instead: handoff to desk",
    ),
  },
  ladderStops: {
    means: 'After the last rung nobody is told again.',
    control: {
      from: '{ tell: role:lead, repeat: 30m }',
      bad: '{ tell: role:lead }',
      good: '{ tell: role:lead, repeat: 30m }',
    },
  },
  ladderLoops: {
    means: 'A rung tells who was told before: the ladder goes round without reaching anybody new.',
    control: { from: 'tell: role:lead,', bad: 'tell: oncall:desk,', good: 'tell: role:lead,' },
  },
  ladderTakesLong: {
    means:
      'When nobody answers, the last person on the ladder, or its owner, hears of it after more than a day: each rung waits its time, as often as the ladder is gone through.',
    control: {
      from: '{ tell: role:lead, repeat: 30m }',
      bad: '{ tell: role:lead, within: 6h }\n    - { repeat: 4 }',
      good: '{ tell: role:lead, within: 30m }\n    - { repeat: 4 }',
    },
  },
  approvalWaits: {
    means: 'When nobody signs, nothing happens.',
    control: { from: 'on-expiry: handoff to desk', bad: 'on-expiry: wait', good: 'on-expiry: handoff to desk' },
  },
  unused: {
    means: 'Declared, and used by nothing: it looks as if it counted.',
    control: {
      from: 'steps:\n',
      bad: '  payee.country: { from: lookup, source: erp, type: string }\nsteps:\n',
      good: 'steps:\n',
    },
  },
  unknownTarget: {
    means: 'The control names a person or a schedule that the organisation has not.',
    control: { from: 'tell: oncall:desk,', bad: 'tell: oncall:dsk,', good: 'tell: oncall:desk,' },
  },
  nobodyInRole: {
    means: 'Nobody has the role: whoever should be told does not exist.',
    control: { from: 'owner: role:owner', bad: 'owner: role:ownr', good: 'owner: role:owner' },
  },
  quorumUnreachable: {
    means: 'More signatures are asked for than there are people who may sign.',
    control: { from: 'quorum: 2', bad: 'quorum: 4', good: 'quorum: 2' },
  },
  quorumTight: {
    means: 'Enough people may sign, and too few are left when one of them asked for it.',
    organisation: { from: 'roles: [approver]', bad: 'roles: []', good: 'roles: [approver]' },
  },
  noWorkingChannel: {
    means: 'Somebody is told on a channel on which they have no address.',
    control: { from: 'tell: role:lead,', bad: 'tell: role:lead, via: [slack],', good: 'tell: role:lead,' },
  },
  nobodyReached: {
    means: 'There are hours of the year in which nobody at all is reached: nobody on the ladder, and not its owner.',
    organisation: {
      from: everybody,
      bad: everybody.replaceAll('access: [', `${away}access: [`),
      good: everybody.replace(/( {2}(?:bo|cy):.*?)access: \[/g, `$1${away}access: [`),
    },
  },
  rungReachesNobody: {
    means: 'There are hours of the year in which this rung names nobody: the next one is told at once.',
    organisation: {
      from: '      - name: daily\n',
      bad: '      - name: daily\n        hours: [{ days: daily, from: "09:00", to: "17:00" }]\n',
      good: '      - name: daily\n',
    },
  },
  rungAddsNobody: {
    means: 'Everybody on this rung was told on one before.',
    control: { from: 'tell: oncall:desk,', bad: 'tell: role:approver,', good: 'tell: oncall:desk,' },
  },
  packetUnfilled: {
    means: 'A field of the packet that nothing fills: the person sees “unknown”.',
    control: {
      from: 'steps:\n',
      bad: 'packet: { title: "{args.note}" }\nsteps:\n  look: { risk: low, effect: none, arguments: { note: string } }\n',
      good: 'packet: { title: "{args.payeeId}" }\nsteps:\n  look: { risk: low, effect: none, arguments: { note: string } }\n',
    },
  },
  limitNeverBinds: {
    means:
      'A limit that nothing can reach: it counts no step, its steps let nothing through, or it names a currency that never comes.',
    control: {
      from: 'steps:\n',
      bad: `${limit('close', 'count', '20')}steps:\n  close: { risk: high, effect: reversible, arguments: { payeeId: string } }\n`,
      good: `${limit('close', 'count', '20')}steps:\n  close: { risk: low, effect: reversible, arguments: { payeeId: string } }\n`,
    },
  },
  limitCannotAddUp: {
    means: 'Amounts may come in a currency for which the limit has no threshold. Each of them is handed to the owner.',
    control: {
      from: 'steps:\n',
      bad: `${limit('refund', 'value', 'EUR 900.00')}steps:\n${refund}`,
      good: `${limit('refund', 'value', '[EUR 900.00, USD 950.00]')}steps:\n${refund}`,
    },
  },
  notProved: {
    means:
      'The proof would take too many steps. That is an honest third answer: split long conditions, or use fewer facts in one step.',
    control: rule(
      `id: x, at: pay, when: '${many}', then: handoff, because: Odd.`,
      `id: x, at: pay, when: '${many.split(' && ')[0]}', then: handoff, because: Odd.`,
    ),
  },
};
