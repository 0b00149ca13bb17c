/** The sentence, and who has control: the first two things to know about a case. */
import type { CaseView } from '@belay/protocol';
import { IconArrowLeft, IconHandGrab } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Inert } from '../parts/Inert.tsx';
import { Person } from '../parts/Person.tsx';
import { When } from '../parts/When.tsx';
import { useMe } from '../session/me.ts';
import { subjectText } from '../text/values.ts';
import css from './case.module.css';
import { Reworded } from './Reworded.tsx';
import type { Standing } from './standing.ts';

const InControl = ({ shown }: { shown: CaseView }) => (
  <div className={css.banner} role="status">
    <IconHandGrab size={22} stroke={1.7} aria-hidden />
    <p>
      <strong>
        You have control{' '}
        {shown.claimedAt !== null && (
          <>
            since <When at={shown.claimedAt} how="clock" />
          </>
        )}
        .
      </strong>{' '}
      {shown.agentId} is out: its next call is refused.
      {shown.inFlight.length > 0 && ' Steps let through before are listed below.'}
    </p>
  </div>
);

/** Whoever had it when somebody took it from them. */
const Lost = ({ shown }: { shown: CaseView }) => {
  const { personId } = useMe();
  if (shown.takenFrom?.personId !== personId) return null;
  return (
    <div className={css.banner} data-ended role="status">
      <p>
        <strong>{shown.claimedByName} took this over from you:</strong> <Inert text={shown.takenFrom.because} />
      </p>
    </div>
  );
};

const Ended = ({ shown }: { shown: CaseView }) => (
  <div className={css.banner} data-ended role="status">
    <p>
      {shown.status === 'returned' && <strong>{shown.agentId} has control again.</strong>}
      {shown.status === 'resolved' && <strong>The case is resolved and the run has ended.</strong>}
      {shown.status === 'cancelled' && <strong>The case was cancelled; the run goes on as it was.</strong>}{' '}
      {shown.resolution !== null && <Inert text={shown.resolution} />}
    </p>
    <Link to="/">Back to the inbox</Link>
  </div>
);

export const CaseHead = ({ shown, standing }: { shown: CaseView; standing: Standing }) => (
  <header className={css.head}>
    <p className={css.crumbs}>
      <Link to="/">
        <IconArrowLeft size={15} stroke={1.8} aria-hidden /> Inbox
      </Link>
      <Link to="/controls/$name" params={{ name: shown.control.name }} search={{ version: shown.control.version }}>
        {shown.control.name}
      </Link>
      <Link to="/runs/$runId" params={{ runId: shown.runId }}>
        <Inert text={`${shown.agentId} · ${subjectText(shown.subject)}`} />
      </Link>
      {shown.onBehalfOf !== null && (
        <span>
          on behalf of <Person id={shown.onBehalfOf} />
        </span>
      )}
    </p>
    {standing === 'mine' && <InControl shown={shown} />}
    {standing === 'theirs' && <Lost shown={shown} />}
    {standing === 'closed' && <Ended shown={shown} />}
    <h1>
      <Inert text={shown.title} />
    </h1>
    <p className={css.sentence}>
      <Inert text={shown.because} />
    </p>
    {standing !== 'closed' && <Reworded shown={shown} />}
    {shown.reasons.length > 1 && (
      <ul className={css.reasons}>
        {shown.reasons
          .filter((reason) => reason.because !== shown.because)
          .map((reason) => (
            <li key={`${reason.kind} ${reason.at} ${reason.because}`}>
              Also: <Inert text={reason.because} />
            </li>
          ))}
      </ul>
    )}
  </header>
);
