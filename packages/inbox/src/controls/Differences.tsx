/** How two versions differ, in sentences that somebody can approve who does not read YAML. Less human oversight first. */
import type { ComparisonView } from '@belay/protocol';
import { Inert } from '../parts/Inert.tsx';
import { Tag } from '../parts/Tag.tsx';
import css from './reading.module.css';

export const Differences = ({ comparison }: { comparison: ComparisonView }) => {
  if (comparison.differences.length === 0) return <p className="quiet">Every case is decided as before.</p>;
  return (
    <ul className="card">
      {comparison.differences.map(({ sentence, example, weaker }) => (
        <li key={sentence} className={css.finding}>
          <p>
            {weaker && (
              <>
                <Tag tone="alarm">less human oversight</Tag>{' '}
              </>
            )}
            <Inert text={sentence} />
          </p>
          {example !== null && (
            <p className="quiet">
              <Inert text={example} />
            </p>
          )}
        </li>
      ))}
    </ul>
  );
};
