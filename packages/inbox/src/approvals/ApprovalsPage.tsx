/** Sign-offs: the agent stays in control and waits for signatures. */
import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import css from '../cases/inbox.module.css';
import { approvalsQuery } from '../data/queries.ts';
import { useKeys, walkRows } from '../parts/keys.ts';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { Tabs } from '../parts/Tabs.tsx';
import { ApprovalRow } from './ApprovalRow.tsx';
import { BatchTable } from './BatchTable.tsx';
import { batchesOf } from './batch.ts';

const route = getRouteApi('/shell/approvals');

export const ApprovalsPage = () => {
  const { show } = route.useSearch();
  const { data, error } = useQuery(approvalsQuery(show ?? 'waiting'));
  const batches = show === 'decided' ? [] : batchesOf(data?.items ?? []);
  const together = new Set(batches.flatMap(({ items }) => items));
  const alone = (data?.items ?? []).filter((one) => !together.has(one));
  useKeys({ j: () => walkRows(1), k: () => walkRows(-1) });
  return (
    <div className={css.page}>
      <PageHead title="Approvals" note="A sign-off on one step. The agent stays in control.">
        <Button component={Link} to="/approvals/delegations" variant="subtle" color="gray">
          Delegations
        </Button>
      </PageHead>
      <div className={css.filters}>
        <Tabs
          label="Which approvals"
          chosen={show ?? 'waiting'}
          tabs={[
            { name: 'waiting', label: 'Waiting', to: { to: '/approvals', search: {} } },
            { name: 'decided', label: 'Decided', to: { to: '/approvals', search: { show: 'decided' } } },
          ]}
        />
      </div>
      {error !== null && <ProblemNote error={error} />}
      {data === undefined && error === null && <Skeleton height={180} radius="lg" />}
      {data?.items.length === 0 && (
        <div className={`card ${css.empty}`}>
          <p>{show === 'decided' ? 'Nothing was decided yet.' : 'No sign-off is waiting.'}</p>
        </div>
      )}
      {batches.map((batch) => (
        <BatchTable key={batch.key} batch={batch} />
      ))}
      {alone.length > 0 && (
        <ul className={`card ${css.list}`}>
          {alone.map((one) => (
            <ApprovalRow key={one.approvalId} shown={one} />
          ))}
        </ul>
      )}
    </div>
  );
};
