/** What the agents are doing, and the two ways to stop it: take one over, or stop many. */
import { Button, Skeleton } from '@mantine/core';
import { IconHandStop } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import inbox from '../cases/inbox.module.css';
import { runsQuery } from '../data/queries.ts';
import { useKeys, walkRows } from '../parts/keys.ts';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { Tabs } from '../parts/Tabs.tsx';
import { RunRow } from './RunRow.tsx';
import { StopDialog } from './StopDialog.tsx';
import { Stops } from './Stops.tsx';
import { sortedRuns } from './working.ts';

const route = getRouteApi('/shell/runs');

export const RunsPage = () => {
  const show = route.useSearch().show ?? 'unfinished';
  const { data, error } = useQuery(runsQuery(show));
  const [stopping, setStopping] = useState(false);
  useKeys({ j: () => walkRows(1), k: () => walkRows(-1) });
  return (
    <div className={inbox.page}>
      <PageHead title="Runs" note="One run is one agent working on one subject.">
        <Button
          variant="light"
          color="red"
          leftSection={<IconHandStop size={18} stroke={1.8} aria-hidden />}
          onClick={() => setStopping(true)}
        >
          Stop…
        </Button>
      </PageHead>
      <Stops />
      <div className={inbox.filters}>
        <Tabs
          label="Which runs"
          chosen={show}
          tabs={[
            { name: 'unfinished', label: 'Under way', to: { to: '/runs', search: {} } },
            { name: 'finished', label: 'Finished', to: { to: '/runs', search: { show: 'finished' } } },
          ]}
        />
      </div>
      {error !== null && <ProblemNote error={error} />}
      {data === undefined && error === null && <Skeleton height={220} radius="lg" />}
      {data?.items.length === 0 && (
        <div className={`card ${inbox.empty}`}>
          <p>{show === 'finished' ? 'No run has finished yet.' : 'No agent is working.'}</p>
        </div>
      )}
      {data !== undefined && data.items.length > 0 && (
        <ul className={`card ${inbox.list}`}>
          {(show === 'finished' ? data.items : sortedRuns(data.items)).map((run) => (
            <RunRow key={run.runId} run={run} />
          ))}
        </ul>
      )}
      {data?.next != null && <p className="quiet">These are the first {data.items.length} runs.</p>}
      <StopDialog opened={stopping} onClose={() => setStopping(false)} />
    </div>
  );
};
