// The guards of signing in: what keeps somebody from coming in as another, or at all. Each is proven with a certified identity
// provider that is made to lie.
const domain = 'packages/server/src/domain/oncall/identity.ts';
const provider = 'packages/server/src/engine/sign-in/provider.ts';
const door = 'packages/server/src/engine/sign-in/sign-in.ts';
const signature = ['packages/server/test/scenarios/a-signature-asks-who-is-there.test.ts'];
const pure = ['packages/server/src/domain/oncall/identity.test.ts'];
const company = ['packages/server/test/scenarios/people-sign-in-with-their-company.test.ts'];

/** [what the guard protects, file, the guard's text, what is left without it, tests] */
export const signInGuards = [
  ['an address that nobody verified names nobody', domain, 'if (!emailVerified)', 'if (false as boolean)', pure],
  [
    'whoever left does not come in by their account',
    domain,
    'if (holder?.active === false)',
    'if (false as boolean)',
    pure,
  ],
  ['whoever left does not come in by their address', domain, 'one.active && one.email', 'one.email', pure],
  ['a linked person is not taken over by their address', domain, 'if (taken === null) return', 'return', pure],
  ['only letters of ASCII are the same in another case', domain, '/[A-Z]/g', '/./gu', pure],
  [
    'an account is one of its issuer',
    domain,
    'addresses[signInAccount] === account',
    'addresses[signInAccount]?.split(" ")[1] === identity.subject',
    pure,
  ],
  ['a word is no verification', provider, ': standard === true', ': Boolean(standard)', company],
  ['what comes back is signed by the provider', provider, 'oidc.enableNonRepudiationChecks,', '', company],
  ['what comes back was asked for here', provider, 'expectedNonce: nonce,', '', company],
  ['the address to return to is ours', door, ') ? to : ', ') || true ? (to as string) : ', company],
  ['what the browser kept is as it was given', door, '|| !timingSafeEqual(mine, theirs)', '', company],
  ['a sign-in takes ten minutes at most', door, 'if (clock.now() >= underWay.at + underWayMs)', 'if (false)', company],
  [
    'whoever signs in again is who was signed in',
    door,
    'again !== null && again.personId !== person.personId',
    'false',
    signature,
  ],
  ['signing in again is asking again', door, 'underWay.fresh ? underWay.at : null', 'null', signature],
  ['the session before ends with the new one', door, 'again?.digest ?? null', 'null', signature],
  [
    'a clock that runs ahead makes no sign-in last longer',
    provider,
    'Math.min(claims.auth_time * 1_000, now)',
    'claims.auth_time * 1_000',
    signature,
  ],
  ['a link of others does not count any more', 'packages/server/src/store/accounts.ts', '|| !may(found)', '', company],
  [
    'links are made for administrators alone',
    'packages/server/src/http/organisation.ts',
    'if (!mayUseLinks(services, person))',
    'if (false as boolean)',
    company,
  ],
];
