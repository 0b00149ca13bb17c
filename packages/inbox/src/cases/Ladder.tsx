/** Who was told, who holds it, and who is told next and when. Nothing waits without an answer to that. */
import type { CaseView } from '@belay/protocol';
import { useQuery } from '@tanstack/react-query';
import { peopleQuery } from '../data/queries.ts';
import { Inert } from '../parts/Inert.tsx';
import { useNow } from '../parts/now.ts';
import { When } from '../parts/When.tsx';
import { namesText, targetText } from '../text/targets.ts';
import css from './case.module.css';

const Until = ({ from, to }: { from: string; to: string }) => {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const percent = useNow((now) =>
    Math.round(Math.min(100, Math.max(0, ((now - start) / Math.max(1, end - start)) * 100))),
  );
  return (
    <div className={css.until} aria-hidden>
      <span style={{ width: `${percent}%` }} />
    </div>
  );
};

export const Ladder = ({ shown }: { shown: CaseView }) => {
  const people = useQuery(peopleQuery).data?.items ?? [];
  const last = shown.told.at(-1);
  return (
    <ol className={css.ladder}>
      {shown.told.map((told) => (
        <li key={`${told.target} ${told.at}`} data-told>
          <p>
            <strong>{told.people.length > 0 ? namesText(told.people) : targetText(told.target, people)}</strong>
          </p>
          <p className="quiet">
            {told.people.length > 0 && `${targetText(told.target, people)} · `}told <When at={told.at} />
            {shown.rounds > 1 && ` · round ${told.round} of ${shown.rounds}`}
          </p>
        </li>
      ))}
      {shown.restsUntil !== null && (
        <li>
          <p>
            rests until <When at={shown.restsUntil} how="clock" />
          </p>
          <p className="quiet">
            <Inert text={shown.restsBecause ?? ''} />
          </p>
        </li>
      )}
      {shown.nextRungAt !== null && shown.nextRung !== null && (
        <li>
          {last !== undefined && <Until from={last.at} to={shown.nextRungAt} />}
          <p>
            then <strong>{targetText(shown.nextRung, people)}</strong>
          </p>
          <p className="quiet">
            <When at={shown.nextRungAt} /> · at <When at={shown.nextRungAt} how="clock" />
          </p>
        </li>
      )}
    </ol>
  );
};
