/** A refusal or a failure: what happened, what it means here, and what to do. */
import { Alert } from '@mantine/core';
import { IconAlertTriangle, IconRefreshAlert } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { ApiError } from '../data/api.ts';
import { Inert } from './Inert.tsx';
import css from './parts.module.css';

/** Somebody was faster: nothing was changed, and the page shows the present state by now. */
const overtaken = new Set([
  'stale_revision',
  'case_not_open',
  'fenced',
  'approval_not_waiting',
  'digest_mismatch',
  'not_claimer',
]);

const remedyOf = (error: Error, stale: boolean, entered: boolean): string => {
  if (stale) return 'Nothing was changed. What you see now is the present state.';
  if (entered) return 'Nothing was changed. Mend what you entered and send it again.';
  return error instanceof ApiError ? error.remedy : 'Reload the page.';
};

export const ProblemNote = ({ error, onClose }: { error: Error; onClose?: () => void }) => {
  const note = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new error is brought into view, an old one is left alone
  useEffect(() => {
    // Not returned: newer browsers answer with a promise, which is no way to end an effect.
    note.current?.scrollIntoView({ block: 'nearest' });
  }, [error]);
  const known = error instanceof ApiError;
  const stale = known && overtaken.has(error.code);
  // What a person entered was refused for a reason; that the request has another form is for whoever writes programs.
  const entered = known && error.code === 'invalid_request';
  return (
    <Alert
      ref={note}
      role="alert"
      className={css.note ?? ''}
      data-stale={stale || undefined}
      icon={stale ? <IconRefreshAlert size={20} aria-hidden /> : <IconAlertTriangle size={20} aria-hidden />}
      title={known ? <Inert text={entered ? error.detail : error.message} /> : 'Something went wrong on this page.'}
      withCloseButton={onClose !== undefined}
      closeButtonLabel="Close this message"
      {...(onClose !== undefined && { onClose })}
    >
      {!entered && (
        <p>
          <Inert text={known ? error.detail : error.message} />
        </p>
      )}
      <p className="quiet">{remedyOf(error, stale, entered)}</p>
    </Alert>
  );
};
