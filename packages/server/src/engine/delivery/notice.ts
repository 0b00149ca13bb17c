/** Where a notice goes: to the first of a person's channels that can tell a person, and nowhere when none can. */
import type { Organisation } from '../../domain/oncall/organisation.ts';
import { personName } from '../entry-view.ts';
import type { OwedRow } from '../outbox.ts';
import { urgent } from '../tell.ts';
import { addressOf } from './places.ts';
import type { DeliverPorts } from './ports.ts';

/** Whose name the text begins with, an older build wrote in braces at the beginning of it. */
const named = (org: Organisation, { by, text }: { by?: string | null; text: string }): string => {
  if (by === undefined) return text.replace(/^\{([\w.-]+)\}/, (_braces, personId: string) => personName(org, personId));
  return by === null ? text : `${personName(org, by)} ${text}`;
};

type Tell = { personId: string; by?: string | null; text: string; path: string };

export const planNotice = async (ports: DeliverPorts, row: OwedRow): Promise<void> => {
  const { personId, path, ...said } = row.body as Tell;
  const org = await ports.house.organisation();
  const person = org.people.find((one) => one.active && one.personId === personId);
  if (person === undefined) return;
  const way = [...ports.channels.values()].find(
    ({ name, tell }) => tell !== undefined && addressOf(person, name) !== null,
  );
  if (way === undefined) return;
  const place = { kind: 'person', address: addressOf(person, way.name) ?? '' };
  const body = { place, text: `${named(org, said)} ${ports.url}${path}`, personId: person.personId };
  await ports.cards.owe(
    [{ kind: 'notice', lane: way.name, target: row.target, body, urgency: urgent }],
    ports.clock.now(),
  );
};
