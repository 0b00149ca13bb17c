/** One run in the list: who holds it, when it was last heard, who looks again and when. */
import type { RunView } from '@belay/protocol';
import { IconRobot, IconUser } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Inert } from '../parts/Inert.tsx';
import { When } from '../parts/When.tsx';
import { countText } from '../text/targets.ts';
import { subjectText } from '../text/values.ts';
import css from './runs.module.css';
import { TakeOver } from './TakeOver.tsx';
import { standingOf, standingText } from './working.ts';

export const Status = ({ run }: { run: RunView }) => (
  <span className={css.status} data-status={standingOf(run)}>
    {run.status === 'taken' ? `${run.holder.name} has control` : standingText[standingOf(run)]}
  </span>
);

export const RunRow = ({ run }: { run: RunView }) => {
  const Icon = run.holder.kind === 'agent' ? IconRobot : IconUser;
  return (
    <li className={css.row} data-status={run.status}>
      <Link to="/runs/$runId" params={{ runId: run.runId }} data-row>
        <span className={css.agent}>
          <Icon size={18} stroke={1.6} aria-hidden />
          <span>
            <strong>{run.agentId}</strong>{' '}
            <span className="quiet">
              · <Inert text={subjectText(run.subject)} />
            </span>
          </span>
        </span>
        <Status run={run} />
        <span className={css.pulse}>
          {run.finishedAt === null ? (
            <>
              heard <When at={run.lastHeardAt} />
              {run.nextDueAt !== null && (
                <>
                  , {run.nextDue ?? 'looked at again'} <When at={run.nextDueAt} />
                </>
              )}
            </>
          ) : (
            <When at={run.finishedAt} />
          )}
          {run.review !== null && ' · break-glass, a review is due'}
          {run.inFlight.length > 0 && ` · ${countText(run.inFlight.length, 'step')} in flight`}
        </span>
      </Link>
      {run.status !== 'finished' && <TakeOver run={run} />}
    </li>
  );
};
