/** Nobody is signed in: says how to get in here. There is no password to type. */
import { Button, Code } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { waysInQuery } from '../data/queries.ts';
import { Gatehouse } from './Gatehouse.tsx';
import { companySignIn, rememberWay } from './way-back.ts';

const Link = () => (
  <>
    <p>Belay has no passwords. Whoever runs it makes you a link that works once; on that machine the command is</p>
    <Code block>belay login PERSON</Code>
    <p className="quiet">
      PERSON is your id in the organisation file, for example “ann”. Open the link in this browser: you come back to the
      page you wanted.
    </p>
  </>
);

const Company = ({ name, links }: { name: string; links: boolean }) => (
  <>
    <Button component="a" href={companySignIn(location.pathname + location.search)} size="md" fullWidth autoFocus>
      Sign in with {name}
    </Button>
    <p className="quiet">
      {links
        ? 'Or with a link that works once: whoever runs Belay makes you one with '
        : 'Administrators can also use '}
      <Code>belay login PERSON</Code>.
    </p>
  </>
);

export const SignedOut = () => {
  useEffect(() => rememberWay(location.pathname + location.search), []);
  const ways = useQuery(waysInQuery);
  if (ways.isPending) return null;
  const company = ways.data?.company ?? null;
  return (
    <Gatehouse title="You are signed out">
      {company === null ? <Link /> : <Company name={company.name} links={ways.data?.loginLinks === 'everybody'} />}
    </Gatehouse>
  );
};
