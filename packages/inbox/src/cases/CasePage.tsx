/** The handoff: why, exactly what, who and until when, what it was decided on, what already happened. */
import type { CaseView } from '@belay/protocol';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useAct } from '../data/act.ts';
import { ApiError, call } from '../data/api.ts';
import { caseQuery } from '../data/queries.ts';
import { useKeys } from '../parts/keys.ts';
import { LabelsOf } from '../parts/labels.ts';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { ReasonDialog } from '../parts/ReasonDialog.tsx';
import { useMe } from '../session/me.ts';
import { Actions, type Wish } from './Actions.tsx';
import { type CaseCommand, useCaseAct } from './act.ts';
import { CaseHead } from './CaseHead.tsx';
import css from './case.module.css';
import { Packet } from './Packet.tsx';
import { commandFor, type QuestionName, questionFor } from './questions.ts';
import { ReturnDrawer } from './ReturnDrawer.tsx';
import { SnoozeDialog } from './SnoozeDialog.tsx';
import { standingOf } from './standing.ts';

type Open = QuestionName | 'return' | 'breakGlass' | 'snooze' | null;

const wishes = {
  declineCase: 'decline',
  releaseCase: 'release',
  resolveCase: 'resolve',
  cancelCase: 'cancel',
  snoozeCase: 'snooze',
  endSnooze: 'endSnooze',
} as const;

const wishOf = (command: CaseCommand): Wish => {
  if (command.name === 'returnCase') return command.body.unchanged === true ? 'giveBack' : 'return';
  if (command.name === 'claimCase') return command.body.reason === undefined ? 'claim' : 'takeFrom';
  return wishes[command.name];
};

const breakGlass = {
  title: 'Break glass',
  explain:
    'You take control without being entitled to. A second person is told at once, and somebody will review it. Use it when waiting does harm.',
  label: 'Why can it not wait?',
  confirm: 'Take over and tell a second person',
  danger: true,
};

/** The dialogs of the page and the changes behind them. An open dialog closes when its change was answered. */
const useCasePage = (shown: CaseView) => {
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const act = useCaseAct(shown, close);
  const force = useAct(
    (reason: string) => call('takeOver', { params: { runId: shown.runId }, body: { reason, breakGlass: true } }),
    { onDone: close },
  );
  const send = (command: CaseCommand) => {
    force.reset();
    if (!act.isPending) act.mutate(command);
  };
  const wish = (wanted: Wish) => {
    act.reset();
    if (wanted === 'claim') send({ name: 'claimCase', body: {} });
    else if (wanted === 'giveBack') send({ name: 'returnCase', body: { unchanged: true } });
    else if (wanted === 'endSnooze') send({ name: 'endSnooze', body: {} });
    else setOpen(wanted);
  };
  const pending = act.isPending ? wishOf(act.variables) : force.isPending ? ('breakGlass' as const) : null;
  return { open, close, send, wish, pending, force, act };
};

const Dialogs = ({ shown, page }: { shown: CaseView; page: ReturnType<typeof useCasePage> }) => {
  const { open, close, send, pending, force, act } = page;
  const lost = standingOf(shown, useMe().personId) === 'theirs';
  // A draft belongs to one takeover of one's own: who loses control to somebody keeps what they wrote.
  const [since, setSince] = useState(shown.claimedAt);
  if (!lost && since !== shown.claimedAt) setSince(shown.claimedAt);
  const question = open === null || open === 'return' || open === 'breakGlass' || open === 'snooze' ? null : open;
  return (
    <>
      <ReturnDrawer
        key={`${shown.step?.digest} ${since}`}
        lostTo={lost ? shown.claimedByName : null}
        opened={open === 'return'}
        onClose={close}
        shown={shown}
        pending={pending === 'return'}
        error={act.error}
        act={send}
      />
      <SnoozeDialog
        opened={open === 'snooze'}
        onClose={close}
        pending={pending === 'snooze'}
        error={act.error}
        act={send}
      />
      {question !== null && (
        <ReasonDialog
          asked={questionFor(question, shown)}
          opened
          pending={act.isPending}
          error={act.error}
          onClose={close}
          onConfirm={(text) => send(commandFor(question, text))}
        />
      )}
      <ReasonDialog
        asked={breakGlass}
        opened={open === 'breakGlass'}
        pending={force.isPending}
        error={force.error}
        onClose={close}
        onConfirm={(text) => force.mutate(text)}
      />
    </>
  );
};

const Shown = ({ shown }: { shown: CaseView }) => {
  const standing = standingOf(shown, useMe().personId);
  const page = useCasePage(shown);
  const may = (right: CaseView['allowed'][number]) => shown.allowed.includes(right);
  useKeys({
    t: standing === 'waiting' && may('claim') ? () => page.wish('claim') : undefined,
    r: standing === 'mine' && may('return') ? () => page.wish('return') : undefined,
  });
  const error = page.act.error ?? page.force.error;
  return (
    <LabelsOf value={shown.packet}>
      <article className={css.page}>
        <CaseHead shown={shown} standing={standing} />
        {error !== null && page.open === null && (
          <div className={css.wide}>
            <ProblemNote
              error={error}
              onClose={() => {
                page.act.reset();
                page.force.reset();
              }}
            />
          </div>
        )}
        <Packet
          shown={shown}
          standing={standing}
          actions={<Actions shown={shown} standing={standing} pending={page.pending} wish={page.wish} />}
        />
        <Dialogs shown={shown} page={page} />
      </article>
    </LabelsOf>
  );
};

const route = getRouteApi('/shell/cases/$caseId');

export const CasePage = () => {
  const { caseId } = route.useParams();
  const { data, error } = useQuery(caseQuery(caseId));
  if (data !== undefined) return <Shown key={caseId} shown={data} />;
  if (error === null) return <Skeleton height={320} radius="lg" aria-label="Loading the case" />;
  return <ProblemNote error={error instanceof ApiError ? error : new Error('The case could not be read.')} />;
};
