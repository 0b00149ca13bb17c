/** One sign-off in a list. */
import { type ApprovalView, sayName, upper } from '@belay/protocol';
import { IconClock, IconRobot, IconSignature, IconUser } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import css from '../cases/inbox.module.css';
import { Entries } from '../parts/Entries.tsx';
import { Inert } from '../parts/Inert.tsx';
import { LabelsOf } from '../parts/labels.ts';
import { When } from '../parts/When.tsx';
import { namesText, targetText } from '../text/targets.ts';
import { briefEntries, valueText } from '../text/values.ts';

const words: Record<ApprovalView['status'], string> = {
  waiting: 'waits ',
  approved: 'approved ',
  rejected: 'rejected ',
  expired: 'expired ',
  void: 'void ',
  used: 'used ',
};

export const ApprovalRow = ({ shown }: { shown: ApprovalView }) => (
  <LabelsOf value={shown.packet}>
    <li className={css.row} data-standing={shown.status === 'waiting' ? 'approval' : 'closed'}>
      <div className={css.main}>
        <h2>
          <Link to="/approvals/$approvalId" params={{ approvalId: shown.approvalId }} data-row>
            {upper(shown.packet?.step ?? sayName(shown.step))}
            {briefEntries(shown.arguments, 1).map(([name, value]) => (
              <span key={name} className="number">
                {' '}
                <Inert text={valueText(value)} />
              </span>
            ))}
          </Link>
        </h2>
        <p className={css.because}>
          <Inert text={shown.because.join(' ')} />
        </p>
        <dl className={css.brief}>
          <div>
            <dt className="only-read">agent</dt>
            <dd>
              <IconRobot size={15} stroke={1.7} aria-hidden /> {shown.requestedBy} · {shown.control.name}
            </dd>
          </div>
          <Entries entries={briefEntries(shown.arguments, 4).slice(1)} />
        </dl>
      </div>
      <div className={css.aside}>
        <p className={css.clock}>
          <IconClock size={15} stroke={1.7} aria-hidden />
          <span>
            {words[shown.status]}
            <When at={shown.decidedAt ?? shown.requestedAt} how={shown.status === 'waiting' ? 'since' : 'relative'} />
          </span>
        </p>
        <p>
          <IconSignature size={15} stroke={1.7} aria-hidden />
          {shown.signatures.length} of {shown.quorum} signed
        </p>
        {shown.status === 'waiting' && (
          <p>
            <IconUser size={15} stroke={1.7} aria-hidden />
            For {namesText(shown.groups.map(({ from }) => targetText(from)))}
          </p>
        )}
      </div>
    </li>
  </LabelsOf>
);
