/** Nobody is signed in: says how to get a link, because there is no password to type. */
import { Code } from '@mantine/core';
import { useEffect } from 'react';
import { Gatehouse } from './Gatehouse.tsx';
import { rememberWay } from './way-back.ts';

export const SignedOut = () => {
  useEffect(() => rememberWay(location.pathname + location.search), []);
  return (
    <Gatehouse title="You are signed out">
      <p>Belay has no passwords. Whoever runs it makes you a link that works once; on that machine the command is</p>
      <Code block>belay login PERSON</Code>
      <p className="quiet">
        PERSON is your id in the organisation file, for example “ann”. Open the link in this browser: you come back to
        the page you wanted.
      </p>
    </Gatehouse>
  );
};
