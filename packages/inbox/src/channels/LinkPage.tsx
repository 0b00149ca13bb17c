/**
 * The link that somebody got for a press in a channel where they were nobody: whose account it becomes, and what then
 * counts. Opening it spends nothing; the button does.
 */
import type { AnswerOf } from '@belay/protocol';
import { Alert, Button, Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle, IconLink } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { accountLinkQuery } from '../data/queries.ts';
import { Inert } from '../parts/Inert.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { When } from '../parts/When.tsx';
import css from './channels.module.css';

const route = getRouteApi('/shell/link');

type Looked = AnswerOf<'lookAtAccountLink'>;
type Linked = AnswerOf<'confirmAccountLink'>;

const pathOf = (url: string): string => new URL(url).pathname;

const Facts = ({ look }: { look: Looked }) => (
  <dl className={css.facts}>
    <dt>{look.title} account</dt>
    <dd className="mono">
      <Inert text={look.address} />
    </dd>
    <dt>{look.title} knows it as</dt>
    <dd>{look.email === null ? 'it does not say' : <Inert text={look.email} />}</dd>
    <dt>You are signed in as</dt>
    <dd>
      {look.person.name} <span className="quiet mono">{look.person.personId}</span>
    </dd>
    <dt>It was pressed</dt>
    <dd>
      {look.pressed === null ? (
        'nothing that still waits'
      ) : (
        <>
          “{look.pressed.label}” on{' '}
          <Link to={pathOf(look.pressed.url)}>
            <Inert text={look.pressed.title} />
          </Link>
        </>
      )}
    </dd>
    <dt>Good until</dt>
    <dd>
      <When at={look.expiresAt} />
    </dd>
  </dl>
);

const Done = ({ done, onUndo, undoing }: { done: Linked; onUndo: () => void; undoing: boolean }) => (
  <div className={`card ${css.box}`}>
    <Alert
      color="green"
      icon={<IconCircleCheck size={20} aria-hidden />}
      title={`Your ${done.title} account is linked.`}
    >
      <Inert text={`From now on, what ${done.address} presses in ${done.title} is yours.`} />
    </Alert>
    {done.pressed !== null && (
      <Alert
        color={done.pressed.done ? 'green' : 'yellow'}
        icon={<IconInfoCircle size={20} aria-hidden />}
        title={`“${done.pressed.label}” on ${done.pressed.title}`}
      >
        <Inert text={done.pressed.text} />
      </Alert>
    )}
    <div className={css.buttons}>
      {done.pressed === null ? (
        <Button component={Link} to="/">
          To the inbox
        </Button>
      ) : (
        <Button component={Link} to={pathOf(done.pressed.url)}>
          Open it here
        </Button>
      )}
      {done.accountId !== null && (
        <Button variant="default" loading={undoing} onClick={onUndo}>
          Undo the link
        </Button>
      )}
    </div>
  </div>
);

export const LinkPage = () => {
  const { token } = route.useSearch();
  const { data: look, error } = useQuery({ ...accountLinkQuery(token), enabled: token !== '' });
  const link = useMutation({ mutationFn: () => call('confirmAccountLink', { body: { token } }) });
  const undo = useAct((id: string) => call('withdrawEntered', { params: { id } }));
  if (link.data !== undefined && !undo.isSuccess)
    return (
      <div className={css.page}>
        <PageHead title="Link your account" />
        {undo.error !== null && <ProblemNote error={undo.error} />}
        <Done done={link.data} undoing={undo.isPending} onUndo={() => undo.mutate(link.data.accountId ?? '')} />
      </div>
    );
  return (
    <div className={css.page}>
      <PageHead title="Link your account" note="Whose are the presses of this account?" />
      {token === '' && <p>This page is opened by the link that a channel gives you when you press a button there.</p>}
      {undo.isSuccess && <Alert color="gray">The link is undone. Press again in the channel for a new one.</Alert>}
      {(link.error ?? error) !== null && !undo.isSuccess && <ProblemNote error={(link.error ?? error) as Error} />}
      {token !== '' && look === undefined && error === null && <Skeleton height={260} radius="lg" />}
      {look !== undefined && !undo.isSuccess && (
        <div className={`card ${css.box}`}>
          <Facts look={look} />
          {look.problem === null ? (
            <p className="quiet">
              Go on only if you pressed the button yourself. If somebody sent you this link, close the page: their
              presses would count as yours.
            </p>
          ) : (
            <Alert
              icon={<IconAlertTriangle size={20} aria-hidden />}
              color="red"
              title="You cannot link this account yourself."
            >
              <Inert text={`${look.problem} An administrator can.`} />
            </Alert>
          )}
          <div className={css.buttons}>
            <Button
              leftSection={<IconLink size={18} stroke={1.7} aria-hidden />}
              disabled={look.problem !== null}
              loading={link.isPending}
              onClick={() => link.mutate()}
            >
              This {look.title} account is mine
            </Button>
          </div>
        </div>
      )}
    </div>
  );
};
