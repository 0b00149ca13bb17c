/** Defects of the organisation, under the good control. */
import { roles, year } from './corpus.testing.ts';
import type { OrganisationView } from './organisation.ts';
import type { Interval } from './reach.ts';

const { from, to } = year;
const [march, hour] = [Date.UTC(2026, 2, 29), 3_600_000];

const covered =
  (targets: string[], gap: Interval) =>
  (view: OrganisationView): OrganisationView => {
    const { coverage } = view;
    if (coverage === undefined) throw new Error('The organisation has hours.');
    const parts = [
      { from, to: gap.from },
      { from: gap.to, to },
    ];
    return {
      ...view,
      coverage: {
        ...coverage,
        covered: { ...coverage.covered, ...Object.fromEntries(targets.map((each) => [each, parts])) },
      },
    };
  };

export const gapsOfOrganisation: [
  defect: string,
  code: string,
  change: (view: OrganisationView) => OrganisationView,
][] = [
  [
    'nobody is on call in the hour that summer time takes',
    'rungReachesNobody',
    covered(['oncall:desk'], { from: march + hour, to: march + 2 * hour }),
  ],
  [
    'the lead is away in August',
    'rungReachesNobody',
    covered(['role:lead'], { from: Date.UTC(2026, 7, 1), to: Date.UTC(2026, 8, 1) }),
  ],
  [
    'nobody at all over Christmas',
    'nobodyReached',
    covered(['oncall:desk', ...roles], { from: Date.UTC(2026, 11, 24), to: Date.UTC(2026, 11, 27) }),
  ],
  [
    'nobody is the owner or on call on a Sunday',
    'nobodyReached',
    covered(['oncall:desk', 'role:lead', 'role:owner'], { from: march, to: march + 24 * hour }),
  ],
  [
    'a signer without an address',
    'noWorkingChannel',
    (view) => ({
      ...view,
      people: view.people.map((person) => (person.id === 'cy' ? { ...person, channels: [] } : person)),
    }),
  ],
  ['nobody leads', 'nobodyInRole', (view) => ({ ...view, people: view.people.filter(({ id }) => id !== 'bo') })],
  ['no schedule', 'unknownTarget', (view) => ({ ...view, schedules: [] })],
  [
    'one signer',
    'quorumUnreachable',
    (view) => ({
      ...view,
      people: view.people.map((person) =>
        person.id === 'cy' ? person : { ...person, roles: person.roles.filter((role) => role !== 'approver') },
      ),
    }),
  ],
];
