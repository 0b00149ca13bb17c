/** Somebody took over without being entitled. Another person has to look at it, and the page says so until it is done. */
import type { RunView } from '@belay/protocol';
import { Button } from '@mantine/core';
import { IconHammer } from '@tabler/icons-react';
import { useState } from 'react';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { Inert } from '../parts/Inert.tsx';
import { type Asked, ReasonDialog } from '../parts/ReasonDialog.tsx';
import { When } from '../parts/When.tsx';
import { useMe } from '../session/me.ts';
import css from './runs.module.css';

const question: Asked = {
  title: 'Review the break-glass',
  explain: 'Was it right to take over without being entitled? Your comment stays in the timeline.',
  label: 'What do you make of it?',
  confirm: 'Record the review',
};

type Review = NonNullable<RunView['review']>;

export const ReviewNote = ({ runId, review }: { runId: string; review: Review }) => {
  const me = useMe();
  const [asking, setAsking] = useState(false);
  const close = () => setAsking(false);
  const act = useAct((comment: string) => call('reviewBreakGlass', { params: { runId }, body: { comment } }), {
    onDone: close,
  });
  return (
    <div className={`${css.stops} ${css.stop}`} role="note">
      <IconHammer size={20} stroke={1.7} aria-hidden />
      <div>
        <p>
          <strong>{review.usedByName} broke the glass:</strong> <Inert text={review.reason} />
        </p>
        <p className="quiet">
          {review.usedBy === me.personId ? 'Somebody else has to review it' : 'A review is due'}{' '}
          <When at={review.dueAt} />
        </p>
      </div>
      {review.usedBy !== me.personId && (
        <Button variant="default" size="xs" onClick={() => setAsking(true)}>
          Review…
        </Button>
      )}
      <ReasonDialog
        asked={question}
        opened={asking}
        pending={act.isPending}
        error={act.error}
        onClose={close}
        onConfirm={(comment) => act.mutate(comment)}
      />
    </div>
  );
};
