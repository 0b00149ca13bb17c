/** Taking control of a run, with or without an open case. The answer is the case in which the person then works. */
import type { RunView } from '@belay/protocol';
import { Button, Kbd } from '@mantine/core';
import { IconHandGrab } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useAct } from '../data/act.ts';
import { ApiError, call } from '../data/api.ts';
import { useKeys } from '../parts/keys.ts';
import { type Asked, ReasonDialog } from '../parts/ReasonDialog.tsx';
import { useMe } from '../session/me.ts';
import { subjectText } from '../text/values.ts';
import { visible } from '../text/visible.ts';

const questionFor = (run: RunView, breakGlass: boolean): Asked => {
  if (breakGlass) {
    return {
      title: 'Break glass',
      explain:
        'You are not entitled to take over this run. You can still do it: a second person is told at once, and somebody will review it.',
      label: 'Why can it not wait?',
      confirm: 'Take over and tell a second person',
      danger: true,
    };
  }
  const other = run.holder.kind === 'person';
  return {
    title: other ? `Take it from ${run.holder.name}` : `Take over ${run.agentId}`,
    explain: other
      ? `${run.holder.name} loses control and is told why.`
      : `${run.agentId} is out at once of its run on ${visible(subjectText(run.subject))}. Steps already let through are listed, and nobody can call them back.`,
    label: other ? 'Why do you take it?' : 'Why? (for the timeline)',
    confirm: 'Take over',
    optional: !other,
  };
};

const useTakeOver = (run: RunView, done: () => void) => {
  const navigate = useNavigate();
  const [breakGlass, setBreakGlass] = useState(false);
  const act = useAct(
    async (reason: string) => {
      try {
        return await call('takeOver', { params: { runId: run.runId }, body: { reason, breakGlass } });
      } catch (error) {
        if (error instanceof ApiError && error.code === 'not_entitled') setBreakGlass(true);
        throw error;
      }
    },
    {
      onDone: (answer) => {
        done();
        void navigate({ to: '/cases/$caseId', params: { caseId: answer.caseId } });
      },
    },
  );
  return { act, breakGlass };
};

/** `large`: the main button of the run’s own page, which also answers to the key t. */
export const TakeOver = ({ run, large = false }: { run: RunView; large?: boolean }) => {
  const me = useMe();
  const [asking, setAsking] = useState(false);
  const close = () => setAsking(false);
  const { act, breakGlass } = useTakeOver(run, close);
  const possible = run.status !== 'finished' && !(run.holder.kind === 'person' && run.holder.id === me.personId);
  useKeys({ t: large && possible ? () => setAsking(true) : undefined });
  if (!possible) return null;
  return (
    <>
      {large ? (
        <Button
          size="lg"
          fullWidth
          leftSection={<IconHandGrab size={22} stroke={1.7} aria-hidden />}
          rightSection={<Kbd aria-hidden>t</Kbd>}
          onClick={() => setAsking(true)}
        >
          Take over
        </Button>
      ) : (
        <Button
          size="xs"
          variant="default"
          onClick={() => setAsking(true)}
          aria-label={`Take over ${run.agentId}, ${visible(subjectText(run.subject))}`}
        >
          Take over
        </Button>
      )}
      <ReasonDialog
        asked={questionFor(run, breakGlass)}
        opened={asking}
        pending={act.isPending}
        error={act.error}
        onClose={close}
        onConfirm={(reason) => act.mutate(reason)}
      />
    </>
  );
};
