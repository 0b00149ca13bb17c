/** What somebody changed before it was asked for again: before and after, side by side. */
import { type ApprovalView, type Json, upper } from '@belay/protocol';
import { Inert } from '../parts/Inert.tsx';
import { useLabels } from '../parts/labels.ts';
import { Section } from '../parts/Section.tsx';
import { entriesOf, valueText } from '../text/values.ts';
import { visible } from '../text/visible.ts';
import own from './approval.module.css';

export type Change = { name: string; before: Json | undefined; after: Json | undefined };

export const changesBetween = (before: ApprovalView['arguments'], after: ApprovalView['arguments']): Change[] => {
  const names = new Set([...entriesOf(before), ...entriesOf(after)].map(([name]) => name));
  return [...names]
    .map((name) => ({ name, before: before[name], after: after[name] }))
    .filter((one) => JSON.stringify(one.before) !== JSON.stringify(one.after));
};

export const Changes = ({ changes }: { changes: Change[] }) => {
  const labels = useLabels();
  return (
    <dl className={own.changes}>
      {changes.map(({ name, before, after }) => (
        <div key={name}>
          <dt title={visible(name)}>
            <Inert text={upper(labels.of(name))} />
          </dt>
          <dd>
            <del>
              <Inert text={valueText(before ?? null)} />
            </del>{' '}
            <ins>
              <Inert text={valueText(after ?? null)} />
            </ins>
          </dd>
        </div>
      ))}
    </dl>
  );
};

export const Edited = ({ shown }: { shown: ApprovalView }) =>
  shown.before === null ? null : (
    <Section title={`Changed by ${shown.editedByName ?? 'somebody'}`} note="Who changed it may not sign it.">
      <Changes changes={changesBetween(shown.before, shown.arguments)} />
    </Section>
  );
