/**
 * One change asked of the server. Nothing is shown as done before its answer; after any answer, also a refusal,
 * what is on screen is read again, so that a stale button shows the present state.
 */
import { useMutation, useQueryClient } from '@tanstack/react-query';

type After<A> = { onDone?: (answer: A) => void };

export const useAct = <I, A>(ask: (input: I) => Promise<A>, { onDone }: After<A> = {}) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ask,
    onSuccess: (answer) => onDone?.(answer),
    onSettled: () => client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' }),
  });
};
