/** One case in the list: enough to see whether it is mine and how urgent, without opening it. */
import type { CaseView } from '@belay/protocol';
import { IconArrowUpRight, IconClock, IconRobot, IconUser } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Entries } from '../parts/Entries.tsx';
import { Inert } from '../parts/Inert.tsx';
import { LabelsOf } from '../parts/labels.ts';
import { When } from '../parts/When.tsx';
import { useMe } from '../session/me.ts';
import { namesText, targetText } from '../text/targets.ts';
import { briefEntries, subjectText } from '../text/values.ts';
import css from './inbox.module.css';
import { type Standing, standingOf } from './standing.ts';

const who = (shown: CaseView, standing: Standing, personId: string): string => {
  if (standing === 'mine') return 'You have control';
  if (standing === 'theirs' && shown.takenFrom?.personId === personId) return `${shown.claimedByName} took it from you`;
  if (standing === 'theirs') return `${shown.claimedByName} has control`;
  if (standing === 'closed') return shown.claimedByName ?? '';
  return `For ${shown.ownerNames.length > 0 ? namesText(shown.ownerNames) : targetText(shown.owner)}`;
};

const ended = { returned: 'Returned', resolved: 'Resolved', cancelled: 'Cancelled', open: '', claimed: '' } as const;

const Clock = ({ shown, standing }: { shown: CaseView; standing: Standing }) => {
  if (standing === 'closed') {
    return (
      <p className={css.clock}>
        {ended[shown.status]} {shown.closedAt !== null && <When at={shown.closedAt} />}
      </p>
    );
  }
  return (
    <p className={css.clock}>
      <IconClock size={15} stroke={1.7} aria-hidden />
      <span>
        {standing === 'waiting' ? 'waits ' : 'open for '}
        <When at={shown.openedAt} how="since" />
      </span>
    </p>
  );
};

const Next = ({ shown }: { shown: CaseView }) =>
  shown.nextRungAt === null || shown.nextRung === null ? null : (
    <p className={css.next}>
      <IconArrowUpRight size={15} stroke={1.7} aria-hidden />
      <span>
        then {targetText(shown.nextRung)} <When at={shown.nextRungAt} />
      </span>
    </p>
  );

export const CaseRow = ({ shown }: { shown: CaseView }) => {
  const { personId: me } = useMe();
  const standing = standingOf(shown, me);
  return (
    <LabelsOf value={shown.packet}>
      <li className={css.row} data-standing={standing} data-later={shown.rung > 0 || undefined}>
        <div className={css.main}>
          <h2>
            <Link to="/cases/$caseId" params={{ caseId: shown.caseId }} data-row>
              <Inert text={shown.title} />
            </Link>
          </h2>
          <p className={css.because}>
            <Inert text={shown.because} />
          </p>
          <dl className={css.brief}>
            <div>
              <dt className="only-read">agent and subject</dt>
              <dd>
                <IconRobot size={15} stroke={1.7} aria-hidden /> {shown.agentId} ·{' '}
                <Inert text={subjectText(shown.subject)} />
              </dd>
            </div>
            <Entries entries={briefEntries(shown.step?.arguments ?? {}, 3)} />
          </dl>
        </div>
        <div className={css.aside}>
          <Clock shown={shown} standing={standing} />
          <p className={css.who}>
            <IconUser size={15} stroke={1.7} aria-hidden />
            {who(shown, standing, me)}
          </p>
          {standing === 'waiting' && <Next shown={shown} />}
        </div>
      </li>
    </LabelsOf>
  );
};
