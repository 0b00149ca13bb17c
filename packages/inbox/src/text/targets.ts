/** `oncall:treasury`, `role:treasury-lead`, `person:ann` as people say them. */
import { type PersonView, sayName } from '@belay/protocol';

export const personText = (personId: string, people: readonly PersonView[]): string =>
  people.find((person) => person.personId === personId)?.name ?? personId;

/** What is no target is words already, and stays as it is. */
export const targetText = (target: string, people: readonly PersonView[] = []): string => {
  const [, kind, name] = /^(person|role|oncall):(.+)$/.exec(target) ?? [];
  if (name === undefined) return target;
  if (kind === 'person') return personText(name, people);
  if (kind === 'oncall') return `${sayName(name)} on call`;
  return sayName(name);
};

/** "Ann", "Ann and Bo", "Ann, Bo and Cem", "Ann, Bo and 3 more". */
export const namesText = (names: readonly string[], most = 3): string => {
  if (names.length <= 1) return names[0] ?? 'nobody';
  const shown = names.length > most ? [...names.slice(0, most - 1), `${names.length - most + 1} more`] : names;
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
};

export const countText = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
