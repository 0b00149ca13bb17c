/** A signature that asks for a recent sign-in, and somebody whose sign-in is older: the way to a new one, and back here. */
import { Button, Code } from '@mantine/core';
import { IconLogin2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { meQuery, waysInQuery } from '../data/queries.ts';
import { companySignIn } from '../session/way-back.ts';
import { countText } from '../text/targets.ts';
import { isTooOld, strictest } from './signing.ts';

type Asking = Parameters<typeof strictest>[0];

/** Whether one of these cannot be signed before signing in again. */
export const useTooOld = (asked: Asking): boolean => {
  const { data } = useQuery(meQuery);
  return data !== undefined && isTooOld(strictest(asked), data.signIn.at, Date.now());
};

export const SignInAgain = ({ asked }: { asked: Asking }) => {
  const ways = useQuery(waysInQuery).data;
  const minutes = Math.floor((strictest(asked) ?? 0) / 60_000);
  const within = minutes % 60 === 0 ? countText(minutes / 60, 'hour') : countText(minutes, 'minute');
  if (ways === undefined) return null;
  return (
    <div>
      <p>
        <strong>Signing this asks for a sign-in of the last {within}.</strong> You come back to this page.
      </p>
      {ways.company === null ? (
        <p>
          Ask for a new link (<Code>belay login PERSON</Code>), and open it in this browser.
        </p>
      ) : (
        <Button
          component="a"
          href={companySignIn(location.pathname + location.search, true)}
          size="lg"
          fullWidth
          leftSection={<IconLogin2 size={22} stroke={1.7} aria-hidden />}
        >
          Sign in again to sign
        </Button>
      )}
    </div>
  );
};
