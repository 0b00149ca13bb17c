/** What this person may do now, the likeliest first. The server says what is allowed; the page never guesses. */
import { actionLabels, type CaseView } from '@belay/protocol';
import { Button, Kbd } from '@mantine/core';
import { IconArrowBackUp, IconHandGrab } from '@tabler/icons-react';
import { When } from '../parts/When.tsx';
import css from './case.module.css';
import { Ladder } from './Ladder.tsx';
import type { QuestionName } from './questions.ts';
import type { Standing } from './standing.ts';

export type Wish = QuestionName | 'claim' | 'return' | 'giveBack' | 'breakGlass' | 'snooze' | 'endSnooze';
type Props = { shown: CaseView; standing: Standing; pending: Wish | null; wish: (wish: Wish) => void };

const Primary = ({ shown, standing, pending, wish }: Props) => {
  if (standing === 'waiting' && shown.allowed.includes('claim')) {
    return (
      <div className={css.primary}>
        <Button
          id="take-over"
          size="lg"
          fullWidth
          loading={pending === 'claim'}
          leftSection={<IconHandGrab size={22} stroke={1.7} aria-hidden />}
          rightSection={<Kbd aria-hidden>t</Kbd>}
          onClick={() => wish('claim')}
        >
          {actionLabels.takeOver}
        </Button>
        <p>{shown.agentId} is out from that moment. You can give it back unchanged.</p>
      </div>
    );
  }
  if (standing === 'mine' && shown.allowed.includes('return')) {
    return (
      <div className={css.primary}>
        <Button
          size="lg"
          fullWidth
          px="md"
          leftSection={<IconArrowBackUp size={22} stroke={1.7} aria-hidden />}
          rightSection={<Kbd aria-hidden>r</Kbd>}
          onClick={() => wish('return')}
        >
          {actionLabels.return}
        </Button>
      </div>
    );
  }
  return null;
};

const labels: readonly [Wish, CaseView['allowed'][number], string][] = [
  ['takeFrom', 'takeFrom', 'Take it from them…'],
  ['resolve', 'resolve', `${actionLabels.resolve}…`],
  ['giveBack', 'return', 'Give back unchanged'],
  ['release', 'release', `${actionLabels.release}…`],
  ['endSnooze', 'endSnooze', 'End the snooze'],
  ['snooze', 'snooze', 'Snooze…'],
  ['decline', 'decline', `${actionLabels.decline}…`],
  ['cancel', 'cancel', 'Nobody needed…'],
];

const Secondary = ({ shown, standing, pending, wish }: Props) => (
  <div className={css.secondary}>
    {labels
      .filter(([, right]) => shown.allowed.includes(right))
      .filter(([name]) => name !== 'giveBack' || standing === 'mine')
      .map(([name, , label]) => (
        <Button key={name} variant="default" size="xs" px={8} loading={pending === name} onClick={() => wish(name)}>
          {name === 'takeFrom' ? `Take it from ${shown.claimedByName}…` : label}
        </Button>
      ))}
    {standing === 'waiting' && !shown.allowed.includes('claim') && (
      <>
        <p className="quiet">You are not among those who may take this over.</p>
        <Button
          variant="light"
          color="red"
          size="sm"
          loading={pending === 'breakGlass'}
          onClick={() => wish('breakGlass')}
        >
          Break glass…
        </Button>
      </>
    )}
  </div>
);

const headings: Record<Standing, string> = {
  waiting: 'Waiting for a person',
  mine: 'You have control',
  theirs: 'In control',
  closed: 'Closed',
};

const ended = {
  returned: 'Returned to the agent',
  resolved: 'Resolved',
  cancelled: 'Cancelled',
  open: '',
  claimed: '',
} as const;

const Holder = ({ shown, standing }: Pick<Props, 'shown' | 'standing'>) => {
  if (standing === 'closed') {
    return (
      <p>
        <strong>{ended[shown.status]}</strong>
        {shown.claimedByName !== null && ` by ${shown.claimedByName}`}
        {shown.closedAt !== null && (
          <>
            , <When at={shown.closedAt} />
          </>
        )}
      </p>
    );
  }
  if (standing !== 'theirs') return null;
  return (
    <div>
      <p>
        <strong>{shown.claimedByName} has control</strong>
      </p>
      {shown.claimedAt !== null && (
        <p className="quiet">
          since <When at={shown.claimedAt} how="clock" />, <When at={shown.claimedAt} />
        </p>
      )}
    </div>
  );
};

export const Actions = (props: Props) => (
  <aside className={`card ${css.actions}`} data-standing={props.standing} aria-label={headings[props.standing]}>
    <Primary {...props} />
    <Holder shown={props.shown} standing={props.standing} />
    {props.standing !== 'closed' && <Ladder shown={props.shown} />}
    <Secondary {...props} />
  </aside>
);
