/** Names and values as the pairs of a description list. */
import type { Json } from '@belay/protocol';
import { nameText, valueText } from '../text/values.ts';
import { Inert } from './Inert.tsx';

export const Entries = ({ entries }: { entries: readonly [string, Json][] }) =>
  entries.map(([name, value]) => (
    <div key={name}>
      <dt>{nameText(name)}</dt>
      <dd className="number">
        <Inert text={valueText(value)} />
      </dd>
    </div>
  ));
