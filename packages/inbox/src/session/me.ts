/** Who is signed in. Known everywhere inside the shell, which shows nothing else before it knows. */
import type { PersonView } from '@belay/protocol';
import { createContext, use } from 'react';

export const Me = createContext<PersonView | null>(null);

export const useMe = (): PersonView => {
  const me = use(Me);
  if (me === null) throw new Error('This page is only shown to somebody who is signed in.');
  return me;
};
