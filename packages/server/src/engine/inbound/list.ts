/** What is mine, what a card says now, and what a shared link shows: reading only, for people whose account is linked. */
import { wantedBy } from '../../domain/approval/signers.ts';
import { type Organisation, type Person, targetsOf } from '../../domain/oncall/organisation.ts';
import type { Answer, Ask, Channel } from '../channel-ports.ts';
import { type Card, parseSubject } from '../delivery/cards.ts';
import { personAt } from '../delivery/places.ts';
import { linkPrompt } from './link.ts';
import type { InboundPorts } from './ports.ts';

const shownMost = 20;

const listOf = async (ports: InboundPorts, person: Person, org: Organisation): Promise<Card[]> => {
  const now = ports.clock.now();
  const page = { status: 'live', mine: true, limit: shownMost } as const;
  const { items } = await ports.queries.listCases(page as never, person.personId, targetsOf(org, person, now));
  const waiting = await ports.queries.listApprovals(
    { status: 'waiting', mine: true, limit: shownMost } as never,
    wantedBy(org, person, now),
  );
  return Promise.all([
    ...items.map(({ kase, run }) => ports.cardOf({ kind: 'case', kase, run: { ...run, case: kase } }, person.personId)),
    ...waiting.items.map(({ approval, run }) => ports.cardOf({ kind: 'approval', approval, run }, person.personId)),
  ]);
};

/** `https://belay.example/cases/case_1` and `/approvals/approval_1`, of this Belay only. */
const subjectOfLink = (link: string, url: string): ReturnType<typeof parseSubject> => {
  if (!URL.canParse(link) || new URL(link).origin !== new URL(url).origin) return null;
  const [, kind, id] = /^\/(case|approval)s\/(\w+)\/?$/.exec(new URL(link).pathname) ?? [];
  return parseSubject(`${kind}:${id}`);
};

const previewsOf = async (ports: InboundPorts, links: string[]): Promise<{ link: string; card: Card }[]> => {
  // A preview stands in a room: in the form of the organisation.
  const previews = await Promise.all(
    links.slice(0, 5).map(async (link) => {
      const subject = subjectOfLink(link, ports.url);
      const found = subject === null ? null : await ports.find(subject);
      if (found === null) return [];
      return [{ link, card: { ...(await ports.cardOf(found, null)), buttons: [], agentWords: null } }];
    }),
  );
  return previews.flat();
};

export const answerReading = async (
  ports: InboundPorts,
  channel: Channel,
  ask: Exclude<Ask, { kind: 'press' }>,
): Promise<Answer | null> => {
  const org = await ports.house.organisation(true);
  const person = personAt(org, channel.name, ask.presser.address);
  if (ask.kind === 'show') {
    const found = await ports.find(ask.subject);
    if (found === null) return null;
    const card = await ports.cardOf(found, person?.personId ?? null);
    return { kind: 'cards', title: '', cards: [person === null ? { ...card, buttons: [] } : card] };
  }
  if (ask.kind === 'preview') {
    const previews = person === null ? [] : await previewsOf(ports, ask.links);
    return previews.length === 0 ? null : { kind: 'previews', previews };
  }
  if (person === null) return linkPrompt(ports, channel, ask.presser.address, null);
  const cards = await listOf(ports, person, org);
  return { kind: 'cards', title: `Yours now, ${person.name}`, cards };
};
