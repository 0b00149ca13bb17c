/** Steps that were let through and not reported. They are listed, not hidden: nobody can call them back. */
import { type BodyOf, type PermitView, sayName } from '@belay/protocol';
import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconQuestionMark } from '@tabler/icons-react';
import { useState } from 'react';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { briefEntries, valueText } from '../text/values.ts';
import css from './flight.module.css';
import { Inert } from './Inert.tsx';
import { ProblemNote } from './ProblemNote.tsx';
import { When } from './When.tsx';

type Happened = BodyOf<'settlePermit'>['happened'];

const asked = {
  done: {
    title: 'It happened',
    confirm: 'Record that it happened',
    effect: 'It counts as done and is never run again.',
  },
  notDone: {
    title: 'It did not happen',
    confirm: 'Record that it did not happen',
    effect: 'The agent may ask for it again; the gate decides anew.',
  },
} as const;

const SettleForm = ({ permit, happened, onClose }: { permit: PermitView; happened: Happened; onClose: () => void }) => {
  const [reference, setReference] = useState('');
  const [because, setBecause] = useState('');
  const settle = useAct(
    () => {
      const known = reference.trim() === '' ? {} : { reference: reference.trim() };
      return call('settlePermit', {
        params: { permitId: permit.permitId },
        body: { happened, because: because.trim(), ...known },
      });
    },
    { onDone: onClose },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        settle.mutate(undefined);
      }}
    >
      <Stack>
        {settle.error !== null && <ProblemNote error={settle.error} />}
        <p className="quiet">
          You say what became of “{sayName(permit.step)}”. {asked[happened].effect}
        </p>
        {happened === 'done' && (
          <TextInput
            label="Reference"
            description="Where it can be seen, for example a transfer number."
            value={reference}
            maxLength={500}
            data-autofocus
            onChange={(event) => setReference(event.currentTarget.value)}
          />
        )}
        <Textarea
          label="How do you know?"
          value={because}
          maxLength={2_000}
          autosize
          minRows={2}
          onChange={(event) => setBecause(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Go back
          </Button>
          <Button type="submit" loading={settle.isPending}>
            {asked[happened].confirm}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

type PermitProps = { permit: PermitView; taken: boolean; onSettle: (happened: Happened) => void };

/** The question stands when it is in doubt, or when a person has control and so nobody else will answer it. */
const Permit = ({ permit, taken, onSettle }: PermitProps) => (
  <li className={css.permit}>
    <p>
      <strong>{sayName(permit.step)}</strong>
      <span className="quiet">
        {' '}
        · let through <When at={permit.redeemedAt ?? permit.grantedAt} />
        {permit.status === 'redeemed' && ', not reported yet'}
      </span>
    </p>
    <p className={css.brief}>
      {briefEntries(permit.arguments, 4).map(([name, value]) => (
        <span key={name}>
          <span className="quiet">
            <Inert text={sayName(name)} />
          </span>{' '}
          <Inert text={valueText(value)} />
        </span>
      ))}
    </p>
    {permit.lateReport !== null && (
      <p>
        A report came after control had moved: <Inert text={valueText(permit.lateReport)} />
      </p>
    )}
    {(permit.status === 'inDoubt' || taken) && (
      <Group gap="xs" mt={8}>
        <span className={css.question}>Did it happen?</span>
        <Button size="compact-sm" variant="default" onClick={() => onSettle('done')}>
          It happened…
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => onSettle('notDone')}>
          It did not happen…
        </Button>
      </Group>
    )}
  </li>
);

export const InFlight = ({ permits, takenBy }: { permits: readonly PermitView[]; takenBy: string | null }) => {
  const [settling, setSettling] = useState<{ permit: PermitView; happened: Happened } | null>(null);
  const inDoubt = permits.some((permit) => permit.status === 'inDoubt');
  const Icon = inDoubt ? IconQuestionMark : IconAlertTriangle;
  return (
    <div className={css.box} role="note">
      <p className={css.warning}>
        <Icon size={18} stroke={1.8} aria-hidden />
        {takenBy === null
          ? 'Let through and not reported; cannot be recalled.'
          : `Let through before ${takenBy} took over; cannot be recalled.`}
      </p>
      <ul>
        {permits.map((permit) => (
          <Permit
            key={permit.permitId}
            permit={permit}
            taken={takenBy !== null}
            onSettle={(happened) => setSettling({ permit, happened })}
          />
        ))}
      </ul>
      <Modal
        opened={settling !== null}
        onClose={() => setSettling(null)}
        title={settling === null ? '' : asked[settling.happened].title}
      >
        {settling !== null && <SettleForm {...settling} onClose={() => setSettling(null)} />}
      </Modal>
    </div>
  );
};
