/** How far the signatures are, group by group, and who may not sign and why. */
import type { ApprovalView } from '@belay/protocol';
import css from '../cases/case.module.css';
import { Inert } from '../parts/Inert.tsx';
import { When } from '../parts/When.tsx';
import { countText, targetText } from '../text/targets.ts';
import own from './approval.module.css';

const Group = ({ group }: { group: ApprovalView['groups'][number] }) => {
  const missing = Math.max(0, group.quorum - group.signed);
  const names = group.left.map(({ name }) => name);
  return (
    <div className={own.group}>
      <p>
        <strong>
          {group.signed} of {countText(group.quorum, 'signature')}
        </strong>{' '}
        from {targetText(group.from)}
      </p>
      <progress
        className={own.bar}
        value={group.signed}
        max={group.quorum}
        aria-label={`${group.signed} of ${group.quorum} signed`}
      />
      {missing > 0 && (
        <p className="quiet">
          {names.length === 0
            ? 'Nobody is left who may sign.'
            : `Can sign: ${names.slice(0, 4).join(', ')}${names.length > 4 ? '…' : ''}`}
        </p>
      )}
    </div>
  );
};

const Signed = ({ shown }: { shown: ApprovalView }) => (
  <ol className={css.ladder}>
    {shown.signatures.map((one) => (
      <li key={`${one.by} ${one.insteadOf}`} data-signed>
        <p>
          <strong>{one.name}</strong> signed{one.insteadOfName !== null && ` for ${one.insteadOfName}`}{' '}
          <When at={one.at} />
        </p>
        {one.comment !== null && (
          <p className="quiet">
            <Inert text={one.comment} />
          </p>
        )}
      </li>
    ))}
    {shown.refusals.map((one) => (
      <li key={`${one.by} refused`}>
        <p>
          <strong>{one.name}</strong> refused <When at={one.at} />: <Inert text={one.because} />
        </p>
      </li>
    ))}
  </ol>
);

export const Quorum = ({ shown }: { shown: ApprovalView }) => (
  <div className={own.quorum}>
    {shown.status === 'waiting' && shown.groups.map((group) => <Group key={group.from} group={group} />)}
    {shown.signatures.length + shown.refusals.length > 0 && <Signed shown={shown} />}
    {shown.status === 'waiting' && shown.expiresAt !== null && (
      <p className="quiet">
        until <When at={shown.expiresAt} how="clock" />, <When at={shown.expiresAt} />
        {shown.onExpiry !== null && `; then ${targetText(shown.onExpiry)} has it`}
      </p>
    )}
    {shown.status === 'waiting' && shown.excludedBecause.length > 0 && (
      <details className={own.excluded}>
        <summary>{countText(shown.excludedBecause.length, 'person', 'people')} may not sign</summary>
        <ul>
          {shown.excludedBecause.map(({ personId, name, because }) => (
            <li key={personId}>
              {name}: <Inert text={because} />
            </li>
          ))}
        </ul>
      </details>
    )}
  </div>
);
