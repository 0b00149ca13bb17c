/** Asks for one sentence before something that others will read: why declined, rejected, stopped, taken. */
import { Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { ProblemNote } from './ProblemNote.tsx';

export type Asked = {
  title: string;
  explain: ReactNode;
  label: string;
  placeholder?: string;
  confirm: string;
  danger?: boolean;
  optional?: boolean;
};

type Props = {
  asked: Asked;
  opened: boolean;
  pending: boolean;
  error: Error | null;
  onClose: () => void;
  onConfirm: (text: string) => void;
};

const Form = ({ asked, pending, error, onClose, onConfirm }: Omit<Props, 'opened'>) => {
  const [text, setText] = useState('');
  const ready = asked.optional === true || text.trim() !== '';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onConfirm(text.trim());
      }}
    >
      <Stack gap="md">
        {error !== null && <ProblemNote error={error} />}
        <div className="quiet">{asked.explain}</div>
        <Textarea
          label={asked.label}
          placeholder={asked.placeholder ?? ''}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          maxLength={2_000}
          minRows={3}
          autosize
          data-autofocus
          withAsterisk={asked.optional !== true}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Go back
          </Button>
          <Button type="submit" disabled={!ready} loading={pending} {...(asked.danger && { color: 'red' })}>
            {asked.confirm}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

export const ReasonDialog = ({ opened, onClose, ...rest }: Props) => (
  <Modal opened={opened} onClose={onClose} title={rest.asked.title} size="lg">
    <Form {...rest} onClose={onClose} />
  </Modal>
);
