/** Letting a case rest: an end is chosen, never left open, and others read why. */
import { Button, Group, Modal, Radio, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { clock } from '../text/instants.ts';
import type { CaseCommand } from './act.ts';
import { snoozeEnds } from './snoozing.ts';

type Props = { pending: boolean; error: Error | null; onClose: () => void; act: (command: CaseCommand) => void };

const Form = ({ pending, error, onClose, act }: Props) => {
  const [now] = useState(() => Date.now());
  const ends = snoozeEnds(now);
  const [chosen, setChosen] = useState(0);
  const [because, setBecause] = useState('');
  const until = ends[chosen]?.at ?? now;
  const ready = because.trim() !== '';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) act({ name: 'snoozeCase', body: { until: new Date(until).toISOString(), because: because.trim() } });
      }}
    >
      <Stack gap="md">
        {error !== null && <ProblemNote error={error} />}
        <p className="quiet">
          The agent keeps waiting. At the end the same people are told again; a new reason ends it sooner.
        </p>
        <Radio.Group label="Until" value={String(chosen)} onChange={(value) => setChosen(Number(value))}>
          <Stack gap={8} mt={6}>
            {ends.map(({ name, at }, index) => (
              <Radio key={name} value={String(index)} label={`${name} (${clock(at, now)})`} />
            ))}
          </Stack>
        </Radio.Group>
        <Textarea
          label="Why can it wait?"
          value={because}
          onChange={(event) => setBecause(event.currentTarget.value)}
          maxLength={2_000}
          minRows={2}
          autosize
          data-autofocus
          withAsterisk
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Go back
          </Button>
          <Button type="submit" disabled={!ready} loading={pending}>
            Let it rest
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

export const SnoozeDialog = ({ opened, ...rest }: Props & { opened: boolean }) => (
  <Modal opened={opened} onClose={rest.onClose} title="Let the case rest" size="lg">
    <Form {...rest} />
  </Modal>
);
