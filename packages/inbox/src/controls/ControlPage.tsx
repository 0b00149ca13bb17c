/** One control as the page that replaces the policy document: in words, drawn, with its findings, versions and text. */
import { Button, Skeleton } from '@mantine/core';
import { IconArrowLeft, IconPrinter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import css from '../cases/case.module.css';
import { controlPageQuery, controlQuery } from '../data/queries.ts';
import { Person } from '../parts/Person.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import sheet from '../parts/parts.module.css';
import { Section } from '../parts/Section.tsx';
import { When } from '../parts/When.tsx';
import { countText, targetText } from '../text/targets.ts';
import { shortDigest } from '../text/values.ts';
import { DraftNote } from './DraftNote.tsx';
import { Drawing } from './Drawing.tsx';
import { Findings } from './Findings.tsx';
import { MoveNote } from './MoveNote.tsx';
import { List, Reading } from './Reading.tsx';
import reading from './reading.module.css';
import { Versions } from './Versions.tsx';

const InWords = ({ name, version }: { name: string; version: number }) => {
  const { data, error } = useQuery(controlPageQuery(name, version));
  if (error !== null) return <ProblemNote error={error} />;
  if (data === undefined) return <Skeleton height={320} radius="lg" />;
  return (
    <>
      <Section title="The operating rule">
        <List items={data.page.operatingRule} />
        <Drawing drawing={data.drawing} title={data.page.title} />
      </Section>
      <Reading page={data.page} />
    </>
  );
};

export const ControlPage = () => {
  const route = getRouteApi('/shell/controls/$name');
  const { name } = route.useParams();
  const { version } = route.useSearch();
  const { data, error } = useQuery(controlQuery(name, version));
  if (data === undefined) {
    return error === null ? <Skeleton height={320} radius="lg" /> : <ProblemNote error={error} />;
  }
  return (
    <article className={css.page}>
      <header className={css.head}>
        <p className={css.crumbs}>
          <Link to="/controls">
            <IconArrowLeft size={15} stroke={1.8} aria-hidden /> Controls
          </Link>
          <span>
            version {data.version}, published by <Person id={data.publishedBy} /> <When at={data.publishedAt} />
          </span>
          <span className="mono" title={data.digest}>
            {shortDigest(data.digest)}
          </span>
        </p>
        <h1>{data.name}</h1>
        <p className={css.sentence}>{data.about}</p>
        <p className="quiet">
          Every path ends with {targetText(data.owner)} · {countText(data.rules, 'rule')} ·{' '}
          {countText(data.openRuns, 'open run')}
        </p>
        <div className={reading.tools}>
          <Button
            variant="default"
            leftSection={<IconPrinter size={17} stroke={1.7} aria-hidden />}
            onClick={() => window.print()}
          >
            Print
          </Button>
        </div>
      </header>
      {version === undefined && <DraftNote name={name} />}
      <InWords name={name} version={data.version} />
      <Findings findings={data.findings} />
      {version === undefined && <MoveNote name={name} />}
      <Versions name={name} shown={data.version} />
      <Section title="Its text" note="As it was published.">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a text that scrolls sideways must be reachable by keyboard */}
        <pre className={`card ${sheet.source}`} tabIndex={0}>
          {data.source}
        </pre>
      </Section>
    </article>
  );
};
