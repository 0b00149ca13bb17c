/** The decision: approve, reject, edit or take a vote back; and where none of it is possible, why. */
import { type ApprovalView, actionLabels, type JsonObject } from '@belay/protocol';
import { Button, Kbd } from '@mantine/core';
import { IconSignature } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import css from '../cases/case.module.css';
import { useAct } from '../data/act.ts';
import { ApiError, call } from '../data/api.ts';
import { approvalQuery } from '../data/queries.ts';
import { Consequences } from '../packet/Consequences.tsx';
import { Inert } from '../parts/Inert.tsx';
import { useKeys } from '../parts/keys.ts';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { type Asked, ReasonDialog } from '../parts/ReasonDialog.tsx';
import { When } from '../parts/When.tsx';
import { EditDrawer } from './EditDrawer.tsx';
import { Quorum } from './Quorum.tsx';
import { SignInAgain, useTooOld } from './SignInAgain.tsx';
import { signingOf, steadText } from './signing.ts';

const questions: Record<'reject' | 'withdraw', Asked> = {
  reject: {
    title: actionLabels.reject,
    explain: 'The agent receives your reason and does not carry out the step. It stays in control of the rest.',
    label: 'Why not?',
    confirm: 'Reject it',
    danger: true,
  },
  withdraw: {
    title: 'Take your vote back',
    explain: 'It counts no more, and the approval waits again. Possible until the step is carried out.',
    label: 'Why?',
    confirm: 'Take it back',
  },
};

type Open = 'reject' | 'withdraw' | 'edit' | null;

/** The changes this page can make, and which dialog is open. An open one closes when its change was answered. */
const useDecision = (shown: ApprovalView) => {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [open, setOpen] = useState<Open>(null);
  const params = { approvalId: shown.approvalId };
  const bound = { revision: shown.revision, digest: shown.digest };
  const onDone = (answer: ApprovalView) => {
    client.setQueryData(approvalQuery(answer.approvalId).queryKey, answer);
    setOpen(null);
  };
  const approve = useAct(() => call('approve', { params, body: bound }), { onDone });
  const reject = useAct((because: string) => call('reject', { params, body: { ...bound, because } }), { onDone });
  const withdraw = useAct((because: string) => call('withdrawVote', { params, body: { because } }), { onDone });
  const edit = useAct(
    (edited: { arguments: JsonObject; because: string }) =>
      call('editApproval', { params, body: { ...bound, ...edited } }),
    {
      onDone: (answer: ApprovalView) => {
        onDone(answer);
        void navigate({ to: '/approvals/$approvalId', params: { approvalId: answer.approvalId } });
      },
    },
  );
  return { open, setOpen, approve, reject, withdraw, edit };
};

/** Where it has to be read first, seeing the page whole begins the reading. */
const useOpened = ({ approvalId, digest, mustOpen, status }: ApprovalView): void => {
  const client = useQueryClient();
  useEffect(() => {
    if (!mustOpen || status !== 'waiting') return;
    void call('openApproval', { params: { approvalId }, body: { digest } }).then(
      (answer) => client.setQueryData(approvalQuery(approvalId).queryKey, answer),
      () => undefined,
    );
  }, [client, approvalId, digest, mustOpen, status]);
};

type Decision = ReturnType<typeof useDecision>;

type PrimaryProps = { shown: ApprovalView; approve: Decision['approve']; tooOld: boolean };
const Primary = ({ shown, approve, tooOld }: PrimaryProps) => {
  const signing = signingOf(shown);
  const stead = steadText(shown.you);
  if (!signing.can)
    return (
      <div>
        <p>
          <strong>
            <Inert text={signing.because} />
          </strong>{' '}
          {shown.rejectedBecause !== null && <Inert text={shown.rejectedBecause} />}
        </p>
        {shown.you.readyAt !== null && (
          <p className="quiet">
            You may sign <When at={shown.you.readyAt} />.
          </p>
        )}
      </div>
    );
  if (tooOld) return <SignInAgain asked={[shown]} />;
  return (
    <div className={css.primary}>
      <Button
        size="lg"
        fullWidth
        leftSection={<IconSignature size={22} stroke={1.7} aria-hidden />}
        rightSection={<Kbd aria-hidden>a</Kbd>}
        loading={approve.isPending}
        onClick={() => approve.mutate(undefined)}
      >
        {actionLabels.approve}
      </Button>
      <p>You sign off exactly these arguments. {shown.requestedBy} stays in control.</p>
      {stead !== null && <p>{stead}</p>}
    </div>
  );
};

const secondary = [
  ['edit', 'Edit…'],
  ['reject', `${actionLabels.reject}…`],
  ['withdraw', 'Take your vote back…'],
] as const;

export const Decide = ({ shown }: { shown: ApprovalView }) => {
  useOpened(shown);
  const { open, setOpen, approve, reject, withdraw, edit } = useDecision(shown);
  const may = (right: ApprovalView['you']['allowed'][number]) => shown.you.allowed.includes(right);
  const waiting = shown.status === 'waiting';
  const refused = approve.error instanceof ApiError && approve.error.code === 'sign_in_too_old';
  const tooOld = useTooOld([shown]) || refused;
  useKeys({
    a: waiting && may('approve') && !tooOld && !approve.isPending ? () => approve.mutate(undefined) : undefined,
    e: may('edit') && shown.editable.length > 0 ? () => setOpen('edit') : undefined,
    x: waiting && may('reject') ? () => setOpen('reject') : undefined,
  });
  const offered = secondary.filter(([right]) => may(right) && (right !== 'edit' || shown.editable.length > 0));
  const asked = open === 'reject' || open === 'withdraw' ? open : null;
  const act = asked === 'withdraw' ? withdraw : reject;
  return (
    <aside className={`card ${css.actions}`} aria-label="Your decision">
      {approve.error !== null && <ProblemNote error={approve.error} onClose={approve.reset} />}
      <Primary shown={shown} approve={approve} tooOld={tooOld} />
      {waiting && shown.packet !== null && <Consequences packet={shown.packet} />}
      <Quorum shown={shown} />
      {offered.length > 0 && (
        <div className={css.secondary}>
          {offered.map(([right, label]) => (
            <Button key={right} variant="default" size="sm" onClick={() => setOpen(right)}>
              {label}
            </Button>
          ))}
        </div>
      )}
      {asked !== null && (
        <ReasonDialog
          asked={questions[asked]}
          opened
          pending={act.isPending}
          error={act.error}
          onClose={() => setOpen(null)}
          onConfirm={(because) => act.mutate(because)}
        />
      )}
      <EditDrawer
        key={shown.digest}
        shown={shown}
        opened={open === 'edit'}
        pending={edit.isPending}
        error={edit.error}
        onClose={() => setOpen(null)}
        onSend={(edited) => edit.mutate(edited)}
      />
    </aside>
  );
};
