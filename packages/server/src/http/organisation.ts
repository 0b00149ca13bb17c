/** Routes of the organisation: who is there, what another file would change, applying it, and letting somebody in. */
import { type Actor, didYouMean, problem, type RouteName } from '@belay/protocol';
import { dutyDifference, organisationDifference } from '../domain/oncall/difference.ts';
import { formatOrganisation } from '../domain/oncall/format.ts';
import type { Organisation } from '../domain/oncall/organisation.ts';
import { parseOrganisation } from '../domain/oncall/parse.ts';
import { day } from '../domain/oncall/wallclock.ts';
import { loginUrl, personView } from '../engine/present.ts';
import { mayUseLinks, type Services } from '../engine/services.ts';
import { type Call, type Handlers, personOf, personWith } from './call.ts';
import { Refused } from './problem.ts';

const asPerson = (call: Call<RouteName>): Actor => ({ kind: 'person', id: personOf(call).personId });

const lookAheadMs = 28 * day;

/** The organisation that a file says, or all its problems at once. */
const parsed = ({ source, file }: { source: string; file: string }): Organisation => {
  const result = parseOrganisation(source, file);
  if (result.ok) return result.organisation;
  const errors = result.problems.map((p) => ({
    path: `${file}:${p.line}:${p.column}`,
    message: `${p.message} ${p.remedy}`,
  }));
  const detail = errors.map((e) => `${e.path} ${e.message}`).join('\n');
  throw new Refused(problem('organisation_invalid', detail, { errors }));
};

const inForce = async (services: Services) => {
  const { value: organisation, applied, revision } = await services.house.organisationParts();
  return { answer: { organisation, applied, source: formatOrganisation(applied), revision } };
};

type OrganisationRoutes = 'getOrganisation' | 'previewOrganisation' | 'applyOrganisation' | 'createLoginLink';

export const organisationRoutes = (services: Services): Handlers<OrganisationRoutes> => ({
  getOrganisation: async (call) => {
    personWith(call, 'admin');
    return inForce(services);
  },
  previewOrganisation: async (call) => {
    personWith(call, 'admin');
    const wanted = parsed(call.body);
    const { applied, revision } = await services.house.organisationParts();
    const now = services.clock.now();
    const duty = dutyDifference(applied, wanted, now, now + lookAheadMs);
    return { answer: { changes: organisationDifference(applied, wanted), duty, revision } };
  },
  applyOrganisation: async (call) => {
    personWith(call, 'admin');
    const { revision = null } = call.body;
    if (!(await services.applyOrganisation(parsed(call.body), asPerson(call), revision)))
      throw new Refused(problem('stale_revision', 'Somebody has changed the organisation since you compared with it.'));
    return inForce(services);
  },
  createLoginLink: async (call) => {
    personWith(call, 'admin');
    const { personId } = call.body;
    const org = await services.house.organisation(true);
    const person = org.people.find((one) => one.personId === personId && one.active);
    if (person === undefined) {
      const known = org.people.filter((one) => one.active).map((one) => one.personId);
      const detail = `Nobody active is called ${personId}.${didYouMean(personId, known)}`;
      throw new Refused(problem('unknown_target', detail));
    }
    if (!mayUseLinks(services, person))
      throw new Refused(problem('login_links_off', `${person.name} is no administrator.`));
    const token = await services.accounts.createLoginLink(personId, services.clock.now(), asPerson(call));
    return { answer: { person: personView(person), url: loginUrl(services.url, token) }, status: 201, secret: true };
  },
});
