/**
 * Who may sign an approval at an instant, for which of its groups, and in whose stead. A delegated right is the right of
 * the person it belongs to: it is not passed on further, and never reaches somebody who is excluded.
 */
import type { Context, Refusal } from '../decided.ts';
import {
  type Delegation,
  type Organisation,
  putOnCallBy,
  resolveTarget,
  splitTarget,
  targetName,
  targetsOf,
} from '../oncall/organisation.ts';
import type { Person } from '../oncall/person.ts';
import type { Approval, Exclusion } from '../run/run.ts';

type Situation = Pick<Context, 'org' | 'now'>;
/** `insteadOf` null: of their own right. */
export type Right = { insteadOf: string | null; groups: number[] };

/** Who is absent keeps the right that they delegated; for themselves they sign only while a group names them. */
const holdsRole = (org: Organisation, personId: string, role: string): boolean =>
  org.people.some((person) => person.active && person.personId === personId && person.roles.includes(role));

const groupsOf = (approval: Approval, personId: string, { org, now }: Situation, evenAbsent: boolean): number[] =>
  approval.groups.flatMap(({ from }, index) => {
    const { kind, name } = splitTarget(from);
    const named = resolveTarget(org, from, now).some((person) => person.personId === personId);
    return named || (evenAbsent && kind === 'role' && holdsRole(org, personId, name)) ? [index] : [];
  });

export const exclusionOf = (approval: Approval, personId: string, { org, now }: Situation): Exclusion | null => {
  const declared = approval.exclusions.find((exclusion) => exclusion.personId === personId);
  if (declared !== undefined) return declared;
  const override = approval.groups.some(({ from }) => putOnCallBy(org, from, now) === personId);
  return override ? { personId, because: 'they entered the override that is on call now' } : null;
};

/** The delegations by which somebody could sign this approval at an instant. */
export const delegationsFor = ({ name }: Approval, { delegations = [] }: Organisation, at: number): Delegation[] =>
  delegations.filter(
    ({ approval, since, until }) => (approval === null || approval === name) && since <= at && at < until,
  );

/** People who let this person sign for them now. */
const principalsOf = (approval: Approval, personId: string, { org, now }: Situation): string[] =>
  delegationsFor(approval, org, now).flatMap(({ from, to }) => (to === personId ? [from] : []));

const hasVoted = (approval: Approval, personId: string): boolean =>
  approval.signatures.some(({ by, insteadOf }) => by === personId || insteadOf === personId) ||
  approval.refusals.some(({ by }) => by === personId);

/** Every right this person could sign by: their own first. Empty for somebody who is excluded. */
export const rightsOf = (approval: Approval, personId: string, situation: Situation): Right[] => {
  const active = situation.org.people.some((person) => person.active && person.personId === personId);
  if (!active || exclusionOf(approval, personId, situation) !== null) return [];
  const own = groupsOf(approval, personId, situation, false);
  const delegated = principalsOf(approval, personId, situation)
    .filter((principal) => exclusionOf(approval, principal, situation) === null && !hasVoted(approval, principal))
    .map((principal): Right => ({ insteadOf: principal, groups: groupsOf(approval, principal, situation, true) }));
  return [{ insteadOf: null, groups: own }, ...delegated].filter(({ groups }) => groups.length > 0);
};

/** Who may still vote on it: entitled of their own right or by delegation, and not heard yet. */
export const candidates = (approval: Approval, situation: Situation): { person: Person; groups: number[] }[] =>
  situation.org.people
    .filter((person) => !hasVoted(approval, person.personId))
    .map((person) => ({ person, groups: rightsOf(approval, person.personId, situation)[0]?.groups ?? [] }))
    .filter(({ groups }) => groups.length > 0);

/** "2 of the role finance and 1 of the role treasury" */
export const wantedText = (approval: Pick<Approval, 'groups'>, org: Organisation): string =>
  approval.groups
    .map(({ from, quorum }) => {
      const who = targetName(org, from);
      return approval.groups.length > 1 || quorum > 1 ? `${quorum} of ${who}` : who;
    })
    .join(' and ');

/** "the role finance and whoever is on call for treasury" */
export const signersText = (approval: Pick<Approval, 'groups'>, org: Organisation): string =>
  approval.groups.map(({ from }) => targetName(org, from)).join(' and ');

type Chosen = { right: Right; refused?: undefined } | { refused: Refusal };

const no = (code: Refusal['code'], detail: string): Chosen => ({ refused: { code, detail } });

/** By which right somebody votes: the one they name, or their own, or one that was delegated to them. */
export const rightFor = (approval: Approval, insteadOf: string | null, context: Context): Chosen => {
  const { by, org, now } = context;
  if (by.kind !== 'person') return no('not_entitled', 'Only a person signs off.');
  const exclusion = exclusionOf(approval, by.id, context);
  if (exclusion !== null) return no('separation_of_duties', `Somebody else must sign, not you: ${exclusion.because}.`);
  if (insteadOf !== null && exclusionOf(approval, insteadOf, context) !== null)
    return no('separation_of_duties', `${insteadOf} may not sign this, so nobody may in their stead.`);
  const rights = rightsOf(approval, by.id, context);
  const right = insteadOf === null ? rights[0] : rights.find((one) => one.insteadOf === insteadOf);
  if (right !== undefined) return { right };
  if (insteadOf !== null && principalsOf(approval, by.id, context).includes(insteadOf) && hasVoted(approval, insteadOf))
    return no('separation_of_duties', `The vote of ${insteadOf} is given: one vote for each person.`);
  const names = approval.groups
    .flatMap(({ from }) => resolveTarget(org, from, now).map((person) => person.name))
    .join(', ');
  return no(
    'not_entitled',
    `${approval.name} is signed by ${wantedText(approval, org)} (${names || 'nobody at this moment'}).`,
  );
};

/** Whose approvals a person looks for: their own targets, and those of people who let them sign. */
export const wantedBy = (
  org: Organisation,
  person: Person,
  now: number,
): { target: string; approval: string | null }[] => [
  ...targetsOf(org, person, now).map((target) => ({ target, approval: null })),
  ...(org.delegations ?? [])
    .filter(({ to, since, until }) => to === person.personId && since <= now && now < until)
    .flatMap(({ from, approval }) => {
      const principal = org.people.find((one) => one.active && one.personId === from);
      return principal === undefined
        ? []
        : targetsOf(org, principal, now).map((target): { target: string; approval: string | null } => ({
            target,
            approval,
          }));
    }),
];
