/** Names and values as the pairs of a description list. */
import type { Json } from '@belay/protocol';
import { valueText } from '../text/values.ts';
import { visible } from '../text/visible.ts';
import { Inert } from './Inert.tsx';
import { useLabels } from './labels.ts';

export const Entries = ({ entries }: { entries: readonly [string, Json][] }) => {
  const labels = useLabels();
  return entries.map(([name, value]) => (
    <div key={name}>
      <dt title={visible(name)}>
        <Inert text={labels.of(name)} />
      </dt>
      <dd className="number">
        <Inert text={valueText(value)} />
      </dd>
    </div>
  ));
};
