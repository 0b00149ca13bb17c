/**
 * One change asked of the server. Nothing is shown as done before its answer; after any answer, also a refusal,
 * what is on screen is read again, so that a stale button shows the present state. A second press before the answer is
 * the same press.
 */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';

/** `several`: each press is another change, as in a list whose rows are decided one after the other. */
type After<A> = { onDone?: (answer: A) => void; several?: true };

export const useAct = <I, A>(ask: (input: I) => Promise<A>, { onDone, several }: After<A> = {}) => {
  const client = useQueryClient();
  const underWay = useRef(false);
  const mutation = useMutation({
    mutationFn: ask,
    onSuccess: (answer) => onDone?.(answer),
    onSettled: () => {
      underWay.current = false;
      return client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
    },
  });
  const mutate = (input: I): void => {
    if (underWay.current && several !== true) return;
    underWay.current = true;
    mutation.mutate(input);
  };
  return { ...mutation, mutate };
};
