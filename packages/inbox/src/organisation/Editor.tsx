/** The organisation as its file. What it changes is read before it counts, and never overwrites somebody else's change. */
import { Button, Group, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { Inert } from '../parts/Inert.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import css from './organisation.module.css';

type Preview = { changes: string[]; duty: string[]; revision: number };

const Changes = ({ preview }: { preview: Preview }) => {
  if (preview.changes.length === 0) return <p role="status">Nothing changes.</p>;
  return (
    <div className={css.preview} role="status">
      <strong>This would change</strong>
      <ul>
        {[...preview.changes, ...preview.duty].map((change) => (
          <li key={change}>
            <Inert text={change} />
          </li>
        ))}
      </ul>
    </div>
  );
};

export const Editor = ({ source, onClose }: { source: string; onClose: () => void }) => {
  const [text, setText] = useState(source);
  const preview = useAct((wanted: string) => call('previewOrganisation', { body: { source: wanted } }));
  const apply = useAct((revision: number) => call('applyOrganisation', { body: { source: text, revision } }), {
    onDone: onClose,
  });
  const shown = preview.data !== undefined && preview.variables === text ? preview.data : null;
  const error = preview.error ?? apply.error;
  return (
    <Stack>
      <p className="quiet">
        Everything that is wrong is named with its line. Overrides and absences that people entered stay as they are;
        comments of your own file are not kept here.
      </p>
      <Textarea
        label="Organisation file (YAML)"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        autosize
        minRows={16}
        maxRows={28}
        spellCheck={false}
        classNames={{ input: css.source ?? '' }}
      />
      {error !== null && <ProblemNote error={error} />}
      {shown !== null && error === null && <Changes preview={shown} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Go back
        </Button>
        <Button
          variant={shown === null ? 'filled' : 'default'}
          loading={preview.isPending}
          onClick={() => {
            apply.reset();
            preview.mutate(text);
          }}
        >
          Show what changes
        </Button>
        {shown !== null && shown.changes.length > 0 && (
          <Button loading={apply.isPending} onClick={() => apply.mutate(shown.revision)}>
            Apply
          </Button>
        )}
      </Group>
    </Stack>
  );
};
