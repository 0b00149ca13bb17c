/** Edit, then approve: a new version with its diff, which somebody else signs. What was written outlives a closed drawer. */
import type { ApprovalView, JsonObject } from '@belay/protocol';
import { Button, Drawer, Group, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { EditedArgument, type Wrong } from '../cases/EditedArgument.tsx';
import { useLabels } from '../parts/labels.ts';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { Changes, changesBetween } from './Edited.tsx';

type Props = {
  shown: ApprovalView;
  opened: boolean;
  pending: boolean;
  error: Error | null;
  onClose: () => void;
  onSend: (edited: { arguments: JsonObject; because: string }) => void;
};

export const EditDrawer = ({ shown, opened, pending, error, onClose, onSend }: Props) => {
  const [args, setArgs] = useState<JsonObject>(shown.arguments);
  const [because, setBecause] = useState('');
  const [wrong, setWrong] = useState<Wrong>([]);
  const labels = useLabels();
  const changes = changesBetween(shown.arguments, args);
  const missing =
    wrong.length > 0
      ? 'Mend the marked argument.'
      : changes.length === 0
        ? 'Nothing is changed yet.'
        : because.trim() === ''
          ? 'Say why.'
          : null;
  return (
    <Drawer opened={opened} onClose={onClose} position="right" size="lg" title="Edit, then approve">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (missing === null && !pending) onSend({ arguments: args, because: because.trim() });
        }}
      >
        <Stack gap="lg">
          {error !== null && <ProblemNote error={error} />}
          <p className="quiet">
            This sign-off ends, and the new version is asked for at once. You count as its requester: somebody else
            signs it.
          </p>
          {shown.editable.map((name) => (
            <EditedArgument
              key={name}
              name={name}
              label={labels.of(name)}
              original={shown.arguments[name] ?? null}
              value={args[name] ?? null}
              setWrong={setWrong}
              onChange={(value) => setArgs((now) => ({ ...now, [name]: value }))}
            />
          ))}
          <Textarea
            label="Why?"
            value={because}
            onChange={(event) => setBecause(event.currentTarget.value)}
            maxLength={2_000}
            minRows={2}
            autosize
            withAsterisk
          />
          {changes.length > 0 && <Changes changes={changes} />}
          <Group justify="flex-end">
            {missing !== null && <p className="quiet">{missing}</p>}
            <Button variant="default" onClick={onClose}>
              Leave it
            </Button>
            <Button type="submit" loading={pending} disabled={missing !== null}>
              Ask for the new version
            </Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  );
};
