/** What waits for a person, most urgent first: handed-off cases, then sign-offs. */
import { Skeleton, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { ApprovalRow } from '../approvals/ApprovalRow.tsx';
import { approvalsQuery, type CaseFilter, casesQuery, runsQuery } from '../data/queries.ts';
import { ControlField } from '../parts/ControlField.tsx';
import { useKeys, walkRows } from '../parts/keys.ts';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { Section } from '../parts/Section.tsx';
import { Tabs } from '../parts/Tabs.tsx';
import { countText } from '../text/targets.ts';
import { CaseRow } from './CaseRow.tsx';
import css from './inbox.module.css';
import { matching } from './standing.ts';

const route = getRouteApi('/shell/');

const useWorking = (): number => {
  const runs = useQuery(runsQuery('unfinished')).data?.items ?? [];
  return new Set(runs.filter((run) => run.status === 'running').map((run) => run.agentId)).size;
};

const Working = () => {
  const working = useWorking();
  return (
    <Link to="/runs" className="number">
      {working === 0
        ? 'No agent is working.'
        : `${countText(working, 'agent')} ${working === 1 ? 'is' : 'are'} working.`}
    </Link>
  );
};

const empty = {
  live: 'Nothing waits for a person.',
  mine: 'You have no case.',
  closed: 'No case was closed yet.',
} as const;

const Empty = ({ show, filtered }: { show: CaseFilter['show']; filtered: boolean }) => (
  <div className={`card ${css.empty}`}>
    <svg width="72" height="40" viewBox="0 0 72 40" aria-hidden="true">
      <path
        d="M2 22c12-16 20-16 28-4s18 16 26 4 10-8 14-6"
        fill="none"
        stroke="currentColor"
        strokeWidth="2.5"
        strokeLinecap="round"
      />
    </svg>
    <p>{filtered ? 'Nothing matches the filter.' : empty[show]}</p>
    {show === 'live' && !filtered && <Working />}
  </div>
);

const Filters = ({ filter, setFilter }: { filter: string; setFilter: (text: string) => void }) => {
  const { show, control } = route.useSearch();
  const navigate = route.useNavigate();
  const input = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => input.current?.focus(), j: () => walkRows(1), k: () => walkRows(-1) });
  return (
    <div className={css.filters}>
      <Tabs
        label="Which cases"
        chosen={show ?? 'live'}
        tabs={[
          { name: 'live', label: 'All', to: { to: '/', search: { ...(control && { control }) } } },
          { name: 'mine', label: 'Mine', to: { to: '/', search: { show: 'mine', ...(control && { control }) } } },
          { name: 'closed', label: 'Closed', to: { to: '/', search: { show: 'closed', ...(control && { control }) } } },
        ]}
      />
      <ControlField
        value={control}
        onChange={(name) => void navigate({ search: { ...(show && { show }), ...(name && { control: name }) } })}
      />
      <TextInput
        ref={input}
        aria-label="Filter"
        placeholder="Filter"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={filter}
        onChange={(event) => setFilter(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
      />
    </div>
  );
};

const Approvals = ({ filter, control }: { filter: string; control: string | undefined }) => {
  const all = useQuery(approvalsQuery('waiting')).data?.items ?? [];
  const waiting = matching(all, filter).filter((one) => control === undefined || one.control.name === control);
  if (waiting.length === 0) return null;
  return (
    <Section title="Waiting for a sign-off" note="The agent stays in control; it only needs signatures.">
      <ul className={`card ${css.list}`}>
        {waiting.map((approval) => (
          <ApprovalRow key={approval.approvalId} shown={approval} />
        ))}
      </ul>
    </Section>
  );
};

export const InboxPage = () => {
  const { show = 'live', control } = route.useSearch();
  const [filter, setFilter] = useState('');
  const { data, error } = useQuery(casesQuery({ show, control }));
  const cases = data === undefined ? undefined : matching(data.items, filter);
  return (
    <div className={css.page}>
      <PageHead title="Inbox" note={<Working />} />
      <Filters filter={filter} setFilter={setFilter} />
      {error !== null && <ProblemNote error={error} />}
      {cases === undefined && error === null && <Skeleton height={220} radius="lg" />}
      {cases !== undefined && cases.length === 0 && <Empty show={show} filtered={filter !== ''} />}
      {cases !== undefined && cases.length > 0 && (
        <ul className={`card ${css.list}`} aria-label="Cases, most urgent first">
          {cases.map((one) => (
            <CaseRow key={one.caseId} shown={one} />
          ))}
        </ul>
      )}
      {data?.next != null && (
        <p className="quiet">These are the first {data.items.length}; choose a control to see fewer.</p>
      )}
      {show === 'live' && <Approvals filter={filter} control={control} />}
    </div>
  );
};
