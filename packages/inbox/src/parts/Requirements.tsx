/** Everything the rules ask for. None is left out because a stricter one came first. */
import type { Requirement } from '@belay/protocol';
import { IconBan, IconCircleCheck, IconSignature, IconUserShield } from '@tabler/icons-react';
import { nameText } from '../text/values.ts';
import { Inert } from './Inert.tsx';
import css from './parts.module.css';

const kinds = {
  handoff: { icon: IconUserShield, label: 'A person takes over' },
  approval: { icon: IconSignature, label: 'A sign-off' },
  forbid: { icon: IconBan, label: 'Not allowed' },
  continue: { icon: IconCircleCheck, label: 'May continue' },
} as const;

const whom = ({ kind, by, to }: Requirement): string | null => {
  if (kind === 'approval' && by !== null) return nameText(by);
  if (kind === 'handoff' && to !== null) return nameText(to.replace(/^(role|person|oncall):/, ''));
  return null;
};

const Row = ({ requirement }: { requirement: Requirement }) => {
  const { icon: Icon, label } = kinds[requirement.kind];
  const who = whom(requirement);
  return (
    <li className={css.requirement} data-kind={requirement.kind}>
      <Icon size={20} stroke={1.6} aria-hidden />
      <div>
        <p>
          <strong>{label}</strong>
          {who !== null && <span className="quiet"> · {who}</span>}
        </p>
        <p>
          <Inert text={requirement.because} />
        </p>
        {requirement.instead !== null && (
          <p>
            Instead: <Inert text={requirement.instead} />
          </p>
        )}
        {requirement.cites !== null && (
          <p className={css.cites}>
            <Inert text={requirement.cites} />
            {requirement.rule !== null && <span className="quiet"> · rule {requirement.rule}</span>}
          </p>
        )}
      </div>
    </li>
  );
};

export const Requirements = ({ requirements }: { requirements: readonly Requirement[] }) => (
  <ul className={css.requirements}>
    {requirements.map((requirement) => (
      <Row key={`${requirement.kind} ${requirement.rule} ${requirement.because}`} requirement={requirement} />
    ))}
  </ul>
);
