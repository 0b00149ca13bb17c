/** Stopping an agent, a control or everything. Names what is hit before it is done. */
import type { BodyOf, RunView } from '@belay/protocol';
import { Button, Group, Modal, SegmentedControl, Select, Stack, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { runsQuery } from '../data/queries.ts';
import { Inert } from '../parts/Inert.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { countText } from '../text/targets.ts';
import { subjectText } from '../text/values.ts';
import css from './runs.module.css';
import { hitBy, type Scope } from './working.ts';

const scopes = [
  { value: 'agent', label: 'One agent' },
  { value: 'control', label: 'One control' },
  { value: 'everything', label: 'Everything' },
] as const;

const namesIn = (runs: readonly RunView[], scope: Scope): string[] =>
  [...new Set(runs.map((run) => (scope === 'agent' ? run.agentId : run.control.name)))].sort();

const shownRuns = 5;

const Hit = ({ runs, what }: { runs: readonly RunView[]; what: string }) => (
  <div className={css.hit} role="status">
    <p>
      <strong>
        This takes control of {countText(runs.length, 'run')} from {what}, at once,
      </strong>{' '}
      and lets no new one start until the stop is lifted.
    </p>
    <ul>
      {runs.slice(0, shownRuns).map((run) => (
        <li key={run.runId}>
          {run.agentId} · <Inert text={subjectText(run.subject)} />
          {run.inFlight.length > 0 && ` · ${countText(run.inFlight.length, 'step')} in flight`}
        </li>
      ))}
      {runs.length > shownRuns && <li>and {runs.length - shownRuns} more</li>}
    </ul>
  </div>
);

const whatIn = (scope: Scope, name: string | null): string => {
  if (scope === 'everything') return 'all agents';
  return scope === 'agent' ? (name ?? 'the agent') : `the agents under ${name ?? 'the control'}`;
};

type Chosen = { scope: Scope; name: string | null };

const Form = ({ initial, onClose }: { initial: Chosen; onClose: () => void }) => {
  const runs = useQuery(runsQuery('unfinished')).data?.items ?? [];
  const [{ scope, name }, choose] = useState(initial);
  const [because, setBecause] = useState('');
  const stop = useAct((body: BodyOf<'stop'>) => call('stop', { body }), { onDone: onClose });
  const chosen = scope === 'everything' || name !== null;
  const what = whatIn(scope, name);
  const send = () =>
    stop.mutate({ scope, because: because.trim(), ...(scope !== 'everything' && name !== null && { name }) });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen && because.trim() !== '') send();
      }}
    >
      <Stack>
        {stop.error !== null && <ProblemNote error={stop.error} />}
        <SegmentedControl
          aria-label="What to stop"
          data={[...scopes]}
          value={scope}
          onChange={(value) => choose({ scope: value as Scope, name: null })}
          fullWidth
        />
        {scope !== 'everything' && (
          <Select
            label={scope === 'agent' ? 'Agent' : 'Control'}
            data={[...new Set([...namesIn(runs, scope), ...(name === null ? [] : [name])])]}
            value={name}
            onChange={(value) => choose({ scope, name: value })}
            searchable
            withAsterisk
          />
        )}
        <Textarea
          label="Why?"
          value={because}
          onChange={(event) => setBecause(event.currentTarget.value)}
          maxLength={2_000}
          autosize
          minRows={2}
          withAsterisk
          data-autofocus
        />
        {chosen && <Hit runs={hitBy(runs, scope, name)} what={what} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Go back
          </Button>
          <Button type="submit" color="red" loading={stop.isPending} disabled={!chosen || because.trim() === ''}>
            Stop {what}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

type Props = { opened: boolean; onClose: () => void; initial?: Chosen };

export const StopDialog = ({ opened, onClose, initial = { scope: 'agent', name: null } }: Props) => (
  <Modal opened={opened} onClose={onClose} title="Stop agents" size="lg">
    <Form initial={initial} onClose={onClose} />
  </Modal>
);
