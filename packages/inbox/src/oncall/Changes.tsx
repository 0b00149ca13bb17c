/** Overrides, swaps and absences of these two weeks; what was entered here can be withdrawn here. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useAct } from '../data/act.ts';
import { call } from '../data/api.ts';
import { peopleQuery } from '../data/queries.ts';
import { Inert } from '../parts/Inert.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { When } from '../parts/When.tsx';
import { useMe } from '../session/me.ts';
import { personText } from '../text/targets.ts';
import type { Calendar } from './calendar.ts';
import css from './oncall.module.css';

type Change = {
  key: string;
  id: string | null;
  concerned: (string | null)[];
  from: string;
  to: string;
  what: ReactNode;
};

type Override = Calendar['overrides'][number];

const halves = (one: Override, other: Override): boolean =>
  one.replaces === other.personId &&
  other.replaces === one.personId &&
  one.layer === other.layer &&
  one.from === other.from &&
  one.to === other.to;

const covers = (name: string, other: string | null): ReactNode => (
  <>
    <strong>{name}</strong> {other === null ? 'is on call' : `in place of ${other}`}
  </>
);

const swaps = (name: string, other: string | null): ReactNode => (
  <>
    <strong>{name}</strong> and <strong>{other}</strong> swap their turns
  </>
);

/** The two halves of a swap are one change: they were entered as one, and are withdrawn as one. */
const overrideChanges = (overrides: Override[], nameOf: (personId: string) => string): Change[] =>
  overrides.flatMap((one, index) => {
    const { overrideId, personId, name, replaces, layer, from, to, because, by } = one;
    const half = overrides.findIndex((other) => halves(one, other));
    if (half !== -1 && half < index) return [];
    const other = replaces === null ? null : nameOf(replaces);
    const who = half === -1 ? covers(name, other) : swaps(name, other);
    const what = (
      <>
        {who} ({layer}): <Inert text={because} />
      </>
    );
    const key = `${layer} ${personId} ${from} ${overrideId}`;
    return [{ key, id: overrideId, concerned: [personId, replaces, by], from, to, what }];
  });

const changesOf = ({ overrides, absences }: Calendar, nameOf: (personId: string) => string): Change[] => [
  ...overrideChanges(overrides, nameOf),
  ...absences.map(({ absenceId, personId, name, from, to }) => ({
    key: `away ${personId} ${from} ${absenceId}`,
    id: absenceId,
    concerned: [personId],
    from,
    to,
    what: (
      <>
        <strong>{name}</strong> is away
      </>
    ),
  })),
];

export const Changes = ({ calendar }: { calendar: Calendar }) => {
  const me = useMe();
  const withdraw = useAct((id: string) => call('withdrawEntered', { params: { id } }));
  const people = useQuery(peopleQuery).data?.items ?? [];
  const changes = changesOf(calendar, (personId) => personText(personId, people));
  if (changes.length === 0) return null;
  const mayWithdraw = ({ concerned }: Change) => me.access.includes('admin') || concerned.includes(me.personId);
  return (
    <div className={css.changes}>
      <h3>Changes</h3>
      {withdraw.error !== null && <ProblemNote error={withdraw.error} />}
      <ul>
        {changes.map((change) => (
          <li key={change.key}>
            <span>
              {change.what}{' '}
              <span className="quiet">
                <When at={change.from} how="clock" /> to <When at={change.to} how="clock" />
              </span>
            </span>
            {change.id === null ? (
              <span className="quiet">organisation file</span>
            ) : (
              mayWithdraw(change) && (
                <Button
                  variant="subtle"
                  color="gray"
                  size="compact-sm"
                  loading={withdraw.isPending && withdraw.variables === change.id}
                  onClick={() => withdraw.mutate(change.id ?? '')}
                >
                  Withdraw
                </Button>
              )
            )}
          </li>
        ))}
      </ul>
    </div>
  );
};
