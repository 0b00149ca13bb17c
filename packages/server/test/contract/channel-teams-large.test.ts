/** A team of more than 60: Teams refreshes a card by itself for those only whom the card names. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTeams } from '../../src/channels/teams/index.ts';
import { cardsOf } from '../../src/demo/vendors/teams-shapes.ts';
import { memberId } from '../../src/demo/vendors/teams-store.ts';
import {
  startTeams,
  type TeamsVendor,
  teamsAddresses,
  teamsRoom,
  teamsStranger,
  teamsValues,
} from '../vendors/teams.ts';
import { textsIn } from '../vendors/teams-rules.ts';
import { type ContractWorld, contractWorld } from './contract-world.ts';

let teams: TeamsVendor;
let at: ContractWorld;
let clock = 0;

beforeAll(async () => {
  // More than Teams tells of a roster at once: the people of the organisation are on its second page.
  teams = await startTeams({ others: 520 });
  const ports = { fetch: globalThis.fetch, now: () => clock };
  at = await contractWorld({
    channel: createTeams(teamsValues(teams), ports),
    twin: teams,
    room: teamsRoom,
    addresses: teamsAddresses,
    stranger: teamsStranger,
  });
});
afterAll(() => at.close());

const claim = async (personId: string, caseId: string): Promise<void> => {
  const { revision } = await at.caseNow(caseId);
  const person = await at.world.person(personId);
  await person.call('claimCase', { params: { caseId }, body: { revision } });
};

const namedOn = (text: string): string[] | undefined => {
  const { id } = at.card(text);
  const message = teams.messages().find((one) => `${one.conversation} ${one.id}` === id);
  const { refresh } = cardsOf(message?.activity ?? {})[0] as { refresh: { userIds?: string[] } };
  return refresh.userIds;
};

/** What somebody is shown who looks at the card in the channel; null: the card as it was written. */
const seenBy = async (text: string, by: string): Promise<string | null> => {
  const request = teams.look(at.card(text).id, at.signing(by));
  if (request === null) return null;
  const { value } = (await (await at.deliver(request)).json()) as { value: unknown };
  return textsIn(value).join('\n');
};

const namesOf = (...people: string[]): string[] => people.map((one) => memberId(teamsAddresses[one] ?? ''));

it('names who is asked and who is told next, by their ids of the conversation, and then whoever has it', async () => {
  const { caseId } = await at.handOff('LARGE-1');
  expect(namedOn('LARGE-1')).toEqual(namesOf('amelie', 'bruno'));
  await claim('bruno', caseId);
  await at.world.app.deliverOwed();
  expect(namedOn('LARGE-1')).toEqual(namesOf('amelie', 'bruno'));
});

it('shows them what is true before the card itself is changed; others the card as it was written', async () => {
  const { caseId } = await at.handOff('LARGE-2');
  await claim('bruno', caseId);
  expect(await seenBy('LARGE-2', 'emre')).toBeNull();
  expect(at.card('LARGE-2').text).not.toContain('has control');
  expect(await seenBy('LARGE-2', 'amelie')).toContain('Bruno Ferrari has control since');
});

it('posts the card all the same when the roster cannot be read, and names nobody', async () => {
  clock += 3_600_000;
  teams.rosterIs('shut');
  await at.handOff('LARGE-3');
  expect(namedOn('LARGE-3')).toBeUndefined();
  teams.rosterIs('open');
  await at.handOff('LARGE-4');
  expect(namedOn('LARGE-4')).toEqual(namesOf('amelie', 'bruno'));
});

it('waits with the card when Teams asks to wait before the roster is read, and then names people', async () => {
  clock += 3_600_000;
  teams.rosterIs('limited');
  await at.handOff('LARGE-L');
  const inRoom = teams.messages().filter(({ conversation }) => conversation === teamsRoom);
  expect(inRoom.filter(({ activity }) => JSON.stringify(activity).includes('LARGE-L'))).toEqual([]);
  teams.rosterIs('open');
  at.world.moveClock('60s');
  await at.world.app.deliverOwed();
  expect(namedOn('LARGE-L')).toEqual(namesOf('amelie', 'bruno'));
});

it('asks for the roster once an hour, not for each card', async () => {
  const before = teams.rostersRead();
  for (const id of ['LARGE-5', 'LARGE-6']) await at.handOff(id);
  expect(teams.rostersRead()).toBe(before);
});

it('kept to all rules of Teams', () => {
  expect(teams.violations).toEqual([]);
});
