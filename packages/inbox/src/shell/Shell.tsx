/** The frame around every page: where one can go, who is signed in, whether the page is live. */
import { type PersonView, sayName } from '@belay/protocol';
import { ActionIcon, Button, Loader, Menu } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import {
  IconActivity,
  IconBroadcast,
  IconCalendarUser,
  IconEyeCheck,
  IconFileCheck,
  IconInbox,
  IconKeyboard,
  IconListDetails,
  IconLogout,
  IconRepeat,
  IconSignature,
  IconUserCircle,
  IconUsersGroup,
} from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError, call } from '../data/api.ts';
import { useFeed } from '../data/feed.ts';
import { approvalsQuery, casesQuery, channelsQuery, meQuery, samplesQuery } from '../data/queries.ts';
import { useKeys } from '../parts/keys.ts';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { Gatehouse } from '../session/Gatehouse.tsx';
import { Me } from '../session/me.ts';
import { SignedOut } from '../session/SignedOut.tsx';
import { Help } from './Help.tsx';
import { Live } from './Live.tsx';
import { Mark } from './Mark.tsx';
import css from './shell.module.css';

const useCounts = () => {
  const cases = useQuery(casesQuery({ show: 'live', control: undefined })).data?.items ?? [];
  const approvals = useQuery(approvalsQuery('waiting')).data?.items ?? [];
  const samples = useQuery(samplesQuery({ show: 'mine', control: undefined })).data?.items ?? [];
  const open = cases.filter((one) => one.status === 'open').length;
  return { cases: open, approvals: approvals.length, samples: samples.length };
};

const Count = ({ of, what }: { of: number; what: string }) =>
  of === 0 ? null : (
    <span className={css.count}>
      {of}
      <span className="only-read"> {what}</span>
    </span>
  );

const ChannelsLink = () => {
  const unwell = (useQuery(channelsQuery).data?.items ?? []).filter(
    ({ state }) => state === 'down' || state === 'troubled',
  );
  return (
    <Link to="/channels-health">
      <IconBroadcast size={19} stroke={1.7} aria-hidden />
      <span>Channels</span>
      <Count of={unwell.length} what="not working" />
    </Link>
  );
};

const Navigation = ({ admin, sees }: { admin: boolean; sees: boolean }) => {
  const counts = useCounts();
  useDocumentTitle(counts.cases === 0 ? 'Belay' : `(${counts.cases}) Belay`);
  return (
    <nav className={css.nav} aria-label="Pages">
      <Link to="/" activeOptions={{ exact: true, includeSearch: false }}>
        <IconInbox size={19} stroke={1.7} aria-hidden />
        <span>Inbox</span>
        <Count of={counts.cases} what="waiting" />
      </Link>
      <Link to="/approvals">
        <IconSignature size={19} stroke={1.7} aria-hidden />
        <span>Approvals</span>
        <Count of={counts.approvals} what="waiting" />
      </Link>
      <Link to="/runs">
        <IconActivity size={19} stroke={1.7} aria-hidden />
        <span>Runs</span>
      </Link>
      <Link to="/samples">
        <IconEyeCheck size={19} stroke={1.7} aria-hidden />
        <span>Samples</span>
        <Count of={counts.samples} what="to look at" />
      </Link>
      {sees && (
        <Link to="/exceptions">
          <IconListDetails size={19} stroke={1.7} aria-hidden />
          <span>Exceptions</span>
        </Link>
      )}
      <Link to="/patterns">
        <IconRepeat size={19} stroke={1.7} aria-hidden />
        <span>Patterns</span>
      </Link>
      <Link to="/controls">
        <IconFileCheck size={19} stroke={1.7} aria-hidden />
        <span>Controls</span>
      </Link>
      <Link to="/on-call">
        <IconCalendarUser size={19} stroke={1.7} aria-hidden />
        <span>On call</span>
      </Link>
      {admin && <ChannelsLink />}
      {admin && (
        <Link to="/organisation">
          <IconUsersGroup size={19} stroke={1.7} aria-hidden />
          <span>Organisation</span>
        </Link>
      )}
    </nav>
  );
};

const Account = ({ me }: { me: PersonView }) => {
  const client = useQueryClient();
  const signOut = useMutation({
    mutationFn: () => call('logout', { body: {} }),
    onSuccess: () => client.resetQueries(),
  });
  return (
    <Menu position="top-start" withinPortal>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          justify="flex-start"
          px={12}
          className={css.account ?? ''}
          leftSection={<IconUserCircle size={20} stroke={1.6} aria-hidden />}
        >
          {me.name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{[...me.access, ...me.roles].map(sayName).join(', ')}</Menu.Label>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => signOut.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};

const Frame = ({ me }: { me: PersonView }) => {
  const status = useFeed();
  const navigate = useNavigate();
  const [help, setHelp] = useState(false);
  useKeys({ '?': () => setHelp(true), i: () => void navigate({ to: '/' }) });
  return (
    <div className={css.frame}>
      <a href="#content" className={css.skip}>
        Skip to the content
      </a>
      <header className={css.side}>
        <Link to="/" className={css.name ?? ''} aria-label="Belay, to the inbox">
          <Mark size={28} />
          <span>Belay</span>
        </Link>
        <Navigation admin={me.access.includes('admin')} sees={me.access.some((right) => right !== 'break-glass')} />
        <div className={css.foot}>
          <Live status={status} />
          <ActionIcon variant="subtle" color="gray" onClick={() => setHelp(true)} aria-label="Keyboard shortcuts">
            <IconKeyboard size={19} stroke={1.6} />
          </ActionIcon>
          <Account me={me} />
        </div>
      </header>
      <main id="content" className={css.content} tabIndex={-1}>
        <Outlet />
      </main>
      <Help opened={help} onClose={() => setHelp(false)} />
    </div>
  );
};

export const Shell = () => {
  const { data, error } = useQuery(meQuery);
  if (error instanceof ApiError && error.status === 401) return <SignedOut />;
  if (data !== undefined) {
    return (
      <Me value={data.person}>
        <Frame me={data.person} />
      </Me>
    );
  }
  if (error === null) return <Loader className={css.loader ?? ''} aria-label="Loading" />;
  return (
    <Gatehouse title="Belay does not answer">
      <ProblemNote error={error} />
      <Button onClick={() => location.reload()}>Try again</Button>
    </Gatehouse>
  );
};
