/** The register: where something went another way than the rules let it go by themselves. */
import type { ExceptionView } from '@belay/protocol';
import { Checkbox, Select, Skeleton, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import inbox from '../cases/inbox.module.css';
import { exceptionsQuery } from '../data/queries.ts';
import { ControlField } from '../parts/ControlField.tsx';
import { Inert } from '../parts/Inert.tsx';
import { useKeys, walkRows } from '../parts/keys.ts';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { When } from '../parts/When.tsx';
import { Export } from './Export.tsx';
import { type ExceptionsSearch, kindNames } from './exceptions.ts';
import css from './oversight.module.css';

const route = getRouteApi('/shell/exceptions');

const kinds = Object.entries(kindNames).map(([value, label]) => ({ value, label }));

const Row = ({ one }: { one: ExceptionView }) => (
  <li className={`${inbox.row} ${css.entry}`} data-standing={one.open ? 'waiting' : 'closed'}>
    <div className={inbox.main}>
      <h2>
        {one.runId === null ? (
          kindNames[one.kind]
        ) : (
          <Link to="/runs/$runId" params={{ runId: one.runId }} data-row>
            {kindNames[one.kind]}
          </Link>
        )}
      </h2>
      <p className={inbox.because}>
        <Inert text={one.sentence} />
      </p>
    </div>
    <div className={inbox.aside}>
      <p>
        {one.byName}, <When at={one.at} />
      </p>
      {one.control !== null && <p className="quiet">{one.control}</p>}
      {one.open && <p className={css.due}>A review is due</p>}
    </div>
  </li>
);

const head = ['entry', 'at', 'kind', 'what', 'by', 'control', 'run', 'review due'];
const rowsOf = (items: readonly ExceptionView[]): string[][] =>
  items.map((one) => [
    one.entryId,
    one.at,
    one.kind,
    one.sentence,
    one.byName,
    one.control ?? '',
    one.runId ?? '',
    one.open ? 'yes' : '',
  ]);

const Filters = ({ items }: { items: readonly ExceptionView[] }) => {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const choose = (changed: Partial<Record<keyof ExceptionsSearch, string | null>>) => {
    const next = Object.entries({ ...search, ...changed }).filter(([, value]) => value !== null && value !== '');
    void navigate({ search: Object.fromEntries(next) as ExceptionsSearch, replace: true });
  };
  return (
    <div className={inbox.filters}>
      <Select
        aria-label="Kind"
        placeholder="Every kind"
        data={kinds}
        value={search.kind ?? null}
        onChange={(kind) => choose({ kind })}
        clearable
        searchable
      />
      <ControlField value={search.control} onChange={(control) => choose({ control })} />
      <TextInput
        type="date"
        aria-label="From"
        leftSection="from"
        leftSectionWidth={52}
        value={search.from ?? ''}
        max={search.to}
        onChange={(event) => choose({ from: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        aria-label="To, this day included"
        leftSection="to"
        leftSectionWidth={36}
        value={search.to ?? ''}
        min={search.from}
        onChange={(event) => choose({ to: event.currentTarget.value })}
      />
      <Checkbox
        className={css.check ?? ''}
        label="Only with a review due"
        checked={search.open === 'yes'}
        onChange={(event) => choose({ open: event.currentTarget.checked ? 'yes' : null })}
      />
      <Export file="exceptions.csv" head={head} rows={rowsOf(items)} />
    </div>
  );
};

export const ExceptionsPage = () => {
  const search = route.useSearch();
  const { data, error } = useQuery(exceptionsQuery(search));
  const items = data?.items ?? [];
  const isFiltered = Object.keys(search).length > 0;
  useKeys({ j: () => walkRows(1), k: () => walkRows(-1) });
  return (
    <div className={inbox.page}>
      <PageHead title="Exceptions" note="Where something went another way than the rules let it go by themselves." />
      <Filters items={items} />
      {error !== null && <ProblemNote error={error} />}
      {data === undefined && error === null && <Skeleton height={180} radius="lg" />}
      {data !== undefined && items.length === 0 && (
        <div className={`card ${inbox.empty}`}>
          <p>{isFiltered ? 'Nothing matches the filter.' : 'No exception yet: everything went by the rules.'}</p>
        </div>
      )}
      {items.length > 0 && (
        <ul className={`card ${inbox.list}`} aria-label="Exceptions, newest first">
          {items.map((one) => (
            <Row key={one.entryId} one={one} />
          ))}
        </ul>
      )}
      {data?.more === true && <p className="quiet">These are the newest {items.length}; filter to see others.</p>}
    </div>
  );
};
