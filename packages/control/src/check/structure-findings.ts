/** Findings about who is told and what is left over; with an organisation, whether those people exist. */
import { didYouMean } from '@belay/protocol';
import { placeholdersOf } from '../evaluate/text.ts';
import { parseExpression } from '../expression/parser.ts';
import { namesIn } from '../expression/syntax.ts';
import type { ApprovalSpec, Control, FactSpec } from '../model.ts';
import { type Finding, finding } from './finding.ts';

/** Who there is, as far as the check needs to know. */
export type OrganisationView = { people: { id: string; roles: string[] }[]; schedules: string[] };

const isTarget = (name: string): boolean => /^(person|role|oncall):/.test(name);

export const forbidsWithoutWayOn = (control: Control): Finding[] =>
  control.rules
    .filter((rule) => rule.then === 'forbid' && rule.instead === null)
    .map((rule) => {
      const sentence = `The rule "${rule.id}" forbids and does not say what to do instead: the agent would be stuck.`;
      return finding('forbidWithoutWayOn', sentence, 'Add instead: what the agent may do, or `handoff to LADDER`.', {
        rule: rule.id,
      });
    });

export const laddersThatStop = (control: Control): Finding[] =>
  control.ladders
    .filter(({ rungs }) => rungs.at(-1)?.repeatMs === null)
    .map(({ name, rungs }) => {
      const last = rungs.at(-1)?.tell;
      const sentence = `The ladder "${name}" stops: when ${last} does not answer, nobody is told again.`;
      return finding('ladderStops', sentence, 'Add repeat: 1h to its last rung.');
    });

export const approvalsThatWait = (control: Control): Finding[] =>
  control.approvals
    .filter(({ onExpiry }) => onExpiry.kind === 'wait')
    .map(({ name }) => {
      const sentence = `The approval "${name}" waits for ever when nobody signs.`;
      return finding('approvalWaits', sentence, 'Write on-expiry: handoff to LADDER.');
    });

const textsOf = (control: Control): string[] => [
  ...control.rules.flatMap(({ because }) => [because]),
  ...control.priority.map(({ because }) => because),
  control.packet.title,
];

/** Names that conditions read: facts, arguments, conditions and lists. */
const namesRead = (control: Control): Set<string> => {
  const sources = [
    ...control.rules.flatMap(({ when, unless }) => [when, unless ?? 'true']),
    ...control.priority.map(({ when }) => when),
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
  ]);
  const asked = new Set(control.rules.map(({ by }) => by));
  const unused = [
    ...control.facts.filter((fact) => !shown.has(fact.name) && !isRead(fact, read)).map(({ name }) => `fact "${name}"`),
    ...Object.keys(control.conditions)
      .filter((name) => !read.has(name))
      .map((name) => `condition "${name}"`),
    ...Object.keys(control.lists)
      .filter((name) => !read.has(name))
      .map((name) => `list "${name}"`),
    ...control.ladders.filter(({ name }) => !sentTo.has(name)).map(({ name }) => `ladder "${name}"`),
    ...control.approvals.filter(({ name }) => !asked.has(name)).map(({ name }) => `approval "${name}"`),
  ];
  return unused.map((what) => finding('unused', `Nothing uses the ${what}.`, 'Use it, or remove it.'));
};

type Told = { target: string; where: string };

const targetsOf = (control: Control): Told[] => [
  { target: control.owner, where: 'the owner' },
  ...control.ladders.flatMap(({ name, rungs }) =>
    rungs.map(({ tell }) => ({ target: tell, where: `the ladder "${name}"` })),
  ),
  ...control.approvals.map(({ name, from }) => ({ target: from, where: `the approval "${name}"` })),
  ...control.rules.flatMap(({ id, to, instead }) => {
    const direct = [to, instead !== null && 'handoff' in instead ? instead.handoff : null];
    return direct
      .filter((target) => target !== null && isTarget(target))
      .map((target) => ({ target: target as string, where: `the rule "${id}"` }));
  }),
];

const targetProblem = ({ target, where }: Told, organisation: OrganisationView): Finding[] => {
  const [kind = '', name = ''] = target.split(/:(.*)/);
  const roles = [...new Set(organisation.people.flatMap((person) => person.roles))];
  const known =
    { person: organisation.people.map(({ id }) => id), role: roles, oncall: organisation.schedules }[kind] ?? [];
  if (known.includes(name)) return [];
  const near = didYouMean(name, known);
  if (kind === 'role') {
    const sentence = `Nobody has the role "${name}", which ${where} names.${near}`;
    return [finding('nobodyInRole', sentence, `Give somebody the role ${name}, or name another.`)];
  }
  const what = kind === 'oncall' ? 'on-call schedule' : 'person';
  const sentence = `There is no ${what} "${name}", which ${where} names.${near}`;
  return [finding('unknownTarget', sentence, `Known: ${known.slice(0, 12).join(', ') || 'none'}.`)];
};

const signersOf = ({ from }: ApprovalSpec, organisation: OrganisationView): string[] => {
  const [kind, name = ''] = from.split(/:(.*)/);
  if (kind === 'person') return [name];
  if (kind === 'oncall') return organisation.schedules.includes(name) ? [name] : [];
  return organisation.people.filter(({ roles }) => roles.includes(name)).map(({ id }) => id);
};

const quorumProblem = (approval: ApprovalSpec, organisation: OrganisationView): Finding[] => {
  const { name, quorum, from, exclude } = approval;
  const signers = signersOf(approval, organisation);
  if (signers.length < quorum) {
    const sentence = `The approval "${name}" can never be given: it needs ${quorum} of ${from}, and there ${signers.length === 1 ? 'is 1' : `are ${signers.length}`}.`;
    return [
      finding(
        'quorumUnreachable',
        sentence,
        `Lower quorum to ${Math.max(signers.length, 1)}, or let more people sign.`,
      ),
    ];
  }
  const left = signers.slice(exclude.length);
  if (left.length >= quorum || from.startsWith('oncall:')) return [];
  const roles = exclude.map((role, index) => `${signers[index] ?? 'another signer'} is the ${role}`);
  const remaining =
    left.length === 0 ? 'nobody is left' : `only ${left.join(', ')} ${left.length === 1 ? 'is' : 'are'} left`;
  const sentence = `The approval "${name}" cannot be given in some cases: when ${roles.join(' and ')}, ${remaining} of ${from} to sign, and it needs ${quorum}.`;
  return [finding('quorumTight', sentence, 'Let one more person sign, or lower the quorum.')];
};

export const organisationFindings = (control: Control, organisation: OrganisationView): Finding[] => [
  ...targetsOf(control).flatMap((told) => targetProblem(told, organisation)),
  ...control.approvals.flatMap((approval) => quorumProblem(approval, organisation)),
];
