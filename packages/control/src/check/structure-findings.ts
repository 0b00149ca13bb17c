/** Findings about who is told and what is left over; with an organisation, whether those people exist. */
import { didYouMean } from '@belay/protocol';
import { placeholdersOf } from '../evaluate/text.ts';
import { parseExpression } from '../expression/parser.ts';
import { namesIn } from '../expression/syntax.ts';
import type { ApprovalSpec, Control, FactSpec } from '../model.ts';
import type { Path } from '../source/edit.ts';
import { type Finding, finding } from './finding.ts';
import { type OrganisationView, peopleBehind, targetParts } from './organisation.ts';

const isTarget = (name: string): boolean => /^(person|role|oncall):/.test(name);

/** Where a case goes that an edit has to send somewhere: to the only ladder, else to the owner. */
const somebody = ({ ladders, owner }: Control): string =>
  `handoff to ${ladders.length === 1 ? (ladders[0]?.name ?? owner) : owner}`;

export const forbidsWithoutWayOn = (control: Control): Finding[] =>
  control.rules
    .filter((rule) => rule.then === 'forbid' && rule.instead === null)
    .map((rule) => {
      const sentence = `The rule "${rule.id}" forbids and does not say what to do instead: the agent would be stuck.`;
      return finding('forbidWithoutWayOn', sentence, 'Add instead: what the agent may do, or `handoff to LADDER`.', {
        rule: rule.id,
        fix: {
          kind: 'put',
          path: ['rules', control.rules.indexOf(rule), 'instead'],
          text: somebody(control),
        },
      });
    });

export const laddersThatStop = (control: Control): Finding[] =>
  control.ladders
    .filter(({ rungs, repeat }) => repeat === undefined && rungs.at(-1)?.repeatMs === null)
    .map(({ name, rungs }) => {
      const last = rungs.at(-1)?.tell;
      const path = ['ladders', name, rungs.length - 1];
      const sentence = `The ladder "${name}" stops: when ${last} does not answer, it does not say when somebody is told again.`;
      return finding('ladderStops', sentence, 'Add repeat: 1h to its last rung.', {
        at: path,
        fix: { kind: 'put', path: [...path, 'repeat'], text: '1h' },
      });
    });

export const approvalsThatWait = (control: Control): Finding[] =>
  control.approvals
    .filter(({ onExpiry }) => onExpiry.kind === 'wait')
    .map(({ name }) => {
      const sentence = `The approval "${name}" waits for ever when nobody signs.`;
      const path = ['approvals', name, 'on-expiry'];
      return finding('approvalWaits', sentence, 'Write on-expiry: handoff to LADDER.', {
        at: path,
        fix: { kind: 'put', path, text: somebody(control) },
      });
    });

const textsOf = (control: Control): string[] => [
  ...control.rules.flatMap(({ because }) => [because]),
  ...control.priority.map(({ because }) => because),
  control.packet.title,
  control.packet.onYes ?? '',
  control.packet.onNo ?? '',
  ...(control.packet.exceptional ?? []).map(({ because }) => because),
];

/** Names that conditions read: facts, arguments, conditions and lists. */
const namesRead = (control: Control): Set<string> => {
  const sources = [
    ...control.rules.flatMap(({ when, unless }) => [when, unless ?? 'true']),
    ...control.priority.map(({ when }) => when),
    ...(control.packet.exceptional ?? []).map(({ when }) => when),
    ...Object.values(control.conditions),
  ];
  return new Set(sources.flatMap((source) => namesIn(parseExpression(source))));
};

/** `args.amount` reads the fact that is declared at /amount of the arguments. */
const isRead = (fact: FactSpec, read: Set<string>): boolean =>
  read.has(fact.name) || (fact.from === 'args' && read.has(`args.${fact.at.slice(1)}`));

export const unusedNames = (control: Control): Finding[] => {
  const read = namesRead(control);
  const shown = new Set([
    ...textsOf(control).flatMap((text) => placeholdersOf(text).map(({ name }) => name)),
    ...control.packet.sections.flatMap(({ show }) => (Array.isArray(show) ? show : [])),
  ]);
  const sentTo = new Set([
    ...control.rules.flatMap(({ to, instead }) => [
      to,
      instead !== null && 'handoff' in instead ? instead.handoff : null,
    ]),
    ...control.approvals.map(({ onExpiry }) => (onExpiry.kind === 'handoff' ? onExpiry.to : null)),
    ...control.limits.map(({ to }) => to),
  ]);
  const asked = new Set([...control.rules, ...control.limits].map(({ by }) => by));
  const entries = (section: string, names: string[], what: string) =>
    names.map((name) => ({ what: `${what} "${name}"`, path: [section, name] }));
  const facts = control.facts.filter((fact) => !shown.has(fact.name) && !isRead(fact, read));
  const named = <T extends { name: string }>(all: T[], used: Set<string | null>): string[] =>
    all.filter(({ name }) => !used.has(name)).map(({ name }) => name);
  const unread = (names: Record<string, unknown>): string[] => Object.keys(names).filter((name) => !read.has(name));
  const unused = [
    ...entries(
      'facts',
      facts.map(({ name }) => name),
      'fact',
    ),
    ...entries('conditions', unread(control.conditions), 'condition'),
    ...entries('lists', unread(control.lists), 'list'),
    ...entries('ladders', named(control.ladders, sentTo), 'ladder'),
    ...entries('approvals', named(control.approvals, asked), 'approval'),
  ];
  return unused.map(({ what, path }) =>
    finding('unused', `Nothing uses the ${what}.`, 'Use it, or remove it.', {
      at: path,
      fix: { kind: 'remove', path },
    }),
  );
};

type Told = { target: string; where: string; at: Path };

