/**
 * What somebody is told who presses and is nobody here: how an administrator links their account and, for themselves
 * alone, a link with which they do it at the inbox. Signed, short-lived, and good for one use.
 */
import type { Answer, AnswerLink, Channel } from '../channel-ports.ts';
import type { InboundPorts } from './ports.ts';

type Said = Extract<Answer, { kind: 'said' }>;

const linkMs = 15 * 60_000;

const tokenOf = ({ signLink }: InboundPorts, linkId: string): string => `${linkId}.${signLink(linkId)}`;

/** The link for whoever presses with this account; null where others would read it too. */
const offerLink = async (
  ports: InboundPorts,
  channel: Channel,
  address: string,
  deliveryId: string | null,
): Promise<AnswerLink | null> => {
  if (channel.answersInPublic === true) return null;
  const now = ports.clock.now();
  const link = { linkId: ports.newId('link'), channel: channel.name, address, deliveryId, expiresAt: now + linkMs };
  await ports.links.keep(link, now);
  return {
    label: 'Link your account',
    url: `${ports.url}/link?token=${encodeURIComponent(tokenOf(ports, link.linkId))}`,
    note: 'Or link it yourself, if you can sign in to Belay: this link is for you alone, and works once within a quarter of an hour.',
  };
};

/** How an unknown account gets to be somebody: by an administrator, or by whoever can show that it is theirs. */
export const linkPrompt = async (
  ports: InboundPorts,
  channel: Channel,
  address: string,
  deliveryId: string | null,
): Promise<Said> => {
  const email = await channel.emailOf?.(address).catch(() => null);
  const org = await ports.house.organisation();
  const likely = email == null ? undefined : org.people.find((p) => p.email?.toLowerCase() === email.toLowerCase());
  const who = likely === undefined ? 'you' : `${likely.name} (${likely.personId})`;
  const counts =
    deliveryId === null
      ? ''
      : ', and your press counts when that is done within a quarter of an hour and nothing has changed';
  const text = `Nothing was changed: your ${channel.title} account ${address} is not linked to a person. Ask an administrator to add "${channel.name}: ${address}" to the addresses of ${who} in the organisation${counts}; or sign in at ${ports.url}.`;
  const link = await offerLink(ports, channel, address, deliveryId);
  return { kind: 'said', ok: false, text, card: null, ...(link === null ? {} : { link }) };
};
