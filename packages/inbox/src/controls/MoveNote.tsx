/** Runs under way under older versions: whether they may be put under the one in force, and the choice to do so. */
import type { MoveView } from '@belay/protocol';
import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { moveQuery } from '../data/queries.ts';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { ReasonDialog } from '../parts/ReasonDialog.tsx';
import { Section } from '../parts/Section.tsx';
import { useMe } from '../session/me.ts';
import { countText } from '../text/targets.ts';
import { Differences } from './Differences.tsx';
import css from './reading.module.css';

const stays = (runs: number): string => (runs === 1 ? 'stays as it is' : 'stay as they are');

const Older = ({ each }: { each: MoveView['from'][number] }) => (
  <details className={css.older}>
    <summary>
      <strong>Version {each.version}</strong>, {countText(each.runs, 'open run')}:{' '}
      {each.movable ? 'can be moved' : `${stays(each.runs)}, because something would have less human oversight`}
    </summary>
    <Differences comparison={each.comparison} />
  </details>
);

const asked = ({ movable, version }: MoveView) => ({
  title: `Move ${countText(movable, 'run')} to version ${version}`,
  explain:
    'Their next step is decided by it. What is under way stays under way; permits that are not redeemed end, and a sign-off that this version asks for otherwise is asked for again. Each run keeps your reason as evidence.',
  label: 'Why?',
  confirm: `Move ${countText(movable, 'run')}`,
});

export const MoveNote = ({ name }: { name: string }) => {
  const me = useMe();
  const { data, error } = useQuery(moveQuery(name));
  const [asking, setAsking] = useState(false);
  const digest = data?.digest ?? '';
  const move = useAct((because: string) => call('moveRuns', { params: { name }, body: { digest, because } }), {
    onDone: () => setAsking(false),
  });
  if (error !== null) return <ProblemNote error={error} />;
  if (data === undefined || (data.from.length === 0 && move.data === undefined)) return null;
  return (
    <Section title="Live runs under older versions" note="A run keeps its version until somebody moves it.">
      <div className={`card ${css.move}`}>
        {data.from.map((each) => (
          <Older key={each.version} each={each} />
        ))}
        {move.data !== undefined && <p role="status">{countText(move.data.moved ?? 0, 'run')} moved.</p>}
        {data.movable > 0 && (
          <Group>
            <Button onClick={() => setAsking(true)} disabled={!me.access.includes('admin')}>
              Move {countText(data.movable, 'run')}…
            </Button>
            {!me.access.includes('admin') && <span className="quiet">An administrator can move them.</span>}
          </Group>
        )}
      </div>
      <ReasonDialog
        asked={asked(data)}
        opened={asking}
        pending={move.isPending}
        error={move.error}
        onClose={() => setAsking(false)}
        onConfirm={(because) => move.mutate(because)}
      />
    </Section>
  );
};