const targetsOf = (control: Control): Told[] => [
  { target: control.owner, where: 'the owner', at: ['owner'] },
  ...control.ladders.flatMap(({ name, rungs }) =>
    rungs.map(({ tell }, index) => ({ target: tell, where: `the ladder "${name}"`, at: ['ladders', name, index] })),
  ),
  ...control.approvals.flatMap(({ name, groups }) =>
    groups.map(({ from }) => ({ target: from, where: `the approval "${name}"`, at: ['approvals', name] })),
  ),
  ...(control.review === null
    ? []
    : [{ target: control.review.by, where: 'the sampled review', at: ['review', 'by'] }]),
  ...control.limits.flatMap(({ id, to }, index) =>
    to !== null && isTarget(to) ? [{ target: to, where: `the limit "${id}"`, at: ['limits', index] }] : [],
  ),
  ...control.rules.flatMap(({ id, to, instead }, index) => {
    const direct = [to, instead !== null && 'handoff' in instead ? instead.handoff : null];
    return direct
      .filter((target) => target !== null && isTarget(target))
      .map((target) => ({ target: target as string, where: `the rule "${id}"`, at: ['rules', index] }));
  }),
];

const targetProblem = ({ target, where, at }: Told, organisation: OrganisationView): Finding[] => {
  const { kind, name } = targetParts(target);
  const roles = [...new Set(organisation.people.flatMap((person) => person.roles))];
  const known = { person: organisation.people.map(({ id }) => id), role: roles, oncall: organisation.schedules }[kind];
  if (known.includes(name)) return [];
  const near = didYouMean(name, known);
  if (kind === 'role') {
    const sentence = `Nobody has the role "${name}", which ${where} names.${near}`;
    return [finding('nobodyInRole', sentence, `Give somebody the role ${name}, or name another.`, { at })];
  }
  const what = kind === 'oncall' ? 'on-call schedule' : 'person';
  const sentence = `There is no ${what} "${name}", which ${where} names.${near}`;
  return [finding('unknownTarget', sentence, `Known: ${known.slice(0, 12).join(', ') || 'none'}.`, { at })];
};

/** One is on call at an instant, whoever it is. */
const signersOf = (from: string, organisation: OrganisationView): string[] => {
  const { kind, name } = targetParts(from);
  if (kind !== 'oncall') return peopleBehind(from, organisation);
  return organisation.schedules.includes(name) ? [from] : [];
};

type Seat = { from: string; people: string[] };

/** One seat for each signature that is needed. */
const seatsOf = ({ groups }: ApprovalSpec, organisation: OrganisationView): Seat[] =>
  groups.flatMap(({ from, quorum }) => {
    const people = signersOf(from, organisation);
    return Array.from({ length: quorum }, () => ({ from, people }));
  });

/** How many seats can be taken when nobody takes two, by augmenting paths. */
const seatsTaken = (seats: Seat[], without: string[]): number => {
  const sits = new Map<string, number>();
  const place = (seat: number, tried: Set<string>): boolean =>
    (seats[seat]?.people ?? []).some((person) => {
      if (without.includes(person) || tried.has(person)) return false;
      tried.add(person);
      const other = sits.get(person);
      if (other !== undefined && !place(other, tried)) return false;
      sits.set(person, seat);
      return true;
    });
  return seats.filter((_, seat) => place(seat, new Set())).length;
};

/** Signers without whom it cannot be given: as many as there are roles that may fall on a signer. */
const blockedBy = (seats: Seat[], signers: string[], atOnce: number): string[] | null => {
  const look = (from: number, chosen: string[]): string[] | null => {
    if (chosen.length > 0 && seatsTaken(seats, chosen) < seats.length) return chosen;
    if (chosen.length === atOnce) return null;
    for (let index = from; index < signers.length; index++) {
      const found = look(index + 1, [...chosen, signers[index] as string]);
      if (found !== null) return found;
    }
    return null;
  };
  return look(0, []);
};

const wanted = ({ groups }: ApprovalSpec): string =>
  groups.map(({ from, quorum }) => `${quorum} of ${from}`).join(' and ');

const quorumProblem = (approval: ApprovalSpec, organisation: OrganisationView): Finding[] => {
  const { name, exclude } = approval;
  const at = ['approvals', name];
  const seats = seatsOf(approval, organisation);
  const taken = seatsTaken(seats, []);
  if (taken < seats.length) {
    const sentence = `The approval "${name}" can never be given: it needs ${wanted(approval)}, and only ${taken} of the ${seats.length} can be found when nobody signs twice.`;
    return [finding('quorumUnreachable', sentence, 'Lower a quorum, or let more people sign.', { at })];
  }
  const signers = [...new Set(seats.flatMap(({ people }) => people))].filter((person) => !person.startsWith('oncall:'));
  const blocked = blockedBy(seats, signers, Math.min(exclude.length, 4));
  if (blocked === null) return [];
  const roles = blocked.map((person, index) => `${person} is the ${exclude[index] ?? 'requester'}`);
  const left = signers.filter((person) => !blocked.includes(person));
  const remaining =
    left.length === 0 ? 'nobody is left' : `only ${left.join(', ')} ${left.length === 1 ? 'is' : 'are'} left`;
  const sentence = `The approval "${name}" cannot be given in some cases: when ${roles.join(' and ')}, ${remaining}, and it needs ${wanted(approval)}.`;
  return [finding('quorumTight', sentence, 'Let one more person sign, or lower the quorum.', { at })];
};

export const organisationFindings = (control: Control, organisation: OrganisationView): Finding[] => [
  ...targetsOf(control).flatMap((told) => targetProblem(told, organisation)),
  ...control.approvals.flatMap((approval) => quorumProblem(approval, organisation)),
];
