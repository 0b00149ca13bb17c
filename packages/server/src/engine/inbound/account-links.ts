/**
 * "Link your account", at the inbox: whoever is signed in says that the account is theirs, and what they pressed is
 * decided as if pressed now. The link shows who holds the account, the session who is at the inbox; names and mail
 * addresses link nobody, but can speak against it.
 */
import { timingSafeEqual } from 'node:crypto';
import { type AnswerOf, actionLabels, iso } from '@belay/protocol';
import { type Refusal, refuse } from '../../domain/decided.ts';
import { cannotLink } from '../../domain/oncall/link-account.ts';
import type { Organisation, Person } from '../../domain/oncall/organisation.ts';
import type { Channel } from '../channel-ports.ts';
import { addressOf, personAt } from '../delivery/places.ts';
import type { Entering } from '../entering.ts';
import { personView } from '../present.ts';
import { pressesOf, replay } from './inbound.ts';
import type { AccountLink, InboundPorts } from './ports.ts';

type LinkPorts = InboundPorts & Pick<Entering, 'changeOncall'>;
type Refused = { refused: Refusal };

const usable = async (ports: LinkPorts, token: string): Promise<{ link: AccountLink; channel: Channel } | null> => {
  const [linkId = '', given = ''] = token.split('.');
  const [mine, theirs] = [Buffer.from(ports.signLink(linkId)), Buffer.from(given)];
  if (mine.length !== theirs.length || !timingSafeEqual(mine, theirs)) return null;
  const link = await ports.links.find(linkId, ports.clock.now());
  const channel = link === null ? undefined : ports.channels.get(link.channel);
  return link === null || channel === undefined ? null : { link, channel };
};

const used = (): Refused => refuse('account_link_used', 'This link cannot be used any more.');

const emailAt = async (channel: Channel, address: string): Promise<string | null> =>
  (await channel.emailOf?.(address).catch(() => null)) ?? null;

/** The vendor knows the account under the mail address of somebody else: whoever sent the link here may be that person. */
const speaksAgainst = (channel: Channel, email: string | null, person: Person): Refused | null => {
  if (email === null || person.email === null || email.toLowerCase() === person.email.toLowerCase()) return null;
  const detail = `${channel.title} knows this account as ${email}, and you are ${person.email} here.`;
  return refuse('account_taken', `${detail} If somebody sent you this link, their presses would count as yours.`);
};

type Pressed = { label: string; title: string; url: string };

/** What was pressed and still waits, as people call it. */
const pressedOf = async (ports: LinkPorts, channel: Channel, link: AccountLink): Promise<Pressed | null> => {
  const row = link.deliveryId === null ? null : await ports.inbound.waiting(channel.name, link.deliveryId);
  const [press] = row === null ? [] : pressesOf(channel, row.raw);
  const found = press === undefined ? null : await ports.find(press.subject);
  if (press === undefined || found === null) return null;
  const { title, url } = await ports.cardOf(found, null);
  return { label: actionLabels[press.action], title, url };
};

const rememberedMs = 30 * 86_400_000;

/** Accounts that pressed something and belong to nobody: for an administrator, who knows whose they are. */
export const unknownAccounts = async (
  ports: Pick<InboundPorts, 'channels' | 'inbound' | 'house' | 'clock'>,
): Promise<AnswerOf<'listUnknownAccounts'>> => {
  const [org, accounts] = await Promise.all([
    ports.house.organisation(true),
    ports.inbound.refusedAccounts([...ports.channels.keys()], ports.clock.now() - rememberedMs),
  ]);
  const items = accounts
    .filter(({ channel, address }) => personAt(org, channel, address) === null)
    .map(({ pressedAt, ...one }) => ({
      ...one,
      title: ports.channels.get(one.channel)?.title ?? one.channel,
      pressedAt: iso(pressedAt),
    }));
  return { items, next: null };
};

/** What the link would do, for whoever is signed in. Spends nothing. */
export const lookAtLink = async (
  ports: LinkPorts,
  token: string,
  person: Person,
): Promise<AnswerOf<'lookAtAccountLink'> | Refused> => {
  const found = await usable(ports, token);
  if (found === null) return used();
  const { link, channel } = found;
  const email = await emailAt(channel, link.address);
  const org = await ports.house.organisation(true);
  const wrong = cannotLink(org, person.personId, link) ?? speaksAgainst(channel, email, person);
  return {
    channel: channel.name,
    title: channel.title,
    address: link.address,
    email,
    person: personView(person),
    pressed: await pressedOf(ports, channel, link),
    expiresAt: iso(link.expiresAt),
    problem: wrong?.refused.detail ?? null,
  };
};

/** On a channel they had before: whoever did not do this themselves learns of it. */
const announce = async (ports: LinkPorts, channel: Channel, link: AccountLink, person: Person): Promise<void> => {
  const way = [...ports.channels.values()].find(
    ({ name, tell }) => tell !== undefined && name !== channel.name && addressOf(person, name) !== null,
  );
  if (way === undefined) return;
  const place = { kind: 'person', address: addressOf(person, way.name) ?? '' };
  const text = `The ${channel.title} account ${link.address} was linked to you in Belay. If that was not you, tell an administrator at once: its presses count as yours.`;
  const body = { place, text, personId: person.personId };
  const notice = { kind: 'notice', lane: way.name, target: link.linkId, body, urgency: 1_000 };
  await ports.cards.owe([notice], ports.clock.now());
};

/** Links the account, once, and decides what was pressed with it as if it were pressed now. */
export const confirmLink = async (
  ports: LinkPorts,
  token: string,
  person: Person,
): Promise<AnswerOf<'confirmAccountLink'> | Refused> => {
  const found = await usable(ports, token);
  if (found === null) return used();
  const { link, channel } = found;
  const org: Organisation = await ports.house.organisation(true);
  const wrong =
    cannotLink(org, person.personId, link) ?? speaksAgainst(channel, await emailAt(channel, link.address), person);
  if (wrong !== null) return wrong;
  const pressed = await pressedOf(ports, channel, link);
  if (!(await ports.links.spend(link.linkId, ports.clock.now()))) return used();
  const linked = await ports.changeOncall(
    { type: 'linkAccount', channel: channel.name, address: link.address },
    person,
  );
  if (linked.refused !== undefined) return linked;
  await announce(ports, channel, link, person);
  const answers = link.deliveryId === null ? [] : await replay(ports, channel.name, link.deliveryId);
  const said = answers.filter((one) => one.kind === 'said');
  return {
    accountId: linked.id === '' ? null : linked.id,
    channel: channel.name,
    title: channel.title,
    address: link.address,
    pressed:
      pressed === null || said.length === 0
        ? null
        : { ...pressed, done: said.every(({ ok }) => ok), text: said.map(({ text }) => text).join(' ') },
  };
};
