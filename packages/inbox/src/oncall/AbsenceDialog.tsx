/** Being away for a time: no role and no schedule names that person then. */
import { Button, Group, Modal, Stack } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { useMe } from '../session/me.ts';
import { daysLater, midnightOf } from './calendar.ts';
import { instantsOf, PersonField, type Span, SpanFields, spanFrom } from './fields.tsx';

const Form = ({ onClose }: { onClose: () => void }) => {
  const me = useMe();
  const [personId, setPersonId] = useState<string | null>(me.personId);
  const [span, setSpan] = useState(() => {
    const today = midnightOf(Date.now());
    return spanFrom(daysLater(today, 1), daysLater(today, 2));
  });
  const add = useAct(
    ({ whose, body }: { whose: string; body: Span }) => call('addAbsence', { params: { personId: whose }, body }),
    { onDone: onClose },
  );
  const instants = instantsOf(span);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (personId !== null && instants !== null) add.mutate({ whose: personId, body: instants });
      }}
    >
      <Stack>
        {add.error !== null && <ProblemNote error={add.error} />}
        <PersonField
          label="Who"
          value={personId}
          onChange={setPersonId}
          disabled={!me.access.includes('admin')}
          required
        />
        <SpanFields value={span} onChange={setSpan} />
        <p className="quiet">
          Whoever comes next in the rotation is told instead. A case they have taken over stays with them.
        </p>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Go back
          </Button>
          <Button type="submit" loading={add.isPending} disabled={personId === null || instants === null}>
            Add the absence
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

export const AbsenceDialog = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => (
  <Modal opened={opened} onClose={onClose} title="Add an absence" size="lg">
    <Form onClose={onClose} />
  </Modal>
);
