/** A version that waits for a second person: how it differs, and the two things that can be done with it. */
import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { draftQuery } from '../data/queries.ts';
import { Person } from '../parts/Person.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { ReasonDialog } from '../parts/ReasonDialog.tsx';
import { When } from '../parts/When.tsx';
import { useMe } from '../session/me.ts';
import { Differences } from './Differences.tsx';
import css from './reading.module.css';

const withdrawal = {
  title: 'Withdraw the draft',
  explain: 'It is not published. Who drafted it, and everybody later, reads your reason.',
  label: 'Why?',
  confirm: 'Withdraw it',
  danger: true,
};

export const DraftNote = ({ name }: { name: string }) => {
  const me = useMe();
  const { data } = useQuery(draftQuery(name));
  const [asking, setAsking] = useState(false);
  const params = { name };
  const digest = data?.digest ?? '';
  const publish = useAct(() => call('publishDraft', { params, body: { digest } }));
  const withdraw = useAct((because: string) => call('withdrawDraft', { params, body: { digest, because } }), {
    onDone: () => setAsking(false),
  });
  if (data === undefined || data === null) return null;
  const own = data.draftedBy === me.personId;
  const may = me.access.some((right) => right === 'designer' || right === 'admin');
  return (
    <section className={`card ${css.draft}`} aria-label="Draft">
      <p>
        <strong>A new version waits for a second person.</strong> <Person id={data.draftedBy} /> drafted it{' '}
        <When at={data.draftedAt} />.
      </p>
      {data.comparison === null ? (
        <p className="quiet">It would be the first version.</p>
      ) : (
        <Differences comparison={data.comparison} />
      )}
      {publish.error !== null && <ProblemNote error={publish.error} />}
      {may && (
        <Group>
          <Button onClick={() => publish.mutate(undefined)} loading={publish.isPending} disabled={own}>
            Publish it
          </Button>
          <Button variant="default" onClick={() => setAsking(true)}>
            Withdraw…
          </Button>
          {own && <span className="quiet">You drafted it: another designer publishes it.</span>}
        </Group>
      )}
      <ReasonDialog
        asked={withdrawal}
        opened={asking}
        pending={withdraw.isPending}
        error={withdraw.error}
        onClose={() => setAsking(false)}
        onConfirm={(because) => withdraw.mutate(because)}
      />
    </section>
  );
};
