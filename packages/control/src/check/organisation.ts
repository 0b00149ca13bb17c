/** Who there is, as far as the check needs to know: handed in, so that the language knows no schedules and no channels. */
import type { Coverage } from './reach.ts';

export type OrganisationView = {
  people: {
    id: string;
    roles: string[];
    /** channels on which this person has an address; absent: not known */
    channels?: string[];
  }[];
  schedules: string[];
  /** for each schedule, everybody who can be on call for it; absent: not known */
  onCall?: Record<string, string[]>;
  coverage?: Coverage;
};

export type Kind = 'person' | 'role' | 'oncall';

export const targetParts = (target: string): { kind: Kind; name: string } => {
  const [kind = '', name = ''] = target.split(/:(.*)/);
  return { kind: kind as Kind, name };
};

/** Everybody whom a target can name. */
export const peopleBehind = (target: string, { people, onCall }: OrganisationView): string[] => {
  const { kind, name } = targetParts(target);
  if (kind === 'oncall') return onCall?.[name] ?? [];
  return people.filter(({ id, roles }) => (kind === 'person' ? id === name : roles.includes(name))).map(({ id }) => id);
};
