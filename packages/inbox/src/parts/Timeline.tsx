/** What happened, newest first, as it was recorded. */
import type { EntryView } from '@belay/protocol';
import { Button, Skeleton } from '@mantine/core';
import { IconCpu, IconRobot, IconUser } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { entriesQuery } from '../data/queries.ts';
import { clockWithSeconds, exact, inOwnTime } from '../text/instants.ts';
import { Inert } from './Inert.tsx';
import { ProblemNote } from './ProblemNote.tsx';
import css from './parts.module.css';

const icons = { agent: IconRobot, person: IconUser, system: IconCpu } as const;
const firstShown = 12;

/** Entries that name an end; what others quote is left as it was said. */
const namesAnEnd = new Set(['CaseSnoozed', 'RungDelayed']);

const Entry = ({ entry }: { entry: EntryView }) => {
  const Icon = icons[entry.by.kind];
  const at = Date.parse(entry.at);
  return (
    <li className={css.entry} data-by={entry.by.kind}>
      <span className={css.entryIcon} title={entry.by.kind === 'system' ? 'Belay' : entry.byName}>
        <Icon size={14} stroke={1.8} aria-hidden />
      </span>
      <p>
        <Inert text={namesAnEnd.has(entry.type) ? inOwnTime(entry.sentence, at) : entry.sentence} />
      </p>
      <time className="number quiet" dateTime={entry.at} title={`${exact(at)} · entry ${entry.seq} · ${entry.type}`}>
        {clockWithSeconds(at)}
      </time>
    </li>
  );
};

export const Timeline = ({ runId }: { runId: string }) => {
  const { data, error } = useQuery(entriesQuery(useQueryClient(), runId));
  const [all, setAll] = useState(false);
  if (error !== null && data === undefined) return <ProblemNote error={error} />;
  if (data === undefined) return <Skeleton height={120} radius="md" />;
  const newestFirst = data.toReversed();
  return (
    <>
      <ol className={css.timeline} aria-live="polite" aria-relevant="additions">
        {(all ? newestFirst : newestFirst.slice(0, firstShown)).map((entry) => (
          <Entry key={entry.entryId} entry={entry} />
        ))}
      </ol>
      {!all && data.length > firstShown && (
        <Button variant="subtle" color="gray" size="compact-sm" onClick={() => setAll(true)}>
          Show {data.length - firstShown} earlier entries
        </Button>
      )}
    </>
  );
};
