/** A person by name where only the id is known, and otherwise what was given. */
import { useQuery } from '@tanstack/react-query';
import { peopleQuery } from '../data/queries.ts';
import { personText } from '../text/targets.ts';
import { Inert } from './Inert.tsx';

export const Person = ({ id }: { id: string }) => (
  <Inert text={personText(id, useQuery(peopleQuery).data?.items ?? [])} />
);
