/** What keeps coming back: each pattern as a sentence with its counts, and the changes that a period speaks for. */
import type { PatternView } from '@belay/protocol';
import { Select, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import inbox from '../cases/inbox.module.css';
import { controlsQuery, patternsQuery, proposalsQuery } from '../data/queries.ts';
import { Inert } from '../parts/Inert.tsx';
import { useKeys, walkRows } from '../parts/keys.ts';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { Section } from '../parts/Section.tsx';
import { When } from '../parts/When.tsx';
import { Export } from './Export.tsx';
import { Proposal } from './Proposal.tsx';
import css from './patterns.module.css';
import { barsOf, foundText, patternHead, patternRows, periods } from './patterns.ts';

const route = getRouteApi('/shell/patterns');

const Bars = ({ pattern }: { pattern: PatternView }) => (
  <dl className={css.bars} aria-label="What became of them">
    {barsOf(pattern).map(({ name, count, share, tone }) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>
          <span className={css.bar} data-tone={tone} style={{ inlineSize: `${share}%` }} aria-hidden />
          {count}
        </dd>
      </div>
    ))}
  </dl>
);

type Example = PatternView['examples'][number];

const ExampleLink = ({
  example: { caseId, approvalId, runId, because },
  first,
}: {
  example: Example;
  first: boolean;
}) => {
  const row = first ? { 'data-row': true } : {};
  if (caseId !== null)
    return (
      <Link to="/cases/$caseId" params={{ caseId }} {...row}>
        <Inert text={because} />
      </Link>
    );
  if (approvalId !== null)
    return (
      <Link to="/approvals/$approvalId" params={{ approvalId }} {...row}>
        <Inert text={because} />
      </Link>
    );
  return (
    <Link to="/runs/$runId" params={{ runId }} {...row}>
      <Inert text={because} />
    </Link>
  );
};

const Pattern = ({ pattern }: { pattern: PatternView }) => (
  <li className={css.pattern}>
    <h3>
      <Inert text={pattern.sentence} />
    </h3>
    {pattern.advice !== null && (
      <p>
        <Inert text={pattern.advice} />
      </p>
    )}
    <Bars pattern={pattern} />
    {pattern.takenBy.length > 0 && (
      <p className="quiet">
        Taken by {pattern.takenBy.map(({ name, count }) => `${name} (${count})`).join(', ')}
        {pattern.declined.length > 0 && `; not theirs, said ${pattern.declined.map(({ name }) => name).join(', ')}`}
      </p>
    )}
    {pattern.instructions.slice(0, 2).map(({ name, count }) => (
      <blockquote key={name}>
        <Inert text={name} /> <span className="quiet">× {count}</span>
      </blockquote>
    ))}
    <ul className={css.examples} aria-label="Cases">
      {pattern.examples.map((example, index) => (
        <li key={`${example.runId} ${example.caseId} ${example.at}`}>
          <ExampleLink example={example} first={index === 0} />{' '}
          <span className="quiet">
            <When at={example.at} />
          </span>
        </li>
      ))}
    </ul>
  </li>
);

/** What Found shows, as it stands. */
const ExportPatterns = ({ control, days }: { control: string; days: number }) => {
  const { data } = useQuery(patternsQuery(control, days));
  return <Export file={`patterns-${control}.csv`} head={patternHead} rows={patternRows(data?.items ?? [])} />;
};

const Filters = ({ control, days }: { control: string | undefined; days: number }) => {
  const navigate = route.useNavigate();
  const controls = useQuery(controlsQuery).data?.items ?? [];
  return (
    <div className={inbox.filters}>
      <Select
        aria-label="Control"
        data={controls.map(({ name }) => name)}
        value={control ?? null}
        allowDeselect={false}
        onChange={(name) =>
          void navigate({ search: (now) => ({ ...now, ...(name && { control: name }) }), replace: true })
        }
      />
      <Select
        aria-label="Period"
        data={periods.map(({ days: value, label }) => ({ value: String(value), label }))}
        value={String(days)}
        allowDeselect={false}
        onChange={(value) => void navigate({ search: (now) => ({ ...now, days: Number(value) }), replace: true })}
      />
      {control !== undefined && <ExportPatterns control={control} days={days} />}
    </div>
  );
};

const Found = ({ control, days }: { control: string; days: number }) => {
  const patterns = useQuery(patternsQuery(control, days));
  const proposals = useQuery(proposalsQuery(control, days));
  const { data } = patterns;
  const error = patterns.error ?? proposals.error;
  return (
    <>
      {error !== null && <ProblemNote error={error} />}
      {data === undefined && error === null && <Skeleton height={220} radius="lg" />}
      {data !== undefined && <p className="quiet">{foundText(data)}</p>}
      {(proposals.data?.items.length ?? 0) > 0 && (
        <Section title="Proposed changes" note="Nothing is applied by itself: a draft waits for a second person.">
          {proposals.data?.items.map((proposal) => (
            <Proposal key={proposal.source} proposal={proposal} name={control} />
          ))}
        </Section>
      )}
      {data !== undefined && (
        <Section title="What came back" note="What came most first; of each, what went wrong first.">
          {data.items.length === 0 ? (
            <div className={`card ${inbox.empty}`}>
              <p>Nothing came back in this time: nobody was asked, and no sample was judged.</p>
            </div>
          ) : (
            <ul className={`card ${inbox.list}`}>
              {data.items.map((pattern) => (
                <Pattern key={pattern.patternId} pattern={pattern} />
              ))}
            </ul>
          )}
        </Section>
      )}
    </>
  );
};

export const PatternsPage = () => {
  const { control: chosen, days = 30 } = route.useSearch();
  const controls = useQuery(controlsQuery);
  const control = chosen ?? controls.data?.items[0]?.name;
  useKeys({ j: () => walkRows(1), k: () => walkRows(-1) });
  return (
    <div className={inbox.page}>
      <PageHead title="Patterns" note="What keeps coming back, why, and what could be changed about it." />
      <Filters control={control} days={days} />
      {controls.error !== null && <ProblemNote error={controls.error} />}
      {controls.data?.items.length === 0 && (
        <div className={`card ${inbox.empty}`}>
          <p>No control is published yet.</p>
        </div>
      )}
      {control !== undefined && <Found control={control} days={days} />}
    </div>
  );
};
