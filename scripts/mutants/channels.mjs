/**
 * Guards of the channels: what lets a press through, and what keeps to a vendor's limits. Each with the tests that have to
 * turn red without it: [what it protects, file, its text, what is left, test file, words of its title]. Those that let
 * somebody act are taken with each change; the further ones prove the same for another vendor, or cost no more than time.
 */
const contract = (name) => `packages/server/test/contract/channel-${name}.test.ts`;
const slack = contract('slack');
const jiraOwn = contract('jira-own');

/** With each change: a few minutes. */
export const actingGuards = [
  ['Slack: the signature', 'channels/slack/verify.ts', 'return matches ?', 'return true ?', slack, 'C1 '],
  ['Teams: for our app', 'channels/teams/verify.ts', '        audience: appId,\n', '', contract('teams-own'), 'C18'],
  ['Jira and Notion: the signature', 'channels/hub.ts', 'return matches ?', 'return true ?', contract('jira'), 'C1 '],
  [
    'nobody of another workspace',
    'engine/inbound/inbound.ts',
    'if (!isOurs(channel, ask)) {',
    'if (false as boolean) {',
    slack,
    'C5',
  ],
  [
    'the revision that the press saw',
    'engine/inbound/forms.ts',
    "return ofCase({ type: 'claim', revision, reason: '' });",
    "return ofCase({ type: 'claim', revision: found.kind === 'case' ? found.kase.revision : 0, reason: 'x' });",
    slack,
    'C22 a stale button',
  ],
  [
    'the author of an act: oneself',
    'channels/desk.ts',
    "return deed.to === deed.by && ref.state === 'open'",
    "return ref.state === 'open'",
    jiraOwn,
    'naming somebody else',
  ],
  [
    'what an account alone cannot sign off',
    'engine/inbound/press.ts',
    "press.proof === 'account' && letsThrough",
    "press.proof === ('never' as string) && letsThrough",
    jiraOwn,
    'signs off no step of high risk',
  ],
  [
    'what an account alone cannot allow',
    'engine/inbound/press.ts',
    "action === 'edit' || (action === 'return' && fields?.allowOnce === true)",
    '(fields === undefined)',
    jiraOwn,
    'lets nothing of high risk through',
  ],
  [
    'arguments that do not fit are not decided on',
    'channels/card.ts',
    'buttons: hidden ? offered.filter((button) => !button.needsArguments) : offered,',
    'buttons: offered,',
    'packages/server/src/channels/slack/render.test.ts',
    'offers to decide',
  ],
  [
    'a link for an account: signed',
    'engine/inbound/account-links.ts',
    'if (mine.length !== theirs.length || !timingSafeEqual(mine, theirs)) return null;',
    'if (mine.length === -1 && !timingSafeEqual(mine, theirs)) return null;',
    slack,
    'nobody links',
  ],
  [
    'a link for an account: once',
    'engine/inbound/account-links.ts',
    'if (!(await ports.links.spend(link.linkId, ports.clock.now()))) return used();',
    '',
    slack,
    'C6 links itself once',
  ],
  [
    'a link for an account: no second one',
    'domain/oncall/link-account.ts',
    'return has === undefined || same(has, address)',
    'return has !== address || same(has, address)',
    'packages/server/src/domain/oncall/link-account.test.ts',
    'nor a second one',
  ],
  [
    'the rates of a vendor',
    'engine/delivery/pace.ts',
    'if (waitMs > full.waitMs)',
    'if (false as boolean)',
    'packages/server/src/engine/delivery/pace.test.ts',
    'the pace of a channel',
  ],
];

const furtherGuards = [
  [
    'Slack: the window against replays, both ways',
    'channels/slack/verify.ts',
    'if (Math.abs(now - Number(timestamp) * 1_000) > windowMs)',
    'if (false as boolean)',
    slack,
    'C3 a delivery',
  ],
  [
    'Teams: the service address of the token',
    'channels/teams/verify.ts',
    "if (named === '' || named !== serviceUrl)",
    "if (named === '')",
    contract('teams-own'),
    'C18',
  ],
  [
    'Teams: keys endorsed for Teams',
    'channels/teams/verify.ts',
    "Array.isArray(endorsements) && endorsements.includes('msteams')",
    'true || endorsements',
    contract('teams-own'),
    'C18',
  ],
  [
    'ServiceNow: the signature',
    'channels/servicenow/verify.ts',
    'return matches ?',
    'return true ?',
    contract('servicenow'),
    'C1 ',
  ],
  [
    'ServiceNow: the window against replays',
    'channels/servicenow/verify.ts',
    'if (Math.abs(now - Number(time) * 1_000) > windowMs)',
    'if (false as boolean)',
    contract('servicenow'),
    'C3 a delivery',
  ],
  [
    'Notion: the handshake only while somebody waits for it',
    'channels/notion/parse.ts',
    'return armedUntil !== null && now < armedUntil\n',
    'return true\n',
    contract('notion-own'),
    'C2',
  ],
  [
    'the epoch and revision behind a form',
    'engine/inbound/forms.ts',
    "    type: 'return',\n    revision,",
    "    type: 'return',\n    revision: 1,",
    slack,
    'is given back there',
  ],
  [
    'Teams: whom a card in a large conversation is fresh for',
    'channels/teams/roster.ts',
    'if (!isLarge) return undefined;',
    'if (!isLarge || ids.size > 0) return undefined;',
    contract('teams-large'),
    'shows them what is true',
  ],
  [
    'answers go to addresses of the vendor alone',
    'channels/slack/answer.ts',
    'URL.canParse(url) && hosts.includes(new URL(url).origin)',
    'URL.canParse(url) && hosts.length > 0',
    contract('slack-own'),
    'C27',
  ],
  [
    'a link for an account: not of somebody whom the vendor knows by another address',
    'engine/inbound/account-links.ts',
    'speaksAgainst(channel, await emailAt(channel, link.address), person)',
    'null',
    contract('jira'),
    'nobody links an account of somebody else',
  ],
  [
    'a vendor that named a time is left alone until then',
    'engine/delivery/health.ts',
    'if ((state?.pausedUntil ?? 0) > now) return false;',
    '',
    slack,
    'C9 a limit',
  ],
];

export const channelGuards = [...actingGuards, ...furtherGuards];
