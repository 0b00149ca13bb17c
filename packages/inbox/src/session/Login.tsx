/** A one-time link. Opening it spends nothing, so that mail scanners and previews cannot sign in; the button does. */
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { call, rememberCsrf } from '../data/api.ts';
import { meQuery } from '../data/queries.ts';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { Gatehouse } from './Gatehouse.tsx';
import { SignedOut } from './SignedOut.tsx';
import { takeWay } from './way-back.ts';

const route = getRouteApi('/login');

export const Login = () => {
  const { token } = route.useSearch();
  const client = useQueryClient();
  const { history } = useRouter();
  const signIn = useMutation({
    mutationFn: (given: string) => call('login', { body: { token: given } }),
    onSuccess: (answer) => {
      client.clear();
      rememberCsrf(answer.csrf);
      client.setQueryData(meQuery.queryKey, answer);
      history.replace(takeWay());
    },
  });
  if (token === undefined) return <SignedOut />;
  return (
    <Gatehouse title="Sign in to Belay">
      <p>This link works once and signs you in on this browser.</p>
      {signIn.error !== null && <ProblemNote error={signIn.error} />}
      <Button size="md" fullWidth autoFocus loading={signIn.isPending} onClick={() => signIn.mutate(token)}>
        Sign in
      </Button>
    </Gatehouse>
  );
};
