/** Every version of a control: who published it, when, what runs under it, and how it differs from the one before. */
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import inbox from '../cases/inbox.module.css';
import { versionsQuery } from '../data/queries.ts';
import { Person } from '../parts/Person.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { Section } from '../parts/Section.tsx';
import { Tag } from '../parts/Tag.tsx';
import { When } from '../parts/When.tsx';
import { countText } from '../text/targets.ts';

export const Versions = ({ name, shown }: { name: string; shown: number }) => {
  const { data, error } = useQuery(versionsQuery(name));
  return (
    <Section title="Versions" note="A version never changes. A run keeps the one that it began under.">
      {error !== null && <ProblemNote error={error} />}
      {data === undefined && error === null && <Skeleton height={80} radius="lg" />}
      <ul className={`card ${inbox.list}`}>
        {data?.items.map(({ version, publishedAt, publishedBy, draftedBy, openRuns }) => (
          <li key={version} className={inbox.row}>
            <div className={inbox.main}>
              <h3>
                <Link to="/controls/$name" params={{ name }} search={{ version }} data-row>
                  Version {version}
                </Link>{' '}
                {version === shown && <Tag tone="accent">shown</Tag>}
              </h3>
              <p className={inbox.because}>
                published by <Person id={publishedBy} />
                {draftedBy !== null && (
                  <>
                    , drafted by <Person id={draftedBy} />
                  </>
                )}{' '}
                <When at={publishedAt} />
              </p>
            </div>
            <div className={inbox.aside}>
              <p>{countText(openRuns, 'open run')}</p>
              {version > 1 && (
                <p>
                  <Link to="/controls/$name/compare" params={{ name }} search={{ before: version - 1, after: version }}>
                    what changed
                  </Link>
                </p>
              )}
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
};
