/** Two versions of a control beside one another: which cases are decided otherwise, less human oversight first. */
import { NativeSelect, Skeleton } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import page from '../cases/case.module.css';
import { comparisonQuery, versionsQuery } from '../data/queries.ts';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { Differences } from './Differences.tsx';
import css from './reading.module.css';

type Pair = { before: number; after: number };

const Result = ({ name, before, after }: Pair & { name: string }) => {
  const { data, error } = useQuery(comparisonQuery(name, before, after));
  if (error !== null) return <ProblemNote error={error} />;
  if (data === undefined) return <Skeleton height={160} radius="lg" />;
  return (
    <>
      <p>
        {data.weaker
          ? 'Something has less human oversight than before. It comes first.'
          : 'Nothing has less human oversight than before.'}
      </p>
      <Differences comparison={data} />
    </>
  );
};

export const ComparePage = () => {
  const route = getRouteApi('/shell/controls/$name/compare');
  const { name } = route.useParams();
  const { data, error } = useQuery(versionsQuery(name));
  const newest = data?.items[0]?.version ?? 1;
  const { after = newest, before = Math.max(1, after - 1) } = route.useSearch();
  const navigate = useNavigate();
  const choose = (pair: Pair) => void navigate({ to: '/controls/$name/compare', params: { name }, search: pair });
  const versions = data?.items.map(({ version }) => ({ value: String(version), label: `Version ${version}` })) ?? [];
  return (
    <article className={page.page}>
      <header className={page.head}>
        <p className={page.crumbs}>
          <Link to="/controls/$name" params={{ name }}>
            <IconArrowLeft size={15} stroke={1.8} aria-hidden /> {name}
          </Link>
        </p>
        <h1>
          {name}: version {before} and version {after}
        </h1>
      </header>
      {error !== null && <ProblemNote error={error} />}
      {data?.items.length === 1 && <p className="quiet">So far it has one version; there is nothing to compare yet.</p>}
      <div className={css.chooser}>
        <NativeSelect
          label="Before"
          data={versions}
          value={String(before)}
          onChange={({ currentTarget }) => choose({ before: Number(currentTarget.value), after })}
        />
        <NativeSelect
          label="After"
          data={versions}
          value={String(after)}
          onChange={({ currentTarget }) => choose({ before, after: Number(currentTarget.value) })}
        />
      </div>
      {data !== undefined && data.items.length > 1 && <Result name={name} before={before} after={after} />}
    </article>
  );
};
