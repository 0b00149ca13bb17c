/** One control as a page to read: what it is for, its steps, and its text as it was published. */
import type { AnswerOf } from '@belay/protocol';
import { Badge, Skeleton } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import css from '../cases/case.module.css';
import { controlQuery } from '../data/queries.ts';
import { Person } from '../parts/Person.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import sheet from '../parts/parts.module.css';
import { Section } from '../parts/Section.tsx';
import { When } from '../parts/When.tsx';
import { countText, targetText } from '../text/targets.ts';
import { shortDigest } from '../text/values.ts';

const effects = { none: 'changes nothing', reversible: 'can be undone', irreversible: 'cannot be undone' } as const;

type Control = AnswerOf<'getControl'>;

const Steps = ({ control }: { control: Control }) => (
  <dl className={sheet.rows} data-columns="2">
    {control.steps.map((step) => (
      <div key={step.name} className={sheet.row}>
        <dt className="mono">{step.name}</dt>
        <dd>
          {step.risk === 'high' && (
            <Badge variant="light" c="var(--wait)" bg="var(--wait-soft)" tt="none" mr={6}>
              high risk
            </Badge>
          )}
          <span className="quiet">{effects[step.effect]}</span>
        </dd>
      </div>
    ))}
  </dl>
);

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
      </header>
      <Section title="Steps">
        <Steps control={data} />
      </Section>
      <Section title="The control" note="As it was published. A version never changes.">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a text that scrolls sideways must be reachable by keyboard */}
        <pre className={`card ${sheet.source}`} tabIndex={0}>
          {data.source}
        </pre>
      </Section>
    </article>
  );
};
