/** Everything the rules ask for. None is left out because a stricter one came first. */
import { type PacketView, type Requirement, sayName, upper } from '@belay/protocol';
import { IconBan, IconCircleCheck, IconSignature, IconUserShield } from '@tabler/icons-react';
import { Inert } from './Inert.tsx';
import css from './parts.module.css';

const kinds = {
  handoff: { icon: IconUserShield, label: 'A person takes over' },
  approval: { icon: IconSignature, label: 'A sign-off' },
  forbid: { icon: IconBan, label: 'Not allowed' },
  continue: { icon: IconCircleCheck, label: 'May continue' },
} as const;

const whom = ({ kind, by, to }: Requirement): string | null => {
  if (kind === 'approval' && by !== null) return sayName(by);
  if (kind === 'handoff' && to !== null) return sayName(to.replace(/^(role|person|oncall):/, ''));
  return null;
};

type Rules = PacketView['rules'];
type Read = Rules[number]['read'];

/** What made it fire: the value beside the threshold. */
const Thresholds = ({ read }: { read: Read }) =>
  read.length === 0 ? null : (
    <ul className={css.thresholds}>
      {read.map(({ name, label, text, threshold }) => (
        <li key={`${name} ${threshold}`}>
          <span title={name}>{upper(label)}</span>{' '}
          <strong>
            <Inert text={text} />
          </strong>{' '}
          <Inert text={threshold} />
        </li>
      ))}
    </ul>
  );

const Row = ({ requirement, read }: { requirement: Requirement; read: Read }) => {
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
        <Thresholds read={read} />
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

type Props = { requirements: readonly Requirement[]; rules?: Rules };

export const Requirements = ({ requirements, rules = [] }: Props) => (
  <ul className={css.requirements}>
    {requirements.map((requirement) => (
      <Row
        key={`${requirement.kind} ${requirement.rule} ${requirement.because}`}
        requirement={requirement}
        read={rules.find(({ rule, kind }) => rule === requirement.rule && kind === requirement.kind)?.read ?? []}
      />
    ))}
  </ul>
);
