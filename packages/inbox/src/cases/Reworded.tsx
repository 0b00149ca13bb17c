/** The sentence in a language model’s words: beside the sentence of the house, marked, inert, and absent without a trace. */
import type { CaseView } from '@belay/protocol';
import { useQuery } from '@tanstack/react-query';
import { rewordingQuery } from '../data/queries.ts';
import { Inert } from '../parts/Inert.tsx';
import css from './case.module.css';

export const Reworded = ({ shown }: { shown: CaseView }) => {
  const rewording = useQuery(rewordingQuery(shown)).data?.rewording;
  if (rewording === null || rewording === undefined) return null;
  return (
    <aside className={css.reworded} aria-label="Written by a model">
      <p>
        <Inert text={rewording.text} />
      </p>
      <p className="quiet">
        Written by a model (<Inert text={rewording.model} />) from the packet; the sentence above is the reason.
      </p>
    </aside>
  );
};
