/** The facts the rules read: value, origin and, where one could not be used, why. */
import { type FactView, upper } from '@belay/protocol';
import { IconAlertTriangle } from '@tabler/icons-react';
import { valueText } from '../text/values.ts';
import { visible } from '../text/visible.ts';
import { Inert } from './Inert.tsx';
import { useLabels } from './labels.ts';
import { Origin } from './Origin.tsx';
import css from './parts.module.css';

const Fact = ({ fact, label }: { fact: FactView; label: string }) => (
  <div className={css.row} data-problem={fact.problem !== null || undefined}>
    <dt title={visible(fact.name)}>
      <Inert text={upper(label)} />
    </dt>
    <dd className={css.value}>
      {fact.value === null ? <span className="quiet">missing</span> : <Inert text={valueText(fact.value)} />}
      {fact.problem !== null && (
        <span className={css.problem}>
          <IconAlertTriangle size={15} aria-hidden /> <Inert text={fact.problem} />
        </span>
      )}
    </dd>
    <dd>
      <Origin origin={fact.origin} source={fact.source} />
    </dd>
  </div>
);

export const Facts = ({ facts }: { facts: readonly FactView[] }) => {
  const labels = useLabels();
  return (
    <dl className={css.rows} data-columns="3">
      {facts.map((fact) => (
        <Fact key={fact.name} fact={fact} label={labels.of(fact.name)} />
      ))}
    </dl>
  );
};
