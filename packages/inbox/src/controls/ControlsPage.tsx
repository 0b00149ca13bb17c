/** The published controls. */
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import css from '../cases/inbox.module.css';
import { controlsQuery } from '../data/queries.ts';
import { useKeys, walkRows } from '../parts/keys.ts';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { countText, targetText } from '../text/targets.ts';

export const ControlsPage = () => {
  const { data, error } = useQuery(controlsQuery);
  useKeys({ j: () => walkRows(1), k: () => walkRows(-1) });
  return (
    <div className={css.page}>
      <PageHead title="Controls" note="What the agents may do alone, and what goes to whom." />
      {error !== null && <ProblemNote error={error} />}
      {data === undefined && error === null && <Skeleton height={160} radius="lg" />}
      {data?.items.length === 0 && (
        <div className={`card ${css.empty}`}>
          <p>No control is published yet.</p>
          <span className="quiet mono">belay publish FILE</span>
        </div>
      )}
      {data !== undefined && data.items.length > 0 && (
        <ul className={`card ${css.list}`}>
          {data.items.map((control) => (
            <li key={control.name} className={css.row}>
              <div className={css.main}>
                <h2>
                  <Link to="/controls/$name" params={{ name: control.name }} data-row>
                    {control.name}
                  </Link>
                </h2>
                <p className={css.because}>{control.about}</p>
              </div>
              <div className={css.aside}>
                <p>version {control.version}</p>
                <p>{countText(control.openRuns, 'open run')}</p>
                <p>owner: {targetText(control.owner)}</p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
};
